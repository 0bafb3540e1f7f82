"""Documents in items of their own: settings in the form in which the API has them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from storage.schema import LeaveOut, Schema, json_value, to_spaced_json


class Document(Struct, frozen=True):
    """A team's rules, a macro, or the routing rules."""

    body: Any
    """A JSON value in the form that docs/openapi.yaml describes."""


DOCUMENT = Schema(Document, leave_out=LeaveOut.NONE, body=json_value("b"))
SPACED_DOCUMENT = Schema(Document, leave_out=LeaveOut.NONE, body=json_value("b", to_spaced_json))
"""A document as the first version wrote those of teams and macros."""
