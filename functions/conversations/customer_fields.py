"""Fields that a team keeps of its customers: what they are called, of which type, and which values they take. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from msgspec import Struct

TYPES = ("text", "number", "date", "choice")
MOST_FIELDS, MOST_CHOICES = 30, 50
LONGEST_LABEL, LONGEST_VALUE = 80, 500
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


class CustomerField(Struct, frozen=True):
    """A field of a team's customers."""

    name: str
    label: str
    type: str = "text"
    choices: tuple[str, ...] = ()

    def holds(self, value: str) -> bool:
        """Return whether the field takes a value."""
        if self.type == "choice":
            return value in self.choices
        if self.type == "number":
            return _NUMBER.fullmatch(value) is not None
        if self.type == "date":
            return _is_date(value)
        return len(value.strip()) > 0 and len(value) <= LONGEST_VALUE


def fields_from(value: Any) -> tuple[CustomerField, ...]:
    """Return the fields that a team's document describes; raises ``ValueError`` naming what is wrong."""
    if not isinstance(value, list) or len(value) > MOST_FIELDS:
        raise ValueError(f"customer_fields: a list of at most {MOST_FIELDS}")
    fields = tuple(_field(each) for each in value)
    if len({each.name for each in fields}) < len(fields):
        raise ValueError("customer_fields: a name that is there twice")
    return fields


def documents_of(fields: tuple[CustomerField, ...]) -> list[dict[str, Any]]:
    """Return the documents that describe fields."""
    return [
        {"name": each.name, "label": each.label, "type": each.type, "choices": list(each.choices)} for each in fields
    ]


def _field(value: Any) -> CustomerField:
    if not isinstance(value, dict) or value.keys() - {"name", "label", "type", "choices"}:
        raise ValueError("customer_fields: name, label, type and choices")
    name, label, kind = value.get("name"), value.get("label"), value.get("type", "text")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError("customer_fields: name: 1 to 50 of a-z, 0-9, - and _")
    if not isinstance(label, str) or not _is_line(label):
        raise ValueError(f"customer_fields: {name}: label: 1 to {LONGEST_LABEL} characters in one line")
    if kind not in TYPES:
        raise ValueError(f"customer_fields: {name}: type: {', '.join(TYPES)}")
    return CustomerField(name, label.strip(), kind, _choices(name, kind, value.get("choices") or []))


def _choices(name: str, kind: str, value: Any) -> tuple[str, ...]:
    is_list = isinstance(value, list) and len(value) <= MOST_CHOICES and all(_is_line(each) for each in value)
    if not is_list or bool(value) != (kind == "choice"):
        raise ValueError(f"customer_fields: {name}: choices: 1 to {MOST_CHOICES} texts, for a choice alone")
    return tuple(dict.fromkeys(each.strip() for each in value))


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_LABEL and value.isprintable()


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
