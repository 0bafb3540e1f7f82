"""Looks for what keeps people out: axe, with the rules of WCAG 2.2 AA and its best practices."""

from __future__ import annotations

from functools import cache
from typing import Any

from playwright.sync_api import Page

from infra.page import bundle

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def barriers(page: Page, within: str = "html") -> list[str]:
    """Return the barriers that axe finds on a page with a heading, or in a part of it, one line each."""
    if within == "html":
        page.get_by_role("heading", level=1).first.wait_for(state="attached")
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate(
        "([within, rules]) => axe.run(within, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        [within, RULES],
    )
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@cache
def _axe() -> str:
    source = (bundle.LIBRARIES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    # The page's policy keeps the page from evaluating text, but not the debugger's owner.
    return f"() => {{ {source}; }}"
