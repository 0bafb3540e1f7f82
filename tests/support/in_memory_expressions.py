"""DynamoDB's expressions, as far as ``storage`` uses them: conditions, filters, key conditions and updates.

Compiled once for each text. Values stay in the form of the protocol: ``{"S": "text"}``, ``{"N": "1"}``, ``{"SS": []}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

Wire = dict[str, Any]
"""An item, or a value, in the form of the protocol."""
Placeholders = Mapping[str, Any]
"""Names by ``#name`` and values by ``:value``."""
Condition = Callable[[Wire, Placeholders], bool]
Operand = Callable[[Wire, Placeholders], Any]
_TOKEN = re.compile(r"\s*([#:]?[A-Za-z_][A-Za-z0-9_]*|<>|<=|>=|[=<>(),])")
_CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


class Invalid(ValueError):
    """DynamoDB answers this with a ``ValidationException``."""


def placeholders(request: Mapping[str, Any], *texts: str) -> dict[str, Any]:
    """Return the placeholders of a request; raises ``Invalid`` for one that no expression uses, or that is missing."""
    given = {**request.get("ExpressionAttributeNames", {}), **request.get("ExpressionAttributeValues", {})}
    used = {token for text in texts for token in re.findall(r"[#:][A-Za-z0-9_]+", text)}
    if used != given.keys():
        raise Invalid(f"placeholders: {sorted(used ^ given.keys())}")
    return given


# -- conditions -------------------------------------------------------------------------------------------------------


@cache
def condition(text: str) -> Condition:
    """Return what tells whether an item meets a condition; an item that is not there is an empty one."""
    tokens = _Tokens(text)
    parsed = _disjunction(tokens)
    if tokens.peek():
        raise Invalid(text)
    return parsed


class _Tokens:
    def __init__(self, text: str) -> None:
        self._left = list(_tokens(text))

    def peek(self) -> str:
        return self._left[0] if self._left else ""

    def take(self, wanted: str = "") -> str:
        token = self._left.pop(0) if self._left else ""
        if not token or (wanted and token.upper() != wanted):
            raise Invalid(f"{token!r} where {wanted or 'more'} should be")
        return token


def _tokens(text: str) -> Iterator[str]:
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise Invalid(text)
        yield match[1]
        place = match.end()


def _disjunction(tokens: _Tokens) -> Condition:
    parts = [_conjunction(tokens)]
    while tokens.peek().upper() == "OR":
        tokens.take()
        parts.append(_conjunction(tokens))
    return parts[0] if len(parts) == 1 else lambda item, given: any(part(item, given) for part in parts)


def _conjunction(tokens: _Tokens) -> Condition:
    parts = [_term(tokens)]
    while tokens.peek().upper() == "AND":
        tokens.take()
        parts.append(_term(tokens))
    return parts[0] if len(parts) == 1 else lambda item, given: all(part(item, given) for part in parts)


def _term(tokens: _Tokens) -> Condition:
    first = tokens.take()
    if first == "(":
        inner = _disjunction(tokens)
        tokens.take(")")
        return inner
    if tokens.peek() == "(":
        return _function(first, tokens)
    left, operator = operand(first), tokens.take()
    if operator.upper() == "BETWEEN":
        low = operand(tokens.take())
        tokens.take("AND")
        return _between(left, low, operand(tokens.take()))
    if operator not in _COMPARISONS:
        raise Invalid(operator)
    return _compared(_COMPARISONS[operator], left, operand(tokens.take()))


def _function(name: str, tokens: _Tokens) -> Condition:
    tokens.take("(")
    left = operand(tokens.take())
    right = None
    if tokens.peek() == ",":
        tokens.take()
        right = operand(tokens.take())
    tokens.take(")")
    if name == "attribute_exists" and right is None:
        return lambda item, given: left(item, given) is not None
    if name == "attribute_not_exists" and right is None:
        return lambda item, given: left(item, given) is None
    if name == "begins_with" and right is not None:
        return _begins(left, right)
    if name == "contains" and right is not None:
        return _contains(left, right)
    raise Invalid(name)


def operand(token: str) -> Operand:
    """Return what reads an attribute of an item, or a value of the request."""
    if token[0] == ":":
        return lambda _item, given: given[token]
    if token[0] == "#":
        return lambda item, given: item.get(given[token])
    return lambda item, _given: item.get(token)


def _compared(compare: Callable[[Any, Any], bool], left: Operand, right: Operand) -> Condition:
    def holds(item: Wire, given: Placeholders) -> bool:
        one, other = left(item, given), right(item, given)
        if one is None or other is None or one.keys() != other.keys():
            return False
        return compare(comparable(one), comparable(other))

    return holds


def _between(value: Operand, low: Operand, high: Operand) -> Condition:
    least, most = _compared(_COMPARISONS[">="], value, low), _compared(_COMPARISONS["<="], value, high)
    return lambda item, given: least(item, given) and most(item, given)


def _begins(left: Operand, right: Operand) -> Condition:
    def holds(item: Wire, given: Placeholders) -> bool:
        text, start = left(item, given), right(item, given)
        return text is not None and "S" in text and text["S"].startswith(start["S"])

    return holds


def _contains(left: Operand, right: Operand) -> Condition:
    def holds(item: Wire, given: Placeholders) -> bool:
        value, part = left(item, given), right(item, given)
        return value is not None and part["S"] in (value.get("SS") or value.get("S") or ())

    return holds


def comparable(value: Wire) -> Any:
    """Return a value as Python compares it like DynamoDB."""
    ((kind, content),) = value.items()
    if kind == "N":
        return int(content)
    return frozenset(content) if kind == "SS" else content


# -- updates ----------------------------------------------------------------------------------------------------------


@cache
def _clauses(text: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return an update as verbs with attributes and values; the value of REMOVE is empty."""
    pieces = _CLAUSE.split(text)
    if pieces[0].strip() or not pieces[1:]:
        raise Invalid(text)
    return tuple((verb, tuple(_part(verb, each) for each in body.split(","))) for verb, body in _pairs(pieces[1:]))


def _pairs(pieces: list[str]) -> Iterator[tuple[str, str]]:
    return zip(pieces[::2], pieces[1::2], strict=True)


def _part(verb: str, text: str) -> tuple[str, str]:
    words = list(_tokens(text))
    form = {"SET": ["=", 1], "REMOVE": [], "ADD": [1], "DELETE": [1]}[verb]
    if len(words) != len(form) + 1 or (verb == "SET" and words[1] != "="):
        raise Invalid(text)
    return words[0], words[-1] if form else ""


def updated(text: str, item: Wire, given: Placeholders, fixed: frozenset[str]) -> Wire:
    """Return an item after an update; raises ``Invalid`` for one that would change a key."""
    after, changed = dict(item), list[str]()
    for verb, parts in _clauses(text):
        for path, value in parts:
            name = given[path] if path[0] == "#" else path
            changed.append(name)
            new = _changed(verb, after.get(name), given.get(value))
            if new is None:
                after.pop(name, None)
            else:
                after[name] = new
    if fixed & set(changed) or len(changed) != len(set(changed)):
        raise Invalid(text)
    return after


def _changed(verb: str, old: Wire | None, value: Wire | None) -> Wire | None:
    if verb == "REMOVE" or value is None:
        return None
    if verb == "SET":
        return value
    if verb == "ADD" and "N" in value:
        return {"N": str(int((old or {"N": "0"})["N"]) + int(value["N"]))}
    here, given = set((old or {}).get("SS", ())), set(value["SS"])
    left = here | given if verb == "ADD" else here - given
    return {"SS": sorted(left)} if left else None
