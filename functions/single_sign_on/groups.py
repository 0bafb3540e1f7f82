"""The company's groups and our roles: who is of the directory, which groups Cognito tells, and what they may do here.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-specifying-attribute-mapping.html

Without a group that the company named there is no role. The groups of the user pool do not count for accounts of the
directory: who gives and takes roles is the directory alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from aws.federated import GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

BEFORE_SIGN_IN = "PreAuthentication_Authentication"
"""Cognito's word for the call before somebody signs in; an attribute that the directory does not tell stays as it was,
so it has to be taken away before."""
ROLES = ("admin", "lead", "agent")
NOBODY = "no-role"
"""Stands in the token of who has no role: an empty list could be taken for no answer."""


def is_of(provider: str, attributes: Mapping[str, str]) -> bool:
    """Return whether an account came from a directory. Cognito alone writes ``identities``; nobody has write access."""
    try:
        identities = json.loads(attributes.get("identities", "[]"))
    except ValueError:
        return False
    known = [each for each in identities if isinstance(each, dict)] if isinstance(identities, list) else []
    return any(each.get("providerName") == provider for each in known)


def mapping(text: str) -> dict[str, set[str]]:
    """Return the roles of each group out of ``<group>=<role>``, separated by semicolons.

    The last ``=`` counts, as groups may be distinguished names. Raises ``ValueError`` for what is no role of ours.
    """
    roles: dict[str, set[str]] = {}
    for pair in filter(None, (each.strip() for each in text.split(";"))):
        group, _, role = (part.strip() for part in pair.rpartition("="))
        if not group or role not in ROLES:
            raise ValueError("Not a group and a role")
        roles.setdefault(group, set()).add(role)
    return roles


def named(value: str) -> list[str]:
    """Return the groups out of the attribute's value: one by its name, or several as ``[a, b]``.

    Of several, Cognito encodes each as in a form, so that no group's name can pass for two. A list may come as JSON.
    """
    value = value.strip()
    if not (value.startswith("[") and value.endswith("]")):
        return [value] if value else []
    try:
        groups = json.loads(value)
    except ValueError:
        return [unquote_plus(each.strip()) for each in value[1:-1].split(",") if each.strip()]
    return [each for each in groups if isinstance(each, str)]


def roles_of(value: str, mapped: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Return the roles of the groups in the attribute's value, the greatest first; none for groups nobody named."""
    given = {role for group in named(value) for role in mapped.get(group, ())}
    return tuple(role for role in ROLES if role in given)


def response(roles: tuple[str, ...]) -> dict[str, Any]:
    """Return what Cognito puts into the tokens: the roles in the place of the pool's groups, and no list of groups."""
    overridden = {"groupsToOverride": list(roles) or [NOBODY], "iamRolesToOverride": [], "preferredRole": None}
    return {"claimsOverrideDetails": {"claimsToSuppress": [GROUPS], "groupOverrideDetails": overridden}}
