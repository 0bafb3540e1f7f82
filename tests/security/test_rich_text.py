"""The page of a mail in the inbox: an attacker writes HTML that should run, load, disguise or cover something."""

from __future__ import annotations

import http.server
import re
import subprocess
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, expect, sync_playwright

from channels._html import reduced
from channels.email.pages import ATTRIBUTES, ELEMENTS
from infra import build
from infra.page import bundle
from tests.browser import chromium

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "require-trusted-types-for 'script'; trusted-types lit-html dompurify"
)
"""As the page's own (``console/routes/page.py``)."""
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://tracker.example/1.gif'>",
    "<img srcset='https://tracker.example/1.gif 1x'>",
    "<img src='cid:unknown'>",
    "<svg onload=alert(1)><style>*{background:url(https://tracker.example/2)}</style></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a><image href='https://tracker.example/3'/></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVa&#10;Script&colon;alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='https://good.example' ping='https://tracker.example/4' target=_self onclick=alert(1)>x</a>",
    "<area href='https://tracker.example/5'><map name=x></map>",
    "<base href='https://tracker.example/'><a href=x>x</a>",
    "<link rel=stylesheet href='https://tracker.example/6'>",
    "<meta http-equiv=refresh content='0;url=https://tracker.example/7'>",
    "<style>@import 'https://tracker.example/8'; body{display:none}</style>",
    "<p style='position:fixed;inset:0;background:url(https://tracker.example/9)'>x</p>",
    "<p class='dialog veil' id='answer' name='cookie'>x</p>",
    "<table background='https://tracker.example/10'><tr><td background='https://tracker.example/11'>x</table>",
    "<body background='https://tracker.example/12' onload=alert(1)>x",
    "<iframe src='https://tracker.example/13'></iframe><iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='https://tracker.example/14'></object><embed src='https://tracker.example/15'>",
    "<video src='https://tracker.example/16' poster='https://tracker.example/17' autoplay></video>",
    "<picture><source srcset='https://tracker.example/18'><img></picture>",
    "<form action='https://tracker.example/19'><input autofocus onfocus=alert(1)><button>x</button></form>",
    "<input type=image src='https://tracker.example/20'>",
    "<isindex action=javascript:alert(1) type=image>",
    "<template><img src=x onerror=alert(1)></template>",
    "<div><template shadowrootmode=open><img src=x onerror=alert(1)></template></div>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<marquee onstart=alert(1)>x</marquee><blink>x</blink>",
    "<a id=document name=body></a><img name=createElement><form id=forms><input id=attributes></form>",
    "<x-element onclick=alert(1) is=x-element>x</x-element>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<xmp><img src=x onerror=alert(1)></xmp><plaintext><img src=x onerror=alert(1)>",
    "<title><img src=x onerror=alert(1)></title><textarea><img src=x onerror=alert(1)></textarea>",
    "<b" + "<b" * 2000 + ">" + "<div>" * 1200 + "<img src=x onerror=alert(1)>",
    "<img src='cid:__proto__'><img src='cid:constructor'>",
    "<p contenteditable autofocus onfocus=alert(1) tabindex=1 accesskey=x popover>x</p>",
    "<button popovertarget=x>x</button><div popover id=x>x</div><dialog open>x</dialog>",
]
SCRIPT = """
import { safePage } from "./safe_html.js";
const words = { quoted: "Quoted", picture: "picture", large: "Picture", leadsTo: (host) => `(leads to ${host})` };
globalThis.show = (html) => {
  const page = safePage(html, { router: `${location.origin}/router.png` }, words);
  document.body.replaceChildren(page);
  return page.innerHTML;
};
document.body.dataset.ready = "";
"""
ATTRIBUTE_NAMES = "[...document.querySelectorAll('body > div *')].flatMap((each) => each.getAttributeNames())"
ADDRESSES = "[...document.querySelectorAll('a[href]')].map((each) => each.getAttribute('href'))"
PERMITTED = {"href", "title", "target", "rel", "alt", "dir", "lang", "colspan", "rowspan", "start", "open", "class"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the module that makes pages harmless, under the page's policy."""
    bundle.install(tools=True)
    folder = tmp_path_factory.mktemp("site")
    esbuild = build.ROOT / "infra" / "page" / "node_modules" / ".bin" / "esbuild"
    module = bundle.SOURCES / "lib" / "safe_html.js"
    options = ["--bundle", "--format=esm", f"--outfile={folder / 'safe_html.js'}", "--log-level=error"]
    subprocess.run(
        [esbuild, module, *options], check=True, env={"NODE_PATH": str(bundle.LIBRARIES), "PATH": "/usr/bin"}
    )
    (folder / "main.js").write_text(SCRIPT)
    (folder / "index.html").write_text("<!doctype html><body><script type=module src=main.js></script>")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", POLICY)
            super().end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    def handler(*arguments: object, **options: object) -> Handler:
        return Handler(*arguments, directory=str(folder), **options)  # type: ignore[arg-type]

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)  # type: ignore[arg-type]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def page(site: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGUMENTS))
        page = browser.new_page()
        page.goto(site)
        page.wait_for_selector("body[data-ready]", state="attached")
        yield page
        browser.close()


BLOCKED = re.compile("(?:inline event handler|inline style) violates .*The action has been blocked", re.DOTALL)
"""Complaints of Chromium over what it would not have done anyway, in a document that is only parsed."""


@pytest.mark.parametrize("is_reduced", [False, True], ids=["as it came", "as the API hands it on"])
def test_hostile_pages_run_load_and_disguise_nothing(page: Page, is_reduced: bool) -> None:
    requests: list[str] = []
    problems: list[str] = []

    def asked(request: Request) -> None:
        requests.append(request.url)

    page.on("request", asked)
    page.on("dialog", lambda dialog: (problems.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    for hostile in HOSTILE:
        html = reduced(hostile, ELEMENTS, ATTRIBUTES) if is_reduced else hostile
        page.evaluate("(html) => show(html)", html)
        assert set(page.evaluate(ATTRIBUTE_NAMES)) <= PERMITTED, html
        assert all(each.startswith("https://good.example") for each in page.evaluate(ADDRESSES)), html
        page.wait_for_timeout(20)
    assert requests == []
    assert [each for each in problems if is_reduced or not BLOCKED.search(each)] == []


def test_page_that_means_well_is_shown_with_its_own_pictures_and_folded_quotes(page: Page) -> None:
    html = (
        "<p>The <b>third</b> lamp: <img src='cid:router' width=64> <a href='https://evil.example/x'>www.bank.example</a></p>"
        "<div class=gmail_quote>On Monday: <blockquote type=cite><p>Look</p></blockquote></div>"
    )
    page.route("**/router.png", lambda route: route.fulfill(status=404))
    shown = page.evaluate("(html) => show(html)", html)
    assert "<b>third</b>" in shown
    assert "(leads to evil.example)" in shown
    assert page.locator("img").get_attribute("src", timeout=1000) == f"{page.evaluate('location.origin')}/router.png"
    expect(page.locator("button.rich-picture > img")).to_have_count(1)
    assert page.locator("details").count() == 1
    assert page.locator("details").get_attribute("open") is None
    assert page.get_by_text("Look").is_hidden()
    page.evaluate("(html) => show(html)", "<blockquote type=cite>All</blockquote>")
    assert page.get_by_text("All").is_visible()


def test_sign_or_a_picture_in_a_link_of_a_mail_cannot_be_enlarged(page: Page) -> None:
    linked = "<a href=https://good.example/x><img src=cid:router></a>"
    html = f"<img src=cid:router width=20>{linked}<img src=cid:router alt=Back>"
    page.route("**/router.png", lambda route: route.fulfill(status=404))
    page.evaluate("(html) => show(html)", html)
    expect(page.locator("img")).to_have_count(3)
    expect(page.get_by_role("button")).to_have_count(1)
    expect(page.get_by_role("button", name="Picture: Back")).to_have_count(1)
