"""A page of the tests has the files that an earlier one fetched, and nothing else of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from infra.local.stack import Stack
from tests.browser.conftest import PageOf

LEAVE = """async () => {
  localStorage.setItem("left", "behind");
  sessionStorage.setItem("left", "behind");
  document.cookie = "left=behind; path=/";
  await (await caches.open("left")).put("/left", new Response("behind"));
  await new Promise((resolve, reject) => {
    const opening = indexedDB.open("left");
    opening.onsuccess = () => { opening.result.close(); resolve(); };
    opening.onerror = reject;
  });
}"""
FOUND = """async () => [
  localStorage.getItem("left"),
  sessionStorage.getItem("left"),
  document.cookie,
  ...await caches.keys(),
  ...(await indexedDB.databases()).map(({name}) => name),
].filter(Boolean)"""
FETCHED = """() => performance.getEntriesByType("resource")
  .filter(({name, transferSize}) => name.includes("/assets/main-") && transferSize > 0).length"""


@pytest.fixture(scope="module")
def used() -> list[Page]:
    """The page of the first test."""
    return []


def test_page_leaves_something(page_of: PageOf, used: list[Page]) -> None:
    page = page_of()
    page.evaluate(LEAVE)
    assert "behind" in page.evaluate(FOUND)
    page.context.route("**/api/**", lambda route: route.abort())
    page.context.set_offline(True)
    used.append(page)


def test_next_page_has_the_files_and_nothing_else(page_of: PageOf, used: list[Page]) -> None:
    page = page_of()
    assert page.context is used[0].context and used[0].is_closed()
    assert page.context.pages == [page]
    assert page.evaluate(FOUND) == []
    page.locator(".rows, .empty").first.wait_for()
    assert page.evaluate(FETCHED) == 0


def test_two_pages_of_a_test_share_nothing(page_of: PageOf) -> None:
    one, other = page_of(), page_of()
    assert one.context is not other.context
    one.evaluate(LEAVE)
    assert other.evaluate(FOUND) == []


def test_context_of_a_first_visit_is_used_once(page_of: PageOf, used: list[Page]) -> None:
    page = page_of(first_visit=True)
    assert page.context is not used[0].context
    used.append(page)


def test_next_page_is_in_another_context(page_of: PageOf, used: list[Page]) -> None:
    assert page_of().context is not used[-1].context


def test_agent_whom_cognito_remembers_is_at_the_place_and_has_no_code(page_of: PageOf, stack: Stack) -> None:
    page_of()
    page = page_of(place="#/follow-ups")
    expect(page).to_have_title(re.compile("^Follow-ups"))
    expect(page).to_have_url(f"{stack['console_url']}#/follow-ups")
    assert page.evaluate("sessionStorage.length") == 0
    page.reload()
    expect(page).to_have_title(re.compile("^Follow-ups"))
