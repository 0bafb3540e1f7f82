"""Messages that could not be read: the inbox says that there are some, and somebody deals with them."""

from __future__ import annotations

import json
import secrets
import time
import zlib

import pytest
from playwright.sync_api import Page, Route, expect

from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person
from tests.browser.problems import Problems

_FRAME_AT_ONCE = """() => {
  const frames = [];
  const native = window.requestAnimationFrame;
  window.requestAnimationFrame = (draw) => frames.push(draw);
  history.pushState(null, "", "#/unread/handled");
  dispatchEvent(new PopStateEvent("popstate"));
  for (const draw of frames) draw(performance.now());
  window.requestAnimationFrame = native;
  const here = document.querySelector(".unread-lists [aria-current=page]").textContent.trim();
  return [here, document.querySelectorAll("main li").length];
}"""
"""Go to another list, and have the very next frame before any answer: its heading, and the number of its rows."""


@pytest.fixture
def sender(stack: Stack) -> str:
    """Store a mail that could not be read, as the mail function does, and return its sender."""
    name, at = f"Mira {secrets.token_hex(4)} <mira@mail.example>", time.time_ns() // 1_000_000
    entry = {
        "pk": {"S": "quarantined#unread"},
        "sk": {"S": f"{at:013d}#{secrets.token_hex(16)}"},
        "c": {"S": "email/demo"},
        "rs": {"S": "too_many_parts"},
        "at": {"N": str(at)},
        "from": {"S": name},
        "sj": {"S": "<img src=x onerror=alert(1)> Netz"},
        "key": {"S": "mail/nowhere"},
        "expires": {"N": str(at // 1000 + 3600)},
    }
    stack.client("dynamodb").put_item(TableName=stack["table_name"], Item=entry)
    return name


def show_done(page: Page) -> None:
    """Change to the list of what was handled."""
    link = page.get_by_role("navigation", name="Lists").get_by_role("link", name="Done")
    link.click()
    expect(link).to_have_attribute("aria-current", "page")


def test_an_agent_is_told_of_a_mail_that_could_not_be_read_and_marks_it_as_done(
    page_of: PageOf, kim: Person, sender: str
) -> None:
    page = page_of(kim)
    page.get_by_role("link", name="could not be read").click()
    entry = page.get_by_role("listitem").filter(has_text=sender)
    expect(entry).to_contain_text("The email has too many parts.")
    expect(entry).to_contain_text("<img src=x onerror=alert(1)> Netz")
    expect(entry.get_by_role("link", name="Download email")).to_have_count(0)
    assert barriers(page) == []
    entry.get_by_role("button", name="Mark as done").click()
    expect(entry).to_have_count(0)
    show_done(page)
    expect(page.get_by_role("listitem").filter(has_text=sender)).to_contain_text("Done by Kim Beispiel")
    assert barriers(page, "main") == []  # beside it stands, for some seconds, that it was noted


def test_a_lead_downloads_the_mail_as_it_came(page_of: PageOf, lea: Person, sender: str) -> None:
    page = page_of(lea, place="#/unread")
    entry = page.get_by_role("listitem").filter(has_text=sender)
    address = entry.get_by_role("link", name="Download email").get_attribute("href") or ""
    assert "response-content-disposition=attachment" in address


def test_a_german_agent_reads_german_on_a_phone(page_of: PageOf, sender: str) -> None:
    page = page_of(place="#/unread", language="de-DE", size=PHONE)
    expect(page.get_by_role("heading", level=1, name="Unlesbare Nachrichten")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text=sender)).to_contain_text("Die E-Mail hat zu viele Teile.")
    assert barriers(page) == []


@pytest.fixture
def reason(stack: Stack) -> str:
    """Store two messages on Facebook that an older version could not read, one of them without its source."""
    name, at = f"older_{secrets.token_hex(4)}", time.time_ns() // 1_000_000
    account = stack["connections"]["facebook"]["page_id"]
    message = {"mid": f"m_{name}", "text": f"Seit Montag kein Netz ({name})"}
    event = {"sender": {"id": "70990"}, "recipient": {"id": account}, "timestamp": at, "message": message}
    source = [{"object": "page", "entry": [{"id": account, "messaging": [event]}]}, {}]
    digests = [secrets.token_hex(16) for _ in range(2)]
    items = [
        {
            "pk": {"S": "quarantined#unread"},
            "sk": {"S": f"{at + number:013d}#{digest}"},
            "c": {"S": "facebook/demo"},
            "rs": {"S": name},
            "at": {"N": str(at + number)},
            "expires": {"N": str(at // 1000 + 3600)},
        }
        for number, digest in enumerate(digests)
    ]
    packed = zlib.compress(json.dumps(source).encode())
    key = {"pk": {"S": "quarantine#facebook/demo"}, "sk": {"S": f"{digests[0]}#s00"}}
    for item in [*items, {**key, "src": {"B": packed}, "expires": items[0]["expires"]}]:
        stack.client("dynamodb").put_item(TableName=stack["table_name"], Item=item)
    return name


def test_an_administrator_tries_again_and_sees_what_came_of_it(page_of: PageOf, reason: str) -> None:
    page = page_of(place="#/unread")
    entries = page.get_by_role("listitem").filter(has_text=reason)
    groups = page.get_by_role("region", name="By account and reason")
    group = groups.get_by_role("listitem").filter(has_text=reason)
    expect(group).to_contain_text("2 messages")
    assert barriers(page) == []
    without_source = entries.filter(has=page.get_by_role("button", name="Mark as done")).first
    without_source.get_by_role("button", name="Try again").press("Enter")
    expect(without_source).to_contain_text("Can’t be tried again")
    group.get_by_role("button", name="Try again: all").press("Enter")
    expect(group).to_contain_text("1 read, 0 being read, 1 still unreadable")
    expect(group).to_contain_text("1 message")
    assert barriers(page, "main") == []
    show_done(page)
    expect(page.get_by_role("listitem").filter(has_text=reason)).to_contain_text("Read again for")
    page.goto(page.url.partition("#")[0] + "#/inbox")
    expect(page.get_by_text(f"Seit Montag kein Netz ({reason})").first).to_be_visible()


def test_rows_of_a_list_do_not_stand_under_the_name_of_another(page_of: PageOf, reason: str) -> None:
    page = page_of(place="#/unread")
    entries = page.get_by_role("listitem").filter(has_text=reason)
    expect(entries).to_have_count(3)
    assert page.evaluate(_FRAME_AT_ONCE) == ["Done", 0]
    expect(entries).to_have_count(0)


def test_numbers_of_a_list_that_was_left_are_not_shown(page_of: PageOf, reason: str) -> None:
    held: list[Route] = []
    page = page_of()
    page.route("**/unread/counts?list=unread", lambda route: held.append(route))
    page.evaluate("location.hash = '#/unread'")
    expect(page.get_by_role("listitem").filter(has_text=reason)).to_have_count(2)
    page.get_by_role("navigation", name="Lists").get_by_role("link", name="Filtered").click()
    expect(page.get_by_role("listitem").filter(has_text=reason)).to_have_count(0)
    with page.expect_response("**/unread/counts?list=unread"):
        held[0].continue_()
    page.evaluate("() => new Promise(done => setTimeout(done, 200))")
    expect(page.get_by_role("region", name="By account and reason").filter(has_text=reason)).to_have_count(0)


def test_an_agent_sees_no_numbers_and_no_second_tries(page_of: PageOf, kim: Person, reason: str) -> None:
    page = page_of(kim, place="#/unread")
    expect(page.get_by_role("listitem").filter(has_text=reason)).to_have_count(2)
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(page.get_by_role("heading", name="By account and reason")).to_have_count(0)


def test_numbers_that_do_not_come_are_asked_for_again(page_of: PageOf, problems: Problems, reason: str) -> None:
    problems.expect("ERR_FAILED")
    page = page_of()
    page.route("**/unread/counts?*", lambda route: route.abort())
    page.goto(page.url.partition("#")[0] + "#/unread")
    panel = page.get_by_role("alert")
    expect(panel).to_be_visible()
    page.unroute("**/unread/counts?*")
    panel.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("region", name="By account and reason")).to_contain_text(reason)
