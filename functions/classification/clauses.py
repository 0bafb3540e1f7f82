"""The meaning of one clause for the problem: its signals, and their change by negation and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from classification.negation import NEGATIONS, negated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from classification.tokens import Clause
    from classification.vocabulary import Found

WORKS, GLAD, NOTHING, SAD, BROKEN = 2, 1, 0, -1, -2
"""Values of signals: statements about the problem, or only a glad or sad tone."""
PLAIN = {
    "good": WORKS,
    "cured": WORKS,
    "bad": BROKEN,
    "praise": GLAD,
    "upset": SAD,
    "trouble": SAD,
    "needed": NOTHING,
    "pending": NOTHING,
}
TURNED = {"good": BROKEN, "cured": BROKEN, "bad": WORKS, "praise": BROKEN, "trouble": WORKS, "needed": BROKEN}
"""With a negation. To be without what is needed is bad; to have it says nothing."""
RETURNED = {"trouble": BROKEN, "needed": WORKS}
"""With *again* or *back*."""
GONE = {"trouble": WORKS, "bad": WORKS, "needed": BROKEN}
ANSWERS = {"yes": GLAD, "nay": SAD, "no": SAD}
MARKS = (
    "again",
    "returned",
    "still",
    "gone",
    "now",
    "past",
    "contrast",
    "join",
    "if",
    "unsure",
    "until",
    "ask",
    "irony",
)
KINDS = (*PLAIN, *sorted(NEGATIONS), "yes", "nay", *MARKS, "neutral")


class Part(Struct, frozen=True):
    """The result of a clause: its sign, from +2 (it works) to -2 (it does not), and how it stands to those before."""

    sign: int
    answer: int = 0
    """Yes or no, if it begins with that."""
    is_turn: bool = False
    """It says that something changed."""
    is_unread_turn: bool = False
    """It begins with *but now*, and the rest is not understood."""
    is_undecided: bool = False
    """The customer does not know yet."""
    is_ironic: bool = False


def parts(clause: Clause, found: Sequence[Found]) -> Iterator[Part]:
    """The clause in parts, cut before each *but*, *and*, *because*."""
    start = 0
    signals: list[Found] = []
    for signal in found:
        if signal.kind in ("contrast", "join") and signal.start > start:
            yield _part(clause, signals, start, signal.start)
            start, signals = signal.start, []
        signals.append(signal)
    yield _part(clause, signals, start, len(clause.words))


def _part(clause: Clause, found: Sequence[Found], start: int, end: int) -> Part:
    kinds = {signal.kind for signal in found}
    opening = [signal.kind for signal in found if signal.start <= start + 1]
    asks = clause.asks or "ask" in opening
    unread = end - start - sum(signal.end - signal.start for signal in found)
    signals = negated(found, PLAIN)
    sign = _sign(signals, kinds, asks, unread)
    return Part(
        sign=sign,
        answer=next((ANSWERS[kind] for kind in opening if kind in ANSWERS), 0) if not asks else 0,
        is_turn=bool(kinds & {"contrast", "now", "returned", "again", "cured"}),
        is_unread_turn={"contrast", "now"} <= kinds and unread > 0 and sign == NOTHING,
        is_undecided=("pending", True) in signals,
        is_ironic="irony" in kinds,
    )


def _sign(signals: Sequence[tuple[str, bool]], kinds: set[str], asks: bool, unread: int) -> int:
    """Return the result of a clause. If it contradicts itself the bad counts, but a cure outweighs what it cures."""
    if kinds & {"if", "past"}:
        return NOTHING
    values = [_value(kind, is_negated, kinds) for kind, is_negated in signals]
    if ("cured", False) in signals:
        values = [value for value, signal in zip(values, signals, strict=True) if signal != ("bad", False)]
    if BROKEN in values or (("not_yet", False) in signals and unread <= 1):
        return BROKEN
    if asks or "unsure" in kinds:
        return NOTHING
    if WORKS in values:
        return BROKEN if "until" in kinds else WORKS
    if "pending" in kinds:
        return NOTHING
    return min((value for value in [*values, *_tones(kinds)] if value), default=NOTHING)


def _value(kind: str, is_negated: bool, kinds: set[str]) -> int:
    if is_negated:
        return TURNED.get(kind, NOTHING)
    if kinds & {"again", "returned"} and kind in RETURNED:
        return RETURNED[kind]
    if "gone" in kinds and kind in GONE:
        return GONE[kind]
    return PLAIN.get(kind, NOTHING)


def _tones(kinds: set[str]) -> Iterator[int]:
    """Yield the tone of words of time without other signals: *immer noch* bad, *wieder* good, *wieder weg* bad."""
    if "still" in kinds:
        yield SAD
    if "gone" in kinds:
        yield BROKEN if kinds & {"again", "returned"} else GLAD
    elif "returned" in kinds:
        yield GLAD
