"""The market square's page: pictures of customers reach the inbox, and nothing is offered that a platform refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from infra.local.players import AgentApi, wait_for
from infra.local.stack import Stack
from infra.square.core.registry import load
from tests.browser.accessibility import barriers
from tests.browser.conftest import PATIENCE_MS
from tests.browser.platform_files import PNG
from tests.browser.problems import Problems
from tests.browser.talk import surname
from tests.support.square_platform import SquarePlatform


@pytest.fixture
def visit(browser: Browser, stack: Stack, problems: Problems) -> Iterator[Callable[..., Page]]:
    """Opens the square as a customer."""
    contexts = []

    def open_square(name: str, platform: str = "facebook", view: str = "public", address: str = "") -> Page:
        context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        problems.watch(page)
        page.goto(f"{address or stack['square_url']}/?name={name}&platform={platform}&view={view}")
        page.locator("#posts, #messages").first.wait_for(state="attached")
        return page

    yield open_square
    for context in contexts:
        context.close()


@pytest.fixture
def google(tmp_path: Path) -> Iterator[SquarePlatform]:
    """A square with Google alone."""
    square = SquarePlatform(tmp_path, "google", load("google").invented(lambda: "secret-of-a-test-0123456789"))
    yield square
    square.close()


def _has_picture(agent_api: AgentApi, name: str) -> bool:
    own = [each for each in agent_api.inbox() if each["customer"]["name"] == name]
    messages = [message for each in own for message in agent_api.read(each["id"])["messages"]]
    return [file["state"] for message in messages for file in message["attachments"]] == ["stored"]


def test_picture_that_a_customer_attaches_reaches_the_inbox(
    visit: Callable[..., Page], agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    name = f"Jana {surname()}"
    page = visit(name, view="private")
    form = page.locator("#message")
    form.locator("input[type=file]").set_input_files({"name": "Router.png", "mimeType": "image/png", "buffer": PNG})
    expect(form.locator(".chosen")).to_contain_text("Router.png")
    form.locator("textarea").fill("So sieht er aus:")
    form.locator("textarea").press("Enter")
    expect(page.locator("#messages img.picture")).to_be_visible()
    expect(form.locator(".chosen")).to_be_hidden()
    wait_for("the picture", lambda: _has_picture(agent_api, name))
    shoot(page, "square-picture")
    assert not barriers(page)


def test_picture_goes_out_without_words_and_can_be_left_out_again(visit: Callable[..., Page]) -> None:
    page = visit(f"Jana {surname()}")
    form = page.locator("#post")
    picture = FilePayload(name="Router.png", mimeType="image/png", buffer=PNG)
    form.locator("input[type=file]").set_input_files(picture)
    form.get_by_role("button", name="Remove the picture").click()
    expect(form.locator(".chosen")).to_be_hidden()
    form.locator("input[type=file]").set_input_files(picture)
    form.get_by_role("button", name="Post").click()
    expect(page.locator("#posts img.picture").first).to_be_visible()


def test_review_offers_no_answer_and_no_second_one(
    visit: Callable[..., Page], google: SquarePlatform, shoot: Callable[[Page, str], None]
) -> None:
    page = visit(f"Jana {surname()}", platform="google", address=google.url)
    expect(page.locator("#post .attach")).to_be_hidden()
    page.locator("#post textarea").fill("Schnelle Hilfe.")
    page.get_by_role("button", name="Post").click()
    review = page.locator("#posts .post").first
    expect(review).to_contain_text("Schnelle Hilfe.")
    expect(review.get_by_role("button", name="Reply")).to_have_count(0)
    expect(review.locator("form")).to_be_hidden()
    expect(page.locator("#post")).to_be_hidden()
    expect(page.locator("#rated")).to_contain_text("Your review stands below")
    shoot(page, "square-review")


def test_long_text_is_read_by_keyboard(visit: Callable[..., Page]) -> None:
    page = visit(f"Jana {surname()}", view="private")
    field = page.locator("#message textarea")
    field.fill("Zeile\n" * 60)
    field.press("Enter")
    expect(page.locator("#messages p.text").last).to_have_attribute("tabindex", "0")
    assert not barriers(page)
