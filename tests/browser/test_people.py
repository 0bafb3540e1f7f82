"""People in the settings: an administrator invites somebody, changes their role and teams, and switches them off."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from infra.local.players import AgentApi
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person, hire
from tests.browser.problems import Problems
from tests.browser.talk import surname

PLACE = "#/settings/people"
WIDE = (1440, 900)
LEAST_TARGET = 44
"""Pixels, on a phone."""


def row(page: Page, name: str) -> Locator:
    """The line of somebody in the list."""
    return page.locator("li.person").filter(has_text=name)


def account(agent_api: AgentApi, name: str) -> dict[str, Any] | None:
    """An account by a name, as the API has it."""
    accounts = agent_api.call("GET", "/agents/accounts")["items"]
    return next((each for each in accounts if each["name"] == name), None)


def new_name() -> str:
    return f"Mara {surname()}"


def test_person_is_invited_given_a_role_and_a_team_and_switched_off(
    page_of: PageOf, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    name, team = new_name(), f"team-{secrets.token_hex(4)}"
    agent_api.call("POST", "/teams", name=team, label=f"Team {team[-4:]}")
    page = page_of(place=PLACE, size=WIDE)
    expect(row(page, "Alex Beispiel")).to_contain_text("Administrator")
    assert barriers(page) == []
    shoot(page, "people")
    page.get_by_role("button", name="Invite", exact=True).click()
    form = page.get_by_role("dialog", name="Invite a person")
    form.get_by_label("Name").fill(name)
    form.get_by_label("Email address").fill(f"mara.{secrets.token_hex(3)}@example.com")
    assert barriers(page) == []
    shoot(page, "people-invite")
    form.get_by_role("button", name="Send invitation").click()
    expect(page.locator(".toast", has_text="The invitation is on its way.")).to_be_visible()
    expect(row(page, name)).to_contain_text("Invited")
    assert (account(agent_api, name) or {})["groups"] == ["agent"]

    row(page, name).get_by_role("button", name="Send again").click()
    expect(page.locator(".toast", has_text="Sent again.")).to_be_visible()

    row(page, name).get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name=name)
    form.get_by_label("Role").select_option("lead")
    form.get_by_label(f"Team {team[-4:]}").check()
    form.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toast", has_text="Saved.")).to_be_visible()
    expect(row(page, name)).to_contain_text(f"Lead, Team {team[-4:]}")
    changed = account(agent_api, name) or {}
    assert (changed["groups"], changed["teams"]) == (["lead"], [team])

    row(page, name).get_by_role("button", name="Switch off").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(row(page, name)).to_contain_text("Switched off")
    assert barriers(page) == []
    shoot(page, "people-off")
    assert (account(agent_api, name) or {})["state"] == "off"

    row(page, name).get_by_role("button", name="Switch on").click()
    expect(row(page, name).get_by_role("button", name="Switch off")).to_be_visible()
    row(page, name).get_by_role("button", name="Switch off").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    row(page, name).get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(row(page, name)).to_have_count(0)
    assert account(agent_api, name) is None


def test_person_is_invited_and_switched_off_on_a_phone_in_german(
    page_of: PageOf, stack: Stack, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    long = hire(stack, f"Maximiliane-Alexandra {surname()} von Hohenzollern-Sigmaringen", "agent", "lead")
    name = new_name()
    page = page_of(place=PLACE, size=PHONE, language="de-DE", dark=True)
    expect(row(page, long.name)).to_contain_text("Leitung")
    assert fits(page)
    assert barriers(page) == []
    shoot(page, "people-phone-dark")
    page.get_by_role("button", name="Einladen").click()
    form = page.get_by_role("dialog", name="Person einladen")
    form.get_by_label("Name").fill(name)
    form.get_by_label("E-Mail-Adresse").fill(f"mara.{secrets.token_hex(3)}@example.com")
    form.get_by_label("Rolle").select_option("lead")
    assert fits(page)
    assert barriers(page) == []
    shoot(page, "people-invite-phone-dark")
    form.get_by_role("button", name="Einladung senden").click()
    expect(row(page, name)).to_contain_text("Eingeladen")
    assert fits(page)
    small = [each.inner_text() for each in row(page, name).get_by_role("button").all() if height(each) < LEAST_TARGET]
    assert not small
    row(page, name).get_by_role("button", name="Abschalten").click()
    shoot(page, "people-switch-off-phone-dark")
    page.get_by_role("dialog").get_by_role("button", name="Abschalten").click()
    expect(row(page, name)).to_contain_text("Abgeschaltet")
    row(page, name).scroll_into_view_if_needed()
    shoot(page, "people-off-phone-dark")
    assert (account(agent_api, name) or {})["state"] == "off"


def test_refusal_of_an_invitation_is_said_in_its_form(
    page_of: PageOf, agent_api: AgentApi, problems: Problems, alex: Person
) -> None:
    problems.expect("409")
    page = page_of(place=PLACE)
    page.get_by_role("button", name="Invite", exact=True).click()
    form = page.get_by_role("dialog", name="Invite a person")
    form.get_by_label("Name").fill("Alex again")
    form.get_by_label("Email address").fill(alex.email)
    form.get_by_role("button", name="Send invitation").click()
    expect(form.get_by_role("alert")).to_be_visible()
    expect(form.get_by_role("button", name="Send invitation")).to_be_enabled()
    expect(form.get_by_label("Name")).to_have_value("Alex again")


def test_lead_learns_that_people_are_for_administrators(page_of: PageOf, lea: Person) -> None:
    page = page_of(lea, place=PLACE)
    expect(page.get_by_role("heading", name="Administrators only")).to_be_visible()
    expect(page.get_by_role("button", name="Invite", exact=True)).to_have_count(0)


def fits(page: Page) -> bool:
    """Tell whether nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def height(button: Locator) -> float:
    box = button.bounding_box()
    assert box is not None
    return box["height"]
