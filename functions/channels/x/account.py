"""The account on X: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from channels._transport import whole
from channels._values import as_id, as_text
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
from channels.x.api import TOKEN_SECONDS, data_of, get, manage, node, renewal
from conversations.facts import Fact, Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping


MINUTE = 60_000
"""Milliseconds."""
REPLAY_KEPT, REPLAY_SPAN = 24 * 60, 120
"""Minutes for which events can be had again, and how many of them in one call."""
REPLAY_YOUNGEST, REPLAY_SETTLED = 31, 10
"""Minutes ago, at least, that what is asked for begins and ends."""
EVENTS = (
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.create",
    "post.delete",
    "dm.received",
    "dm.sent",
    "dm.read",
    "chat.received",
    "chat.sent",
    "oauth.revoke",
)
"""Events that a webhook subscribes to."""
PUBLIC_EVENTS = frozenset({"post.create", "post.delete"})
"""Events that the app may subscribe to in its own name; the account must subscribe to the others."""


class XAccount(AccountManager):
    """The account on X."""

    def check(self, credentials: Credentials) -> Account:
        me = data_of(get("users/me", credentials, {"user.fields": "name,username"}))
        account_id, handle = as_id(me.get("id")), as_text(me.get("username")) or ""
        if account_id is None:
            raise TransientFailure(Reason.RETRY, "no_account")
        return Account(account_id, as_text(me.get("name")) or handle, {"handle": handle} if handle else {})

    def register(self, credentials: Credentials, url: str) -> None:
        """Register the webhook, have it checked again where it fell out, and subscribe it to what is missing.

        Needs ``bearer_token``; without it this is done by hand. A lost answer is looked for on the next try.
        """
        if not credentials.secrets.get("bearer_token"):
            return
        hook = _hook(credentials, url)
        if hook is None:
            hook = data_of(manage("POST", "webhooks", credentials, {"url": url}))
        elif hook.get("valid") is not True:
            manage("PUT", f"webhooks/{node(as_id(hook.get('id')) or '')}", credentials)
        hook_id = as_id(hook.get("id"))
        if hook_id is None:
            raise TransientFailure(Reason.RETRY, "no_webhook")
        known = {as_text(each.get("event_type")) for each in _subscriptions(credentials, hook_id)}
        refused = [_subscribe(credentials, hook_id, event) for event in EVENTS if event not in known]
        if failed := next(filter(None, refused), None):
            raise failed

    def unregister(self, credentials: Credentials, url: str) -> None:
        hook = _hook(credentials, url) if credentials.secrets.get("bearer_token") else None
        hook_id = as_id(hook.get("id")) if hook else None
        if hook_id is None:
            return
        for each in _subscriptions(credentials, hook_id):
            if found := as_id(each.get("subscription_id")):
                manage("DELETE", f"activity/subscriptions/{node(found)}", credentials)
        manage("DELETE", f"webhooks/{node(hook_id)}", credentials)

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        if not credentials.secrets.get("bearer_token"):
            return None
        hook = _hook(credentials, url)
        return hook is not None and hook.get("valid") is True

    def replay(self, credentials: Credentials, url: str, since: int, until: int, now: int) -> None:
        """Ask for whole minutes, in spans of two hours; needs ``bearer_token`` and a webhook that is valid."""
        hook = _hook(credentials, url) if credentials.secrets.get("bearer_token") else None
        hook_id = as_id(hook.get("id")) if hook else None
        if hook_id is None:
            raise PermanentFailure(Reason.BAD, "no_webhook")
        minute = now // MINUTE
        begin = min(max(since // MINUTE, minute - REPLAY_KEPT + 1), minute - REPLAY_YOUNGEST)
        end = min(until // MINUTE + 1, minute - REPLAY_SETTLED)
        while begin < end:
            stop = min(begin + REPLAY_SPAN, end)
            wanted = {"webhook_id": hook_id, "from_date": _minute(begin), "to_date": _minute(stop)}
            manage("POST", "webhooks/replay", credentials, wanted)
            begin = stop

    def missed_by_webhook(self, fact: Fact) -> bool:
        """Return whether a webhook reports the post: one that mentions us itself, not one deeper in a thread."""
        return fact.visibility is Visibility.PUBLIC and fact.parent_id is None and not fact.own

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        """A new token, and the only refresh token that holds from then on: the one before is used up."""
        secrets, client = credentials.secrets, credentials.options.get("client_id", "")
        refresh = secrets.get("refresh_token")
        if not refresh or not client:
            raise TransientFailure(Reason.AUTH, "no_refresh_token")
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": client}
        body = renewal(credentials, form)
        token, following = body.get("access_token"), body.get("refresh_token")
        if not isinstance(token, str) or not token:
            raise TransientFailure(Reason.AUTH, "no_token")
        lasts = whole(body.get("expires_in")) or TOKEN_SECONDS
        new = {"access_token": token, "expires_at": str(now + lasts * 1000)}
        return new | ({"refresh_token": following} if isinstance(following, str) and following else {})


def _hook(credentials: Credentials, url: str) -> dict[str, Any] | None:
    hooks = map(json_object, json_list(manage("GET", "webhooks", credentials).get("data")))
    return next((each for each in hooks if each.get("url") == url), None)


def _minute(minutes: int) -> str:
    """Minutes since 1970 as ``yyyymmddhhmm``, UTC."""
    return datetime.fromtimestamp(minutes * 60, UTC).strftime("%Y%m%d%H%M")


def _subscribe(credentials: Credentials, hook_id: str, event: str) -> PermanentFailure | None:
    """Subscribe the webhook to a kind of event; what is refused, as a scope is missing, keeps no other from it."""
    wanted = {"event_type": event, "filter": {"user_id": credentials.account_id}, "webhook_id": hook_id}
    try:
        manage(
            "POST",
            "activity/subscriptions",
            credentials,
            wanted,
            "bearer_token" if event in PUBLIC_EVENTS else "access_token",
        )
    except PermanentFailure as failed:
        return failed
    return None


def _subscriptions(credentials: Credentials, hook_id: str) -> list[dict[str, Any]]:
    """Return what the webhook is subscribed to for this account."""
    listed = map(json_object, json_list(manage("GET", "activity/subscriptions", credentials).get("data")))
    return [
        each
        for each in listed
        if as_id(each.get("webhook_id")) == hook_id
        and as_id(json_object(each.get("filter")).get("user_id")) == credentials.account_id
    ]
