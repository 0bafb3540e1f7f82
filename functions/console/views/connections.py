"""Connections and channels as the API shows them: how they are, and what a form asks for. No secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import channels
from application.connections import forms
from console.times import when
from console.views import conversations as conversation_views
from console.views import costs
from conversations import prices
from conversations.facts import Visibility
from shared import texts
from storage.connection_items import Gap, Loss

if TYPE_CHECKING:
    from channels.base import Channel
    from storage.connections import Connection
    from storage.outreach_budgets import Budget

DOCUMENTS = "docs/channels/{channel}.md"
"""Path of a channel's setup guide in the repository."""


def connection(connection: Connection, language: str, budget: Budget) -> dict[str, Any]:
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
        "paused_until": when(connection.paused_until or None) if connection.problem else None,
        "last_event_at": when(connection.last_event_at or None),
        "last_send_at": when(connection.last_send_at or None),
        "last_error": _error(reason, code, connection.error_at, language) if reason else None,
        "token_until": when(connection.token_until or None),
        "rotating": connection.rotating,
        "webhook": {"url": connection.webhook, "standing": connection.hooked or None} if connection.webhook else None,
        "polling": _polling(connection, budget),
        "gap": _gap(connection, language),
        "checked_at": when(connection.checked_at or None),
        "budget": costs.budget(connection.channel, budget),
    }


def _error(reason: str, code: str, at: int, language: str) -> dict[str, Any]:
    key = f"connect.refused.{reason}"
    explanation = texts.text(key, language) if texts.has(key) else None
    return {
        "reason": reason,
        "code": code or None,
        "at": when(at or None),
        "explanation": explanation,
    }


def _gap(connection: Connection, language: str) -> dict[str, Any] | None:
    """Return the last time in which the platform was not heard, and what became of the messages of then."""
    if connection.missed_until:
        gap, fetched = Gap(connection.missed_since, connection.missed_until), None
    elif connection.gap:
        gap, fetched = connection.gap, connection.gap.fetched
    else:
        return None
    between = _between(gap.since, gap.until, language)
    is_pending = fetched is None
    first = (
        texts.text("gap.pending", language, **between)
        if is_pending
        else texts.text("gap.fetched", language, n=fetched, **between)
    )
    sentences = [first, *(_lost(each, language) for each in gap.lost)]
    lost = [{"visibility": each.visibility, "since": when(each.since), "until": when(each.until)} for each in gap.lost]
    times = {"since": when(gap.since), "until": when(gap.until)}
    return times | {"fetched": fetched, "lost": lost, "explanation": " ".join(sentences)}


def _lost(loss: Loss, language: str) -> str:
    between = _between(loss.since, loss.until, language)
    if loss.visibility == Visibility.PRIVATE:
        return texts.text("gap.lost.private", language, **between)
    return texts.text("gap.lost.public", language, **between)


def _between(since: int, until: int, language: str) -> dict[str, str]:
    """Return two times as texts name them (UTC), the day of the second only where it is another."""
    first, last = (datetime.fromtimestamp(each / 1000, UTC) for each in (since, until))
    months = texts.text("calendar.months", language).split()
    days = [
        texts.text("calendar.date", language, date=at.day, month=months[at.month - 1], year=at.year)
        for at in (first, last)
    ]
    ends = f"{last:%H:%M}" if days[0] == days[1] else f"{days[1]}, {last:%H:%M}"
    return {"since": f"{days[0]}, {first:%H:%M}", "until": f"{ends} UTC"}


def _polling(connection: Connection, budget: Budget) -> dict[str, Any] | None:
    """Return the times of the last and the next poll; None where the platform is not polled."""
    seconds = (
        channels.get(connection.channel).capabilities.poll_seconds if connection.channel in channels.names() else None
    )
    if not seconds:
        return None
    seconds *= budget.slower if prices.is_metered(connection.channel) else 1
    following = connection.asked_at + seconds * 1000 if connection.asked_at and not connection.held else None
    return {
        "seconds": seconds,
        "asked_at": when(connection.asked_at or None),
        "next_at": when(following),
    }


def channel(channel: Channel, webhook_pattern: str, language: str) -> dict[str, Any]:
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
        "webhook": _webhook(channel, webhook_pattern),
        "polls": channel.capabilities.poll_seconds is not None,
        "search": {"metered": prices.is_metered(channel.name)} if channel.searcher else None,
        "renews": channel.capabilities.renews,
        "sign_in": _sign_in(channel, language),
        "document": document,
        "lead": _said(f"connect.{channel.name}", language),
    }


def _sign_in(channel: Channel, language: str) -> dict[str, Any] | None:
    """Return what a person brings to the platform's own sign-in: values of the app, and the server's address."""
    if channel.sign_in is None:
        return None
    fields = (channel.sign_in.secret_names, channel.sign_in.option_names)
    secrets, options = ([_field(channel, name, language, required=True) for name in names] for names in fields)
    return {"secrets": secrets, "options": options}


def _webhook(channel: Channel, pattern: str) -> dict[str, Any] | None:
    if not channel.receives:
        return None
    return {"pattern": pattern.replace("{channel}", channel.name), "by_hand": not forms.is_told(channel)}


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
