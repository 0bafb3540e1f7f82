"""The routing rules in the table: which team conversations go to when they begin."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from conversations.routing_rules import Rule, documents_of, stored_rules
from shared import settings
from storage import table
from storage.documents import DOCUMENT, Document

if TYPE_CHECKING:
    from collections.abc import Sequence

KEPT = 30.0
"""Seconds for which the rules are not read again."""
_KEY = ("teams", "routing")


def rules() -> list[Rule]:
    """Return the rules, in their order."""
    key, now = settings.table_name(), time.monotonic()
    kept = _rules.get(key)
    if kept and kept[0] > now:
        return kept[1]
    item = table.get(*_KEY)
    current = stored_rules(DOCUMENT.read(item).body) if item else []
    _rules[key] = (now + KEPT, current)
    return current


def rules_now() -> list[Rule]:
    """Read the rules past the cache, in their order, for changing some of them and writing them all."""
    _rules.pop(settings.table_name(), None)
    return rules()


def put(new: Sequence[Rule]) -> None:
    """Keep the rules."""
    table.put(DOCUMENT.item(_KEY, Document(documents_of(new))))
    _rules.clear()


_rules: dict[str, tuple[float, list[Rule]]] = {}
