"""Tests in the browser wait for what they assert: a page is drawn later than the click that a test made on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BROWSER = Path(__file__).parents[1] / "browser"
READS = {
    "all_inner_texts",
    "all_text_contents",
    "get_attribute",
    "inner_html",
    "inner_text",
    "input_value",
    "is_checked",
    "is_disabled",
    "is_editable",
    "is_enabled",
    "is_hidden",
    "is_visible",
    "text_content",
}
"""Methods of Playwright that read the page as it is now; ``expect(…)`` has one that waits for each."""
PERMITTED = {
    "test_mail.is_listed": "`wait_for` asks until it is",
    "test_story._place": "the address is awaited in the line before",
}
"""Places that read the page once, with the reason why nothing can be missed there."""


def immediate_reads(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the reads of a page in assertions, and in what helpers return to them."""
    for node in _own(tree):
        value = node.test if isinstance(node, ast.Assert) else node.value if isinstance(node, ast.Return) else None
        if value:
            yield from (part for part in [value, *_own(value)] if isinstance(part, ast.expr) and _is_read(part))


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is inside a node, without what functions in it do later."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.Lambda, ast.FunctionDef)):
            yield child
            yield from _own(child)


def _is_read(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        is_count = node.func.attr == "count" and not node.args
        return node.func.attr in READS or is_count
    return isinstance(node, ast.Attribute) and node.attr == "url" and isinstance(node.value, ast.Name)


def places() -> list[str]:
    """Return the tests and helpers that read a page once, by module and name."""
    found = set()
    for path in sorted(BROWSER.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(immediate_reads(function)):
                found.add(f"{path.stem}.{function.name}")
    return sorted(found)


def test_no_test_asserts_of_a_page_without_waiting() -> None:
    assert [place for place in places() if place not in PERMITTED] == []


def test_each_permitted_place_is_there() -> None:
    assert sorted(PERMITTED) == [place for place in places() if place in PERMITTED]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("assert page.locator('p').inner_text() == 'x'", True),
        ("assert 'x' in (link.get_attribute('href') or '')", True),
        ("assert rows.count() == 2", True),
        ("assert 'inbox' in page.url", True),
        ("return page.locator('.chip').all_inner_texts()", True),
        ("assert not dialog.is_visible()", True),
        ("assert text.count('x') == 2", False),
        ("expect(page.locator('p')).to_have_text('x')", False),
        ("wait_for('it', lambda: rows.count() == 0)", False),
        ("return wait_for('it', lambda: rows.count() == 0)", False),
        ("assert talk.read()['status'] == 'open'", False),
    ],
)
def test_read_without_waiting_is_found(source: str, expected: bool) -> None:
    assert any(immediate_reads(ast.parse(source))) is expected
