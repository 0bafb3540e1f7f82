"""Accounts are connected by clicks: the browser goes to the platform, access is allowed there, and it comes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from infra.local.players import AgentApi
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.problems import Problems

WIDE = (1440, 900)
PLACE = "#/settings/connections"


@pytest.fixture
def left() -> list[str]:
    """The names of connections that a test made."""
    return []


@pytest.fixture(autouse=True)
def tidy(agent_api: AgentApi, left: list[str]) -> Iterator[None]:
    """Take away what a test connected."""
    yield
    for path in left:
        agent_api.call("DELETE", f"/connections/{path}")


def form_of(page: Page, channel: str) -> Locator:
    """Open the form of a channel."""
    page.get_by_role("button", name="Connect account").click()
    form = page.get_by_role("dialog", name="Connect account")
    form.get_by_role("button", name=channel, exact=False).first.click()
    return form


def hold_first(route: Route, held: list[Route]) -> None:
    """Keep the first question for the list back, and count it before anything waits: others come meanwhile."""
    if held:
        route.continue_()
    else:
        held.append(route)


def enter_option(form: Locator, name: str, value: str) -> None:
    form.locator(f"#connect-option-{name}").fill(value)


def more(form: Locator) -> None:
    form.locator(".connect-more summary").click()


def row(page: Page, name: str) -> Locator:
    return page.locator("tbody.connection").filter(has_text=name)


def test_mastodon_account_is_connected_by_allowing_it_on_the_server(
    page_of: PageOf, stack: Stack, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    agent_api.call("DELETE", "/connections/mastodon/demo")  # a server has one account here
    page = page_of(place=PLACE, size=WIDE)
    form = form_of(page, "Mastodon")
    expect(form.get_by_role("button", name="Connect with Mastodon")).to_be_visible()
    assert barriers(page) == []
    form.get_by_label("Connection name").fill("demo")
    enter_option(form, "base_url", f"{stack['square_url']}/mastodon")
    shoot(page, "sign-in-form")
    form.get_by_role("button", name="Connect with Mastodon").click()
    page.get_by_role("heading", level=1, name="Mastodon").wait_for()
    expect(page).to_have_url(re.compile(f"^{re.escape(stack['square_url'])}/mastodon/oauth/authorize\\?"))
    shoot(page, "sign-in-mastodon")
    before = agent_api.call("GET", "/connections")
    held: list[Route] = []
    page.route(re.compile(r"/connections(\?|$)"), lambda route: hold_first(route, held))
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("is connected. New messages appear in the inbox.").last).to_be_visible()
    expect(page).to_have_url(f"{stack['console_url']}{PLACE}")
    expect(row(page, "Mastodon")).to_be_visible()
    assert held
    held[0].fulfill(json=before)  # what was asked before the account was connected is answered last
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
    expect(row(page, "Mastodon")).to_be_visible()
    shoot(page, "sign-in-connected")
    row(page, "Mastodon").get_by_role("button", name="Details").click()
    row(page, "Mastodon").get_by_role("button", name="Sign in again").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("is connected. New messages appear in the inbox.").last).to_be_visible()
    assert agent_api.call("POST", "/connections/mastodon/demo/check")["problem"] is None


def test_one_of_several_pages_is_chosen_after_allowing_it_on_facebook(
    page_of: PageOf, stack: Stack, left: list[str], shoot: Callable[[Page, str], None]
) -> None:
    page = page_of(place=PLACE, size=WIDE)
    form = form_of(page, "Facebook")
    form.get_by_label("Connection name").fill("technik")
    ours = stack["connections"]["facebook"]
    enter_option(form, "app_id", ours["app_id"])
    form.locator("#connect-app_secret").fill(ours["app_secret"])
    more(form)
    enter_option(form, "base_url", stack["square_url"])
    expect(form.get_by_text(f"{stack['console_url']}connected")).to_be_visible()
    form.get_by_role("button", name="Connect with Facebook").click()
    page.get_by_role("button", name="Allow").click()
    question = page.get_by_role("dialog", name="Choose an account")
    expect(question.get_by_role("button", name="Nordlicht Netz")).to_be_disabled()
    assert barriers(page) == []
    shoot(page, "sign-in-choose")
    assert question.get_by_role("listitem").first.evaluate("item => item.clientHeight") < 90
    left.append("facebook/technik")
    question.get_by_role("button", name="Nordlicht Technik").click()
    expect(row(page, "Nordlicht Technik")).to_be_visible()


def enter_app(form: Locator, app: dict[str, str]) -> None:
    """Enter the app that is registered at Meta, as the form asks for it."""
    enter_option(form, "app_id", app["app_id"])
    form.locator("#connect-app_secret").fill(app["app_secret"])


def connect_and_sign_in_again(page: Page, agent_api: AgentApi, form: Locator, label: str, address: str) -> None:
    """Connect an account as ``demo``, and give it another token, both by allowing it on the platform's own page."""
    channel = label.lower()
    form.get_by_role("button", name=f"Connect with {label}").click()
    page.get_by_role("heading", level=1, name=label).wait_for()
    expect(page).to_have_url(re.compile(f"^{re.escape(address)}/oauth/authorize\\?"))
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("is connected. New messages appear in the inbox.").last).to_be_visible()
    line = row(page, label)
    line.get_by_role("button", name="Details").click()
    line.get_by_role("button", name="Sign in again").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("is connected. New messages appear in the inbox.").last).to_be_visible()
    assert agent_api.call("POST", f"/connections/{channel}/demo/check")["problem"] is None


def test_threads_profile_is_connected_by_allowing_it_on_threads(
    page_of: PageOf, stack: Stack, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    agent_api.call("DELETE", "/connections/threads/demo")  # the square has one profile
    page = page_of(place=PLACE, size=WIDE)
    form = form_of(page, "Threads")
    form.get_by_label("Connection name").fill("demo")
    enter_app(form, stack.installation.platforms["threads"])
    more(form)
    enter_option(form, "base_url", f"{stack['square_url']}/threads")
    assert barriers(page) == []
    shoot(page, "sign-in-threads-form")
    connect_and_sign_in_again(page, agent_api, form, "Threads", f"{stack['square_url']}/threads")


def test_instagram_account_is_connected_by_its_own_login(
    page_of: PageOf, stack: Stack, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    agent_api.call("DELETE", "/connections/instagram/demo")
    page = page_of(place=PLACE, size=WIDE)
    form = form_of(page, "Instagram")
    form.get_by_label("Connection name").fill("demo")
    app = stack.installation.platforms["instagram"]
    enter_app(form, app)
    more(form)
    enter_option(form, "instagram_app_id", app["instagram_app_id"])
    form.locator("#connect-instagram_app_secret").fill(app["instagram_app_secret"])
    enter_option(form, "base_url", f"{stack['square_url']}/instagram")
    assert barriers(page) == []
    shoot(page, "sign-in-instagram-form")
    connect_and_sign_in_again(page, agent_api, form, "Instagram", f"{stack['square_url']}/instagram")
    stored = next(each for each in agent_api.call("GET", "/connections")["items"] if each["channel"] == "instagram")
    assert stored["options"]["flavour"] == "instagram"


def test_denied_access_is_said_on_a_phone_in_german(
    page_of: PageOf, stack: Stack, problems: Problems, shoot: Callable[[Page, str], None]
) -> None:
    problems.expect("422")
    page = page_of(place=PLACE, size=PHONE, language="de-DE", dark=True)
    page.get_by_role("button", name="Konto verbinden").click()
    form = page.get_by_role("dialog")
    form.get_by_role("button", name="Mastodon", exact=False).first.click()
    form.locator("#connect-name").fill("zweites")
    enter_option(form, "base_url", f"{stack['square_url']}/mastodon")
    assert barriers(page) == []
    shoot(page, "sign-in-form-phone-dark")
    form.get_by_role("button", name="Mit Mastodon verbinden").click()
    page.get_by_role("button", name="Deny").click()
    told = page.get_by_role("dialog", name="Nicht verbunden")
    expect(told).to_contain_text("Auf der Plattform wurde es nicht erlaubt.")
    assert barriers(page) == []
    shoot(page, "sign-in-denied-phone-dark")


def test_address_that_somebody_else_made_connects_nothing(page_of: PageOf, stack: Stack, problems: Problems) -> None:
    problems.expect("404")
    page = page_of()
    page.goto(f"{stack['console_url']}connected?state={'s' * 43}&code=stolen")
    told = page.get_by_role("dialog", name="Not connected")
    expect(told).to_contain_text("This sign-in has ended or was finished already.")
    expect(page).not_to_have_url(re.compile("stolen"))
