"""Messages that could not be read: the inbox says that there are some, and somebody deals with them."""

from __future__ import annotations

import secrets
import time

import pytest
from playwright.sync_api import expect

from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person


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
    page.get_by_role("navigation", name="Lists").get_by_role("link", name="Done").click()
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
