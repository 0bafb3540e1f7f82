"""The routes of the company's accounts: their state, and connecting, changing, pausing and removing them.

Secrets come in and never go out: no answer, no entry of the audit log and no line of the log holds one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from chalice.app import Response

import channels
from application.connections import forms, health, registration
from application.connections.refusal import Refused, Why
from aws import parameters
from console.actions import replies
from console.authorization import ADMINS, LEADS
from console.bodies import connections as connection_bodies
from console.errors import ApiError
from console.http import Api, now
from console.paging import page_of
from console.views import conversations as conversation_views
from shared import http_guard, settings, texts
from storage import audit, table
from storage import connections as stored_connections
from storage.audit import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.base import Channel
    from console.bodies.connections import Wanted
    from storage.connections import Connection

T = TypeVar("T")
api = Api(__name__)
_ALL = "/api/connections"
_ONE = _ALL + "/{channel}/{connection}"
DOCUMENTS = "docs/channels/{channel}.md"
"""Path of a channel's setup guide in the repository."""


@api.at("/api/channels", "GET", LEADS)
def list_channels() -> Response:
    """Return the channels that can be connected, and the fields that each needs."""
    return Response({"items": [_channel(channels.get(name), api.language()) for name in channels.names()]})


@api.at(_ALL, "GET", LEADS)
def list_connections() -> Response:
    """Return the accounts of the company, and their state."""
    query = api.query("cursor")
    shown = [_connection(each, api.language()) for each in stored_connections.connections()]
    return Response(page_of("connections", shown, query.get("cursor")))


@api.at(_ALL, "POST", ADMINS)
def connect() -> Response:
    """Connect an account: try its secrets, store them, and register the webhook."""
    new = connection_bodies.new(api.body())
    replies.team(new.team)
    made = _asking(lambda: registration.connect(new, webhook_pattern(), now()))
    used = {"team": made.team, "secrets": sorted(new.secrets), "options": sorted(new.options)}
    api.record(AuditEvent.CONNECTED, f"{made.channel}/{made.name}", **used)
    return Response(_connection(made, api.language()), status_code=201)


@api.at(_ONE, "PATCH", ADMINS)
def change_connection(channel: str, connection: str) -> Response:
    """Change a connection: its team, a pause, its secrets or its settings."""
    wanted = connection_bodies.change(api.body())
    _asking(lambda: registration.found(channel, connection))
    if wanted.team:
        replies.team(wanted.team)
    if wanted.is_changed:
        _asking(lambda: registration.change(channel, connection, wanted.change, webhook_pattern(), now()))
        _record_change(f"{channel}/{connection}", wanted)
    if wanted.held is not None:
        _asking(lambda: registration.hold(channel, connection, bool(wanted.held)))
        api.record(
            AuditEvent.CONNECTION_HELD if wanted.held else AuditEvent.CONNECTION_RESUMED, f"{channel}/{connection}"
        )
    if wanted.team:
        _give(channel, connection, wanted.team)
    return Response(_connection(stored_connections.connection(channel, connection), api.language()))


@api.at(_ONE, "DELETE", ADMINS)
def remove_connection(channel: str, connection: str) -> Response:
    """Remove a connection. Its conversations stay."""
    taken = _asking(lambda: registration.remove(channel, connection))
    api.record(AuditEvent.CONNECTION_REMOVED, f"{channel}/{connection}")
    return Response({"removed": True, "unregistered": taken})


@api.at(_ONE + "/check", "POST", ADMINS)
def check_connection(channel: str, connection: str) -> Response:
    """Check now whether a connection works, and register the webhook again if it does not."""
    found = _asking(lambda: registration.found(channel, connection))
    _asking(lambda: health.look_after(found, now(), webhook_pattern(), thoroughly=True))
    return Response(_connection(stored_connections.connection(channel, connection), api.language()))


@cache
def webhook_pattern() -> str:
    """Return the pattern of webhook addresses, with places for channel and connection."""
    return parameters.read(settings.webhook_parameter())


def _give(channel: str, connection: str, team: str) -> None:
    """Give new conversations of a connection to a team."""
    entry = audit.entry(AuditEvent.CONNECTION, api.agent().author, f"{channel}/{connection}", now(), team=team)
    try:
        table.transact(stored_connections.give_connection(channel, connection, team), entry)
    except table.Busy:
        raise
    except table.Conflict:
        raise ApiError(404, "no_connection") from None


def _record_change(target: str, wanted: Wanted) -> None:
    change = wanted.change
    said = {"secrets": sorted(change.secrets), "options": sorted(change.options), "rotation": change.rotation}
    api.record(AuditEvent.CONNECTION_CHANGED, target, **{name: value for name, value in said.items() if value})


def _asking(do: Callable[[], T]) -> T:
    """Do what may ask the platform; what is refused is said in words."""
    http_guard.permit(settings.network())
    try:
        return do()
    except Refused as refused:
        raise _refusal(refused) from None


def _refusal(refused: Refused) -> ApiError:
    if refused.why is Why.REFUSED:
        fields = {"reason": refused.reason, "platform_code": refused.code}
        return ApiError(422, "connection_refused", detail_key=f"connect.refused.{refused.reason}", **fields)
    refusals = {
        Why.NO_CHANNEL: ApiError(404, "no_channel"),
        Why.NO_CONNECTION: ApiError(404, "no_connection"),
        Why.NAME: ApiError(422, "connection_name"),
        Why.EXISTS: ApiError(409, "connection_exists"),
        Why.CONNECTED: ApiError(409, "connection_connected", detail=refused.detail),
        Why.OTHER_ACCOUNT: ApiError(409, "other_account"),
        Why.UNKNOWN: ApiError(422, "connection_unknown", detail=refused.detail),
        Why.MISSING: ApiError(422, "connection_missing", detail=refused.detail),
        Why.ADDRESS: ApiError(422, "connection_address", detail=refused.detail),
        Why.TOO_LARGE: ApiError(422, "connection_too_large"),
        Why.BUSY: ApiError(503, "connection_busy"),
    }
    return refusals[refused.why]


# -- as it is shown ---------------------------------------------------------------------------------------------------


def _connection(connection: Connection, language: str) -> dict[str, Any]:
    reason, _, code = connection.error.partition(" ")
    return {
        "channel": connection.channel,
        "name": connection.name,
        "account_id": connection.account_id,
        "account_name": connection.account_name,
        "team": connection.team,
        "options": dict(connection.options),
        "held": connection.held,
        "problem": connection.problem or None,
        "problem_explanation": conversation_views.explanation(connection.problem, language),
        "paused_until": conversation_views.when(connection.paused_until or None) if connection.problem else None,
        "last_event_at": conversation_views.when(connection.last_event_at or None),
        "last_send_at": conversation_views.when(connection.last_send_at or None),
        "last_error": _error(reason, code, connection.error_at, language) if reason else None,
        "token_until": conversation_views.when(connection.token_until or None),
        "rotating": connection.rotating,
        "webhook": {"url": connection.webhook, "standing": connection.hooked or None} if connection.webhook else None,
        "polling": _polling(connection),
        "checked_at": conversation_views.when(connection.checked_at or None),
    }


def _error(reason: str, code: str, at: int, language: str) -> dict[str, Any]:
    key = f"connect.refused.{reason}"
    explanation = texts.text(key, language) if texts.has(key) else None
    return {
        "reason": reason,
        "code": code or None,
        "at": conversation_views.when(at or None),
        "explanation": explanation,
    }


def _polling(connection: Connection) -> dict[str, Any] | None:
    """Return the times of the last and the next poll; None where the platform is not polled."""
    seconds = (
        channels.get(connection.channel).capabilities.poll_seconds if connection.channel in channels.names() else None
    )
    if not seconds:
        return None
    following = connection.asked_at + seconds * 1000 if connection.asked_at and not connection.held else None
    return {
        "seconds": seconds,
        "asked_at": conversation_views.when(connection.asked_at or None),
        "next_at": conversation_views.when(following),
    }


def _channel(channel: Channel, language: str) -> dict[str, Any]:
    secrets = [_field(channel, name, language, required=True) for name in channel.capabilities.secret_names]
    secrets += [_field(channel, name, language, required=False) for name in _brought(channel)]
    required = channel.capabilities.required_options
    options = [_field(channel, name, language, required=name in required) for name in forms.all_options(channel)]
    account = _field(channel, "account_id", language, required=True) if forms.needs_account(channel) else None
    document = DOCUMENTS.format(channel=channel.name)
    return {
        "name": channel.name,
        "label": channel.label,
        "on_request": channel.capabilities.on_request,
        "account": account,
        "secrets": secrets,
        "options": options,
        "signing_secret": channel.capabilities.signing_secret,
        "webhook": _webhook(channel),
        "polls": channel.capabilities.poll_seconds is not None,
        "renews": channel.capabilities.renews,
        "document": document,
        "lead": _said(f"connect.{channel.name}", language),
    }


def _webhook(channel: Channel) -> dict[str, Any] | None:
    if not channel.receives:
        return None
    return {"pattern": webhook_pattern().replace("{channel}", channel.name), "by_hand": not forms.is_told(channel)}


def _brought(channel: Channel) -> list[str]:
    """The secrets that a person may bring; not those that only renewing brings."""
    return [
        name
        for name in channel.capabilities.optional_secrets
        if not name.startswith(forms.PREVIOUS) and name not in forms.GOT
    ]


def _field(channel: Channel, name: str, language: str, *, required: bool) -> dict[str, Any]:
    """A field of the form: its words are the channel's own, or those of all fields of this name."""
    own, common = f"connect.{channel.name}.{name}", f"connect.field.{name}"
    label = _said(own, language) or _said(common, language) or name.replace("_", " ")
    hint = _said(f"{own}.hint", language) or _said(f"{common}.hint", language)
    return {
        "name": name,
        "label": label,
        "hint": hint,
        "required": required,
        "chosen": name in channel.capabilities.chosen_secrets,
    }


def _said(key: str, language: str) -> str | None:
    return texts.raw(key, language) if texts.has(key) else None
