"""A customer's card on the page: what is noted of somebody, which accounts are one person, and what a team keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, Square, wait_for
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person
from tests.browser.talk import begin


def test_field_of_a_team_is_made_in_its_settings_and_filled_on_a_card(
    page_of: PageOf, square: Square, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    talk, other = begin(square, agent_api, private=True), begin(square, agent_api, "Ich schon wieder.", private=True)
    page = page_of(place="#/settings/teams?team=service")
    page.get_by_role("button", name="Add field").click()
    page.get_by_label("Label").last.fill("Vertrag")
    page.get_by_label("Type").last.select_option("choice")
    page.get_by_label("Choices, separated by commas").fill("S, M")
    assert barriers(page) == []
    shoot(page, "team-fields")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.").first).to_be_visible()
    assert agent_api.call("GET", "/teams/service")["customer_fields"] == [
        {"name": "vertrag", "label": "Vertrag", "type": "choice", "choices": ["S", "M"]}
    ]

    def values() -> list[str | None]:
        return [each["value"] for each in agent_api.call("GET", f"/customers/{talk.read()['card']}")["fields"]]

    # Each environment of the console keeps the rules of a team for half a minute.
    wait_for("the field", lambda: [values() for _ in range(6)] == [[None]] * 6, patience=60)
    page.goto(page.url.partition("#")[0] + f"#/c/{talk.id}")
    page.get_by_role("button", name="Customer details").click()
    page.get_by_role("button", name="Customer card").click()
    card = page.get_by_role("dialog", name="Customer card")
    card.get_by_label("Vertrag").select_option("M")
    card.get_by_label("Important customer").click()
    expect(card.get_by_label("Important customer")).to_be_checked()
    card.get_by_label("New note").fill("Ruft abends zurück.")
    card.get_by_label("New note").locator("xpath=..").get_by_role("button", name="Add").click()
    expect(card.get_by_text("Ruft abends zurück.")).to_be_visible()
    card.get_by_label("Name, handle or address of another account").fill(other.customer)
    card.get_by_role("button", name="Search").click()
    card.get_by_role("button", name="Same person").click()
    expect(card.get_by_text(other.customer).first).to_be_visible()
    card.get_by_role("button", name="Separate").click()
    expect(card.get_by_role("button", name="Separate")).to_have_count(0)
    card.get_by_role("button", name="Log a call or visit").click()
    card.get_by_label("Summary").fill("Router getauscht.")
    card.get_by_role("button", name="Log", exact=True).click()
    expect(card.get_by_text("Phone").first).to_be_visible()
    assert barriers(page) == []
    shoot(page, "customer-card")
    read = agent_api.call("GET", f"/customers/{talk.read()['card']}")
    assert (read["vip"], [each["text"] for each in read["notes"]]) == (True, ["Ruft abends zurück."])
    assert values() == ["M"]
    assert {each["channel"] for each in read["conversations"]} == {"facebook", "phone"}
    assert talk.read()["due_at"]


def test_call_of_a_person_who_is_not_known_is_logged_from_the_list(page_of: PageOf, agent_api: AgentApi) -> None:
    page = page_of()
    page.get_by_role("button", name="Log a call or visit").click()
    dialog = page.get_by_role("dialog", name="Log a call or visit")
    dialog.get_by_label("Name").fill("Gerda Anruf")
    dialog.get_by_label("Summary").fill("Fragt nach der Rechnung.")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Log", exact=True).click()
    expect(page.locator(".conversation-head")).to_contain_text("Gerda Anruf")
    listed = agent_api.call("GET", "/conversations?channel=phone")["items"]
    assert "Gerda Anruf" in [each["customer"]["name"] for each in listed]


def test_lead_saves_all_data_of_a_customer_and_an_agent_is_not_offered_it(
    page_of: PageOf, square: Square, agent_api: AgentApi, lea: Person, kim: Person, shoot: Callable[[Page, str], None]
) -> None:
    talk = begin(square, agent_api, "Meine Leitung rauscht.", private=True)
    agent_api.call("POST", f"/conversations/{talk.id}/notes", text="Ruft abends zurück.")
    page = page_of(lea, place=talk.place, size=PHONE, language="de-DE", dark=True)
    page.get_by_role("button", name="Kundendetails").click()
    page.get_by_role("button", name="Kundenkarte").click()
    card = page.get_by_role("dialog", name="Kundenkarte")
    button = card.get_by_role("button", name="Alle Daten speichern")
    button.scroll_into_view_if_needed()
    shoot(page, "customer-card-export-phone-dark")
    assert barriers(page) == []
    with page.expect_download() as saving:
        button.click()
    saved = json.loads(Path(saving.value.path()).read_text(encoding="utf-8"))
    assert saving.value.suggested_filename.endswith(".json")
    assert saved["card"]["name"] == talk.customer
    (conversation,) = saved["conversations"]
    assert [each["text"] for each in conversation["messages"]] == ["Meine Leitung rauscht.", "Ruft abends zurück."]

    other = page_of(kim, place=talk.place)
    other.get_by_role("button", name="Customer details").click()
    other.get_by_role("button", name="Customer card").click()
    card = other.get_by_role("dialog", name="Customer card")
    expect(card.get_by_label("Important customer")).to_be_visible()
    expect(card.get_by_role("button", name="Save all data")).to_have_count(0)
