"""The settings: who sees them, that they are kept, where it says what cannot be, and that nothing is lost."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.local.players import AgentApi, Square, wait_for
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import DESKTOP, PHONE, PageOf
from tests.browser.people import Person
from tests.browser.problems import Problems
from tests.browser.talk import begin

TABS = {
    "connections": "Connections",
    "teams": "Teams",
    "routing": "Routing",
    "hours": "Business hours and targets",
    "asking": "Follow-ups",
    "templates": "Templates",
    "macros": "Macros",
    "searches": "Searches",
    "notices": "Notifications",
    "opt-outs": "Opt-outs",
    "audit": "Audit log",
    "checks": "System status",
    "guides": "Guides",
}
SAVED = "Saved. Changes take effect within 30 seconds."


@pytest.fixture
def team(agent_api: AgentApi) -> str:
    """The name of a team of the test's own."""
    name = f"team-{secrets.token_hex(4)}"
    agent_api.call("POST", "/teams", name=name, label=f"Team {name[-4:]}")
    return name


@pytest.fixture
def settings(page_of: PageOf) -> Page:
    """The settings, open."""
    page = page_of(place="#/settings/teams")
    expect(heading(page, "Teams")).to_be_visible()
    return page


def heading(page: Page, name: str) -> Locator:
    """The name of the page that is shown."""
    return page.get_by_role("heading", level=1, name=name)


def show(page: Page, tab: str, team: str = "") -> None:
    """Go to a page of the settings, as a link would."""
    page.evaluate("hash => { location.hash = hash }", f"#/settings/{tab}{f'?team={team}' if team else ''}")
    expect(heading(page, TABS[tab])).to_be_visible()
    expect(page.locator(".is-loading")).to_have_count(0)


def save(page: Page, name: str = "Save") -> None:
    """Save, and see that it worked."""
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".toast", has_text=SAVED).last).to_be_visible()


def read(agent_api: AgentApi, path: str) -> Any:
    """Return the API's present answer."""
    return agent_api.call("GET", path)


# -- who may see them -------------------------------------------------------------------------------------------------


def test_an_agent_learns_why_the_settings_are_not_shown(page_of: PageOf, kim: Person) -> None:
    page = page_of(kim, place="#/settings/hours")
    expect(page.get_by_role("heading", name="Settings are for team leads")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name="Settings")).to_have_count(0)


def test_a_lead_learns_that_the_audit_log_is_for_administrators(page_of: PageOf, lea: Person) -> None:
    page = page_of(lea, place="#/settings/audit")
    expect(page.get_by_role("heading", name="Administrators only")).to_be_visible()
    page.get_by_role("link", name="Connections").click()
    page.get_by_role("button", name="Details").first.click()
    expect(page.get_by_text("Only administrators can change this.").first).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_keeps_people_out_of_any_page(page_of: PageOf, dark: bool) -> None:
    page = page_of(place="#/settings/teams", dark=dark)
    found = {}
    for tab in TABS:
        show(page, tab)
        found[tab] = barriers(page)
    assert not any(found.values()), found


def test_on_a_phone_one_goes_from_the_list_to_a_page_and_back(page_of: PageOf) -> None:
    page = page_of(place="#/settings", size=PHONE)
    page.get_by_role("link", name="Business hours and targets").click()
    expect(heading(page, "Business hours and targets")).to_be_visible()
    main = page.locator("main")
    expect(page.get_by_label("Time zone")).to_be_visible()
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    main.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("link", name="Audit log")).to_be_visible()


# -- that they are kept -----------------------------------------------------------------------------------------------


def test_hours_and_targets_are_kept(settings: Page, agent_api: AgentApi, team: str) -> None:
    show(settings, "hours", team)
    monday = settings.get_by_role("group", name="Monday")
    removals = monday.get_by_role("button", name=re.compile("^Remove"))
    while left := removals.count():
        removals.first.click()
        expect(removals).to_have_count(left - 1)
    monday.get_by_role("button", name="Add hours on Monday").click()
    monday.get_by_label("From").fill("08:00")
    monday.get_by_label("To").fill("12:00")
    settings.get_by_role("checkbox", name="First reply within").check()
    settings.get_by_role("spinbutton", name="First reply within").fill("2")
    expect(settings.get_by_text("Received Friday 5:00 PM, due Friday 7:00 PM")).to_be_visible()
    save(settings)
    rules = read(agent_api, f"/teams/{team}")
    assert rules["hours"]["week"]["mon"] == ["08:00-12:00"]
    assert rules["targets"] == {"first_response": "PT2H"}
    assert rules["label"] == f"Team {team[-4:]}"


def test_two_times_changed_within_one_frame_are_both_kept(settings: Page, team: str) -> None:
    show(settings, "hours", team)
    monday = settings.get_by_role("group", name="Monday")
    expect(monday.get_by_label("From")).to_have_count(1)
    monday.evaluate(
        """day => ["08:00", "12:00"].forEach((time, at) => {
            const field = day.querySelectorAll("input[type=time]")[at];
            field.value = time;
            field.dispatchEvent(new Event("change", {bubbles: true}));
        })"""
    )
    save(settings)
    settings.reload()
    expect(monday.get_by_label("From")).to_have_value("08:00")
    expect(monday.get_by_label("To")).to_have_value("12:00")


def test_invalid_value_is_reported_at_its_field_and_the_input_is_kept(
    settings: Page, agent_api: AgentApi, team: str, problems: Problems
) -> None:
    problems.expect("422")
    show(settings, "hours", team)
    zone = settings.get_by_label("Time zone")
    zone.fill("Mars/Olympus")
    settings.get_by_role("button", name="Save", exact=True).click()
    expect(zone).to_have_attribute("aria-invalid", "true")
    expect(zone).to_be_focused()
    expect(settings.get_by_role("alert").first).to_contain_text("Unknown time zone")
    expect(zone).to_have_value("Mars/Olympus")
    zone.fill("Europe/Paris")
    save(settings)
    assert read(agent_api, f"/teams/{team}")["hours"]["zone"] == "Europe/Paris"


def test_a_team_that_is_not_there_is_not_taken_for_another(settings: Page, problems: Problems) -> None:
    problems.expect("404")
    show(settings, "hours", "no-such-team")
    expect(settings.get_by_text("There is no such team.")).to_be_visible()
    expect(settings.get_by_label("Time zone")).to_have_count(0)


def test_leaving_with_unsaved_changes_asks_first(settings: Page, team: str) -> None:
    show(settings, "hours", team)
    settings.get_by_label("Time zone").fill("Europe/Rome")
    settings.get_by_role("navigation", name="Settings").get_by_role("link", name="Templates").click()
    settings.get_by_role("button", name="Cancel").click()
    expect(settings.get_by_label("Time zone")).to_have_value("Europe/Rome")
    expect(settings).to_have_url(re.compile("hours"))
    settings.get_by_role("navigation", name="Settings").get_by_role("link", name="Templates").click()
    settings.get_by_role("button", name="Leave without saving").click()
    expect(heading(settings, "Templates")).to_be_visible()


def test_going_back_with_unsaved_changes_asks_first(settings: Page, team: str) -> None:
    show(settings, "hours", team)
    settings.get_by_label("Time zone").fill("Europe/Rome")
    settings.evaluate("history.back()")
    expect(settings.get_by_role("dialog", name="Leave without saving?")).to_be_visible()
    settings.keyboard.press("Escape")
    expect(settings.get_by_label("Time zone")).to_have_value("Europe/Rome")
    settings.get_by_role("button", name="Discard").click()
    expect(settings.get_by_text("You have unsaved changes.")).to_have_count(0)


def test_how_a_team_asks_back_is_kept(settings: Page, agent_api: AgentApi, team: str) -> None:
    show(settings, "asking", team)
    after = settings.get_by_role("spinbutton", name="Follow up")
    expect(after).to_have_value("10")
    after.fill("3")
    settings.get_by_role("combobox", name="Limit per customer").select_option("4")
    settings.get_by_role("checkbox", name="State that the question was sent automatically").check()
    settings.get_by_role("combobox", name="Default question").select_option("by_name")
    expect(settings.get_by_text("Hello {{customer}}")).to_be_visible()
    save(settings)
    rules = read(agent_api, f"/teams/{team}")
    assert (rules["cap"], rules["disclose"], rules["template"]) == (4, True, "by_name")
    assert rules["after"] == "PT3S"


def test_a_team_is_made_named_and_deleted(settings: Page, agent_api: AgentApi) -> None:
    label = f"Größe {secrets.token_hex(3)}"
    settings.get_by_role("button", name="New team").click()
    settings.get_by_label("Display name").fill(label)
    expect(settings.get_by_label("Short name")).to_have_value(re.compile("^groesse-"))
    settings.get_by_role("button", name="Create team").click()
    expect(heading(settings, label)).to_be_visible()
    name = next(team["name"] for team in read(agent_api, "/teams")["items"] if team["label"] == label)
    settings.get_by_role("checkbox", name="Alex Beispiel").check()
    save(settings)
    assert len(read(agent_api, f"/teams/{name}")["members"]) == 1
    settings.get_by_role("button", name="Delete team").click()
    settings.get_by_role("dialog").get_by_role("button", name="Delete team").click()
    expect(heading(settings, "Teams")).to_be_visible()
    assert name not in [team["name"] for team in read(agent_api, "/teams")["items"]]


@pytest.mark.parametrize(
    ("language", "dark", "size"), [("en-US", False, DESKTOP), ("de-DE", True, PHONE)], ids=["english", "german-phone"]
)
def test_a_team_has_each_offer_to_strangers_approved(
    page_of: PageOf,
    agent_api: AgentApi,
    team: str,
    shoot: Callable[[Page, str], None],
    language: str,
    dark: bool,
    size: tuple[int, int],
) -> None:
    page = page_of(place=f"#/settings/teams?team={team}", language=language, dark=dark, size=size)
    name, save = (
        ("Approve offers to strangers", "Save")
        if language == "en-US"
        else ("Angebote an Fremde freigeben", "Speichern")
    )
    page.get_by_label(name).click()
    page.get_by_label(name).scroll_into_view_if_needed()
    assert barriers(page) == []
    shoot(page, f"team-offers-{language}")
    page.get_by_role("button", name=save, exact=True).click()
    wait_for("the team", lambda: read(agent_api, f"/teams/{team}")["approve_offers"])


# -- templates and macros ---------------------------------------------------------------------------------------------


def test_a_template_is_written_with_its_fields_and_shown_as_it_is_read(
    settings: Page, agent_api: AgentApi, team: str
) -> None:
    show(settings, "templates", team)
    settings.get_by_role("link", name=re.compile("^With topic")).click()
    german = settings.get_by_role("textbox", name="German")
    german.fill("Hallo {{kunde}}, ")
    expect(settings.get_by_role("alert")).to_contain_text("Unknown field “kunde”")
    expect(settings.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    german.fill("Hallo , läuft es wieder?")
    german.evaluate("area => area.setSelectionRange(6, 6)")
    settings.get_by_role("group", name="Insert field").last.get_by_role("button", name="Customer").click()
    expect(german).to_have_value("Hallo {{customer}}, läuft es wieder?")
    expect(settings.locator(".bubble").last).to_have_text("Hallo Mira, läuft es wieder?")
    save(settings)
    texts = {(each["name"], each["language"]): each for each in read(agent_api, f"/teams/{team}/templates")["items"]}
    assert texts["with_topic", "de"]["text"] == "Hallo {{customer}}, läuft es wieder?"
    assert texts["with_topic", "de"]["own"] is True
    assert texts["with_topic", "en"]["own"] is False


def test_a_new_answer_can_be_written_and_deleted(settings: Page, agent_api: AgentApi, team: str) -> None:
    show(settings, "templates", team)
    settings.get_by_role("link", name="Replies").click()
    settings.get_by_role("button", name="New template").click()
    settings.get_by_role("dialog").get_by_role("textbox", name="Name").fill("Öffnungszeiten")
    settings.get_by_role("button", name="Create template").click()
    settings.get_by_role("textbox", name="English").fill("We are here from nine to six.")
    settings.get_by_role("textbox", name="German").fill("Wir sind von neun bis sechs da.")
    save(settings)
    answers = [each for each in read(agent_api, f"/teams/{team}/templates")["items"] if each["kind"] == "answer"]
    assert {each["language"] for each in answers if each["name"] == "oeffnungszeiten"} == {"en", "de"}
    settings.locator(".template-text").first.get_by_role("button", name="Delete").click()
    settings.get_by_role("dialog").get_by_role("button", name="Delete").click()

    def gone() -> bool:
        left = read(agent_api, f"/teams/{team}/templates")["items"]
        return [each["language"] for each in left if each["name"] == "oeffnungszeiten"] == ["de"]

    wait_for("the template to be gone", gone)


def test_a_macro_is_put_together_and_kept(settings: Page, agent_api: AgentApi, team: str) -> None:
    show(settings, "macros", team)
    settings.get_by_role("button", name="New macro").click()
    settings.get_by_label("Name").fill("Thank and close")
    steps = settings.get_by_role("group", name="Add action")
    steps.get_by_role("button", name="Reply").click()
    expect(settings.get_by_text("Fill in the text of every reply and at least one tag.")).to_be_visible()
    settings.get_by_role("textbox", name="Reply").fill("Thank you, {{customer}}.")
    steps.get_by_role("button", name="Add tags").click()
    settings.get_by_role("textbox", name="Add tags").press_sequentially("praise, happy")
    steps.get_by_role("button", name="Resolve").click()
    expect(steps.get_by_role("button", name="Snooze for")).to_have_count(0)
    save(settings)
    (macro,) = read(agent_api, f"/teams/{team}/macros")["items"]
    assert macro["title"] == "Thank and close"
    assert macro["actions"] == [
        {"reply": {"text": "Thank you, {{customer}}."}},
        {"tag": {"add": ["praise", "happy"], "remove": []}},
        {"resolve": True},
    ]


# -- routing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_rules(agent_api: AgentApi) -> Any:
    """Rules do not outlive the test."""
    agent_api.http.put("/routing", json={"rules": []}).raise_for_status()
    yield
    agent_api.http.put("/routing", json={"rules": []}).raise_for_status()


@pytest.mark.usefixtures("no_rules")
def test_rules_are_tried_on_past_messages_before_they_are_saved(
    team: str, settings: Page, agent_api: AgentApi, square: Square
) -> None:
    word = f"rechnung{secrets.token_hex(4)}"
    talk = begin(square, agent_api, f"Meine {word} ist falsch.")
    show(settings, "routing")
    settings.get_by_role("button", name="Add rule").click()
    settings.get_by_label("Name").fill("Invoices")
    settings.get_by_label("containing one of these words").press_sequentially(f"invoice, {word}")
    settings.get_by_label("Team").select_option(team)
    settings.get_by_role("button", name="Save rules").click()
    trial = settings.get_by_role("dialog", name="Review the changes")
    expect(trial.get_by_text("would have gone elsewhere")).to_be_visible()
    expect(trial.get_by_role("link", name=talk.customer)).to_be_visible()
    assert read(agent_api, "/routing")["rules"] == []
    trial.get_by_role("button", name="Save rules").click()
    expect(settings.locator(".toast", has_text=SAVED).last).to_be_visible()
    (rule,) = read(agent_api, "/routing")["rules"]
    assert (rule["name"], rule["team"], rule["when"]["words"]) == ("Invoices", team, ["invoice", word])


@pytest.fixture
def three_rules(no_rules: None, agent_api: AgentApi) -> None:
    """Rules called First, Second and Third, in this order."""
    rules = [{"name": name, "team": "service"} for name in ("First", "Second", "Third")]
    agent_api.http.put("/routing", json={"rules": rules}).raise_for_status()


@pytest.mark.usefixtures("three_rules")
def test_rule_moved_twice_within_one_frame_is_two_places_higher(settings: Page) -> None:
    show(settings, "routing")
    settings.get_by_role("button", name="Move “Third” up").evaluate("button => { button.click(); button.click(); }")
    expect(settings.locator(".rule-head h2")).to_have_text(["Third", "First", "Second"])


@pytest.mark.usefixtures("three_rules")
def test_rules_change_their_places_by_keyboard(settings: Page) -> None:
    show(settings, "routing")
    settings.get_by_role("button", name="Move “Third” up").focus()
    settings.keyboard.press("Enter")
    expect(settings.locator("#announcements")).to_have_text("“Third” is now number 2")
    expect(settings.get_by_role("button", name="Move “Third” up")).to_be_focused()
    settings.keyboard.press("Enter")
    expect(settings.locator(".rule-head h2")).to_have_text(["Third", "First", "Second"])


# -- notices, connections, opt-outs, audit ----------------------------------------------------------------------------


def test_an_address_is_written_tried_and_never_shown(settings: Page, stack: Stack, square: Square, team: str) -> None:
    show(settings, "notices", team)
    channel = secrets.token_hex(6)
    address = f"{stack['square_url']}/_square/notices/{channel}"
    settings.get_by_role("button", name="Slack").click()
    expect(settings.get_by_text("Enter an address.")).to_be_visible()
    settings.get_by_label("Webhook address").fill(address)
    save(settings)
    expect(settings.get_by_text(f"Stored securely, ends with {address[-4:]}")).to_be_visible()
    assert address not in settings.content()
    settings.get_by_role("button", name="Send test").click()
    expect(settings.get_by_text("Slack: delivered")).to_be_visible()
    assert [each for each in square.call("GET", "/notices")["notices"] if each["name"] == channel]
    settings.get_by_role("checkbox", name="a reply couldn’t be delivered").check()
    save(settings)
    expect(settings.get_by_text(f"Stored securely, ends with {address[-4:]}")).to_be_visible()


def test_a_connection_tells_that_it_works_and_is_stopped_and_goes_on(
    settings: Page, square: Square, agent_api: AgentApi
) -> None:
    begin(square, agent_api)
    show(settings, "connections")
    connection = settings.locator(".connection").filter(has_text="connection name: demo").filter(has_text="Facebook")
    expect(connection.get_by_text("Working")).to_be_visible()
    connection.get_by_role("button", name="Details").click()
    connection.get_by_role("button", name="Pause").click()
    expect(connection.get_by_text("Paused by an administrator.")).to_be_visible()
    connection.get_by_role("button", name="Resume").click()
    expect(connection.get_by_text("Working")).to_be_visible()


def test_fields_that_a_password_manager_fills_at_once_are_all_kept(settings: Page) -> None:
    show(settings, "connections")
    settings.get_by_role("button", name="Connect account").click()
    form = settings.get_by_role("dialog", name="Connect account")
    form.get_by_role("button", name="Facebook").click()
    form.get_by_role("button", name="Enter credentials manually").click()
    hidden = form.locator("input[required][type=password]")
    expect(hidden.nth(1)).to_be_visible()
    fill = """fields => fields.map((field, at) => {
      field.value = `filled-${at}`;
      field.dispatchEvent(new Event("input", {bubbles: true}));
    }).length"""
    number = hidden.evaluate_all(fill)
    settings.wait_for_function(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    )
    for at in range(number):
        expect(hidden.nth(at)).to_have_value(f"filled-{at}")


def test_an_account_is_connected_by_a_form_that_says_what_it_needs(settings: Page, problems: Problems) -> None:
    problems.expect("422")
    show(settings, "connections")
    settings.get_by_role("button", name="Connect account").click()
    form = settings.get_by_role("dialog", name="Connect account")
    form.get_by_role("button", name="Facebook").click()
    form.get_by_role("button", name="Enter credentials manually").click()
    expect(form.get_by_label("Connection name")).to_be_focused()
    assert barriers(settings) == []
    form.get_by_label("Connection name").fill("No name of ours")
    hidden = form.locator("input[required][type=password]")
    asked = hidden.count()
    form.get_by_role("button", name="Generate").first.click()
    expect(hidden).to_have_count(asked - 1)  # what was made up is shown, to be taken along
    for field in hidden.all():
        field.fill("not-a-secret-of-ours")
    form.locator(".connect-more summary").click()
    form.get_by_role("button", name="Test and connect").click()
    expect(form.get_by_role("alert")).to_contain_text("A name consists of small letters")
    settings.keyboard.press("Escape")
    expect(settings.get_by_role("button", name="Connect account")).to_be_focused()


def test_only_who_is_called_by_a_platform_is_told_of_its_address(settings: Page) -> None:
    show(settings, "connections")
    for channel, told in (("Facebook", True), ("E-Mail", False)):
        settings.get_by_role("button", name="Connect account").click()
        form = settings.get_by_role("dialog", name="Connect account")
        form.get_by_role("button", name=channel).click()
        expect(form.get_by_label("Connection name")).to_be_visible()
        fields = expect(form.locator(".connect-fields"))
        (fields.to_contain_text if told else fields.not_to_contain_text)("webhook", ignore_case=True)
        settings.keyboard.press("Escape")


def test_lifting_an_opt_out_is_recorded_in_the_audit_log(settings: Page, square: Square, agent_api: AgentApi) -> None:
    talk = begin(square, agent_api)
    agent_api.call("PUT", f"/conversations/{talk.id}/opt-out")
    show(settings, "opt-outs")
    declined = settings.get_by_role("listitem").filter(has=settings.locator(f'a[href="{talk.place}"]'))
    declined.get_by_role("button", name="Allow follow-ups").click()
    settings.get_by_role("dialog").get_by_role("button", name="Allow follow-ups").click()
    expect(declined).to_have_count(0)
    show(settings, "audit")
    settings.get_by_label("Action", exact=True).select_option("permit")
    entry = settings.locator(".audit").first
    expect(entry).to_contain_text("Alex Beispiel allowed follow-ups to a customer again")
    expect(settings).to_have_url(re.compile("kind=permit"))


def test_a_german_administrator_reads_german(page_of: PageOf) -> None:
    page = page_of(place="#/settings/hours", language="de-DE")
    expect(heading(page, "Arbeitszeiten und Ziele")).to_be_visible()
    expect(page.get_by_role("group", name="Montag")).to_be_visible()


def test_two_of_the_same_name_are_told_apart_in_the_audit(settings: Page, team: str) -> None:
    show(settings, "audit")
    entry = settings.locator(".audit").first
    expect(entry.locator(".audit-id")).to_have_text(re.compile(r"^[0-9a-f-]{36}$"))
    assert not barriers(settings)


def test_the_audit_names_the_agents_that_an_entry_is_about(
    page_of: PageOf, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    known = read(agent_api, "/agents")["items"][0]
    gone = "00000000-0000-4000-8000-000000000000"
    by = {"id": None, "name": "Nachfrage"}
    at = "2026-11-30T22:58:00Z"
    entries = [
        {"id": "1", "at": at, "kind": "agent_roles", "by": by, "target": known["id"], "detail": {"roles": ["lead"]}},
        {"id": "2", "at": at, "kind": "agent_removed", "by": by, "target": gone, "detail": {}},
        {"id": "3", "at": at, "kind": "assigned", "by": by, "target": "c-1", "detail": {"agent": known["id"]}},
    ]
    page = page_of(size=PHONE)
    page.route("**/api/audit?*", lambda route: route.fulfill(json={"items": entries, "cursor": None}))
    show(page, "audit")
    rows = page.locator(".audit")
    expect(rows.nth(0)).to_contain_text(f"{known['name']} · roles: Team lead")
    expect(rows.nth(1)).to_contain_text(gone)
    expect(rows.nth(2)).to_contain_text(f"agent: {known['name']}")
    expect(rows.nth(2).get_by_role("link", name="Conversation")).to_have_attribute("href", "#/c/c-1")
    expect(rows.filter(has_text=known["id"])).to_have_count(0)
    shoot(page, "settings-audit-names-phone")


def test_an_administrator_without_a_second_step_is_told_and_led_to_it(
    settings: Page, problems: Problems, shoot: Callable[[Page, str], None]
) -> None:
    problems.expect("status of 403")
    said = "Administrators need two-step sign-in here. Turn it on under Account, Two-step sign-in."
    refusal = {"error": "second_step", "message": said}
    settings.route("**/api/audit?*", lambda route: route.fulfill(status=403, json=refusal))
    show(settings, "audit")
    panel = settings.get_by_role("alert")
    expect(panel).to_contain_text("Two-step sign-in required")
    expect(panel).to_contain_text(said)
    shoot(settings, "second-step-needed")
    assert not barriers(settings)
    panel.get_by_role("button", name="Two-step sign-in").click()
    expect(settings.get_by_role("dialog").get_by_role("button", name="Set up")).to_be_visible()
