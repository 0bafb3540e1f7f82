"""Files beside a conversation: what came is seen, from where we keep it, and what goes along is uploaded there."""

from __future__ import annotations

import http.server
import struct
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from infra.local.players import AgentApi, Square
from tests.browser.conftest import PageOf
from tests.browser.talk import ARRIVED, Talk, answer_field, begin


def _png() -> bytes:
    """A small red picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + b"\xd0\x20\x20" * 64 for _ in range(64))
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PNG = _png()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404 if "gone" in self.path else 200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(PNG)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def platform_files() -> Iterator[str]:
    """A server for the platform's files."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def talk(square: Square, agent_api: AgentApi) -> Talk:
    """Somebody wrote in private."""
    return begin(square, agent_api, private=True)


def send(talk: Talk, url: str) -> None:
    """The customer sends a picture."""
    attachments = [{"type": "image", "payload": {"url": url}}]
    talk.square.post(private=True, author={"name": talk.customer}, text="So sieht er aus:", attachments=attachments)


def test_a_picture_is_seen_from_where_we_keep_it(page_of: PageOf, talk: Talk, platform_files: str) -> None:
    send(talk, f"{platform_files}/router.png")
    talk.until(
        "the file", lambda whole: [a["state"] for m in whole["messages"] for a in m["attachments"]] == ["stored"]
    )
    page = page_of(place=talk.place)
    picture = page.locator(".attached-picture img")
    expect(picture).to_be_visible()
    address = picture.get_attribute("src") or ""
    assert platform_files not in address
    assert "X-Amz-Signature=" in address
    assert picture.evaluate("async (it) => { await it.decode(); return it.naturalWidth; }") == 64


def test_a_file_that_did_not_come_says_why_and_can_be_fetched_again(
    page_of: PageOf, talk: Talk, platform_files: str
) -> None:
    send(talk, f"{platform_files}/gone.png")
    talk.until(
        "the failure", lambda whole: any(a["state"] == "failed" for m in whole["messages"] for a in m["attachments"])
    )
    page = page_of(place=talk.place)
    missing = page.locator(".attached > li")
    expect(missing).to_contain_text("does not have it any more")
    with page.expect_request("**/retry") as asked:
        missing.get_by_role("button", name="Download again").click()
    response = asked.value.response()
    assert response
    assert response.status == 200


def test_text_and_file_of_an_answer_go_out_as_two_messages_where_the_platform_takes_one_of_them(
    page_of: PageOf, talk: Talk
) -> None:
    page = page_of(place=talk.place)
    page.locator(".composer input[type=file]").set_input_files(
        {"name": "Anleitung.png", "mimeType": "image/png", "buffer": PNG}
    )
    along = page.locator(".composer-file")
    expect(along).to_contain_text("Anleitung.png")
    expect(along.locator("progress")).to_have_count(0)
    answer_field(page).fill("Hier ist sie.")
    page.get_by_role("button", name="Send in 2 parts").click()
    expect(page.locator(".attached-picture, .attached-file").last).to_be_visible()
    whole = talk.until("the answer", lambda whole: all(each["state"] in ARRIVED for each in whole["messages"][-2:]))
    text, file = whole["messages"][-2:]
    (went,) = file["attachments"]
    assert (text["text"], text["attachments"]) == ("Hier ist sie.", [])
    assert (went["title"], went["mime"], went["size"]) == ("Anleitung.png", "image/png", len(PNG))


def test_file_that_the_platform_does_not_take_is_reported_before_the_upload(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    page.locator(".composer input[type=file]").set_input_files(
        {"name": "seite.html", "mimeType": "text/html", "buffer": b"<p>"}
    )
    expect(page.get_by_role("alert")).to_contain_text("doesn’t accept files like seite.html")
    expect(page.locator(".composer-file")).to_have_count(0)
