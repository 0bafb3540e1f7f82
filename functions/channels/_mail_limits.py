"""Limits for the raw bytes of a mail, looked at before a parser sees them; and who wrote a mail that is refused.

The standard library's parser takes quadratic time for some headers (each ``;`` of a parameter is counted from the
header's beginning), tries each line against each open boundary, and makes an object of each part. Here each byte is
looked at a constant number of times; what is within the limits is parsed in a time that grows with its length alone.
A limit counts what could be such a thing, wherever it stands, and does not follow the structure: there is no second
reading of a mail that could differ from the parser's.

Sources: RFC 5322 2.1.1 and 2.2 (lines, headers), RFC 2045 5.1 (parameters), RFC 2046 5.1 (boundaries), RFC 2231
(parameters in pieces), and Lib/email/feedparser.py for what counts as a line there: LF, CR, and both together.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from channels._mail_headers import lowered
from conversations.normalization import single_line

LARGEST = 30_000_000
"""Bytes of a mail that is read. SES takes 40 MB, and a mail needs its size several times while it is taken apart."""
LINES = 600_000
"""The largest mail has 400,000 lines of Base64."""
HEADER_LINES = 2000
HEADERS = 262_144
"""Bytes of a mail's own headers."""
ALL_HEADER_LINES = 100_000
"""Lines, wherever they stand, that have the form of a header."""
LONGEST_FIELD = 4096
"""Bytes of a header that the parser interprets: three file names of the greatest length in RFC 2231 fit."""
FIELDS = 524_288
"""Bytes of all headers that the parser interprets."""
PARAMETERS = 60
"""Semicolons in one header that the parser interprets."""
PARAMETER_WORK = 10_000_000
"""Sum of length times semicolons over all such headers: what the parser needs for them. A usual part has 1,000."""
BOUNDARIES = 50
BOUNDARY_WORK = 5_000_000
"""Boundaries times lines: each line is tried against each boundary that is open."""
DELIMITERS = 5000
"""Lines that begin with two hyphens, as each part does."""
REPORT_GAPS = 5000
"""Empty lines in a mail with a delivery report: each begins a part there."""
SMALL, SMALL_LINES = LONGEST_FIELD, HEADER_LINES
"""Bytes and lines of a mail in which nothing else is counted than its parameters."""

_FIELD = re.compile(rb"content-[a-z-]{1,40}:", re.IGNORECASE)
_HEADER = re.compile(rb"[!-9;-~]*:")


def excess(raw: bytes) -> str | None:
    """Return which limit a mail exceeds, as the reason for its quarantine; None for one that may be parsed."""
    if len(raw) > LARGEST:
        return "too_large"
    # At most twice as many as there are, as CR and LF together are one end of a line.
    if max(raw.count(b"\n"), raw.count(b"\r")) > LINES:
        return "too_many_lines"
    ends = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    lowered = raw.lower()
    boundaries = lowered.count(b"boundary")
    if ends > LINES:
        return "too_many_lines"
    if boundaries > BOUNDARIES or boundaries * ends > BOUNDARY_WORK:
        return "too_nested"
    if len(raw) <= SMALL and ends < SMALL_LINES and raw.count(b";") <= PARAMETERS:
        return None  # it is too small to exceed any other limit
    return _Lines().read(raw.splitlines(), b"message/delivery-status" in lowered)


class _Lines:
    """Counts, line by line, what costs the parser time."""

    def __init__(self) -> None:
        self.delimiters = self.gaps = self.headers = self.fields = self.work = 0
        self.size = self.semicolons = 0
        """Of the header that goes on with the next line if that begins with white space; 0 where there is none."""

    def read(self, lines: list[bytes], is_report: bool) -> str | None:
        """Return the first limit that is exceeded."""
        if reason := _headers_excess(lines):
            return reason
        for line in lines:
            first = line[:1]
            if b":" in line and _HEADER.match(line):
                self.headers += 1
            if first in (b" ", b"\t"):
                reason = self._continue(line) if self.size else None
            elif first in (b"c", b"C"):
                reason = self._end() or self._begin(line)
            else:
                reason = self._end() if self.size else None
                self.gaps += not line
                self.delimiters += first == b"-" and line[:2] == b"--"
            if reason:
                return reason
        return self._end() or self._counts_excess(is_report)

    def _begin(self, line: bytes) -> str | None:
        return self._continue(line) if _FIELD.match(line) else None

    def _continue(self, line: bytes) -> str | None:
        self.size += len(line)
        self.semicolons += line.count(b";")
        if self.size > LONGEST_FIELD:
            return "too_long_header"
        return "too_many_parameters" if self.semicolons > PARAMETERS else None

    def _end(self) -> str | None:
        self.fields += self.size
        self.work += self.size * (1 + self.semicolons)
        self.size = self.semicolons = 0
        return "too_many_parameters" if self.work > PARAMETER_WORK or self.fields > FIELDS else None

    def _counts_excess(self, is_report: bool) -> str | None:
        if self.headers > ALL_HEADER_LINES:
            return "too_many_headers"
        if self.delimiters > DELIMITERS or (is_report and self.gaps > REPORT_GAPS):
            return "too_many_parts"
        return None


def _headers_excess(lines: list[bytes]) -> str | None:
    """Return what is too much of the mail's own headers, which end with the first empty line."""
    size = 0
    for number, line in enumerate(lines):
        if not line:
            return None
        size += len(line)
        if number >= HEADER_LINES or size > HEADERS:
            # A mail without headers and without an empty line has a body at once.
            return "too_many_headers" if b":" in lines[0] else None
    return None


# Of a mail that is not read ------------------------------------------------------------------------------------------

_SHOWN_BYTES = 65_536
_SHOWN = 200
"""Characters of a sender or a subject that are shown."""
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f]{1,64}@[A-Za-z0-9.\-\u0080-\uffff]{1,253}")
_MOST_SENDERS = 5


class Glimpse(NamedTuple):
    """Sender and subject of a mail, for a person to read: one line each, cut, and never for a machine to obey."""

    sender: str = ""
    subject: str = ""
    addresses: tuple[str, ...] = ()
    """All addresses, in lower case, that the mail gives as its writers': what is erased with one of them."""


def raw_headers(raw: bytes) -> dict[str, bytes]:
    """Return the first of each header of a mail by its name in lower case, unfolded; of its beginning alone."""
    found: dict[str, bytes] = {}
    name = ""
    for line in raw[:_SHOWN_BYTES].splitlines():
        if not line:
            break
        if line[:1] in (b" ", b"\t"):
            # Each piece is added to a value of bounded length, or a header of many lines would take quadratic time.
            if name and len(found[name]) < 4 * _SHOWN:
                found[name] += line[: 4 * _SHOWN]
            continue
        head, colon, value = line[:_SHOWN_BYTES].partition(b":")
        label = head.decode("ascii", "replace").lower()
        name = label if colon and label not in found else ""
        if name:
            found[name] = value.strip()[: 8 * _SHOWN]
    return found


def one_line(text: str) -> str:
    """Return a text as one short line without control characters and without those that turn the direction."""
    return single_line(text[: 8 * _SHOWN])[:_SHOWN]


def addresses(*texts: str) -> tuple[str, ...]:
    """Return the first addresses that stand in some texts, in lower case, each once."""
    found = (lowered(each) for text in texts for each in _ADDRESS.findall(text[: 8 * _SHOWN]))
    return tuple(dict.fromkeys(found))[:_MOST_SENDERS]
