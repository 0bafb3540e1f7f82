"""The accounts of agents in Amazon Cognito: what the page signs in with, and who has a second step at sign-in.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html. No token says how
somebody signed in: an id token of a user pool has no ``amr``. So the pool is asked whether the account has a second
step; where it has one, Cognito asks for it at every sign-in.
"""

from __future__ import annotations

import json
import time
from functools import cache

from aws import clients, parameters
from shared import settings

KEPT = 60.0
"""Seconds for which it is believed that an account has a second step."""
FEDERATED = "EXTERNAL_PROVIDER"
_proven: dict[tuple[str, str], float] = {}


@cache
def sign_in() -> dict[str, str]:
    """Return with what and where the page signs agents in: ``client_id``, ``sign_in_url`` and ``cognito_url``; and the
    address of that page, ``page_url``.

    With a directory of the company's own also ``directory_client_id`` and ``directory``, its name in the pool.
    """
    return json.loads(parameters.read(settings.sign_in_parameter()))


def page_url() -> str:
    """Return the address of the inbox's page, with a slash at the end; empty before a deployment has told it."""
    return sign_in().get("page_url", "")


def has_second_step(username: str) -> bool:
    """Return whether an account is asked for more than a password. One of a company's own directory is: what is asked
    for there is the directory's to say."""
    pool = settings.user_pool_id()
    if _proven.get((pool, username), 0.0) > time.monotonic():
        return True
    cognito = clients.client("cognito-idp")
    try:
        response = cognito.admin_get_user(UserPoolId=pool, Username=username)
    except cognito.exceptions.UserNotFoundException:
        return False
    has_it = response.get("UserStatus") == FEDERATED or bool(response.get("UserMFASettingList"))
    if has_it:
        _proven[pool, username] = time.monotonic() + KEPT
    return has_it
