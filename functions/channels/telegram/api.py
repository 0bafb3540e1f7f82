"""Calls to Telegram, and what its answers mean."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from channels import _transport
from channels._transport import Answer, Call, CodeTable, Refusal
from channels._values import as_id
from channels.base import (
    PermanentFailure,
    Reason,
    TransientFailure,
    json_object,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.base import Credentials

BASE_URL = "https://api.telegram.org"
RATE_PAUSE = 30.0
"""Seconds to wait when Telegram limits the rate and does not say for how long."""


def webhook_info(credentials: Credentials) -> dict[str, Any]:
    return json_object(call("getWebhookInfo", {}, credentials))


def base(credentials: Credentials) -> str:
    return (credentials.options.get("base_url") or BASE_URL).rstrip("/")


def bot_token(credentials: Credentials) -> str:
    token = credentials.secrets.get("bot_token", "").strip()
    if not re.fullmatch(r"[A-Za-z0-9:_-]+", token):
        raise TransientFailure(Reason.AUTH, "no_token")
    return token


def call(
    method: str,
    fields: Mapping[str, Any],
    credentials: Credentials,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
    *,
    repeatable: bool = True,
) -> Any:
    """The result of a method. Raises ``Migrated`` where a group has another id by now."""
    url = f"{base(credentials)}/bot{bot_token(credentials)}/{method}"
    if files:
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
        request = Call("POST", url, {}, {}, form=form, files=files)
    else:
        request = Call("POST", url, {}, {}, json=dict(fields))
    answer = _transport.call(request, channel="telegram", repeatable=repeatable, classify=classify)
    if moved := _moved_to(answer):
        raise Migrated(moved)
    return (answer.body or {}).get("result")


class Migrated(PermanentFailure):
    """A group that became a supergroup, and the id it has now."""

    def __init__(self, chat_id: str) -> None:
        super().__init__(Reason.GONE, "400:migrated")
        self.chat_id = chat_id


PHRASES: tuple[tuple[int, str, str], ...] = (
    (400, "message is not modified", "not_modified"),
    (400, "there is no text in the message to edit", "no_text"),
    (400, "business_peer_usage_missing", "business_peer"),
    (400, "message can't be deleted", "cannot_be_deleted"),  # two days old, or another's
    (400, "message can't be edited", "cannot_be_edited"),
    (400, "chat not found", "chat_not_found"),
    (400, "user not found", "user_not_found"),
    (400, "peer_id_invalid", "peer_id_invalid"),
    (400, "to be replied not found", "replied_not_found"),  # "message …", or "reply message not found"
    (400, "reply message not found", "replied_not_found"),
    (400, "message to delete not found", "message_not_found"),
    (400, "message to edit not found", "message_not_found"),
    (400, "message to react not found", "message_not_found"),
    (400, "message_id_invalid", "message_not_found"),
    (400, "message thread not found", "thread_not_found"),
    (400, "topic_deleted", "topic_deleted"),
    (400, "topic_closed", "topic_closed"),
    (400, "input_user_deactivated", "user_deactivated"),
    (400, "business connection not found", "no_business_connection"),
    (400, "business_connection_invalid", "no_business_connection"),
    (400, "not enough rights", "no_rights"),
    (400, "have no rights to send", "no_rights"),
    (400, "need administrator rights", "no_rights"),
    (400, "chat_write_forbidden", "no_rights"),
    (400, "chat_send_", "no_rights"),  # …_photos_forbidden and the like
    (400, "chat_admin_required", "no_rights"),
    (400, "message is too long", "too_long"),
    (400, "caption is too long", "too_long"),
    (400, "message text is empty", "empty"),
    (400, "can't parse entities", "entities"),
    (400, "query is too old", "query_too_old"),
    (400, "file is too big", "file_too_big"),
    (400, "button_data_invalid", "button"),
    (400, "secret token", "secret_token"),
    (400, "bad webhook", "webhook"),
    (403, "not enough rights", "no_rights"),
    (403, "can't send messages to bots", "to_a_bot"),
    (403, "blocked by the user", "blocked"),
    (403, "user is deactivated", "user_deactivated"),
    (403, "was kicked", "kicked"),
    (403, "not a member", "not_a_member"),
    (403, "can't initiate conversation", "not_started"),
    (403, "group chat was deleted", "group_deleted"),
)
"""Status, a part of the description in lower case, and our name for it: Telegram has no other codes."""
CODES = CodeTable(
    codes={
        "400:not_modified": Reason.BAD,
        "400:no_text": Reason.BAD,
        "400:business_peer": Reason.WINDOW,
        "400:cannot_be_deleted": Reason.WINDOW,
        "400:cannot_be_edited": Reason.WINDOW,
        "400:chat_not_found": Reason.GONE,
        "400:user_not_found": Reason.GONE,
        "400:peer_id_invalid": Reason.GONE,
        "400:replied_not_found": Reason.GONE,
        "400:message_not_found": Reason.GONE,
        "400:thread_not_found": Reason.GONE,
        "400:topic_deleted": Reason.GONE,
        "400:topic_closed": Reason.GONE,
        "400:user_deactivated": Reason.GONE,
        "400:no_business_connection": Reason.GONE,
        "400:no_rights": Reason.PERMISSION,
        "400:too_long": Reason.BAD,
        "400:empty": Reason.BAD,
        "400:entities": Reason.BAD,
        "400:query_too_old": Reason.BAD,
        "400:file_too_big": Reason.BAD,
        "400:button": Reason.BAD,
        "400:secret_token": Reason.BAD,
        "400:webhook": Reason.BAD,
        "403:no_rights": Reason.PERMISSION,
        "403:to_a_bot": Reason.BAD,
        "403:blocked": Reason.GONE,
        "403:user_deactivated": Reason.GONE,
        "403:kicked": Reason.GONE,
        "403:not_a_member": Reason.GONE,
        "403:not_started": Reason.GONE,
        "403:group_deleted": Reason.GONE,
    },
    statuses={
        400: Reason.BAD,
        401: Reason.AUTH,
        403: Reason.GONE,
        404: Reason.AUTH,  # of a method that exists, it is the token that is not found
        409: Reason.PERMISSION,  # somebody else asks by getUpdates
        413: Reason.BAD,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE},
)
"""By our names for descriptions; by the status where none is known."""


def classify(answer: Answer) -> Refusal | None:
    """Return what Telegram's ``{"ok": false}`` means; None for a result, or for a group's new id."""
    body = answer.body or {}
    if (body.get("ok") is True and "result" in body) or _moved_to(answer):
        return None
    if body.get("ok") is not False and not 400 <= answer.status < 500:
        return Refusal(None, str(answer.status))  # not Telegram's own answer, but of something on the way
    told, words = body.get("error_code"), str(body.get("description", "")).lower()
    code = told if type(told) is int else answer.status
    name = next((name for status, part, name in PHRASES if status == code and part in words), "")
    full_name = f"{code}:{name}" if name else str(code)
    meaning = CODES.meaning(full_name) or CODES.statuses.get(code) or (Reason.RETRY if code >= 500 else Reason.BAD)
    return CODES.refusal(answer, full_name, meaning, _wait(json_object(body.get("parameters"))))


def _moved_to(answer: Answer) -> str | None:
    """Return the new id of a group that became a supergroup."""
    body = answer.body or {}
    return as_id(json_object(body.get("parameters")).get("migrate_to_chat_id")) if body.get("ok") is not True else None


def _wait(parameters: Mapping[str, Any]) -> float | None:
    seconds = parameters.get("retry_after")
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return float(seconds or 0) or None if is_number else None
