"""Forms of names that become part of other names: of parameters, of the table's keys, of addresses.

A parameter's name with a colon selects a version of it, one with a slash leads to another; so every name is checked
where it is put together, whatever its source.
"""

from __future__ import annotations

import re

CONNECTION = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""Of a connection: stands in the webhook's address, in a parameter's name and in keys of the table."""
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def is_connection(channel: str, name: str) -> bool:
    """Return whether a connection could have this name on a channel that could have that one."""
    return _CHANNEL.fullmatch(channel) is not None and CONNECTION.fullmatch(name) is not None


def is_segment(text: str) -> bool:
    """Return whether a text is one part of a path and nothing else: no separator, no selector, no way upwards."""
    return _SEGMENT.fullmatch(text) is not None
