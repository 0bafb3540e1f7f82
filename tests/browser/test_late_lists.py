"""A form that is opened before its lists have come shows what it holds, and saves what it shows."""

from __future__ import annotations

import json
import re
import secrets

from playwright.sync_api import Page, Route, expect

from infra.local.players import AgentApi, Square
from tests.browser.conftest import PageOf
from tests.browser.people import Person
from tests.browser.talk import answer_field, begin
from tests.browser.test_typed_ahead import hold

ME = "**/api/me"
RULES = "**/api/teams/service"


def test_call_is_logged_in_the_team_that_is_shown_when_the_teams_come_after_the_dialog(
    page_of: PageOf, agent_api: AgentApi
) -> None:
    # Other tests make teams, too.
    teams = agent_api.http.get("/me").json()["teams"]
    usual = next((team for team in teams if team["member"]), teams[0])["name"]
    page = page_of()
    let_go = hold(page, ME)
    page.reload()
    page.get_by_role("button", name="Log a call or visit").click()
    dialog = page.get_by_role("dialog", name="Log a call or visit")
    name = f"Gerda {secrets.token_hex(3)}"
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Summary").fill("Fragt nach der Rechnung.")
    # What is not known is not shown as chosen, and nothing is sent without it.
    expect(dialog.get_by_label("Team")).to_have_value("")
    expect(dialog.get_by_label("Team").locator("option")).to_have_text(["Please choose"])
    expect(dialog.get_by_role("button", name="Log", exact=True)).to_be_disabled()
    let_go()
    expect(dialog.get_by_label("Team")).to_have_value(usual)
    dialog.get_by_role("button", name="Log", exact=True).click()
    expect(page.locator(".conversation-head")).to_contain_text(name)
    listed = agent_api.call("GET", "/conversations?channel=phone")["items"]
    assert [each["team"] for each in listed if each["customer"]["name"] == name] == [usual]


def test_lead_is_offered_the_teams_for_a_view_when_they_come_after_the_dialog(page_of: PageOf, lea: Person) -> None:
    page = page_of(lea)
    let_go = hold(page, ME)
    page.reload()
    page.locator('[data-act="views"]').click()
    page.get_by_role("option", name="Save this list as a view").click()
    dialog = page.get_by_role("dialog", name="Save this list as a view")
    expect(dialog.get_by_label("Name")).to_be_visible()
    let_go()
    dialog.get_by_label("For").select_option("service")
    expect(dialog.get_by_label("For")).to_have_value("service")


def test_usual_time_of_a_follow_up_is_that_of_the_team_when_its_rules_come_after_the_choice(
    page_of: PageOf, square: Square, agent_api: AgentApi
) -> None:
    talk = begin(square, agent_api, private=True)
    held: list[Route] = []
    page = page_of()
    page.route(RULES, lambda route: held.append(route))
    asked: list[dict[str, object]] = []
    page.on("request", lambda request: asked.append(request.post_data_json) if _is_plan(request.url) else None)
    _open(page, talk.place)
    answer_field(page)
    page.get_by_role("button", name="Follow-up options").click()
    choice = page.get_by_role("dialog", name="Schedule follow-up")
    expect(choice.get_by_role("status")).to_contain_text("The question goes out by itself")
    # The API knows the team's time, and is asked for that and not for a guess.
    assert [{"after", "at"} & set(each) for each in asked] == [set()]
    for route in held:
        response = route.fetch()
        route.fulfill(response=response, body=json.dumps(response.json() | {"after": "P14D"}))
    expect(choice.get_by_role("radio", name="in 2 weeks")).to_be_checked()


def test_macro_shows_whom_it_assigns_to_before_the_agents_have_come(
    page_of: PageOf, agent_api: AgentApi, alex: Person
) -> None:
    agent = agent_api.http.get("/me").json()["id"]
    name = f"hand-{secrets.token_hex(3)}"
    agent_api.call("PUT", f"/teams/service/macros/{name}", title=name, actions=[{"assign": {"assignee": agent}}])
    page = page_of()
    let_go = hold(page, re.compile(r"/api/agents(\?|$)"))
    _open(page, "#/settings/macros?team=service")
    page.get_by_role("button", name=f"Edit {name}").click()
    field = page.get_by_role("combobox", name="Assign to")
    expect(field).to_have_value(agent)
    let_go()
    expect(field.locator("option", has_text=alex.name)).to_have_count(1)
    expect(field).to_have_value(agent)


def test_bulk_follow_up_shows_its_template_before_the_templates_have_come(page_of: PageOf, lea: Person) -> None:
    page = page_of(lea)
    let_go = hold(page, re.compile(r"/api/teams/[^/]+/templates"))
    _open(page, "#/follow-ups/bulk")
    field = page.locator("#bulk-template")
    expect(field).to_have_value("usual")
    expect(field.locator("option")).to_have_count(2)
    let_go()
    expect(page.locator(".quotes").first).to_be_visible()
    expect(field).to_have_value("usual")


def test_search_shows_its_accounts_before_the_connections_have_come(
    page_of: PageOf, agent_api: AgentApi, lea: Person
) -> None:
    sources = [{"channel": "mastodon", "connection": "demo"}]
    name = f"Rat {secrets.token_hex(3)}"
    search = agent_api.call("POST", "/searches", name=name, team="service", query={"any": ["hörer"]}, sources=sources)
    page = page_of(lea)
    let_go = hold(page, re.compile(r"/api/connections(\?|$)"))
    _open(page, f"#/settings/searches?team=service&search={search['id']}")
    account = page.locator(".search-accounts").get_by_role("checkbox", name=re.compile("Mastodon"))
    expect(account).to_be_checked()
    expect(page.get_by_text("None of your accounts can search.")).to_have_count(0)
    let_go()
    expect(account).to_have_accessible_name(re.compile("@|Nordlicht|nordlicht"))
    expect(account).to_be_checked()


def _open(page: Page, place: str) -> None:
    """Open a place of the page as it loads."""
    page.goto(page.url.partition("#")[0] + place)
    page.reload()


def _is_plan(url: str) -> bool:
    return url.endswith("/follow-ups/plan")
