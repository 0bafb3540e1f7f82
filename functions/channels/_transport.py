"""One transport for every channel: makes a call to a platform, and says in our own words why it failed.

A channel builds a ``Call`` and says two things about it: if it may be repeated, and how the platform's answers are
read (``classify``, with one ``CodeTable`` per platform). Time-outs, lost answers, refused addresses, pauses, the
duration and the outcome are seen to here::

    address refused (not public, not over TLS)     PermanentFailure  bad "address": it is never sent, now or later
    not reached, so nothing was sent               TransientFailure  retry "not_reached"
    answer lost, or one that says nothing          UnconfirmedSend; TransientFailure where the call may be repeated
    a Refusal that passes (PASSING)                TransientFailure  with the pause that the platform wants
    any other Refusal                              PermanentFailure

``requests`` is imported with the first call: a webhook never makes one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from channels._calls import Answer, Call
from channels._failures import ChannelError, PermanentFailure, Reason, TransientFailure, UnconfirmedSend
from channels._values import as_id, as_millis
from shared import telemetry

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from channels.base import Credentials

MAYBE_SENT: Literal["maybe_sent"] = "maybe_sent"
"""Not a reason to fail: the message may stand on the platform, so it must be looked for."""
PASSING = frozenset({Reason.RETRY, Reason.RATE, Reason.AUTH, Reason.POLICY})
"""Reasons for which a message waits, rather than fails."""
ADDRESS_REFUSED = "address"
"""Our own code for an address that nothing is sent to; no platform said it."""
LONGEST_PAUSE = 86_400.0
"""Seconds. No platform's limit lasts longer than a day."""


class Refusal(Struct, frozen=True):
    """The reason why an answer is no success; None where the call may have been carried out all the same."""

    reason: Reason | None
    code: str
    """The platform's own code, never its text: that may quote a customer."""
    retry_after: float | None = None
    """Seconds to wait before the next try."""


Meaning = Reason | Literal["maybe_sent"]
if TYPE_CHECKING:
    Classify = Callable[[Answer], Refusal | None]


def call(request: Call, *, channel: str, repeatable: bool, classify: Classify) -> Answer:
    """Make a call once and return its answer, if ``classify`` finds nothing wrong with it.

    ``repeatable``: made twice it has the effect of once, so a lost answer is a passing fault. ``channel`` names the
    metric. Raises ``PermanentFailure``, ``TransientFailure``, and ``UnconfirmedSend`` for what is not repeatable.
    """
    started = time.monotonic()
    result = _attempt(request, classify)
    refusal = result if isinstance(result, Refusal) else None
    telemetry.measure("PlatformSeconds", time.monotonic() - started, channel=channel, outcome=_outcome(refusal))
    if isinstance(result, Refusal):
        raise failure(result, repeatable=repeatable)
    return result


def renew(request: Call, *, channel: str, classify: Classify) -> Answer:
    """Make a call for new secrets. Raises ``TransientFailure`` only: what is refused for good waits for a person."""
    try:
        return call(request, channel=channel, repeatable=True, classify=classify)
    except PermanentFailure as failed:
        raise TransientFailure(Reason.AUTH, failed.code) from None


def failure(refusal: Refusal, *, repeatable: bool) -> ChannelError:
    """Return a refusal as one of the three failures of a send."""
    if refusal.reason is None and not repeatable:
        return UnconfirmedSend()
    reason = refusal.reason or Reason.RETRY
    if reason in PASSING:
        return TransientFailure(reason, refusal.code, refusal.retry_after)
    return PermanentFailure(reason, refusal.code)


def _attempt(request: Call, classify: Classify) -> Answer | Refusal:
    from channels import _http  # only sending needs it

    try:
        answer = _http.send(request)
    except _http.Refused:
        return Refusal(Reason.BAD, ADDRESS_REFUSED)
    except _http.NotReached:
        return Refusal(Reason.RETRY, "not_reached")
    except _http.AnswerLost:
        return Refusal(None, "answer_lost")
    return classify(answer) or answer


def _outcome(refusal: Refusal | None) -> str:
    if refusal is None:
        return "ok"
    return str(refusal.reason) if refusal.reason else "unclear"


# What answers mean ---------------------------------------------------------------------------------------------------


class CodeTable(Struct, frozen=True):
    """Meanings of one platform's codes. Its own codes say more than the status of HTTP, so they decide first."""

    codes: Mapping[Hashable, Meaning]
    statuses: Mapping[int, Meaning]
    """Meanings of a status where no code is known. 408 passes, and so does any other 3xx; any other 4xx is bad content;
    after all else the call may have been carried out."""
    pauses: Mapping[Reason, float] = field(default_factory=dict)
    """Seconds to wait where the platform does not say for how long."""
    longest_pause: float = LONGEST_PAUSE

    def meaning(self, *codes: Hashable) -> Meaning | None:
        """Return what the first known code means."""
        return next((self.codes[code] for code in codes if code in self.codes), None)

    def refusal(
        self, answer: Answer, code: str, meaning: Meaning | None = None, retry_after: float | None = None
    ) -> Refusal:
        """Return why an answer is no success: by ``meaning``, or else by its status.

        ``retry_after`` is what the answer says beside the usual header (seconds).
        """
        reason = _reason(meaning or self._by_status(answer.status))
        if reason is not None and reason not in PASSING:
            return Refusal(reason, code)
        seconds = retry_after or retry_after_header(answer)
        pause = max(min(seconds, self.longest_pause), 0.0) if seconds else self.pauses.get(reason or Reason.RETRY)
        return Refusal(reason, code, pause)

    def _by_status(self, status: int) -> Meaning:
        if known := self.statuses.get(status):
            return known
        if status < 300 or status >= 500:
            return MAYBE_SENT
        return Reason.RETRY if status < 400 or status == 408 else Reason.BAD


def _reason(meaning: Meaning) -> Reason | None:
    return None if meaning == MAYBE_SENT else Reason(meaning)


# Pauses --------------------------------------------------------------------------------------------------------------


def retry_after_header(answer: Answer) -> float | None:
    """Return the seconds of ``Retry-After`` (RFC 9110 10.2.3), which is a number or a date by the server's clock."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9]) or None
    return seconds_until(_date(value), answer)


def seconds_until(moment: object, answer: Answer) -> float | None:
    """Return the seconds until a moment by the server's own clock, at least one; None where it names none."""
    at, now = as_millis(moment), server_time(answer)
    return max((at - now) / 1000, 1.0) if at is not None and now else None


def server_time(answer: Answer) -> int:
    """Return when the server gave an answer (milliseconds); 0 where it does not say."""
    return _date(answer.headers.get("date", "")) or 0


def _date(value: str) -> int | None:
    from email.utils import parsedate_to_datetime  # only sending needs it

    try:
        return round(parsedate_to_datetime(value).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return None


# What many calls need ------------------------------------------------------------------------------------------------


def token(credentials: Credentials, name: str = "access_token", missing: str = "no_token") -> str:
    """Return a secret that goes into a header. Raises ``TransientFailure`` where there is none that can."""
    value = credentials.secrets.get(name, "").strip()
    if not value or not value.isascii() or not value.isprintable():
        raise TransientFailure(Reason.AUTH, missing)
    return value


def bearer(credentials: Credentials, name: str = "access_token", missing: str = "no_token") -> dict[str, str]:
    """Return the header of a bearer token (RFC 6750). Raises like ``token``."""
    return {"Authorization": f"Bearer {token(credentials, name, missing)}"}


def sent_id(value: object) -> str:
    """Return the id in a good answer. Raises ``UnconfirmedSend`` without one: nobody knows what stands there."""
    message_id = as_id(value)
    if message_id is None:
        raise UnconfirmedSend
    return message_id


def whole(value: object) -> int | None:
    """Return a whole number that came as one, or in digits."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
