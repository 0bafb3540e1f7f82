"""Every test asserts something, itself or through a function of the tests that it calls."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
RAISING = {"raises", "fail", "warns", "wait_for", "run_state_machine_as_test", "call_and_validate", "expect"}
"""Functions of libraries and of ``infra`` that fail a test: by an exception, or because none came."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_assertion(node: ast.AST) -> bool:
    """Tell whether a node of a syntax tree can fail a test by itself."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        return _name(node.exc.func) == "AssertionError"
    return isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and _name(node.func) in RAISING)


@cache
def functions() -> dict[str, list[Function]]:
    """Return all functions and methods of the tests by name."""
    found = defaultdict(list)
    for path in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Function):
                found[node.name].append(node)
    return found


def asserts(function: Function, known: dict[str, list[Function]], seen: frozenset[str] = frozenset()) -> bool:
    """Tell whether a function asserts something, or calls one of those in ``known`` that does.

    A name stands for each function of that name, so that a call of a method is followed without its type.
    """
    nodes = list(ast.walk(function))
    if any(map(is_assertion, nodes)):
        return True
    called = {_name(node.func) for node in nodes if isinstance(node, ast.Call)} - seen
    return any(asserts(each, known, seen | called) for name in called for each in known.get(name, ()))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_every_test_asserts_something() -> None:
    tests = [each for name, found in functions().items() if name.startswith("test_") for each in found]
    assert len(tests) > 1000
    assert [test.name for test in tests if not asserts(test, functions())] == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def test():\n    assert f()", True),
        ("def test():\n    with pytest.raises(ValueError):\n        f()", True),
        ("def test():\n    if not f():\n        raise AssertionError('x')", True),
        ("def test():\n    helper()\ndef helper():\n    other.inner()\ndef inner(self):\n    assert f()", True),
        ("def test():\n    wait_for('it', f)", True),
        ("def test():\n    f()", False),
        ("def test():\n    raise ValueError", False),
        ("def test():\n    '''It says assert.'''", False),
        ("def test():\n    helper()\ndef helper():\n    test()", False),
    ],
)
def test_assertion_is_found_in_a_test_and_in_what_it_calls(source: str, expected: bool) -> None:
    known = {node.name: [node] for node in ast.parse(source).body if isinstance(node, Function)}
    assert asserts(known["test"][0], known) is expected
