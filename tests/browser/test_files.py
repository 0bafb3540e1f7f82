"""Files beside a conversation: what came is seen, from where we keep it, and what goes along is uploaded there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from infra.local.players import AgentApi, Square
from tests.browser.conftest import PageOf
from tests.browser.platform_files import PNG, serve
from tests.browser.talk import ARRIVED, Talk, answer_field, begin


@pytest.fixture(scope="module")
def platform_files() -> Iterator[str]:
    """A server for the platform's files."""
    with serve() as address:
        yield address


@pytest.fixture
def talk(square: Square, agent_api: AgentApi) -> Talk:
    """Somebody wrote in private."""
    return begin(square, agent_api, private=True)


def send(talk: Talk, url: str) -> None:
    """The customer sends a picture."""
    attachments = [{"type": "image", "payload": {"url": url}}]
    talk.square.post(private=True, author={"name": talk.customer}, text="So sieht er aus:", attachments=attachments)


def test_a_picture_is_seen_from_where_we_keep_it(page_of: PageOf, talk: Talk, platform_files: str) -> None:
    send(talk, f"{platform_files}/router.png")
    talk.until(
        "the file", lambda whole: [a["state"] for m in whole["messages"] for a in m["attachments"]] == ["stored"]
    )
    page = page_of(place=talk.place)
    picture = page.locator(".attached-picture img")
    expect(picture).to_be_visible()
    address = picture.get_attribute("src") or ""
    assert platform_files not in address
    assert "X-Amz-Signature=" in address
    assert picture.evaluate("async (it) => { await it.decode(); return it.naturalWidth; }") == 64


def test_a_file_that_did_not_come_says_why_and_can_be_fetched_again(
    page_of: PageOf, talk: Talk, platform_files: str
) -> None:
    send(talk, f"{platform_files}/gone.png")
    talk.until(
        "the failure", lambda whole: any(a["state"] == "failed" for m in whole["messages"] for a in m["attachments"])
    )
    page = page_of(place=talk.place)
    missing = page.locator(".attached > li")
    expect(missing).to_contain_text("does not have it any more")
    with page.expect_request("**/retry") as asked:
        missing.get_by_role("button", name="Download again").click()
    response = asked.value.response()
    assert response
    assert response.status == 200


def test_text_and_file_of_an_answer_go_out_as_two_messages_where_the_platform_takes_one_of_them(
    page_of: PageOf, talk: Talk
) -> None:
    page = page_of(place=talk.place)
    page.locator(".composer input[type=file]").set_input_files(
        {"name": "Anleitung.png", "mimeType": "image/png", "buffer": PNG}
    )
    along = page.locator(".composer-file")
    expect(along).to_contain_text("Anleitung.png")
    expect(along.locator("progress")).to_have_count(0)
    answer_field(page).fill("Hier ist sie.")
    page.get_by_role("button", name="Send in 2 parts").click()
    expect(page.locator(".attached-picture, .attached-file").last).to_be_visible()
    whole = talk.until("the answer", lambda whole: all(each["state"] in ARRIVED for each in whole["messages"][-2:]))
    text, file = whole["messages"][-2:]
    (went,) = file["attachments"]
    assert (text["text"], text["attachments"]) == ("Hier ist sie.", [])
    assert (went["title"], went["mime"], went["size"]) == ("Anleitung.png", "image/png", len(PNG))


def test_file_that_the_platform_does_not_take_is_reported_before_the_upload(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    page.locator(".composer input[type=file]").set_input_files(
        {"name": "seite.html", "mimeType": "text/html", "buffer": b"<p>"}
    )
    expect(page.get_by_role("alert")).to_contain_text("doesn’t accept files like seite.html")
    expect(page.locator(".composer-file")).to_have_count(0)
