"""Templates in folders and with files, found by any of their words; nobody reads the names in their addresses."""

from __future__ import annotations

import secrets
from typing import Any

from playwright.sync_api import expect

from infra.local.players import AgentApi, Square
from tests.browser.accessibility import barriers
from tests.browser.conftest import PageOf
from tests.browser.platform_files import PNG
from tests.browser.talk import answer_field, begin


def test_template_is_put_into_a_folder_found_by_its_words_in_any_order_and_sent_with_its_file(
    page_of: PageOf, square: Square, agent_api: AgentApi, shoot: Any
) -> None:
    slug = f"neu-{secrets.token_hex(3)}"
    text = "Bitte den Router einmal neu starten."
    agent_api.call("PUT", f"/teams/service/templates/{slug}/de", text=text, kind="answer")
    page = page_of(place=f"#/settings/templates?team=service&kind=answer&name={slug}", size=(1440, 900))
    page.get_by_label("Name", exact=True).fill("Neustart erklären")
    page.get_by_label("Folder").fill("Störungen")
    page.locator(".template-files input[type=file]").set_input_files(
        {"name": "Anleitung.png", "mimeType": "image/png", "buffer": PNG}
    )
    expect(page.locator(".template-files li")).to_contain_text("Anleitung.png")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Störungen")).to_contain_text("Neustart erklären")
    expect(page.locator("main")).not_to_contain_text(slug)
    shoot(page, "template-folders")
    assert not barriers(page, "main")

    talk = begin(square, agent_api, private=True)
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.press_sequentially("/router störung")
    offers = page.get_by_role("listbox", name="Templates and macros").get_by_role("option")
    expect(offers).to_have_count(1)
    expect(offers).to_contain_text("Neustart erklären")
    expect(offers).to_contain_text("Störungen")
    shoot(page, "template-found")
    field.press("Enter")
    expect(field).to_have_value(text)
    expect(page.locator(".composer-file")).to_contain_text("Anleitung.png")
    page.get_by_role("button", name="Send in 2 parts").click()
    whole = talk.until("the file", lambda read: any(each["attachments"] for each in read["messages"]))
    (went,) = next(each["attachments"] for each in whole["messages"] if each["attachments"])
    assert (went["title"], went["size"]) == ("Anleitung.png", len(PNG))
