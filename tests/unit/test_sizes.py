"""Modules and functions are short enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.support import syntax

FUNCTIONS = Path(__file__).parents[2] / "functions"
GENERATED = FUNCTIONS / "console" / "bodies" / "generated.py"
"""Written by a program from the API's description, which is what people read."""
MODULES = sorted(path for path in FUNCTIONS.rglob("*.py") if "__pycache__" not in path.parts and path != GENERATED)
LONGEST_MODULE, LONGEST_CHANNEL_MODULE, LONGEST_FUNCTION = 300, 400, 40
"""Lines."""


def test_no_module_is_longer_than_permitted() -> None:
    assert [
        f"{_name(path)}: {lines} lines" for path in MODULES if (lines := _lines(path)) > _permitted(_name(path))
    ] == []


def test_no_function_is_longer_than_permitted() -> None:
    found = ((path, name, lines) for path in MODULES for name, lines in _functions(path))
    assert [f"{_name(path)}: {name}: {lines} lines" for path, name, lines in found if lines > LONGEST_FUNCTION] == []


def _name(path: Path) -> str:
    return str(path.relative_to(FUNCTIONS))


def _permitted(name: str) -> int:
    return LONGEST_CHANNEL_MODULE if name.startswith("channels/") else LONGEST_MODULE


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def _functions(path: Path) -> list[tuple[str, int]]:
    found = [node for node in syntax.nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found]
