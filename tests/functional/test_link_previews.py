"""Previews of links: off unless the company wants them, made once, and gone with their message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from console.views.attachments import Shown
from conversations.attachments import Attached, Stage
from conversations.facts import Fact, Kind, Visibility
from media import link_preview
from shared import http_guard
from storage import erased_conversations, files
from tests.functional.console_api import JANA
from tests.functional.test_media import PNG, THREAD, Post, now, post, remove
from tests.functional.test_reply import SENT
from tests.functional.test_reply import write as answer
from tests.support import payloads
from tests.support.platform import Platform

__all__ = ["post"]
TITLE = "Router neu starten: Hilfe"
PAGE = (
    '<html><head><meta charset="utf-8"><title>Anders</title>'
    f'<meta property="og:title" content="{TITLE}"><meta property="og:image" content="/bild.png">'
    "</head><body>Text</body>"
)


@pytest.fixture(autouse=True)
def wanted(post: Post, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The company wants previews."""
    monkeypatch.setenv("LINK_PREVIEWS", "true")
    yield
    http_guard.permit("any")


@pytest.fixture
def internal_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the name ``intern.example`` lead into our own network."""
    real = http_guard.resolve

    def resolve(host: str, port: int) -> Any:
        if host == "intern.example":
            raise http_guard.NotPublic("not a public address")
        return real(host, port)

    monkeypatch.setattr(http_guard, "resolve", resolve)


def link(post: Post, path: str = "/hilfe") -> str:
    """Return an address on the test's server."""
    return f"http://127.0.0.1:{post.stack.platform.port}{path}"


def write(post: Post, text: str = "", **more: Any) -> Fact:
    """Jana writes a message with a link."""
    return post.come_in(text=text or f"Gilt das hier noch ({link(post)})?", **more)


def previewed(post: Post) -> dict[str, Any] | None:
    """Return what agents see below the only message."""
    loaded = post.stack.only()
    (message,) = loaded.messages()
    return Shown(loaded, "en").link_preview(message)


def page(platform: Platform, content: str = PAGE, content_type: str = "text/html; charset=utf-8") -> None:
    platform.says(content.encode(), content_type=content_type)


def test_page_behind_a_link_is_shown_with_its_title_and_our_copy_of_its_picture(post: Post, platform: Platform) -> None:
    page(platform)
    platform.says(PNG, content_type="image/png")
    write(post)
    assert post.fetch() == []
    assert [each["call"] for each in platform.asked] == ["GET /hilfe", "GET /bild.png"]
    shown = previewed(post)
    assert shown is not None
    assert (shown["url"], shown["title"]) == (link(post), TITLE)
    assert shown["picture"].startswith(f"{files.origin()}/")
    headers = platform.asked[0]["headers"]
    assert not {"authorization", "cookie", "referer"} & headers.keys()


def test_no_page_is_looked_at_unless_the_company_wants_it(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINK_PREVIEWS", "false")
    write(post)
    assert post.waiting() == []
    assert previewed(post) is None


def test_page_is_looked_at_once_however_often_its_message_is_told(post: Post, platform: Platform) -> None:
    page(platform)
    said = write(post)
    batch = post.waiting()
    post.fetch(batch)
    post.tell(said)
    post.fetch(batch)
    post.fetch()
    assert len(platform.asked) == 2, "the page, and a picture that did not come"


def test_link_into_our_own_network_is_not_followed(
    post: Post, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWORK", "public")
    for address in ("http://169.254.169.254/latest/meta-data/", "https://localhost/", link(post)):
        write(post, address, message_id=address)
        assert post.fetch() == []
    http_guard.permit("any")
    assert platform.asked == []
    assert {(file.stage, file.reason) for file in post.known()} == {(Stage.FAILED, link_preview.REFUSED)}


@pytest.mark.usefixtures("internal_host")
def test_picture_in_our_own_network_is_not_fetched(post: Post, platform: Platform) -> None:
    page(platform, PAGE.replace("/bild.png", "http://intern.example/bild.png"))
    write(post)
    assert post.fetch() == []
    shown = previewed(post)
    assert shown is not None and (shown["title"], shown["picture"]) == (TITLE, None)


@pytest.mark.usefixtures("internal_host")
def test_redirect_into_our_own_network_is_not_followed(post: Post, platform: Platform) -> None:
    platform.says(b"", status=302, location="http://intern.example/")
    write(post)
    assert post.fetch() == []
    assert [file.reason for file in post.known()] == [link_preview.REFUSED]


@pytest.mark.parametrize("kind", ["svg", "page", "large"])
def test_picture_that_is_none_or_too_large_is_left_out(post: Post, platform: Platform, kind: str) -> None:
    contents = {"svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "page": PAGE.encode(), "large": b"x" * 2_000_001}
    page(platform)
    platform.says(contents[kind], content_type="image/png")
    write(post)
    post.fetch()
    shown = previewed(post)
    assert shown is not None and shown["picture"] is None


def test_long_page_is_read_at_its_beginning_alone(post: Post, platform: Platform) -> None:
    page(platform, PAGE.replace("/bild.png", "") + "x" * 3_000_000)
    write(post)
    assert post.fetch() == []
    shown = previewed(post)
    assert shown is not None and shown["title"] == TITLE


@pytest.mark.parametrize("answer", ["not found", "no page", "no title"])
def test_page_that_says_nothing_is_not_asked_for_again(post: Post, platform: Platform, answer: str) -> None:
    answers = {
        "not found": (404, "html", PAGE),
        "no page": (200, "csv", PAGE),
        "no title": (200, "html", "<p>Hilfe"),
    }
    status, kind, content = answers[answer]
    platform.says(content.encode(), status=status, content_type=f"text/{kind}")
    said = write(post)
    batch = post.waiting()
    assert post.fetch(batch) == []
    post.tell(said)
    post.fetch()
    assert len(platform.asked) == 1
    assert previewed(post) is None


def test_page_whose_server_is_in_trouble_is_asked_for_again_and_then_given_up(
    post: Post, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_preview, "RECEIVES", 2)
    write(post)
    batch = post.waiting()
    platform.says(b"", status=503)
    assert len(post.fetch(batch)) == 1
    batch[0]["attributes"]["ApproximateReceiveCount"] = "2"
    platform.says(b"", status=503)
    assert post.fetch(batch) == []
    assert [file.stage for file in post.known()] == [Stage.FAILED]


def test_preview_goes_with_its_message_and_does_not_come_to_a_removed_one(post: Post, platform: Platform) -> None:
    page(platform, PAGE.replace("/bild.png", ""))
    write(post)
    post.fetch()
    assert len(post.lying()) == 1
    remove(post)
    assert (post.known(), post.lying()) == ([], [])
    write(post, message_id="m_2")
    batch = post.waiting()
    remove(post, "m_2")
    assert post.fetch(batch) == []
    assert len(platform.asked) == 1


def test_preview_that_arrives_while_its_conversation_is_erased_does_not_stay(
    post: Post, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 11."""
    page(platform, PAGE.replace("/bild.png", ""))
    write(post)
    batch, real = post.waiting(), files.store

    def stored_late(*arguments: Any) -> Attached:
        erased_conversations.erase(post.conversation, now())
        return real(*arguments)

    monkeypatch.setattr(files, "store", stored_late)
    assert post.fetch(batch) == []
    post.stack.dispatch()
    assert (post.known(), post.lying()) == ([], [])


def test_preview_is_not_shown_once_the_link_was_edited_away(post: Post, platform: Platform) -> None:
    page(platform, PAGE.replace("/bild.png", ""))
    said = write(post)
    post.fetch()
    assert previewed(post)
    later = said.at + 1000
    words = {"author": JANA, "customer_id": JANA.id, "text": "Hat sich erledigt."}
    post.tell(Fact(Kind.EDITED, Visibility.PRIVATE, THREAD, later, "m_1", **words))
    assert previewed(post) is None


def test_page_that_our_answer_links_to_is_looked_at_once_it_was_sent(post: Post, platform: Platform) -> None:
    stack = post.stack
    stack.post(payloads.delivery(payloads.post()))
    stack.dispatch()
    answer(stack, f"So geht es: {link(post)}")
    stack.dispatch()
    assert post.waiting() == [], "it has not left yet"
    platform.says(SENT)
    stack.settle()
    page(platform, PAGE.replace("/bild.png", ""))
    assert post.fetch() == []
    loaded = stack.only()
    shown = [Shown(loaded, "en").link_preview(message) for message in loaded.messages()]
    assert [each and each["title"] for each in shown] == [None, TITLE]
