"""Modules and functions are short enough to be read at once; the longer ones are named here, and only shrink."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[2] / "functions"
GENERATED = FUNCTIONS / "console" / "bodies" / "generated.py"
"""Written by a program from the API's description, which is what people read."""
MODULES = sorted(path for path in FUNCTIONS.rglob("*.py") if "__pycache__" not in path.parts and path != GENERATED)
LONGEST_MODULE, LONGEST_CHANNEL_MODULE, LONGEST_FUNCTION = 300, 400, 40
"""Lines."""
LONG_MODULES = {
    "application/connections/registration.py": (380, "connecting, changing and ending a connection undo each other"),
}
"""Modules over the limit: how many lines they may have (the present number, rounded up to twenty), and why."""
LONG_FUNCTIONS = {
    "shared/http_guard.py:_adapter": (43, "a class of a library that is only imported on first use"),
}
"""Functions over the limit, likewise."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FUNCTIONS)))
def test_module_is_not_longer_than_permitted(path: Path) -> None:
    name = str(path.relative_to(FUNCTIONS))
    usual = LONGEST_CHANNEL_MODULE if name.startswith("channels/") else LONGEST_MODULE
    permitted, _ = LONG_MODULES.get(name, (usual, ""))
    assert len(path.read_text().splitlines()) <= permitted


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FUNCTIONS)))
def test_function_is_not_longer_than_permitted(path: Path) -> None:
    name = str(path.relative_to(FUNCTIONS))
    for function, lines in _functions(path):
        permitted, _ = LONG_FUNCTIONS.get(f"{name}:{function}", (LONGEST_FUNCTION, ""))
        assert lines <= permitted, function


def test_exceptions_are_still_needed() -> None:
    """An exception that fell below the usual limit is removed from the list."""
    for name in LONG_MODULES:
        usual = LONGEST_CHANNEL_MODULE if name.startswith("channels/") else LONGEST_MODULE
        assert len((FUNCTIONS / name).read_text().splitlines()) > usual, name
    for name in LONG_FUNCTIONS:
        path, _, function = name.partition(":")
        assert max(lines for found, lines in _functions(FUNCTIONS / path) if found == function) > LONGEST_FUNCTION, name


def _functions(path: Path) -> list[tuple[str, int]]:
    nodes = ast.walk(ast.parse(path.read_text()))
    found = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found]
