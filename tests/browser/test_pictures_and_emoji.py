"""Files that are dragged or pasted into a conversation, its pictures at full size, and emoji in what is written."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import JSHandle, Page, expect

from infra.local.players import AgentApi, Square
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.platform_files import PNG, serve
from tests.browser.talk import Talk, answer_field, begin

LARGE = (1440, 900)
Shoot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def platform_files() -> Iterator[str]:
    """A server for the platform's files."""
    with serve() as address:
        yield address


@pytest.fixture
def talk(square: Square, agent_api: AgentApi) -> Talk:
    """Somebody wrote in private."""
    return begin(square, agent_api, private=True)


def _transfer(page: Page, name: str = "Anleitung.png", mime: str = "image/png") -> JSHandle:
    """Return what is dragged or pasted: a file."""
    return page.evaluate_handle(
        """([name, type, content]) => {
            const transfer = new DataTransfer();
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            transfer.items.add(new File([bytes], name, { type }));
            return transfer;
        }""",
        [name, mime, base64.b64encode(PNG).decode()],
    )


def _send(talk: Talk, kind: str, *urls: str) -> None:
    attachments = [{"type": kind, "payload": {"url": url}} for url in urls]
    talk.square.post(private=True, author={"name": talk.customer}, text="So sieht er aus:", attachments=attachments)
    talk.until(
        "the files",
        lambda whole: [a["state"] for m in whole["messages"] for a in m["attachments"]] == ["stored"] * len(urls),
    )


def test_file_that_is_dragged_over_a_conversation_shows_where_it_goes_and_is_attached_when_dropped(
    page_of: PageOf, talk: Talk, shoot: Shoot
) -> None:
    page = page_of(place=talk.place, size=LARGE)
    answer_field(page).wait_for()
    transfer = _transfer(page)
    thread = page.locator(".thread-scroll")
    thread.dispatch_event("dragover", {"dataTransfer": transfer})
    target = page.locator(".drop-target")
    expect(target).to_have_text("Drop files here to send them with your private answer")
    shoot(page, "drop-target")
    assert not barriers(page, ".conversation")
    thread.dispatch_event("drop", {"dataTransfer": transfer})
    expect(target).to_have_count(0)
    along = page.locator(".composer-file")
    expect(along).to_contain_text("Anleitung.png")
    expect(along.locator("progress")).to_have_count(0)
    expect(along).to_contain_text("bytes")


def test_drop_target_goes_when_the_file_leaves_and_refuses_it_for_a_note(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    answer_field(page).wait_for()
    transfer = _transfer(page)
    thread, target = page.locator(".thread-scroll"), page.locator(".drop-target")
    thread.dispatch_event("dragover", {"dataTransfer": transfer})
    expect(target).to_be_visible()
    page.locator(".conversation-main").dispatch_event("dragleave", {"dataTransfer": transfer})
    expect(target).to_have_count(0)
    page.get_by_role("button", name="Note", exact=True).click()
    thread.dispatch_event("dragover", {"dataTransfer": transfer})
    expect(target).to_contain_text("A note takes no files")
    thread.dispatch_event("drop", {"dataTransfer": transfer})
    page.locator("nav.rail").dispatch_event("drop", {"dataTransfer": transfer})
    expect(target).to_have_count(0)
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.locator(".composer-file")).to_have_count(0)


def test_pasted_picture_is_attached_and_dangerous_file_is_refused_with_a_word(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    answer_field(page).wait_for()
    paste = """(area, transfer) => area.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }))"""
    answer_field(page).evaluate(paste, _transfer(page, "update.exe", "application/octet-stream"))
    expect(page.get_by_role("alert")).to_contain_text("update.exe isn’t sent: files like it run something")
    expect(page.locator(".composer-file")).to_have_count(0)
    answer_field(page).evaluate(paste, _transfer(page, "Bildschirm.png"))
    expect(page.locator(".composer-file")).to_contain_text("Bildschirm.png")


LOOKS: dict[str, dict[str, Any]] = {
    "light": {"size": LARGE},
    "dark": {"size": LARGE, "dark": True, "language": "de-DE"},
    "phone": {"size": PHONE, "language": "de-DE"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_pictures_of_a_message_are_seen_large_one_after_the_other_by_keyboard(
    page_of: PageOf, talk: Talk, platform_files: str, shoot: Shoot, look: str
) -> None:
    _send(talk, "image", f"{platform_files}/vorne.png", f"{platform_files}/hinten.png")
    page = page_of(place=talk.place, **LOOKS[look])
    pictures = page.locator(".attached-picture")
    expect(pictures).to_have_count(2)
    pictures.first.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    large = dialog.locator("img")
    expect(large).to_be_visible()
    first = large.get_attribute("src") or ""
    assert "X-Amz-Signature=" in first
    expect(large).to_have_attribute("alt", re.compile("."))
    shoot(page, f"lightbox-{look}")
    assert not barriers(page, "dialog")
    page.keyboard.press("ArrowRight")
    expect(large).not_to_have_attribute("src", first)
    expect(dialog).to_contain_text("2 von 2" if look != "light" else "2 of 2")
    page.keyboard.press("ArrowRight")
    expect(large).to_have_attribute("src", first)
    expect(dialog.get_by_role("link")).to_have_attribute("href", first)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(pictures.first).to_be_focused()


@pytest.mark.parametrize("look", LOOKS)
def test_emoji_is_found_by_its_name_and_stands_where_the_caret_was(
    page_of: PageOf, talk: Talk, shoot: Shoot, look: str
) -> None:
    german = look != "light"
    page = page_of(place=talk.place, **LOOKS[look])
    area = page.locator("#answer")
    area.fill("Danke, Mira.")
    area.evaluate("(it) => it.setSelectionRange(5, 5)")
    open_choice = page.get_by_role("button", name="Emoji einfügen" if german else "Insert an emoji")
    open_choice.focus()
    page.keyboard.press("Enter")
    grid = page.get_by_role("grid")
    expect(grid.get_by_role("gridcell").first).to_be_visible()
    shoot(page, f"emoji-{look}")
    assert not barriers(page, "dialog")
    page.keyboard.type("umarm" if german else "hugging")
    expect(grid.get_by_role("gridcell").first).to_have_text("🤗")
    page.keyboard.press("Enter")
    expect(area).to_have_value("Danke🤗, Mira.")
    expect(area).to_be_focused()
    expect(area).to_have_js_property("selectionStart", 7)
    open_choice.click()
    expect(grid).to_have_accessible_name("Zuletzt verwendet" if german else "Used last")
    page.keyboard.press("Escape")
    expect(grid).to_have_count(0)
    expect(area).to_have_value("Danke🤗, Mira.")


@pytest.mark.parametrize("look", LOOKS)
def test_skin_tone_is_chosen_by_keyboard_and_remembered(page_of: PageOf, talk: Talk, shoot: Shoot, look: str) -> None:
    german = look != "light"
    page = page_of(place=talk.place, **LOOKS[look])
    area = page.locator("#answer")
    open_choice = page.get_by_role("button", name="Emoji einfügen" if german else "Insert an emoji")
    area.click()
    open_choice.click()
    page.keyboard.type("daumen hoch" if german else "thumbs up")
    first = page.get_by_role("gridcell").first
    expect(first).to_have_text("👍️")
    tone = page.get_by_role("button", name="Mittlere Haut" if german else "Medium skin", exact=True)
    tone.focus()
    page.keyboard.press("Enter")
    expect(first).to_have_text("👍🏽")
    expect(tone).to_have_attribute("aria-pressed", "true")
    shoot(page, f"emoji-tones-{look}")
    assert not barriers(page, "dialog")
    page.keyboard.press("Enter")
    expect(area).to_have_value("👍🏽")
    page.reload()
    area.click()
    open_choice.click()
    expect(first).to_have_text("👍🏽")


def test_sound_is_heard_in_its_place_with_controls(page_of: PageOf, talk: Talk, platform_files: str) -> None:
    _send(talk, "audio", f"{platform_files}/ansage.wav")
    page = page_of(place=talk.place)
    sound = page.locator("audio.attached-sound")
    expect(sound).to_have_attribute("controls", "")
    expect(sound).to_have_attribute("src", re.compile("X-Amz-Signature="))


def test_page_behind_a_link_is_shown_below_its_message_with_its_host(
    page_of: PageOf, talk: Talk, platform_files: str, shoot: Shoot
) -> None:
    address = f"{platform_files}/hilfe.html"
    talk.square.post(private=True, author={"name": talk.customer}, text=f"Gilt das noch? {address}")
    talk.until("the preview", lambda whole: any("link_preview" in each for each in whole["messages"]))
    page = page_of(place=talk.place, size=LARGE)
    preview = page.locator(".link-preview")
    expect(preview).to_contain_text("Router neu starten")
    expect(preview).to_contain_text(platform_files.removeprefix("http://"))
    expect(preview).to_have_attribute("href", address)
    picture = preview.locator("img")
    expect(picture).not_to_have_attribute("src", re.compile(re.escape(platform_files)))
    assert picture.evaluate("async (it) => { await it.decode(); return it.naturalWidth; }") == 64
    shoot(page, "link-preview")
    assert not barriers(page, ".conversation")
