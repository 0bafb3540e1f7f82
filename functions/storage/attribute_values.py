"""Plain values and the form of DynamoDB's protocol, both ways: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html"""

from __future__ import annotations

from typing import Any, NewType

Item = dict[str, Any]
StoredItem = NewType("StoredItem", dict[str, Any])
"""An item that may be written: it has its key, and its attributes are those of a schema."""
KEPT_EMPTY = "x"
"""The one attribute that is stored though it is empty: an edit that took all words away says so."""


def encode(item: Item) -> Item:
    """Return an item in the form of the protocol, without what is None or empty."""
    return {
        # Nearly all are short texts, which take no call.
        name: {"S": value} if type(value) is str and value.isascii() else encode_value(value)
        for name, value in item.items()
        if value is not None and (value != "" or name == KEPT_EMPTY)
    }


def decode(item: Item) -> Item:
    """Return an item of the protocol as plain values."""
    return {name: _decode_value(value) for name, value in item.items()}


def encode_value(value: Any) -> dict[str, Any]:
    """Return one value in the form of the protocol: a string, a whole number, bytes, or a set of strings."""
    if isinstance(value, str):
        # Half a surrogate pair, as a platform may cut it, is no text that the table could keep.
        return {"S": value if value.isascii() else value.encode("utf-8", "replace").decode()}
    if isinstance(value, int):
        return {"N": str(int(value))}
    if isinstance(value, bytes):
        return {"B": value}
    return {"SS": sorted(value)}


def _decode_value(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    return int(content) if kind == "N" else set(content) if kind == "SS" else content
