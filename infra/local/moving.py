"""Takes the addresses that a stack has stored along when its ports change.

Addresses of this machine stand in many places: in the functions' environments, in the queues' own names, in the options
of connections and in their secrets, in the client of the user pool, in what the square was told to call, and in
messages that link to the square. Each knows its own and none is told of the others, so all of them are moved in one
place: in the files in which the embedded AWS and the square keep their state, while neither runs.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from . import private
from .processes import LOOPBACK, StartFailure

SECURE = "ENCRYPTED:"
"""The prefix that the embedded SSM puts before the base64 of a SecureString."""
BYTES = "__bytes__"
"""The key under which the embedded AWS keeps bytes, as base64."""
ADDRESS = re.compile(rf"(?<![\w.])({re.escape(LOOPBACK)}|localhost)(:|%3[Aa])(\d{{1,5}})(?!\d)")


def move(directory: Path, ports: Mapping[int, int]) -> None:
    """Turn each old port in the stored addresses below ``directory`` into the new one; twice is the same as once.

    A file is written whole or not at all. Raises ``StartFailure`` for a file that is no JSON.
    """
    for path in _files(directory):
        try:
            before = json.loads(path.read_text("utf-8"))
        except ValueError:
            raise StartFailure(f"{path} cannot be read, so the addresses in it cannot be moved.") from None
        after = moved(before, ports)
        if after != before:
            draft = path.with_name(f"{path.name}.draft")
            private.write(draft, json.dumps(after))
            draft.replace(path)


def moved(value: Any, ports: Mapping[int, int]) -> Any:
    """A piece of state with its addresses moved, in keys as well, and inside what is kept as base64."""
    if isinstance(value, dict):
        if set(value) == {BYTES}:
            return {BYTES: _in_base64(value[BYTES], ports)}
        return {moved(key, ports): moved(each, ports) for key, each in value.items()}
    if isinstance(value, list):
        return [moved(each, ports) for each in value]
    if not isinstance(value, str):
        return value
    if value.startswith(SECURE):
        return SECURE + _in_base64(value.removeprefix(SECURE), ports)
    return _in_text(value, ports)


def _files(directory: Path) -> Iterator[Path]:
    yield from sorted((directory / "aws").glob("*.json"))
    if (directory / "square-state.json").exists():
        yield directory / "square-state.json"


def _in_text(text: str, ports: Mapping[int, int]) -> str:
    # In one go, so that an address that was moved is not moved again by another pair.
    return ADDRESS.sub(lambda found: f"{found[1]}{found[2]}{ports.get(int(found[3]), found[3])}", text)


def _in_base64(encoded: str, ports: Mapping[int, int]) -> str:
    try:
        before = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return encoded  # a picture, or packed: nothing that is called
    after = _in_text(before, ports)
    return encoded if after == before else base64.b64encode(after.encode()).decode()
