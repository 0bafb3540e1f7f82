"""The API in three layers: a route reads a request and answers it, an action decides, a view shows.

The rule is one of imports, since whatever decides has to read or write something. A route that can reach neither the
table nor another service, nor the use cases that several functions share, cannot decide about what is stored there; so
routes import nothing of ``storage``, ``aws``, ``application``, ``notifications`` and ``classification``, not even to
read. A rule that permits reading would need a list of functions, and each new function would have to be sorted into it.

What is left for routes is the form of a request (query, body, cursor) and of an answer. They may ask the core and the
channels, which are pure, for names and forms. Types of what an action returns may be imported for type checkers alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CONSOLE = Path(__file__).resolve().parents[2] / "functions" / "console"
LAYERS = ("routes", "actions", "views")
ROUTES, ACTIONS, VIEWS = (
    sorted(path for path in (CONSOLE / layer).glob("*.py") if path.stem != "__init__") for layer in LAYERS
)
DECIDED_BY_ACTIONS = {"application", "aws", "classification", "notifications", "storage"}
"""Packages that read or write something, or call something that does."""
OF_THE_PAGE = {"aws.accounts.sign_in", "storage.files.origin"}
"""The page is no resource of the API. Its route names the addresses where agents sign in and where files lie."""
HTTP = {"console.http", "console.routes", "console.app", "chalice"}
PARTS_OF_ACTIONS = {
    "bulk_pace",
    "chosen_message",
    "customer_export",
    "deliveries",
    "erasure",
    "follow_up_bulk",
    "found_people",
    "outreach_waiting",
    "follow_up_plan",
    "replies",
    "reply_files",
    "reply_recipients",
    "routing_test",
    "seen",
    "split_text",
}
"""Actions without routes of their own, for those that have them."""
PARTS_OF_VIEWS = {"costs", "follow_up_plan", "ways"}


@pytest.mark.parametrize("path", ROUTES, ids=lambda path: path.stem)
def test_route_imports_nothing_that_reads_or_writes(path: Path) -> None:
    found = {name for name in _imports(path) if name.split(".")[0] in DECIDED_BY_ACTIONS}
    assert found == (OF_THE_PAGE if path.stem == "page" else set())


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: path.stem)
def test_action_knows_neither_http_nor_views(path: Path) -> None:
    """An action is given values and returns values, so that it can be called from everywhere and shown in many ways."""
    assert not _within(path, HTTP | {"console.views"})


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_view_knows_neither_actions_nor_http(path: Path) -> None:
    """A view is given what it shows: it can neither change it nor refuse it."""
    assert not _within(path, HTTP | {"console.actions", "console.bodies"})


@pytest.mark.parametrize("name", ["authorization", "errors", "http", "paging", "sizes", "times"])
def test_module_that_layers_share_knows_none_of_them(name: str) -> None:
    assert not _within(CONSOLE / f"{name}.py", {f"console.{layer}" for layer in LAYERS})


def test_resource_has_the_same_name_on_each_layer() -> None:
    routes, actions, views = ({path.stem for path in paths} for paths in (ROUTES, ACTIONS, VIEWS))
    assert actions - PARTS_OF_ACTIONS == routes - {"page"}
    assert views - PARTS_OF_VIEWS <= routes
    assert actions >= PARTS_OF_ACTIONS


def _within(path: Path, modules: set[str]) -> set[str]:
    """Return the imports of a file that are one of these modules or in one of them."""
    return {
        name for name in _imports(path) if any(name == module or name.startswith(f"{module}.") for module in modules)
    }


def _imports(path: Path) -> set[str]:
    """Return the dotted names that a file imports when it runs."""
    found = set()
    for node in _running(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Return the nodes of a tree, without what only type checkers read."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _running(child)
