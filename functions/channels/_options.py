"""Checks options of a connection that become part of an address, a path or a header.

A connection's secrets go wherever its address leads. So what stands in an address is of a strict form, both when it
is taken in and when it is used: an option that was stored before there was a form leads nowhere else either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from channels.base import PermanentFailure, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

ADDRESS = "_url"
"""The end of the name of an option that is a whole address, and checked as one (shared/http_guard.py)."""
_NUMBER = re.compile(r"[0-9]{1,40}")
_NAMES = re.compile(r"[A-Za-z0-9_./, -]{1,1000}")
FORMS: Mapping[str, re.Pattern[str]] = {
    "region": re.compile(r"[a-z]{2}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}"),
    "version": re.compile(r"v?[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}"),
    "app_id": _NUMBER,
    "instagram_app_id": _NUMBER,
    "page_id": _NUMBER,
    "waba_id": _NUMBER,
    "locations": _NAMES,
    "subreddits": _NAMES,
    "topic": re.compile(r"projects/[A-Za-z0-9.:_-]{1,100}/topics/[A-Za-z0-9._~+%-]{1,255}"),
    "client_id": re.compile(r"[A-Za-z0-9._~-]{1,200}"),
    "chat_proxy": re.compile(r"did:[a-z0-9]{1,20}:[A-Za-z0-9._:%-]{1,253}#[A-Za-z0-9_-]{1,100}"),
}
"""Options that become part of an address or a header, by their names, which mean the same on every channel."""
_STEPS = re.compile(r"(?:\A|[/,\s])\.{1,2}(?:\Z|[/,\s])")
"""Parts of a path that lead out of it."""


def is_well_formed(name: str, value: str) -> bool:
    """Tell if an option is of its form; any other option is one line that can be printed."""
    form = FORMS.get(name)
    if form is None:
        return value.isprintable()
    return form.fullmatch(value) is not None and _STEPS.search(value) is None


def part(options: Mapping[str, str], name: str, default: str) -> str:
    """Return an option as part of an address. Raises ``PermanentFailure`` where it is not of its form."""
    value = options.get(name) or default
    if name not in FORMS or not is_well_formed(name, value):
        raise PermanentFailure(Reason.BAD, f"option_{name}")
    return value
