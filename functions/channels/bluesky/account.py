"""The account on Bluesky: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels._values import as_id, as_millis, as_text
from channels.base import (
    Account,
    AccountManager,
    Credentials,
    PermanentFailure,
    Reason,
    TransientFailure,
    json_list,
    json_object,
)
from channels.bluesky.api import call, get, has_chat, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


SESSION_MILLIS = 3_600_000
"""Assumed duration of a session that does not state it."""


class BlueskyAccount(AccountManager):
    """The account on Bluesky."""

    def check(self, credentials: Credentials) -> Account:
        """Return whose session it is, and where the account lives; makes a session only if there is none yet."""
        if credentials.secrets.get("access_jwt"):
            session = get("com.atproto.server.getSession", credentials)
        else:
            session = sign_in(credentials)
            credentials = replace(
                credentials, secrets={**credentials.secrets, "access_jwt": _jwt(session, "accessJwt")}
            )
        if session.get("active") is False:
            raise PermanentFailure(Reason.POLICY, "inactive")
        if has_chat(credentials.options):
            get("chat.bsky.convo.getLog", credentials, chat=True)
        did, handle = as_id(session.get("did")), as_text(session.get("handle")) or ""
        if not did:
            raise TransientFailure(Reason.RETRY, "no_account")
        home = _home(session)
        return Account(did, handle or did, {"handle": handle} | ({"pds_url": home} if home else {}))

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        """Refresh the session; sign in again, which is limited to a few hundred a day, only where that is refused."""
        session = _refreshed(credentials) or sign_in(credentials)
        if credentials.account_id and session.get("did") not in (None, credentials.account_id):
            raise TransientFailure(Reason.AUTH, "other_account")
        access = _jwt(session, "accessJwt")
        ends = _end_of(access) or now + SESSION_MILLIS
        return {"access_jwt": access, "refresh_jwt": _jwt(session, "refreshJwt"), "expires_at": str(ends)}

    def expires_at(self, credentials: Credentials) -> int | None:
        """Without a session, it has ended already."""
        return super().expires_at(credentials) if credentials.secrets.get("access_jwt") else 0


def _refreshed(credentials: Credentials) -> dict[str, Any] | None:
    """The session, refreshed; None where the platform refuses."""
    if not credentials.secrets.get("refresh_jwt"):
        return None
    try:
        return call("POST", "com.atproto.server.refreshSession", credentials, token="refresh_jwt")  # noqa: S106 - a name
    except PermanentFailure:
        return None
    except TransientFailure as failure:
        if failure.reason is Reason.AUTH:
            return None
        raise


def _jwt(session: dict[str, Any], name: str) -> str:
    token = session.get(name)
    if not isinstance(token, str) or not token:
        raise TransientFailure(Reason.RETRY, "no_session")
    return token


def _end_of(token: str) -> int | None:
    """Return when a token ends, as it says itself; milliseconds."""
    part = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return as_millis(json_object(claims).get("exp"))


def _home(session: dict[str, Any]) -> str | None:
    """The server on which the account lives."""
    services: Iterable[dict[str, Any]] = map(json_object, json_list(json_object(session.get("didDoc")).get("service")))
    for service in services:
        url = service.get("serviceEndpoint")
        if str(service.get("id")).endswith("#atproto_pds") and isinstance(url, str) and url.startswith("http"):
            return url.rstrip("/")
    return None
