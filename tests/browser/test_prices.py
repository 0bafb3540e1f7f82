"""Prices on the page: what an answer costs before it is sent, and the budget of a connection."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, Square, SquarePlatform, wait_for
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.talk import Json, altered, answer_field, begin, surname

ON_X = {
    "first": {"least": 0.01, "most": 0.01},
    "with_link": {"least": 0.2, "most": 0.2},
    "further": {"least": 0.015, "most": 0.015},
    "per_recipient": False,
}


def on_x(whole: Json) -> None:
    """Have the public way of a conversation cost what it does on X, which the demo has not."""
    for route in whole["routes"]:
        route["price"] = ON_X if route["visibility"] == "public" else None


def test_composer_says_what_an_answer_costs_and_that_a_link_makes_it_dear(
    square: Square, agent_api: AgentApi, page_of: PageOf, shoot: Callable[[Page, str], None]
) -> None:
    talk = begin(square, agent_api)
    page = page_of(size=(1440, 900))
    altered(page, talk, on_x)
    page.evaluate(f"location.hash = '{talk.place}'")
    field, foot = answer_field(page), page.locator(".composer-foot")
    expect(foot).to_contain_text("$0.01, with a link $0.20")
    field.fill("They do: www.example.com/sport")
    expect(foot).to_contain_text("$0.20 because of the link")
    assert barriers(page) == []
    shoot(page, "price")
    field.fill("They do.")
    expect(foot).to_contain_text("$0.01, with a link $0.20")

    german = page_of(size=PHONE, language="de", dark=True)
    altered(german, talk, on_x)
    german.evaluate(f"location.hash = '{talk.place}'")
    answer_field(german).fill("Ja: www.example.com/sport")
    expect(german.locator(".composer-foot")).to_contain_text(re.compile(r"0,20\s\$ wegen des Links"))
    assert barriers(german) == []
    shoot(german, "price-phone")


def test_composer_says_nothing_of_money_where_an_answer_costs_nothing(
    square: Square, agent_api: AgentApi, page_of: PageOf
) -> None:
    page = page_of(place=begin(square, agent_api).place)
    answer_field(page).fill("See www.example.com")
    expect(page.locator(".composer-foot")).not_to_contain_text("$")


def test_budget_of_a_mail_connection_is_set_and_shown_with_what_a_mail_cost(
    stack: Stack, agent_api: AgentApi, page_of: PageOf, shoot: Callable[[Page, str], None]
) -> None:
    name = surname()
    SquarePlatform(stack.values, "email").post(private=True, author={"name": name}, text="Hello?")

    def found() -> Json | None:
        return next((each for each in agent_api.inbox() if (each["customer"] or {}).get("name") == name), None)

    page = page_of(place=f"#/c/{wait_for('the mail', found)['id']}", size=(1440, 900))
    field = answer_field(page)
    expect(page.locator(".composer-foot")).to_contain_text("Costs $0.0001")
    field.fill("We look into it.")
    field.press("Control+Enter")

    page.evaluate("location.hash = '#/settings/connections'")
    row = page.locator("tbody.connection").filter(has_text="E-mail")
    row.get_by_role("button", name="Details").click()
    budget = row.get_by_label("Budget per month in US dollars")
    budget.fill("1.5")
    expect(row).to_contain_text("Enter a whole number of dollars.")
    budget.fill("20")
    row.get_by_role("button", name="Save budget").click()
    expect(row).to_contain_text(re.compile(r"About \$0\.\d+ of \$20\.00"))
    assert barriers(page) == []
    shoot(page, "budget")
    budget.fill("")
    row.get_by_role("button", name="Save budget").click()
    expect(row).not_to_contain_text("of $20.00")
