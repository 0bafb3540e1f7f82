"""Pictures of the square's customers, and what each platform lets them do: nothing is offered that is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from infra.square.core.registry import load
from tests.support.square_platform import SquarePlatform

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
ATTACH = {
    "bluesky": {"attach_public"},
    "discourse": {"attach", "attach_public"},
    "email": {"attach"},
    "facebook": {"attach", "attach_public"},
    "google": set(),
    "instagram": {"attach"},
    "mastodon": {"attach", "attach_public"},
    "reddit": set(),
    "telegram": {"attach", "attach_public"},
    "threads": {"attach_public"},
    "whatsapp": {"attach"},
    "x": {"attach", "attach_public"},
}


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, SquarePlatform]]:
    """Squares with one platform each, by its name; each is started for the first test that asks for it."""
    squares: dict[str, SquarePlatform] = {}
    yield squares
    for square in squares.values():
        square.close()


@pytest.fixture
def square_of(
    running: dict[str, SquarePlatform], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], SquarePlatform]:
    """Returns an empty square with one platform."""

    def empty(name: str) -> SquarePlatform:
        if name not in running:
            section = load(name).invented(lambda: "secret-of-a-test-0123456789")
            running[name] = SquarePlatform(tmp_path_factory.mktemp(name), name, section)
        running[name].reset()
        return running[name]

    return empty


def leave(square: SquarePlatform, content: bytes = PNG, content_type: str = "image/png") -> httpx.Response:
    """Leave a picture with the square."""
    return httpx.post(f"{square.url}/_square/files", content=content, headers={"Content-Type": content_type})


def view(square: SquarePlatform) -> dict[str, Any]:
    """Return what the page gets."""
    return square.control(f"/{square.name}/view", "GET")


def test_picture_that_is_left_with_the_square_is_had_from_there(square_of: Callable[[str], SquarePlatform]) -> None:
    square = square_of("telegram")
    url = leave(square).json()["url"]
    assert leave(square).json()["url"] == url
    answer = httpx.get(url)
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    for missing in (f"{url}x", f"{square.url}/_square/files/..%2Fstate.json", url.replace(".png", ".gif")):
        assert httpx.get(missing).status_code == 404


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"), (PNG, "text/plain"), (b"", "image/png")],
)
def test_file_that_is_no_picture_is_refused(
    square_of: Callable[[str], SquarePlatform], content: bytes, content_type: str
) -> None:
    assert leave(square_of("telegram"), content, content_type).status_code == 400


@pytest.mark.parametrize("name", ATTACH)
def test_platform_takes_pictures_where_it_says_so_and_refuses_them_elsewhere(
    square_of: Callable[[str], SquarePlatform], name: str
) -> None:
    square = square_of(name)
    can = set(view(square)["can"])
    assert can & {"attach", "attach_public"} == ATTACH[name]
    pictures = [{"type": "image", "url": leave(square).json()["url"], "name": "Router.png"}]
    for side, ability in (("private", "attach"), ("public", "attach_public")):
        if side not in can:
            continue
        body = {"author": {"name": "Mira"}, "text": "Seht mal", "private": side == "private", "attachments": pictures}
        answer = httpx.post(f"{square.url}/_square/{name}/post", json=body)
        assert answer.status_code == (200 if ability in ATTACH[name] else 400), answer.text


def test_review_takes_no_answers_of_customers_and_a_comment_on_a_video_does(
    square_of: Callable[[str], SquarePlatform],
) -> None:
    square = square_of("google")
    square.post("Mira", "Gut", traits={"stars": 5})
    square.post("Mira", "Schönes Video", traits={"video": "v1"})
    assert [thread["open"] for thread in view(square)["threads"]] == [False, True]


@pytest.mark.parametrize(("name", "editable"), [("instagram", {"private"}), ("x", {"public"}), ("threads", set())])
def test_only_what_the_platform_lets_customers_change_is_said_to_be_editable(
    square_of: Callable[[str], SquarePlatform], name: str, editable: set[str]
) -> None:
    square = square_of(name)
    for private in {"public", "private"} & set(view(square)["can"]):
        square.post("Mira", "Hallo", private=private == "private")
    threads = view(square)["threads"]
    found = {"public" if thread["public"] else "private" for thread in threads if thread["messages"][0]["editable"]}
    assert found == editable
