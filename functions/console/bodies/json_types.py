"""Checks of JSON values, called by the code that is generated from the API's description.

Each check raises a 400 that names the field by its path, and never repeats the value: it can be a secret. A path begins
with a dot; it is empty for the body itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

from console.errors import ApiError, malformed

Body = dict[str, Any]
Check = Callable[[Any, str], None]
LONGEST_FIELD = 50
"""Characters of an unknown field's name that are repeated."""


def fields(value: Any, path: str, known: Set[str] | None, required: tuple[str, ...] = (), least: int = 0) -> None:
    """Check that a value is an object without unknown fields (None: any are known), and with the required ones."""
    if not isinstance(value, dict):
        raise refusal(path, "object expected")
    if known is not None and (unknown := value.keys() - known):
        raise malformed(f"unknown field {_name(f'{path}.{min(unknown)[:LONGEST_FIELD]}')}")
    if missing := [name for name in required if value.get(name) is None]:
        raise malformed(f"{_name(f'{path}.{missing[0]}')} is missing")
    if len(value) < least:
        raise refusal(path, f"at least {least} fields" if least > 1 else "a field is needed")


def entries(value: Any, path: str, most: int | None = None) -> Iterator[tuple[Any, str]]:
    """Return the values of an object whose keys are free, each with its path, which does not repeat the key."""
    fields(value, path, None)
    if most is not None and len(value) > most:
        raise refusal(path, f"at most {most} fields")
    return ((each, f"{path}.*") for each in value.values())


def items(value: Any, path: str, least: int = 0, most: int | None = None) -> Iterator[tuple[Any, str]]:
    """Return the items of an array, each with its path."""
    if not isinstance(value, list):
        raise refusal(path, "array expected")
    _check_range(len(value), path, least, most, "items")
    return ((each, f"{path}[{number}]") for number, each in enumerate(value))


def string(value: Any, path: str, least: int = 0, most: int | None = None, pattern: str = "") -> None:
    """Check that a value is a string of a permitted length and form."""
    if not isinstance(value, str):
        raise refusal(path, "string expected")
    _check_range(len(value), path, least, most, "characters")
    if pattern and not re.search(pattern, value):
        raise refusal(path, "not blank" if pattern == r"\S" else f"of the form {pattern}")


def integer(value: Any, path: str, least: int | None = None, most: int | None = None) -> None:
    """Check that a value is a whole number within limits."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise refusal(path, "integer expected")
    _check_range(value, path, least, most, "")


def boolean(value: Any, path: str) -> None:
    """Check that a value is true or false."""
    if not isinstance(value, bool):
        raise refusal(path, "boolean expected")


def choice(value: Any, path: str, choices: tuple[str | bool, ...]) -> None:
    """Check that a value is one of those that are permitted."""
    if not any(type(value) is type(each) and value == each for each in choices):
        names = [str(each).lower() if isinstance(each, bool) else each for each in choices]
        raise refusal(path, ", ".join(names))


def by_value(value: Any, path: str, name: str, checks: Mapping[str, Check]) -> None:
    """Check an object by the check that one of its fields names."""
    fields(value, path, None, (name,))
    choice(value[name], f"{path}.{name}", tuple(checks))
    checks[value[name]](value, path)


def by_name(value: Any, path: str, checks: Mapping[str, Check]) -> None:
    """Check an object that has one field, by the check for this field."""
    if not isinstance(value, dict) or len(value) != 1 or not value.keys() <= checks.keys():
        raise refusal(path, f"an object with one of {', '.join(checks)}")
    checks[next(iter(value))](value, path)


def any_of(value: Any, path: str, needed: Mapping[str, int]) -> None:
    """Check that an object has one of some fields, each with its least length."""
    if not any(value.get(name) is not None and len(value[name]) >= least for name, least in needed.items()):
        raise malformed(f"{_prefix(path)}{' or '.join(needed)} is missing")


def not_together(value: Any, path: str, names: tuple[str, ...]) -> None:
    """Check that an object has not all of some fields."""
    if all(value.get(name) is not None for name in names):
        raise malformed(f"{_prefix(path)}{' or '.join(names)}, not both")


def refusal(path: str, expected: str) -> ApiError:
    """Return the refusal of the value at a path."""
    return malformed(f"{_name(path) or 'the body'}: {expected}")


def _check_range(number: int, path: str, least: int | None, most: int | None, unit: str) -> None:
    if (least is None or number >= least) and (most is None or number <= most):
        return
    limits = f"at least {least}" if most is None else f"{least} to {most}" if least or not unit else f"at most {most}"
    raise refusal(path, f"{limits} {unit}".rstrip())


def _name(path: str) -> str:
    return path.removeprefix(".")


def _prefix(path: str) -> str:
    return f"{_name(path)}: " if path else ""
