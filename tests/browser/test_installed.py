"""The page as an app: its service worker keeps files and nothing else, through new builds, without a network, and until
the agent signs out; and what it says while nobody looks: the number on its icon, notifications, a sound."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from infra import build
from infra.local.players import AgentApi, Square, wait_for
from infra.local.stack import Stack
from infra.page import bundle
from tests.browser.conftest import PageOf
from tests.browser.people import hire
from tests.browser.problems import Problems
from tests.browser.talk import begin, surname

KEPT = """async () => {
  const names = await caches.keys();
  const lists = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())));
  return { names, paths: lists.flat().map(({url}) => new URL(url).pathname) };
}"""
ACTIVE = "async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'"
WAITING = "async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting)"
WATCHED = """
  window.shown = [];
  window.tones = 0;
  window.asked = 0;
  window.Notification = class {
    static permission = "default";
    static async requestPermission() { window.asked += 1; return (this.permission = "granted"); }
    constructor(title, options) { window.shown.push({ title, ...options }); }
    close() {}
  };
  const create = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () { window.tones += 1; return create.call(this); };
"""


class Deployments(BaseHTTPRequestHandler):
    """A server of one build at a time: a page, a file that it loads first, and one that it loads later."""

    build = "a"
    worker = ""

    def do_GET(self) -> None:
        name = urlsplit(self.path).path.removeprefix("/live/")
        served = {
            "": ("text/html", f'<html><script type="module" src="assets/first-{self.build}.js"></script></html>'),
            f"assets/first-{self.build}.js": (
                "text/javascript",
                f"""document.title = "{self.build}";
                window.later = () => import("./later-{self.build}.js");
                navigator.serviceWorker.register("assets/service-worker.js", {{scope: "./"}});""",
            ),
            f"assets/later-{self.build}.js": ("text/javascript", f'export const name = "{self.build}";'),
            "assets/service-worker.js": ("text/javascript", self._worker()),
        }.get(name)
        content = served[1].encode() if served else b""
        self.send_response(200 if served else 404)
        self.send_header("Content-Type", served[0] if served else "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Service-Worker-Allowed", "../")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def _worker(self) -> str:
        files = [f"first-{self.build}.js", f"later-{self.build}.js"]
        made = {"id": self.build, "files": files, "offline": {"en": "no network"}}
        return f"self.BUILD={json.dumps(made)};\n{self.worker}"

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def deployments() -> Iterator[tuple[type[Deployments], str]]:
    """A server whose build can be changed, with the page's own service worker; and the page's address."""
    code = (bundle.make(build.BUILD) / "service-worker.js").read_text(encoding="utf-8").partition("\n")[2]
    served = type("Served", (Deployments,), {"worker": code})
    server = ThreadingHTTPServer(("127.0.0.1", 0), served)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield served, f"http://127.0.0.1:{server.server_address[1]}/live/"
    server.shutdown()


def wait_until_active(page: Page) -> None:
    wait_for("the service worker", lambda: page.evaluate(ACTIVE))


def test_page_of_the_build_before_goes_on_after_a_deployment(
    browser: Browser, deployments: tuple[type[Deployments], str]
) -> None:
    served, address = deployments
    context = browser.new_context()
    old = context.new_page()
    old.goto(address)
    wait_until_active(old)
    old.reload()  # from now on, the page is the worker's
    served.build = "b"
    new = context.new_page()
    new.goto(address)
    assert new.title() == "b"
    wait_for("the new worker", lambda: new.evaluate(WAITING))
    assert old.evaluate("async () => (await window.later()).name") == "a"
    assert new.evaluate("async () => (await window.later()).name") == "b"
    assert sorted(new.evaluate(KEPT)["names"]) == ["nachfrage-a", "nachfrage-b"]

    old.close()
    new.goto("about:blank")
    new.goto(address)
    wait_for("the end of the old files", lambda: len(new.evaluate(KEPT)["names"]) == 1)
    assert new.evaluate(KEPT)["names"] == ["nachfrage-b"]
    assert new.title() == "b"
    context.close()


def test_worker_keeps_files_alone_and_says_where_there_is_no_network(
    page_of: PageOf, square: Square, agent_api: AgentApi, problems: Problems, shoot: Callable[[Page, str], None]
) -> None:
    problems.expect("ERR_INTERNET_DISCONNECTED", "Failed to load resource", "net::")
    talk = begin(square, agent_api)
    page = page_of(service_workers="allow", language="de-DE")
    wait_until_active(page)
    page.reload()
    page.evaluate("place => { location.hash = place }", talk.place)
    page.locator(".conversation-head").wait_for()
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    kept = page.evaluate(KEPT)
    assert len(kept["names"]) == 1 and kept["paths"]
    assert all(re.fullmatch(r".*/assets/[\w.-]+-[\w-]+\.(?:js|css)", path) for path in kept["paths"])

    page.context.set_offline(True)
    expect(page.get_by_text("Keine Verbindung").first).to_be_visible()
    fresh = page.context.new_page()
    fresh.goto(page.url.split("#")[0])
    expect(fresh.get_by_role("heading", name="Keine Verbindung")).to_be_visible()
    shoot(fresh, "offline")
    page.context.set_offline(False)
    fresh.get_by_role("link", name="Erneut versuchen").click()
    fresh.locator("nav.rail").wait_for()


def test_nothing_is_kept_after_signing_out(page_of: PageOf) -> None:
    page = page_of(service_workers="allow")
    wait_until_active(page)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Username").wait_for()
    elsewhere = page.context.new_page()
    elsewhere.goto(f"{page.context.pages[0].url.split('/_aws')[0]}/favicon.ico")
    assert elsewhere.evaluate(
        "async () => [await caches.keys(), await navigator.serviceWorker.getRegistrations()]"
    ) == [
        [],
        [],
    ]


def test_browser_finds_what_it_needs_to_install_the_page(page_of: PageOf) -> None:
    page = page_of()
    session = page.context.new_cdp_session(page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == [] and found["url"].endswith("/assets/app.webmanifest")
    manifest = json.loads(found["data"])
    assert manifest["display"] == "standalone" and len(manifest["icons"]) == 3
    for icon in manifest["icons"]:
        size = page.evaluate(
            "async src => { const i = new Image(); i.src = src; await i.decode(); return i.width }", icon["src"]
        )
        assert f"{size}x{size}" == icon["sizes"]


def test_mention_is_counted_on_the_icon_shown_as_a_notification_and_heard(
    page_of: PageOf, square: Square, agent_api: AgentApi, stack: Stack
) -> None:
    person = hire(stack, f"Nele {surname()}", "lead")
    page = page_of(person, signed_in=False)
    page.add_init_script(WATCHED)
    page.reload()
    page.get_by_label("Username").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    page.locator("nav.rail").wait_for(state="attached")
    talks = [begin(square, agent_api, "Mein Passwort ist geheim.", private=True) for _ in range(2)]
    nele = next(each for each in agent_api.call("GET", "/agents")["items"] if each["name"] == person.name)
    page.evaluate("location.hash = '#/for-you'")
    assert page.evaluate("window.asked") == 0
    page.get_by_label("Desktop notifications").check()
    assert page.evaluate("window.asked") == 1
    page.get_by_label("Sound").check()
    tones = page.evaluate("window.tones")
    assert tones == 1
    page.evaluate("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })")

    def mention(at: int) -> None:
        path = f"/conversations/{talks[at].id}/notes"
        agent_api.call("POST", path, text="Can you look?", mentions=[nele["id"]])

    mention(0)
    page.wait_for_function("() => window.shown.length === 1")
    [shown] = page.evaluate("window.shown")
    assert shown["tag"] == talks[0].id and "mentioned you" in shown["title"] and shown["body"] == ""
    page.wait_for_function("() => window.tones === 2")
    icon = page.locator('link[rel="icon"]')
    expect(icon).to_have_attribute("href", re.compile("^data:image/png"))
    page.get_by_label("Sound").uncheck()
    mention(1)
    page.wait_for_function("() => window.shown.length === 2")
    assert page.evaluate("window.tones") == 2
    page.reload()
    page.locator("nav.rail").wait_for(state="attached")
    expect(page.get_by_label("Desktop notifications")).to_be_checked()
    expect(page.get_by_label("Sound")).not_to_be_checked()
