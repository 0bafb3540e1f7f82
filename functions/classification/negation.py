"""The signal that a negation inverts: the nearest one, whose permitted place differs between languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from classification.vocabulary import Found

NEGATIONS = frozenset({"not", "not_yet", "without", "no"})
BOTH_WAYS = frozenset({"not", "not_yet"})
"""German negations that also stand behind what they negate: *geht nicht*."""
REACH = 8
"""Words between a negation and what it negates."""


def negated(signals: Sequence[Found], targets: Container[str]) -> list[tuple[str, bool]]:
    """The signals of the kinds that can be negated, each with whether it is, and every negation that negates none."""
    turned = [False] * len(signals)
    alone = []
    for at, target in _bound(signals, targets):
        if target is None:
            alone.append((signals[at].kind, False))
        else:
            turned[target] ^= True
    return alone + [(signal.kind, turned[at]) for at, signal in enumerate(signals) if signal.kind in targets]


def _bound(signals: Sequence[Found], targets: Container[str]) -> Iterator[tuple[int, int | None]]:
    """Each negation with what it negates: the next signal, or, in German, the one before."""
    before: int | None = None
    for at, after in enumerate(_following(signals, targets)):
        signal = signals[at]
        if signal.kind in targets:
            before = at
        elif signal.kind in NEGATIONS:
            if after is not None and signals[after].start - signal.end < _reach(signal):
                yield at, after
            elif before is not None and signal.kind in BOTH_WAYS and signal.start - signals[before].end < REACH:
                yield at, before
            else:
                yield at, None


def _following(signals: Sequence[Found], targets: Container[str]) -> list[int | None]:
    """For each place the next signal behind it that can be negated."""
    following: list[int | None] = []
    nearest: int | None = None
    for at in reversed(range(len(signals))):
        following.append(nearest)
        nearest = at if signals[at].kind in targets else nearest
    return following[::-1]


def _reach(negation: Found) -> int:
    """*No* as the first word is mostly an answer, and reaches less far."""
    return 2 if negation.kind == "no" and negation.start == 0 else REACH
