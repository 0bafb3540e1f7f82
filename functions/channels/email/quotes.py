"""Divides a mail into what was newly written and what is folded away: quotations and forwarded mails.

Nothing is lost: each line is in one of both. A line that begins with ``>`` is a quotation only below an introduction.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from channels.email import quote_signs
from channels.email.bodies import Line, LineKind

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTRODUCTION_ENDS = (":", "\uff1a", "-")
_MOST_CANDIDATES = 2000
"""Lines that end like an introduction and are looked at; nobody writes as many."""


class Words(NamedTuple):
    """The text of a mail."""

    text: str
    folded: str = ""
    """Quoted or forwarded text."""
    forwarded: bool = False
    """It was forwarded: the writer hands it on, and does not answer it."""


class _Folder:
    """Goes through the lines once."""

    def __init__(self, lines: Sequence[Line], *, is_reply: bool) -> None:
        self.lines = lines
        self.plain = [quote_signs.plain_line(line.text) for line in lines]
        self.is_reply = is_reply
        self.kept: list[str] = []
        self.folded: list[str] = []
        self.is_introduced = False
        self.forwarded = False
        self.no_head_before = 0
        """Up to this line there is no head: they belong to one that was looked at."""
        self.candidates = 0

    def run(self) -> None:
        number = 0
        while number < len(self.lines):
            number += self._step(number)

    def _step(self, number: int) -> int:
        """Deal with a line, and return how many lines that were."""
        kind = self.lines[number].kind
        if kind is LineKind.INTRODUCTION:
            return self._introduction(number)
        if kind is LineKind.QUOTE:
            return self._quote(number)
        if kind is LineKind.BELOW:
            return self._fold_rest(number, forwarded=self._begins_forward(number))
        if kind is LineKind.INDENTED:
            return self._indented(number)
        size = self._introduction_size(number)
        if size and self._is_quoted_next(number + size):
            return self._fold(number, size)
        if self._begins_forward(number):
            return self._fold_rest(number, forwarded=True)
        if self._begins_answered(number) or (size and self._ends_text(number, size)):
            return self._fold_rest(number, forwarded=False)
        self.kept.append(self.lines[number].text)
        return 1

    def _introduction(self, number: int) -> int:
        size = self._block(number)
        if self._is_quoted_next(number + size):
            return self._fold(number, size)
        text = " ".join(self.plain[number : number + size])
        is_forward = self._begins_forward(number) or quote_signs.is_forward_title(text) or text.startswith("--")
        return self._fold_rest(number, forwarded=is_forward)

    def _quote(self, number: int) -> int:
        size = self._block(number)
        self.forwarded = self.forwarded or self._begins_forward(number)
        return self._fold(number, size)

    def _indented(self, number: int) -> int:
        """Keep an own emphasis; below an introduction it is a quotation, and so is what begins as a whole mail."""
        if not self.is_introduced:
            is_forward = self._begins_forward(number)
            self.is_introduced = is_forward or self._is_head(number)
            self.forwarded = self.forwarded or is_forward
        (self.folded if self.is_introduced else self.kept).append(self.lines[number].text)
        return 1

    def _block(self, number: int) -> int:
        """Return how many lines of one kind follow each other."""
        end = number
        while end < len(self.lines) and self.lines[end].kind is self.lines[number].kind:
            end += 1
        return end - number

    def _fold(self, number: int, size: int) -> int:
        self.is_introduced = True
        for line in self.lines[number : number + size]:
            self.folded.append(f"> {line.text}" if line.kind is LineKind.QUOTE and line.text else line.text)
        return size

    def _fold_rest(self, number: int, *, forwarded: bool) -> int:
        self.forwarded = self.forwarded or forwarded
        self.folded += [line.text for line in self.lines[number:]]
        return len(self.lines) - number

    def _following(self, number: int, most: int) -> list[str]:
        """Return the next lines, from the first on that is not empty."""
        for first in range(number, min(number + 4, len(self.plain))):
            if self.plain[first]:
                return self.plain[first : first + most]
        return self.plain[number : number + most]

    def _is_head(self, number: int) -> bool:
        if number < self.no_head_before or not quote_signs.label_of(self.plain[number]):
            return False
        following = self.plain[number : number + quote_signs.LONGEST_HEAD]
        if quote_signs.head_size(following):
            return True
        labelled = next(
            (n for n, line in enumerate(following) if line and not quote_signs.label_of(line)), len(following)
        )
        self.no_head_before = number + labelled
        return False

    def _begins_forward(self, number: int) -> bool:
        """Return whether a mail was forwarded from this line on; an Outlook's head says so unless it is an answer."""
        first = self._following(number, 1)
        if not first or not quote_signs.may_quote(first[0]):
            return False
        if quote_signs.is_forward_ruler(first[0]):
            return True
        if quote_signs.is_forward_title(first[0]):
            after = self._following(self.plain.index(first[0], number) + 1, 1)
            return bool(after) and quote_signs.label_of(after[0]) is not None
        return False

    def _begins_answered(self, number: int) -> bool:
        """Return whether a mail that is answered, or forwarded, begins with its head or a ruler."""
        line = self.plain[number]
        if not quote_signs.may_quote(line):
            return False
        if quote_signs.is_reply_ruler(line):
            return True
        if quote_signs.is_stroke(line):
            return quote_signs.head_size(self._following(number + 1, quote_signs.LONGEST_HEAD)) > 0
        return self._is_head(number)

    def _introduction_size(self, number: int) -> int:
        """Return how many lines from here on say who wrote what is quoted; such a line is often broken."""
        if not any(line.endswith(_INTRODUCTION_ENDS) for line in self.plain[number : number + 3]):
            return 0
        for size in (1, 2, 3):
            last = number + size - 1
            if last >= len(self.plain) or not self.plain[last] or self.lines[last].kind is not LineKind.OWN:
                return 0
            if size > 1 and not quote_signs.begins_introduction(self.plain[number]):
                return 0
            if self._is_introduction(number, size):
                # Lines of the writer's own may stand directly above it.
                return 0 if any(self._is_dated(number + less, size - less) for less in range(1, size)) else size
        return 0

    def _is_introduction(self, number: int, size: int) -> bool:
        last = self.plain[number + size - 1]
        if not last.endswith(_INTRODUCTION_ENDS) or self.candidates > _MOST_CANDIDATES:
            return False
        self.candidates += 1
        text = " ".join(self.plain[number : number + size])
        return len(text) <= quote_signs.LONGEST_LINE and quote_signs.is_introduction(text)

    def _is_dated(self, number: int, size: int) -> bool:
        """Return whether lines are an introduction without those above them: who, and when."""
        text = " ".join(self.plain[number : number + size])
        return quote_signs.has_date(text) and self._is_introduction(number, size)

    def _is_quoted_next(self, number: int) -> bool:
        following = (line.kind for line in self.lines[number : number + 4] if line.text)
        return next(following, LineKind.OWN) in (LineKind.INDENTED, LineKind.QUOTE)

    def _ends_text(self, number: int, size: int) -> bool:
        """Return whether all below an introduction is quoted, though nothing marks it."""
        text = " ".join(self.plain[number : number + size])
        if quote_signs.is_certain_introduction(text):
            return True
        is_apart = number + size >= len(self.plain) or not self.plain[number + size]
        return self.is_reply and is_apart and quote_signs.begins_introduction(text)


def divide(lines: Sequence[Line], *, is_reply: bool = False, is_forward: bool = False) -> Words:
    """Return what was newly written, and what is folded away. If nothing is left, all of it is shown.

    ``is_reply`` and ``is_forward``: the mail's headers say that it is one.
    """
    plain = "\n".join([line.text for line in lines])
    if not quote_signs.may_quote(plain) and all(line.kind is LineKind.OWN for line in lines):
        return Words(_without_gaps(plain))
    folder = _Folder(lines, is_reply=is_reply)
    folder.run()
    text, folded = _tidy(folder.kept), _tidy(folder.folded)
    has_mail = bool(folded) and (is_forward or not is_reply) and _has_head(folder.folded)
    forwarded = folder.forwarded or has_mail or (is_forward and bool(folded))
    if not text:
        return Words(_tidy([line.text for line in lines]), "", forwarded)
    return Words(text, folded, forwarded)


def _has_head(lines: list[str]) -> bool:
    """Return whether what is folded begins with the headers of a mail."""
    plain = [quote_signs.plain_line(line) for line in lines[: 2 * quote_signs.LONGEST_HEAD]]
    start = next((number for number, line in enumerate(plain) if quote_signs.label_of(line)), len(plain))
    return quote_signs.head_size(plain[start:]) > 0


def _tidy(lines: Sequence[str]) -> str:
    return _without_gaps("\n".join(lines))


def _without_gaps(text: str) -> str:
    return _GAP.sub("\n\n", text).strip() if "\n\n\n" in text else text.strip()


_GAP = re.compile(r"\n{3,}")
