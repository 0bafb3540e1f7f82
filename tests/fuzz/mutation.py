"""Changes bytes, documents and mails by chance, so that they stay close enough to real ones to be read deeply."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

from tests.unit.channels.mangling import places

Mutate = Callable[[bytes, random.Random], bytes]
ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    2**31,
    2**53 + 1,
    2**63,
    -(10**40),
    "",
    " ",
    "null",
    "0",
    "-1",
    "1e400",
    "\ud800",
    "\0",
    "#",
    "a#b:c/d?e",
    "../..",
    "x" * 1025,
    "\u0301" * 700,
    "\u202e\u2066",
    "\U0001f468\u200d" * 30,
    "{}",
    "2026-13-01T00:00:00Z",
    "99999-01-01T00:00:00+99:99",
    "https://[::1",
    "https://a.example/" + "%" * 50,
    [],
    {},
    [[]],
    [None, "a", 1],
    {"id": {"id": []}},
)
"""Values that stand where something else belongs."""
PIECES = (
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b";",
    b'"',
    b"=?utf-8?q?=0a?=",
    b"=?utf-8?b?",
    b"=?x?",
    b"From: a@b.example, c@d.example\r\n",
    b"From: <=?utf-8?q?a=0aBcc:b?=@c.example>\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: text/html; charset=utf-16\r\n",
    b'Content-Type: message/rfc822; name*0*=a; name*1="b\r\n',
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"Content-Disposition: attachment; filename*=utf-8''%ff\r\n",
    b"In-Reply-To: <a@b> <c\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"<blockquote><div>",
    b"&#x110000;",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"\x00",
)
"""Bytes that mean something in a mail, or in what stands in one."""
REPEATS = (2, 3, 10, 50, 400, 3000)
LARGEST = 100_000
"""Bytes of an input: work that grows with the square of its length shows here."""


def mutate_bytes(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with some of them removed, doubled, moved, replaced or repeated very often."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        start, end = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
        end = min(end, start + chance.choice((1, 2, 8, 40, 400)))
        part = data[start:end]
        change = chance.randrange(5)
        if change == 0:
            part = b""
        elif change == 1:
            part = chance.choice(PIECES) + part
        elif change == 2:
            part = (part or chance.choice(PIECES)) * chance.choice(REPEATS)
        elif change == 3:
            part = bytes(chance.randrange(256) for _ in range(chance.choice((1, 2, 4))))
        else:
            at = chance.randint(0, len(data))
            part += data[at : at + chance.choice((4, 40, 400))]
        data = (data[:start] + part + data[end:])[:LARGEST]
    return data


def mutate_lines(data: bytes, chance: random.Random) -> bytes:
    """Return a mail with lines removed, moved, doubled or added; at times any change of bytes."""
    if chance.random() < 0.5:
        return mutate_bytes(data, chance)
    lines = data.splitlines(keepends=True) or [b"\r\n"]
    for _ in range(chance.choice((1, 2, 3))):
        at = chance.randrange(len(lines))
        change = chance.randrange(4)
        if change == 0:
            del lines[at]
            lines = lines or [b"\r\n"]
        elif change == 1:
            lines.insert(at, chance.choice(lines))
        elif change == 2:
            lines.insert(at, chance.choice(PIECES))
        else:
            lines[at : at + 1] = [lines[at]] * chance.choice(REPEATS)
    return b"".join(lines)[:LARGEST]


def mutate_document(data: bytes, chance: random.Random) -> bytes:
    """Return a JSON document with odd values, missing keys, values of other places, or very many of something."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return mutate_bytes(data, chance)
    if chance.random() < 0.1:
        return mutate_bytes(data, chance)
    holder = [document]
    for _ in range(chance.choice((1, 1, 2, 4))):
        paths = list(places(holder))
        if paths:
            _change(holder, chance.choice(paths), _at(holder, chance.choice(paths)), chance)
    try:
        return json.dumps(holder[0], ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")[:LARGEST]
    except (IndexError, RecursionError):
        return b"null"


def _at(holder: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        holder = holder[step]
    return holder


def _change(holder: Any, path: tuple[Any, ...], other: Any, chance: random.Random) -> None:
    *above, last = path
    place = _at(holder, tuple(above))
    change = chance.randrange(6)
    if change == 0:
        del place[last]
    elif change == 1:
        place[last] = copy.deepcopy(other)
    elif change == 2 and isinstance(place[last], list) and len(json.dumps(place[last], default=str)) < 5000:
        place[last] = place[last] * chance.choice((2, 5, 40))
    elif change == 3 and isinstance(place[last], str):
        place[last] = (place[last] or "x")[:100] * chance.choice((2, 5, 40, 400))
    elif change == 4 and isinstance(place[last], str):
        place[last] = mutate_bytes(place[last].encode("utf-8", "replace"), chance).decode("utf-8", "replace")
    else:
        place[last] = copy.deepcopy(chance.choice(ODD))
