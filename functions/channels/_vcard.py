"""Fields of a contact card, as people read them.

Sources: RFC 6350 (vCard 4: folded lines, groups, escapes), RFC 2425; vCard 2.1, whose values may be quoted-printable.
"""

from __future__ import annotations

import re
from quopri import decodestring

LONGEST = 20_000
"""Characters of a card that are read."""
MOST = 20
"""Fields of a card that are shown."""
_SHOWN = ("FN", "TITLE", "ORG", "TEL", "EMAIL", "URL", "ADR", "NOTE")
"""Properties that are shown, in their order; pictures, keys and dates are not."""
_FOLD = re.compile(r"\r?\n[ \t]")
_SOFT_BREAK = re.compile(r"=\r?\n")
_LINE = re.compile(r"(?:[\w-]{1,40}\.)?([A-Za-z-]{2,20})((?:;[^:\r\n]{0,200})?):([^\r\n]*)")
_ESCAPED = re.compile(r"\\([\\,;nN])")


def fields_of(card: str) -> list[str]:
    """Return what a card says of a person, each once; nothing of what is no card."""
    text = card[:LONGEST]
    if "QUOTED-PRINTABLE" in text.upper():
        text = _SOFT_BREAK.sub("", text)
    found: dict[str, list[str]] = {name: [] for name in _SHOWN}
    for line in _FOLD.sub("", text).splitlines():
        matched = _LINE.fullmatch(line.strip())
        if matched and matched[1].upper() in found:
            found[matched[1].upper()].append(_value(matched[2], matched[3]))
    every = (value for name in _SHOWN for value in found[name] if value)
    return list(dict.fromkeys(every))[:MOST]


def _value(parameters: str, raw: str) -> str:
    """Return a value without escapes; its parts, such as those of an address, are set off by commas."""
    if "QUOTED-PRINTABLE" in parameters.upper():
        raw = decodestring(raw.encode("utf-8", "replace")).decode("utf-8", "replace")
    parts = re.split(r"(?<!\\);", raw)
    plain = (_ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], part) for part in parts)
    whole = ", ".join(" ".join(part.split()) for part in plain if part.strip())
    return re.sub(r"^(?:mailto|tel):", "", whole, flags=re.IGNORECASE)
