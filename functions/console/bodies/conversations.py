"""Bodies about answers and follow-ups, read into values."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from console.bodies.fields import duration_of, message_text_of, moment_of, unique, visibility_of, without_controls
from console.bodies.json_types import Body
from console.errors import ApiError, malformed
from conversations.facts import Visibility
from conversations.promise import Outcome

USUAL_RATE = 60
_BATCH = re.compile(r"[A-Za-z0-9_-]{8,40}")
_KEY = re.compile(r"[!-~]{1,255}")


class FollowUpWish(Struct, frozen=True):
    """A follow-up as an agent asks for it: what is left out is as the team usually has it."""

    after: str | None = None
    at: int | None = None
    """Milliseconds."""
    text: str | None = None
    template: str | None = None
    topic: str | None = None
    visibility: Visibility | None = None
    language: str | None = None
    """Of the question; None for that of the conversation."""
    reply_to: str | None = None
    """The id of the message that it is about; None for the conversation."""


class Judgement(Struct, frozen=True):
    """The meaning of an answer, as an agent says; with ``resolve`` the conversation is closed as well."""

    outcome: Outcome
    resolve: bool = False
    seen: str | None = None


class Bulk(Struct, frozen=True):
    """Asking many customers: which, how, and how many an hour."""

    conversations: tuple[str, ...]
    wish: FollowUpWish
    per_hour: int
    position: int
    """Number of conversations of the same bulk in the requests before this one."""
    batch: str


class Selection(Struct, frozen=True):
    """Customers who were answered about something: when, where, and in which words they wrote."""

    team: str
    """Empty: all teams."""
    since: int
    until: int
    """Milliseconds."""
    channel: str = ""
    words: tuple[str, ...] = ()


class NewReply(Struct, frozen=True):
    """An answer to be sent."""

    text: str
    visibility: Visibility | None
    follow_up: FollowUpWish | None
    resolve: bool
    seen: str | None
    hold: int = 0
    """Milliseconds for which it is held back, and can be taken back."""
    private: str = ""
    """The private message that is sent in one go with a public answer."""
    files: tuple[str, ...] = ()
    """The ids of uploads that go along with the first message."""
    split: bool = False
    """A text that is too long for the platform goes out in parts."""
    to: tuple[str, ...] | None = None
    """The addresses to which a mail goes; None for the person who wrote last."""
    cc: tuple[str, ...] | None = None
    subject: str | None = None
    reply_to: str | None = None
    """The id of the message that it answers; None for all that was seen."""

    @property
    def names_recipients(self) -> bool:
        """Return whether the agent chose to whom it goes, or under which subject, as only mails name."""
        return any(each is not None for each in (self.to, self.cc, self.subject))


def reply(body: Body) -> NewReply:
    """The body of ``POST …/replies``."""
    private, files, reply_to = body.get("private"), unique(body.get("files")), body.get("reply_to")
    if private is not None and body.get("visibility") == Visibility.PRIVATE:
        raise ApiError(422, "beside_private")
    wish = None if body.get("follow_up") is None else follow_up(body["follow_up"])
    return NewReply(
        text=without_controls(body.get("text") or "") if files else message_text_of(body),
        visibility=visibility_of(body),
        follow_up=replace(wish, reply_to=wish.reply_to or reply_to) if wish else None,
        resolve=body.get("resolve") or False,
        seen=body.get("seen"),
        hold=(body.get("hold_seconds") or 0) * 1000,
        private="" if private is None else message_text_of(private),
        files=files,
        split=body.get("split") or False,
        to=_several(body.get("to")),
        cc=_several(body.get("cc")),
        subject=body.get("subject"),
        reply_to=reply_to,
    )


def _several(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def follow_up(body: Body) -> FollowUpWish:
    """A follow-up as it is wished for, the body of ``PUT …/follow-up``; raises a 422 for an empty text."""
    text, at = body.get("text"), body.get("at")
    return FollowUpWish(
        after=duration_of(body, "after"),
        at=None if at is None else moment_of(at),
        text=None if text is None else message_text_of(body),
        template=body.get("template"),
        topic=body.get("topic"),
        visibility=visibility_of(body),
        language=body.get("language"),
        reply_to=body.get("reply_to"),
    )


def outcome(body: Body) -> Judgement:
    """The body of ``PUT …/follow-up/outcome``."""
    return Judgement(Outcome(body["outcome"]), body.get("resolve") or False, body.get("seen"))


def selection(body: Body) -> tuple[Selection, FollowUpWish, int]:
    """The body of ``POST /follow-ups/bulk/preview``: who was answered, the wish, and the rate per hour."""
    since, until = (moment_of(body[name]) for name in ("answered_since", "answered_until"))
    if since > until:
        raise ApiError(422, "period")
    words = unique(body.get("words"))
    chosen = Selection(body.get("team") or "", since, until, body.get("channel") or "", words)
    return chosen, follow_up(body.get("follow_up") or {}), body.get("per_hour") or USUAL_RATE


def bulk(body: Body) -> Bulk:
    """The body of ``POST /follow-ups/bulk``."""
    wish, rate = follow_up(body.get("follow_up") or {}), body.get("per_hour") or USUAL_RATE
    return Bulk(unique(body["conversations"]), wish, rate, body.get("position") or 0, body["batch"])


def batch(name: str) -> str:
    """The name of a bulk in a path; raises a 400."""
    if not _BATCH.fullmatch(name):
        raise malformed("batch: 8 to 40 of a-z, A-Z, 0-9, - and _, the same for all requests of a bulk")
    return name


def idempotency_key(value: str | None) -> str:
    """The header of that name, or nothing."""
    if value is not None and not _KEY.fullmatch(value):
        raise malformed("Idempotency-Key: 1 to 255 visible ASCII characters")
    return value or ""
