"""Fields that ``repr`` leaves out, so that no log line and no error shows them: secrets, files, people's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from msgspec import Struct


def repr_without(value: Struct, *hidden: str) -> str:
    """Return the ``repr`` of a value without these fields; each must be one of its fields."""
    unknown = set(hidden) - set(value.__struct_fields__)
    assert not unknown, f"{type(value).__name__} has no {min(unknown)}"
    shown = [name for name in value.__struct_fields__ if name not in hidden]
    return f"{type(value).__name__}({', '.join(f'{name}={getattr(value, name)!r}' for name in shown)})"
