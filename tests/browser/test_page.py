"""The page itself: what is sent, how strict it is, how it looks in every light and language."""

from __future__ import annotations

import gzip
import re
import statistics
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from infra.local.players import PATIENCE, AgentApi, Square, wait_for
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.problems import Problems

LARGEST_FIRST_LOAD = 100_000
LARGEST_WITH_FONT = 150_000
USABLE_MS = 2500
"""On a machine that does other things, too; the test tells what it saw."""
PLACES = ["#/inbox", "#/follow-ups", "#/reports", "#/settings"]


def test_the_policy_lets_the_page_run_its_own_files_only(stack: Stack) -> None:
    answer = httpx.get(stack["console_url"], timeout=PATIENCE)
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


def test_script_that_the_policy_forbids_does_not_run(page_of: PageOf, problems: Problems) -> None:
    problems.expect("Content Security Policy")
    page = page_of()
    page.evaluate(
        """() => { document.body.appendChild(Object.assign(document.createElement('p'), {id: 'styled'}))
                   .setAttribute('style', 'color: rgb(1, 2, 3)') }"""
    )
    assert page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(1, 2, 3)"


def test_files_are_kept_for_a_year_and_compressed(stack: Stack) -> None:
    for name in _first_load(stack):
        answer = httpx.get(f"{stack['console_url']}assets/{name}", timeout=PATIENCE)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers.get("content-encoding") == "gzip" or len(answer.content) < 1024
        again = httpx.get(
            f"{stack['console_url']}assets/{name}", headers={"If-None-Match": answer.headers["etag"]}, timeout=PATIENCE
        )
        assert again.status_code == 304


@pytest.mark.parametrize("name", ["no-such.js", "..%2Findex.html", "manifest.json", "index.html"])
def test_there_are_no_other_files(stack: Stack, name: str) -> None:
    assert httpx.get(f"{stack['console_url']}assets/{name}", timeout=PATIENCE).status_code in {403, 404}


def test_first_load_is_small_until_a_conversation_is_read_and_answered(
    page_of: PageOf, square: Square, agent_api: AgentApi, say: Callable[[str], None]
) -> None:
    post = square.post(author={"name": "Lia Klein"}, text="Wann kommt das Update?")
    conversation = wait_for("the post", lambda: agent_api.find(post["message_id"]))
    page = page_of(place=f"#/c/{conversation['id']}", language="de-DE")
    # What an idle page loads ahead for later is no part of the first load, however slow the machine is.
    page.add_init_script("window.requestIdleCallback = () => 0")
    page.reload()
    page.get_by_role("textbox", name="Öffentliche Antwort").fill("Morgen.")
    page.wait_for_function("[...document.fonts].some(({family, status}) => family === 'Inter' && status === 'loaded')")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    assets = sorted({name for name in loaded if "/assets/" in name})
    contents = {name: httpx.get(name, timeout=PATIENCE).content for name in [page.url.split("#")[0], *assets]}
    sizes = {name: len(gzip.compress(content)) for name, content in contents.items()}
    font = sum(size for name, size in sizes.items() if "/assets/inter-" in name)
    without = sum(sizes.values()) - font
    say(f"The first load: {len(sizes)} files, {without} bytes compressed, and {font} of the font")
    assert 0 < without < LARGEST_FIRST_LOAD
    assert 0 < font < LARGEST_WITH_FONT - without


def test_the_page_is_usable_at_once(page_of: PageOf, say: Callable[[str], None]) -> None:
    page = page_of()
    page.locator(".rows, .empty").first.wait_for()
    times = []
    for _ in range(9):
        began = time.perf_counter()
        page.reload()
        page.locator(".rows, .empty").first.wait_for()
        times.append(1000 * (time.perf_counter() - began))
    say(f"To the list, sign-in included: {statistics.median(times):.0f} ms, {sorted(map(round, times))}")
    # The third best, as other tests keep the processors busy in some of the tries.
    assert sorted(times)[2] < USABLE_MS


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_nothing_keeps_people_out(page_of: PageOf, place: str, dark: bool) -> None:
    page = page_of(place=place, dark=dark)
    _settle(page)
    assert not barriers(page)


def test_nothing_keeps_people_out_of_the_account_menu_and_the_keyboards_help(page_of: PageOf) -> None:
    page = page_of()
    page.get_by_role("button", name="Account").click()
    assert not barriers(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    assert not barriers(page)


def test_a_german_browser_reads_german(page_of: PageOf) -> None:
    page = page_of(language="de-AT")
    expect(page.get_by_role("link", name="Posteingang", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_each_place_fits_the_rail(page_of: PageOf, language: str) -> None:
    rail = page_of(language=language).locator("nav.rail")
    words = rail.locator(".rail-item > span:last-child:visible")
    expect(words.nth(4)).to_be_attached()
    edge = rail.evaluate("rail => rail.getBoundingClientRect().right - parseFloat(getComputedStyle(rail).paddingRight)")
    for word in words.all():
        assert word.evaluate("word => word.getBoundingClientRect().right") <= edge


def test_a_language_that_was_chosen_stays(page_of: PageOf) -> None:
    page = page_of()
    page.get_by_role("button", name="Account").click()
    page.get_by_role("radio", name="Deutsch").check()
    expect(page.get_by_role("link", name="Nachfragen")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Nachfragen")).to_be_visible()


def test_dark_is_dark_by_system_and_by_choice(page_of: PageOf) -> None:
    page = page_of(dark=True)
    assert _brightness(page) < 60
    page.get_by_role("button", name="Account").click()
    page.get_by_role("radio", name="Light").check()
    assert _brightness(page) > 200
    page.reload()
    page.locator("nav.rail").wait_for()
    assert _brightness(page) > 200


def test_a_phone_shows_everything_without_scrolling_sideways(page_of: PageOf) -> None:
    page = page_of(size=PHONE)
    for place in PLACES:
        page.goto(f"{page.url.split('#')[0]}{place}")
        _settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_the_keyboard_goes_everywhere_and_explains_itself(page_of: PageOf) -> None:
    page = page_of()
    page.keyboard.press("?")
    help_text = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_text).to_contain_text("Everywhere")
    page.keyboard.press("Escape")
    expect(help_text).to_be_hidden()
    page.keyboard.type("gf")
    expect(page).to_have_title(re.compile("^Follow-ups"))
    page.keyboard.type("gi")
    expect(page).to_have_title(re.compile("Inbox"))


def test_the_first_tab_skips_the_navigation(page_of: PageOf) -> None:
    page = page_of()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def _first_load(stack: Stack) -> list[str]:
    html = httpx.get(stack["console_url"], timeout=PATIENCE).text
    return sorted(set(re.findall(r'(?:src|href)="assets/([^"]+\.(?:js|css))"', html)))


def _settle(page: Page) -> None:
    page.locator("main :is(h1, h2):visible").first.wait_for()
    page.wait_for_load_state("networkidle")


def _brightness(page: Page) -> float:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(each) for each in re.findall(r"\d+", colour)[:3]) / 3
