"""Who may call the API with which token, beyond what API Gateway looks at.

Its authorizer knows the pool and the signature. It looks at neither the kind of a token nor the application it was
made for: without scopes on a method, it is documented to take a token for an id token, and some versions admit access
tokens, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws import accounts
from console.errors import ApiError
from shared import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

ADMIN = "admin"
OF_ADMINS = "admins"
"""``RequireMfa``: who administers has a second step, and nobody else needs one."""


def is_ours(claims: Mapping[str, Any]) -> bool:
    """Return whether a token is an id token that was made for the inbox: none to ask Cognito with, which others may
    have been given, and none of another application in the same pool."""
    audience = claims.get("aud")
    return claims.get("token_use") == "id" and isinstance(audience, str) and audience in accounts.clients()


def need_second_step(claims: Mapping[str, Any], roles: frozenset[str], groups: tuple[str, ...]) -> None:
    """Raise a 403 where this is for administrators alone, and one without a second step asks."""
    if settings.require_mfa() != OF_ADMINS or roles != {ADMIN} or ADMIN not in groups:
        return
    if not accounts.has_second_step(str(claims.get("cognito:username") or claims["sub"])):
        raise ApiError(403, "second_step")
