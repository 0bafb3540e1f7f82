"""Modules and functions are short enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support import syntax

FUNCTIONS = Path(__file__).parents[2] / "functions"
GENERATED = FUNCTIONS / "console" / "bodies" / "generated.py"
"""Written by a program from the API's description, which is what people read."""
MODULES = sorted(path for path in FUNCTIONS.rglob("*.py") if "__pycache__" not in path.parts and path != GENERATED)
LONGEST_MODULE, LONGEST_CHANNEL_MODULE, LONGEST_FUNCTION = 300, 400, 40
"""Lines."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FUNCTIONS)))
def test_module_is_not_longer_than_permitted(path: Path) -> None:
    name = str(path.relative_to(FUNCTIONS))
    permitted = LONGEST_CHANNEL_MODULE if name.startswith("channels/") else LONGEST_MODULE
    assert len(path.read_text().splitlines()) <= permitted


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FUNCTIONS)))
def test_function_is_not_longer_than_permitted(path: Path) -> None:
    for function, lines in _functions(path):
        assert lines <= LONGEST_FUNCTION, function


def _functions(path: Path) -> list[tuple[str, int]]:
    found = [node for node in syntax.nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found]
