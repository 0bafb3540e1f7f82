"""What the import contracts in pyproject.toml cannot say about the shape of the code."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"
MODULES = sorted(path for path in FUNCTIONS.rglob("*.py") if "__pycache__" not in path.parts)
CORE = [
    FUNCTIONS / "conversations" / f"{name}.py"
    for name in ("model", "identity", "urgency", "items", "fold", "follow_ups", "effects")
]
SPOKEN_BY = {
    "dynamodb": "conversations.table",
    "scheduler": "conversations.schedules",
    "sesv2": "notices.email",
    "sqs": "conversations.queues",
    "ssm": "shared.parameters",
}
"""Services of AWS, and the one module that speaks each. S3 holds several things, each with a module."""
Node = TypeVar("Node", bound=ast.AST)
ENVIRONMENT = {"environ", "environb", "getenv", "putenv"}
CLOCK = {"now", "utcnow", "today", "time", "time_ns", "monotonic"}

# Imports everything with nothing set, and fails on what ought to wait for the first request.
IMPORT_ALL = """
import importlib, socket, sys
import botocore.session

def forbidden(*arguments, **options):
    raise AssertionError("reaches out at import")

botocore.session.Session.create_client = forbidden
socket.socket.connect = forbidden
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def test_no_name_at_the_root_hides_the_standard_library() -> None:
    """functions/ comes first on Lambda's path: a folder called ``secrets`` would break whoever imports secrets."""
    names = {path.stem for path in FUNCTIONS.iterdir() if path.suffix in {"", ".py"}}
    assert not names & set(sys.stdlib_module_names)


def test_importing_does_nothing_but_define() -> None:
    names = [_name(path) for path in MODULES]
    command = [sys.executable, "-c", IMPORT_ALL, *names]
    done = subprocess.run(command, env={"PYTHONPATH": str(FUNCTIONS)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: _name(path))
def test_only_settings_reads_the_environment(path: Path) -> None:
    if _name(path) != "shared.settings":
        assert not ENVIRONMENT & set(_names(path))


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_is_told_the_time(path: Path) -> None:
    called = {node.func.attr for node in _nodes(path, ast.Call) if isinstance(node.func, ast.Attribute)}
    assert not CLOCK & called


@pytest.mark.parametrize("path", sorted(FUNCTIONS.glob("*/app.py")), ids=lambda path: path.parent.name)
def test_an_entrypoint_is_a_page_at_most(path: Path) -> None:
    """It translates; what is decided about conversations stands elsewhere."""
    assert len(path.read_text().splitlines()) <= 100


@pytest.mark.parametrize("service", SPOKEN_BY)
def test_a_service_is_spoken_by_one_module(service: str) -> None:
    assert {_name(path) for path in MODULES if service in _clients(path)} == {SPOKEN_BY[service]}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: _name(path))
def test_a_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree) or not tree.body


def _name(path: Path) -> str:
    return ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts).removesuffix(".__init__")


def _names(path: Path) -> Iterator[str]:
    yield from (node.attr for node in _nodes(path, ast.Attribute))
    yield from (node.id for node in _nodes(path, ast.Name))


def _clients(path: Path) -> set[str]:
    """The services of which a module asks for a client, by ``aws.client``."""
    calls = [
        call for call in _nodes(path, ast.Call) if isinstance(call.func, ast.Attribute) and call.func.attr == "client"
    ]
    return {str(each.value) for call in calls for each in call.args if isinstance(each, ast.Constant)}


def _nodes(path: Path, kind: type[Node]) -> Iterator[Node]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kind))
