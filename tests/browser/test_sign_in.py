"""Signing in, staying signed in, and leaving."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Request, Route, expect

from infra.local.players import Square, wait_for
from infra.local.stack import Stack
from tests.browser.conftest import PageOf, enter
from tests.browser.hearing import lose_live, wait_until_live
from tests.browser.people import Person, hire, password
from tests.browser.problems import Problems

AN_HOUR = "57:00"
INBOX = re.compile("Inbox")


def test_the_first_thing_is_a_sign_in_that_sends_a_challenge_and_no_secret(page_of: PageOf, stack: Stack) -> None:
    page = page_of(signed_in=False)
    page.get_by_label("Password").wait_for()
    asked = parse_qs(urlsplit(page.url).query)
    expect(page).to_have_url(re.compile(r"^[^?#]*/oauth2/authorize(\?|$)"))
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert asked["redirect_uri"] == [stack["console_url"]]
    assert asked["state"] and asked["nonce"] and "client_secret" not in asked


def test_sign_in_leads_to_the_inbox_without_a_code_in_the_address(page_of: PageOf, stack: Stack) -> None:
    page = page_of(first_visit=True)
    expect(page).to_have_title(INBOX)
    expect(page).to_have_url(re.compile(f"^{re.escape(stack['console_url'])}(#|$)"))


def test_a_wrong_password_stays_at_the_sign_in(page_of: PageOf, alex: Person) -> None:
    page = page_of(signed_in=False)
    page.get_by_label("Username").fill(alex.email)
    page.get_by_label("Password").fill("not-the-password-1A")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Incorrect username or password")).to_be_visible()
    enter(page, alex)


def test_a_first_password_is_changed_at_the_first_sign_in(page_of: PageOf, stack: Stack) -> None:
    new = hire(stack, "Noor Beispiel", "agent", first_password=True)
    chosen = password()
    page = page_of(signed_in=False)
    page.get_by_label("Username").fill(new.email)
    page.get_by_label("Password").fill(new.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password", exact=True).fill(chosen)
    page.get_by_label("Confirm new password").fill(chosen)
    page.get_by_role("button", name="Update password").click()
    expect(page).to_have_title(INBOX)


def test_a_reload_keeps_the_session_and_the_place(page_of: PageOf) -> None:
    page = page_of(first_visit=True)
    page.get_by_role("link", name="Follow-ups").click()
    expect(page).to_have_title(re.compile("^Follow-ups"))
    page.reload()
    expect(page).to_have_title(re.compile("^Follow-ups"))
    expect(page).to_have_url(re.compile("#/follow-ups$"))


def test_a_link_to_a_place_leads_there_through_the_sign_in(page_of: PageOf) -> None:
    page = page_of(place="#/reports", first_visit=True)
    expect(page).to_have_title(re.compile("^Reports"))


def test_signing_out_ends_the_session_here_and_at_cognito(page_of: PageOf) -> None:
    page = page_of(first_visit=True)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Password").wait_for()
    page.reload()
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_token_is_renewed_before_it_expires(page_of: PageOf, stack: Stack) -> None:
    page = page_of(signed_in=False)
    page.clock.install()
    _enter_the_demo(page, stack)
    wait_until_live(page)
    with page.expect_request(lambda request: _grant(request) == "refresh_token") as renewal:
        page.clock.fast_forward(AN_HOUR)
    answer = renewal.value.response()
    assert answer and answer.ok
    token = answer.json()["id_token"]
    assert "admin" in _claims(token)["cognito:groups"]
    with page.expect_request(re.compile(r"/live/api/")) as asked:
        lose_live(page)
    assert asked.value.headers["authorization"] == token


def test_a_request_that_is_refused_renews_the_token_once_and_is_repeated(
    page_of: PageOf, problems: Problems, square: Square
) -> None:
    problems.expect("status of 401")
    post = square.post(author={"name": "Ida"}, text="Ist jemand da?")
    assert post
    page = page_of(first_visit=True)
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route.request.url)
        route.fulfill(status=401, json={"message": "The incoming token has expired"})

    with page.expect_request(lambda request: _grant(request) == "refresh_token"):
        page.route("**/api/follow-ups*", refuse_once)
        page.get_by_role("link", name="Follow-ups").click()
    wait_for("the request to be repeated", lambda: page.get_by_role("alert").count() == 0)
    assert len(refused) == 1


def test_a_session_that_ended_says_so_and_leads_back_to_the_place(
    page_of: PageOf, stack: Stack, problems: Problems
) -> None:
    problems.expect("status of 400", "status of 401")
    guest = hire(stack, "Gerda Beispiel", "agent")
    page = page_of(guest, place="#/follow-ups", first_visit=True)
    wait_until_live(page)
    stack.client("cognito-idp").admin_user_global_sign_out(UserPoolId=stack["user_pool_id"], Username=guest.email)
    page.route("**/api/**", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}))
    # Without its live connection, the page asks for news at once, so it notices by itself.
    lose_live(page)
    dialog = page.get_by_role("dialog", name="Please sign in again")
    expect(dialog).to_be_visible()
    page.unroute("**/api/**")
    dialog.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Follow-ups"))


def test_reading_continues_when_the_sign_in_dialog_is_closed(page_of: PageOf, problems: Problems) -> None:
    problems.expect("status of 400", "status of 401")
    page = page_of(first_visit=True)
    wait_until_live(page)
    page.route("**/oauth2/token", lambda route: route.fulfill(status=400, json={"error": "invalid_grant"}))
    page.route("**/api/**", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}))
    lose_live(page)
    dialog = page.get_by_role("dialog", name="Please sign in again")
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Follow-ups").click()
    expect(page).to_have_title(re.compile("^Follow-ups"))
    expect(dialog).to_be_hidden()
    page.unroute("**/oauth2/token")
    page.unroute("**/api/**")
    page.locator(".banner").get_by_role("button", name="Sign in").click()
    expect(page.locator(".banner")).to_be_hidden()
    expect(page).to_have_title(re.compile("^Follow-ups"))


def test_a_sign_in_that_fails_can_be_tried_again(page_of: PageOf, alex: Person, problems: Problems) -> None:
    problems.expect("status of 400")
    page = page_of(signed_in=False)
    page.route("**/oauth2/token", lambda route: route.fulfill(status=400, json={"error": "invalid_grant"}))
    page.get_by_label("Username").fill(alex.email)
    page.get_by_label("Password").fill(alex.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Sign-in failed")).to_be_visible()
    page.unroute("**/oauth2/token")
    page.get_by_role("button", name="Try again").click()
    expect(page).to_have_title(INBOX)


def test_an_answer_to_another_question_is_not_used(page_of: PageOf, stack: Stack) -> None:
    page = page_of(first_visit=True)
    with page.expect_request(lambda request: _grant(request) == "authorization_code") as exchange:
        page.goto(f"{stack['console_url']}?code=stolen&state=another")
    assert "stolen" not in (exchange.value.post_data or "")
    expect(page).to_have_title(INBOX)


def _enter_the_demo(page: Page, stack: Stack) -> None:
    enter(page, Person("", stack["agent"]["email"], stack["agent"]["password"]))


def _grant(request: Request) -> str:
    if not request.url.endswith("/oauth2/token"):
        return ""
    return parse_qs(request.post_data or "").get("grant_type", [""])[0]


def _claims(token: str) -> dict[str, Any]:
    """Return the claims of a token."""
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
