"""Read state per agent, and the list in other orders and with several filters at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from storage import inbox_sorting, read_marks
from tests.functional.console_api import DAY, JANA, MINUTE, OLE, Console, now, private_message, visitor_post

Json = dict[str, Any]


def ids(console: Console, **query: str) -> list[str]:
    answer = console.get("/conversations", query)
    assert answer.status == 200, answer
    return [item["id"] for item in answer.body["items"]]


def at(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()


# -- read and unread --------------------------------------------------------------------------------------------------


def test_conversation_is_unread_until_the_agent_reads_it(console: Console, colleague: Console) -> None:
    post = visitor_post()
    assert [item["read"] for item in console.get("/conversations").body["items"]] == [False]
    answer = console.put(f"/conversations/{post}/read")
    assert (answer.status, answer.body["read"]) == (200, True)
    opened = console.get(f"/conversations/{post}").body
    assert (opened["read"], opened["read_at"], opened["unread"]) == (True, answer.body["read_at"], 1)
    assert [item["read"] for item in colleague.get("/conversations").body["items"]] == [False]


def test_message_that_came_in_after_a_reading_is_unread(console: Console) -> None:
    chat = private_message("m_1", at=now() - 3 * MINUTE)
    seen = console.get(f"/conversations/{chat}").body["seen"]
    private_message("m_2", at=now() - 5 * MINUTE)
    assert console.put(f"/conversations/{chat}/read", {"seen": seen}).body["read"] is False
    assert console.put(f"/conversations/{chat}/read").body["read"] is True
    private_message("m_3", at=now() - 10 * MINUTE)
    assert console.get(f"/conversations/{chat}").body["read"] is False


def test_conversation_marked_as_unread_is_so_until_it_is_read_again(console: Console) -> None:
    old = private_message(at=now() - 30 * DAY)
    assert [item["read"] for item in console.get("/conversations").body["items"]] == [True]
    assert console.delete(f"/conversations/{old}/read").body == {"read": False, "read_at": None}
    assert ids(console, read="false") == [old]
    console.put(f"/conversations/{old}/read")
    assert (ids(console, read="false"), ids(console, read="true")) == ([], [old])


def test_mark_of_an_earlier_day_counts_until_it_expires(console: Console, table: str) -> None:
    post, agent = visitor_post(), console.get("/me").body["id"]
    for days, expected in ((13, 1), (14, 1), (16, None)):
        read_marks._older.clear()
        read_marks.put(agent, post, read_marks.ReadMark(1, now()))
        found = read_marks.read(agent, now() + days * DAY).of(post)
        assert (found.count if found else None) == expected


def test_unknown_mark_and_unknown_conversation_are_refused(console: Console) -> None:
    post = visitor_post()
    assert console.put(f"/conversations/{post}/read", {"seen": "1"}).body["error"] == "unknown_seen"
    for method in (console.put, console.delete):
        assert method(f"/conversations/{'a' * 26}/read").status == 404


# -- filters and orders -----------------------------------------------------------------------------------------------


def test_filters_hold_at_once(console: Console) -> None:
    post, chat = visitor_post(at=now() - 2 * DAY), private_message(at=now() - MINUTE)
    for conversation, tags in ((post, ["wlan", "rechnung"]), (chat, ["wlan"])):
        console.put(f"/conversations/{conversation}/tags", {"add": tags, "remove": []})
    assert set(ids(console, tag="wlan")) == {post, chat}
    assert ids(console, visibility="public") == [post]
    assert ids(console, visibility="private", tag="wlan", channel="facebook") == [chat]
    assert ids(console, since=at(now() - DAY)) == [chat]
    assert ids(console, until=at(now() - DAY), tag="rechnung") == [post]


def test_several_tags_and_channels_stand_in_one_query(console: Console) -> None:
    post, chat = visitor_post(), private_message()
    console.put(f"/conversations/{post}/tags", {"add": ["wlan", "rechnung"], "remove": []})
    console.put(f"/conversations/{chat}/tags", {"add": ["wlan"], "remove": []})
    both = console.get("/conversations", {"tag": ["wlan", "rechnung"], "channel": ["email", "facebook"]})
    assert [item["id"] for item in both.body["items"]] == [post]
    assert console.get("/conversations", {"channel": ["email", "nowhere"]}).status == 400


def test_newest_and_longest_waiting_are_paged_in_their_order(console: Console) -> None:
    chats = [private_message(f"m_{n}", thread=f"t_{n}", author=JANA, at=now() - (9 - n) * MINUTE) for n in range(5)]
    private_message("m_late", thread="t_0", author=JANA, at=now() - MINUTE)
    newest = {"status": "open", "sort": "newest"}
    expected = [chats[0], *reversed(chats[1:])]
    assert ids(console, **newest) == expected
    assert ids(console, status="open", sort="longest_waiting") == chats
    shown, cursor = [], None
    while True:
        page = console.get("/conversations", newest | {"limit": "2"} | ({"cursor": cursor} if cursor else {})).body
        shown += [item["id"] for item in page["items"]]
        if (cursor := page["cursor"]) is None:
            break
    assert shown == expected


def test_order_without_a_status_is_refused(console: Console) -> None:
    assert console.get("/conversations", {"sort": "newest"}).status == 400
    assert console.get("/conversations", {"sort": "longest_waiting", "status": "resolved"}).status == 400
    assert console.get("/conversations", {"sort": "newest", "status": "resolved"}).status == 200


def test_place_of_another_form_is_none() -> None:
    for value in (None, [], [1], ["1", "a" * 26], [True, "a" * 26], [1, "A"], [10**20, "a" * 26], {"a": 1}):
        assert inbox_sorting.checked_place(value) is None
    assert inbox_sorting.checked_place([-5, "a" * 26]) == (-5, "a" * 26)


def test_author_of_the_latest_message_is_newest(console: Console) -> None:
    first = private_message("m_1", thread="t_1", author=OLE, at=now() - 2 * MINUTE)
    second = private_message("m_2", thread="t_2", author=JANA, at=now() - MINUTE)
    assert ids(console, status="open", sort="newest") == [second, first]
