"""The picture of a proposal's post: fetched when an agent wants it, through the guard, and stored nowhere."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest

from channels import _http
from conversations.facts import Attachment, Author
from outreach.found_posts import FEED, FoundPost
from outreach.proposals import Proposal
from storage import proposals
from tests.browser.platform_files import PNG, serve
from tests.functional.console_api import Console


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serve() as address:
        yield address


@pytest.fixture
def console(table: str, lambda_context: object) -> Console:
    return Console(lambda_context)


def propose(*attachments: Attachment) -> Proposal:
    now = time.time_ns() // 1_000_000
    author = Author("1", "Mira", "@mira")
    post = FoundPost(
        FEED, "", "p1", "p1", "https://forum.example/p1", now, author=author, text="Any tips?", attachments=attachments
    )
    added = proposals.add(post, "s1", "asks_advice", team="service", now=now)
    assert added is not None
    return added[0]


def picture_of(console: Console, proposal: Proposal) -> dict[str, Any] | None:
    answer = console.get(f"/proposals/{proposal.id}/picture")
    assert answer.status == 200, answer
    found: dict[str, Any] | None = answer.body["picture"]
    return found


def test_picture_of_a_post_comes_through_the_api(console: Console, server: str) -> None:
    proposal = propose(Attachment("video", f"{server}/film.mp4"), Attachment("image", f"{server}/bild.png"))
    assert picture_of(console, proposal) == {"mime": "image/png", "content": base64.b64encode(PNG).decode()}


@pytest.mark.parametrize("path", ["gone.png", "hilfe.html", "ansage.wav"])
def test_file_that_is_gone_or_no_picture_is_none(console: Console, server: str, path: str) -> None:
    assert picture_of(console, propose(Attachment("image", f"{server}/{path}"))) is None


def test_picture_that_is_redirected_to_no_address_is_none(
    console: Console, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_http, "_fetch", lambda *_: "https://[::1/bild.png")
    assert picture_of(console, propose(Attachment("image", f"{server}/bild.png"))) is None


def test_post_without_a_picture_has_none(console: Console) -> None:
    assert picture_of(console, propose()) is None


def test_picture_in_a_private_network_is_not_asked_for(
    console: Console, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWORK", "public")
    assert picture_of(console, propose(Attachment("image", f"{server}/bild.png"))) is None


def test_picture_of_a_proposal_that_is_not_there_is_not_found(console: Console) -> None:
    assert console.get("/proposals/nothing/picture").status == 404
