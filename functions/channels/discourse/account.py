"""The account on Discourse: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

from typing import Any

from channels._values import as_id, whole_number
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
from channels.discourse.api import UNSET, call, get, text_or_none
from channels.discourse.webhook import OURS


class DiscourseAccount(AccountManager):
    """The account on Discourse."""

    def check(self, credentials: Credentials) -> Account:
        user = json_object(get("session/current.json", credentials).get("current_user"))
        found = as_id(user.get("id"))
        if found is None:
            raise PermanentFailure(Reason.PERMISSION, "no_user")
        name = text_or_none(user.get("username")) or found
        options = {"api_username": name, "personal_messages": OURS}
        try:
            limits = get("site/settings.json", credentials)
        except PermanentFailure:
            limits = {}  # a closed forum may keep its settings to itself
        for ours, theirs in _LIMITS.items():
            if number := whole_number(limits.get(theirs), 0):
                options[ours] = str(number)
        return Account(found, text_or_none(user.get("name")) or name, options)

    def register(self, credentials: Credentials, url: str) -> None:
        """Only an administrator's key may; with another, the webhook is made by hand, as docs/channels says."""
        try:
            hooks = get(_HOOKS, credentials)
        except (PermanentFailure, TransientFailure) as failure:
            if _may_not(failure):
                return
            raise
        body = {"web_hook": _hook(url, hooks, credentials)}
        known = _hook_at(url, hooks)
        if known is None:
            call("POST", _HOOKS, credentials, document=body, repeatable=True)
        else:
            path = f"admin/api/web_hooks/{as_id(known.get('id'))}.json"
            call("PUT", path, credentials, document=body, repeatable=True)

    def unregister(self, credentials: Credentials, url: str) -> None:
        try:
            known = _hook_at(url, get(_HOOKS, credentials))
            if known is not None:
                call("DELETE", f"admin/api/web_hooks/{as_id(known.get('id'))}.json", credentials, repeatable=True)
        except (PermanentFailure, TransientFailure) as failure:
            if not _may_not(failure):
                raise

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        try:
            known = _hook_at(url, get(_HOOKS, credentials))
        except (PermanentFailure, TransientFailure) as failure:
            if _may_not(failure):
                return None
            raise
        return known is not None and known.get("active") is True


_LIMITS = {
    "max_post_length": "max_post_length",
    "min_post_length": "min_post_length",
    "max_image_kb": "max_image_size_kb",
}
_HOOKS = "admin/api/web_hooks.json"
_WANTED = (
    *("post_created", "post_edited", "post_destroyed", "post_recovered", "post_liked"),
    *("accepted_solution", "unaccepted_solution"),
    *("post", "like", "solved"),  # what older forums call the groups of these
)
JSON_BODY = 1


def _may_not(failure: PermanentFailure | TransientFailure) -> bool:
    """Return whether the key is not an administrator's; a forum hides from others that there is such an address."""
    return failure.reason in (Reason.PERMISSION, Reason.GONE, Reason.AUTH) and failure.code not in UNSET


def _hook_at(url: str, hooks: dict[str, Any]) -> dict[str, Any] | None:
    known = map(json_object, json_list(hooks.get("web_hooks")))
    return next((hook for hook in known if hook.get("payload_url") == url), None)


def _hook(url: str, hooks: dict[str, Any], credentials: Credentials) -> dict[str, Any]:
    """The webhook as it is to be: the events' numbers are told by the forum, in a list or in groups."""
    extras = json_object(hooks.get("extras"))
    groups = [extras.get("event_types"), *json_object(extras.get("grouped_event_types")).values()]
    types = [json_object(each) for group in groups for each in json_list(group)]
    return {
        "payload_url": url,
        "content_type": JSON_BODY,
        "secret": credentials.secrets.get("webhook_secret", ""),
        "wildcard_web_hook": False,
        "verify_certificate": True,
        "active": True,
        "web_hook_event_type_ids": [each.get("id") for each in types if each.get("name") in _WANTED],
    }
