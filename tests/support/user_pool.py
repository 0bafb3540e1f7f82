"""A user pool with the inbox's groups, in the emulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aws.agent_accounts import ROLES


@contextmanager
def user_pool(client: Callable[[str], Any]) -> Iterator[str]:
    """Make a pool for a test; yields its id."""
    cognito = client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="agents", UsernameAttributes=["email"])["UserPool"]["Id"]
    for role in ROLES:
        cognito.create_group(UserPoolId=pool, GroupName=role)
    yield pool
    cognito.delete_user_pool(UserPoolId=pool)
