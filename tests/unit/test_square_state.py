"""The market square after a restart, also when an earlier version stored its state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.square.core.square import Square
from infra.square.core.view import view
from infra.square.core.world import Utterance

SECTION = {
    "app_id": "900",
    "app_secret": "an-invented-app-secret",
    "page_id": "1055",
    "page_name": "Nordlicht Netz",
    "page_token": "an-invented-page-token",
    "verify_token": "an-invented-verify-token",
}
EARLIER: dict[str, Any] = {
    "account": {
        "subscription": {"callback_url": "http://localhost/hook", "verify_token": "v", "fields": ["feed"]},
        "subscribed_fields": ["feed"],
        "token_error": None,
        "restricted": False,
        "last_number": 122_100_000_000_000_777,
    },
    "people": [{"id": "7", "name": "Mira", "hides_profile": True, "hides_author": False, "blocked": False}],
    "items": [
        {
            "id": "1055_1",
            "post_id": "1055_1",
            "parent_id": "1055_1",
            "author_id": "7",
            "text": "Kein WLAN",
            "created": 1000,
            "updated": 1000,
            "photos": ["https://images.example/a.png"],
            "video": None,
            "link": None,
            "hidden": False,
            "removed": False,
            "privately_replied": True,
            "reactions": {"1055": "like"},
        },
        {
            "id": "1_2",
            "post_id": "1055_1",
            "parent_id": "1055_1",
            "author_id": "1055",
            "text": "Wir schauen nach.",
            "created": 2000,
            "updated": 3000,
            "hidden": False,
            "removed": False,
            "reactions": {},
        },
    ],
    "chats": [
        {
            "person_id": "7",
            "id": "t_3",
            "last_action": 4000,
            "messages": [
                {"mid": "m_1", "author_id": "7", "text": "Hallo", "created": 4000, "attachments": [], "reactions": {}}
            ],
        }
    ],
}


def stored(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())["platforms"]["facebook"]


def test_posts_and_chats_of_an_earlier_version_stand_after_an_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"clock_offset_ms": 0, "deliveries": [], "platforms": {"facebook": EARLIER}}))
    facebook = Square({"facebook": SECTION}, path).platforms["facebook"]
    threads = view(facebook)["threads"]
    assert [[message["text"] for message in thread["messages"]] for thread in threads] == [
        ["Kein WLAN", "Wir schauen nach."],
        ["Hallo"],
    ]
    first, answer = threads[0]["messages"]
    assert first["attachments"] == [{"type": "image", "url": "https://images.example/a.png"}]
    assert (first["reactions"], first["traits"]) == ({"1055": "like"}, {"privately_replied": True})
    assert (answer["author"]["own"], answer["edited"], answer["parent_id"]) == (True, 3000, "1055_1")
    assert threads[1]["traits"] == {"last_action": 4000} and threads[1]["person"]["name"] == "Mira"
    assert facebook.account.hook["url"] == "http://localhost/hook"
    assert facebook.account.new_id("post") > "122100000000000777"


def test_state_is_the_same_after_it_was_stored_and_read(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    square = Square({"facebook": SECTION}, path)
    world = square.platforms["facebook"].world
    world.post(Utterance(world.person({"name": "Mira"}), "Hallo"))
    square.state.save()
    before = stored(path)
    again = Square({"facebook": SECTION}, path)
    again.state.save()
    assert stored(path) == before and before["posts"]
