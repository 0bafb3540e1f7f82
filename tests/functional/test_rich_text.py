"""Mails with their formatting: what is told of them, and how they are read from their originals."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.functional.console_api import Console
from tests.functional.test_mail import call
from tests.support import mailbox
from tests.support.mailbox import ADDRESS
from tests.support.stack import Stack

BUCKET = "mails-with-pages"
ANNA = "anna@rich.example"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HTML = '<p>Die <b>dritte</b> Lampe &lt;ist&gt; dunkel. <img src="cid:lampe@rich"></p>'


def raw(html: str = HTML, more: str = "", name: str = "1") -> bytes:
    """A mail with a text, a page, and a picture in it."""
    return (
        f"From: Anna <{ANNA}>\r\nTo: {ADDRESS}\r\nSubject: Lampe\r\nMessage-ID: <{name}@rich.example>\r\n{more}"
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=r\r\n\r\n"
        "--r\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
        "--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDie dritte Lampe ist dunkel.\r\n"
        f"--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--a--\r\n"
        "--r\r\nContent-Type: image/png; name=lampe.png\r\nContent-ID: <lampe@rich>\r\n"
        f"Content-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\n{PNG}\r\n--r--\r\n"
    ).encode()


@pytest.fixture(scope="session")
def mails(client: Callable[[str], Any]) -> Any:
    return mailbox.make_bucket(client, BUCKET)


@pytest.fixture
def come(stack: Stack, mails: Any, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Takes in a mail; returns its conversation."""
    with mailbox.connected(client, BUCKET, monkeypatch):

        def take(content: bytes, key: str = "r1") -> str:
            mails.put_object(Bucket=BUCKET, Key=f"mail/{key}", Body=content)
            mail = {"messageId": key, "timestamp": "2026-11-29T02:07:10.000Z", "source": ANNA}
            call(
                {
                    "notificationType": "Received",
                    "mail": mail,
                    "receipt": {"recipients": [ADDRESS], "dmarcVerdict": {"status": "PASS"}},
                }
            )
            stack.dispatch()
            (head,) = stack.conversations()
            return stack.read(head).id

        yield take


def rich_text(console: Console, conversation: str, message: str = "1@rich.example") -> Any:
    return console.get(f"/conversations/{conversation}/rich-text", {"message": message})


def said(console: Console, conversation: str) -> dict[str, Any]:
    return console.get(f"/conversations/{conversation}").body["messages"][0]


def test_mail_is_read_with_its_formatting_and_the_pictures_that_came_along(
    come: Callable[..., str], console: Console
) -> None:
    conversation = come(raw())
    assert said(console, conversation)["rich"] is True
    answer = rich_text(console, conversation)
    assert (answer.status, answer.body["html"].strip(), list(answer.body["pictures"])) == (200, HTML, ["lampe@rich"])
    with urllib.request.urlopen(answer.body["pictures"]["lampe@rich"]) as picture:
        assert picture.read().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "html",
    [
        "<p>Nur Text.</p>",
        "<div>Danke.</div><blockquote><b>Frau Beispiel:</b> Gern.</blockquote>",
        "<div>Danke.</div><div class=gmail_quote><b>Am Montag</b> schrieb</div>",
        "<p>Zählpixel: <img src='https://tracker.example/1.gif'></p>",
        "<b>x</b>" + "x" * 500_001,
    ],
)
def test_page_that_says_no_more_than_its_text_is_not_offered(
    come: Callable[..., str], console: Console, html: str
) -> None:
    conversation = come(raw(html))
    assert "rich" not in said(console, conversation)
    assert rich_text(console, conversation).body["error"] == "no_rich_text"


def test_original_that_is_gone_or_another_mails_is_not_shown(
    come: Callable[..., str], console: Console, mails: Any
) -> None:
    conversation = come(raw())
    mails.put_object(Bucket=BUCKET, Key="mail/r1", Body=raw(name="2"))
    assert rich_text(console, conversation).body["error"] == "no_rich_text"
    mails.delete_object(Bucket=BUCKET, Key="mail/r1")
    assert rich_text(console, conversation).body["error"] == "no_rich_text"
    assert rich_text(console, conversation, "nobody's").body["error"] == "no_message"


@pytest.mark.invariant(11)
def test_erased_mail_is_not_read_from_its_original(come: Callable[..., str], console: Console, lead: Console) -> None:
    conversation = come(raw())
    assert lead.delete(f"/conversations/{conversation}").status == 200
    assert rich_text(console, conversation).status == 404


def test_page_is_handed_on_without_what_runs_or_has_a_style(come: Callable[..., str], console: Console) -> None:
    html = HTML.replace("<p>", "<style>*{color:red}</style><script>x</script><p style='color:red' onclick='x()'>")
    assert rich_text(console, come(raw(html))).body["html"].strip() == HTML


def test_very_large_mail_is_read_from_its_beginning(come: Callable[..., str], console: Console) -> None:
    file = b"--r\r\n\r\n" + (b"y" * 76 + b"\r\n") * 140_000
    conversation = come(raw().replace(b"--r--\r\n", file))
    assert rich_text(console, conversation).body["html"].strip() == HTML
