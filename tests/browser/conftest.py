"""A browser before the running stack: agents who sign in through Cognito's pages, and work.

A test gets its page with ``page_of()``, which signs in. An error in the page's console, a breach of its policy and an
exception that nobody caught fail the test, unless it says ``problems.expect(…)``. ``shoot(page, "name")`` leaves a
picture in ``build/screenshots``. The stack is shared, so a test brings its own customers and looks at its own
conversations.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from typing import Any, Protocol

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from infra import build
from infra.local.players import AgentApi, Square, sign_in
from infra.local.stack import Stack, start_stack
from infra.page import bundle
from tests.browser import chromium
from tests.browser.contexts import Contexts
from tests.browser.people import Person, hire
from tests.browser.problems import Problems
from tests.browser.sign_ins import SignIns
from tests.support.stack_log import add_log

FOLLOW_UP_DELAY = "PT10S"
SCREENSHOTS = build.BUILD / "screenshots"
DESKTOP = (1280, 800)
PHONE = (390, 844)
PATIENCE_MS = 60_000
"""A cold function on a busy machine takes its time; what is measured is measured elsewhere."""


class PageOf(Protocol):
    """The signature of ``page_of``."""

    def __call__(
        self,
        agent: Person | None = None,
        *,
        place: str = "",
        language: str = "en-US",
        dark: bool = False,
        size: tuple[int, int] = DESKTOP,
        signed_in: bool = True,
        first_visit: bool = False,
        **options: Any,
    ) -> Page: ...


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the stack logged where a test failed."""
    report = yield
    add_log(report, item)
    return report


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The embedded stack, with the square."""
    bundle.install(tools=True)
    directory = tmp_path_factory.mktemp("stack")
    with start_stack(
        directory,
        free_ports=True,
        persist=False,
        follow_up_delay=FOLLOW_UP_DELAY,
        platforms=("email", "instagram", "mastodon", "threads"),
        link_previews=True,
    ) as running:
        yield running


@pytest.fixture(scope="session")
def square(stack: Stack) -> Square:
    """The customers' side."""
    return Square(stack.values)


@pytest.fixture(scope="session")
def agent_api(stack: Stack) -> Iterator[AgentApi]:
    """The API, signed in as the demo's agent: for preparing what a test looks at."""
    client: httpx.Client
    with sign_in(stack.values) as client:
        yield AgentApi(client)


@pytest.fixture(scope="module", autouse=True)
def empty_inbox(request: pytest.FixtureRequest) -> Iterator[None]:
    """Resolve what earlier modules left open, so that a new conversation is on the inbox's first screen, and take back
    the module's rules at its end."""
    agent_api: AgentApi = request.getfixturevalue("agent_api")
    for conversation in agent_api.inbox(status="open"):
        agent_api.call("POST", f"/conversations/{conversation['id']}/resolve")
    yield
    assert agent_api.http.put("/teams/service", json={}).is_success
    assert agent_api.http.put("/routing", json={"rules": []}).is_success


@pytest.fixture(scope="session")
def alex(stack: Stack) -> Person:
    """The demo's agent: agent, lead and administrator."""
    return Person("Alex Beispiel", stack["agent"]["email"], stack["agent"]["password"])


@pytest.fixture(scope="session")
def kim(stack: Stack) -> Person:
    """An agent and nothing more."""
    return hire(stack, "Kim Beispiel", "agent")


@pytest.fixture(scope="session")
def lea(stack: Stack) -> Person:
    """An agent who leads."""
    return hire(stack, "Lea Beispiel", "agent", "lead")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each page has cookies and storage of its own."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGUMENTS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def contexts(browser: Browser, stack: Stack) -> Contexts:
    """The browser's contexts. Pages store something under the API's address and the square's."""
    return Contexts(browser, [stack["endpoint_url"], stack["square_url"]])


@pytest.fixture
def problems() -> Iterator[Problems]:
    """Problems in this test's pages."""
    noted = Problems()
    yield noted
    assert not noted.unexpected(), "\n\n".join(noted.unexpected())


@pytest.fixture(scope="session")
def sign_ins(stack: Stack) -> SignIns:
    """The sign-in that each agent has, who is asked for a password once: the form takes as long as the page."""
    return SignIns(stack)


def slow_down(page: Page, factor: float) -> None:
    """Give a page only a part of the processor."""
    if factor > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": factor})


@pytest.fixture
def page_of(
    request: pytest.FixtureRequest,
    contexts: Contexts,
    stack: Stack,
    alex: Person,
    problems: Problems,
    sign_ins: SignIns,
) -> Iterator[PageOf]:
    """Opens the inbox as an agent, Alex if none is named, and waits until it can be used.

    Without ``signed_in``, at a ``first_visit`` and with options of its own, a page has a context of its own, and goes
    to Cognito's pages itself.
    """
    taken: list[tuple[BrowserContext, dict[str, Any], bool]] = []

    def open_page(
        agent: Person | None = None,
        *,
        place: str = "",
        language: str = "en-US",
        dark: bool = False,
        size: tuple[int, int] = DESKTOP,
        signed_in: bool = True,
        first_visit: bool = False,
        **options: Any,
    ) -> Page:
        shared = signed_in and not first_visit and not options
        every = {
            "locale": language,
            "color_scheme": "dark" if dark else "light",
            "viewport": {"width": size[0], "height": size[1]},
            "timezone_id": "Europe/Berlin",
            "reduced_motion": "reduce",
            "service_workers": "block",
        } | options
        page = contexts.new_page(every, shared=shared)
        context = page.context
        taken.append((context, every, shared))
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        slow_down(page, request.config.getoption("--slow-page"))
        problems.watch(page)
        person = agent or alex
        if not signed_in:
            page.goto(stack["console_url"] + place)
            return page
        sign_ins.give_cookie(context, person)
        back = sign_ins.way_back(page, person, place) if shared else None
        page.goto(back or stack["console_url"] + place)
        enter_once(page, person)
        sign_ins.keep_cookie(context, person)
        return page

    yield open_page
    for context, every, shared in taken:
        contexts.take_back(context, every, shared=shared)


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Leaves a picture of a page for eyes."""

    def take(page: Page, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return take


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a figure for the reader of the test's output."""

    def tell(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {line}\n")

    return tell


def enter_once(page: Page, agent: Person) -> None:
    """Wait for the inbox, and sign in if Cognito asks for that: nobody has signed in yet, or somebody signed out."""
    inbox = page.locator("nav.rail")
    inbox.or_(page.get_by_label("Username")).first.wait_for(state="attached")
    if not inbox.count():
        enter(page, agent)


def enter(page: Page, agent: Person) -> None:
    """Sign in on Cognito's page, and wait for the inbox."""
    page.get_by_label("Username").fill(agent.email)
    page.get_by_label("Password").fill(agent.password)
    page.get_by_role("button", name="Sign in").click()
    page.locator("nav.rail").wait_for(state="attached")
