"""Opening a conversation: its newest messages, those before, the customer's others, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from application import excerpt
from conversations import identity
from conversations.facts import Author, Fact, Kind, Visibility
from storage import conversations, customers, received_facts, table
from tests.functional.console_api import (
    JANA,
    MINUTE,
    OLE,
    Console,
    come_in,
    comment,
    now,
    private_message,
    visitor_post,
)
from tests.performance.meter import metered
from tests.support.between import before

Json = dict[str, Any]


def chat(number: int) -> str:
    """A private chat of so many messages, a minute apart, the last one just now."""
    began = now() - number * MINUTE
    facts = [_private(f"m_{each}", began + each * MINUTE, f"Nachricht {each}") for each in range(number - 1)]
    received_facts.add("facebook", "demo", facts, now())
    return private_message(f"m_{number - 1}", at=began + (number - 1) * MINUTE, text=f"Nachricht {number - 1}")


def _private(message_id: str, at: int, text: str) -> Fact:
    return Fact(Kind.MESSAGE, Visibility.PRIVATE, "t_1", at, message_id, author=JANA, text=text, customer_id=JANA.id)


def read(console: Console, conversation: str, **query: str) -> Json:
    answer = console.get(f"/conversations/{conversation}", query)
    assert answer.status == 200, answer
    return answer.body


def pages(console: Console, conversation: str, size: int) -> Iterator[Json]:
    query = {"messages": str(size)}
    while True:
        page = read(console, conversation, **query)
        yield page
        if page["earlier"] is None:
            return
        query["before"] = page["earlier"]


def ids(page: Json) -> list[str]:
    return [each["id"] for each in page["messages"]]


def test_a_long_chat_opens_with_its_end_and_goes_back_to_its_beginning(console: Console) -> None:
    conversation = chat(170)
    found = list(pages(console, conversation, 50))
    assert [len(page["messages"]) for page in found] == [50, 50, 50, 20]
    assert [each for page in reversed(found) for each in ids(page)] == [f"m_{each}" for each in range(170)]


def test_a_visitor_s_post_with_comments_goes_back_as_well(console: Console) -> None:
    began = now() - 40 * MINUTE
    post = visitor_post(at=began)
    for each in range(30):
        comment(f"c_{each}", at=began + (each + 1) * MINUTE)
    found = list(pages(console, post, 12))
    assert [each for page in reversed(found) for each in ids(page)] == ["1055_1", *(f"c_{each}" for each in range(30))]


def test_a_short_conversation_is_whole(console: Console) -> None:
    page = read(console, chat(3))
    assert (ids(page), page["earlier"]) == (["m_0", "m_1", "m_2"], None)


def test_opening_costs_the_same_however_long_the_chat_is(console: Console) -> None:
    conversation = chat(200)
    read(console, conversation, messages="20")  # what is kept for minutes: the connection's settings
    with metered(table.client()) as meter:
        read(console, conversation, messages="20")
        short = meter.take()
    began = now() - 100_000 * MINUTE
    facts = [_private(f"old_{each}", began + each * MINUTE, "Ein Wort " * 40) for each in range(1500)]
    received_facts.add("facebook", "demo", facts, now())
    with metered(table.client()) as meter:
        page = read(console, conversation, messages="20")
        assert meter.take().reads == short.reads
    assert ids(page) == [f"m_{each}" for each in range(180, 200)]


def test_newer_facts_show_on_older_pages(console: Console) -> None:
    """A message that was taken down or edited long after it was written is so on whichever page it stands."""
    conversation = chat(100)
    for kind, message_id, text in ((Kind.REMOVED, "m_10", None), (Kind.EDITED, "m_11", "Anders")):
        fact = Fact(kind, Visibility.PRIVATE, "t_1", now(), message_id, author=JANA, text=text, customer_id=JANA.id)
        come_in(fact)
    messages = {each["id"]: each for page in pages(console, conversation, 30) for each in page["messages"]}
    assert (messages["m_10"]["deleted"], messages["m_10"]["text"]) == (True, None)
    assert (messages["m_11"]["text"], messages["m_11"]["earlier"][0]["text"]) == ("Anders", "Nachricht 11")
    assert len(messages) == 100


def test_an_edit_of_what_was_not_read_is_no_message_of_its_own(console: Console) -> None:
    conversation = chat(100)
    come_in(Fact(Kind.EDITED, Visibility.PRIVATE, "t_1", now(), "m_1", author=JANA, text="Neu", customer_id=JANA.id))
    assert ids(read(console, conversation, messages="10")) == [f"m_{each}" for each in range(90, 100)]


def test_the_head_of_an_excerpt_counts_what_just_arrived(console: Console) -> None:
    conversation = chat(100)
    received_facts.add("facebook", "demo", [_private("m_new", now() + 1000, "Noch da?")], now())
    page = read(console, conversation, messages="10")
    before = conversations.head(conversation)
    assert before is not None
    assert ids(page)[-1] == "m_new"
    assert page["preview"] == "Noch da?"
    assert page["unread"] == before.unread + 1


def test_events_are_those_since_the_oldest_message_shown(console: Console) -> None:
    conversation = chat(60)
    console.post(f"/conversations/{conversation}/resolve")
    console.post(f"/conversations/{conversation}/reopen")
    first, *_, last = pages(console, conversation, 20)
    assert [each["kind"] for each in first["events"]] == ["resolve", "reopen"]
    assert last["events"] == []


def test_the_customer_s_other_conversations_come_the_latest_first(console: Console) -> None:
    moment = now()
    posts = [visitor_post(f"1055_{each}", at=moment - (20 - each) * MINUTE) for each in range(13)]
    for each in posts:
        customers.remember("facebook", "demo", str(JANA.id), each, moment)
    visitor_post("1055_77", author=OLE)
    page = read(console, posts[0])
    assert [each["id"] for each in page["others"]] == posts[:2:-1]


def test_customer_without_an_id_has_no_other_conversations(console: Console) -> None:
    page = read(console, visitor_post(author=Author(None, None)))
    assert (page["others"], page["opt_out"]) == ([], False)


def test_a_cursor_of_another_conversation_is_refused(console: Console) -> None:
    cursor = read(console, chat(30), messages="10")["earlier"]
    answer = console.get(f"/conversations/{visitor_post()}", {"before": cursor})
    assert (answer.status, answer.body["error"]) == (422, "cursor")


@pytest.mark.parametrize("messages", ["0", "201", "ten", "-1"])
def test_an_impossible_number_is_refused(console: Console, messages: str) -> None:
    answer = console.get(f"/conversations/{visitor_post()}", {"messages": messages})
    assert (answer.status, answer.body["error"]) == (400, "malformed")


def test_there_is_no_excerpt_of_nothing(table: str) -> None:
    assert excerpt.read("a" * 26, 10) is None


def test_counters_and_read_state_are_read_in_one_request_before_the_messages(
    console: Console, aws_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that comes meanwhile differs from the counter, so that the page reads it again."""
    conversation = chat(3)
    read(console, conversation)  # from now on changes are counted
    thread, requests = identity.split_id(conversation)[0], list[set[str]]()

    def note(_operation: str, body: Json) -> None:
        names = {"counters": "'pulse'", "read state": "read#", "messages": f"'{thread}'"}
        if kinds := {name for name, part in names.items() if part in str(body)}:
            requests.append(kinds)

    with before("DYNAMODB", aws_endpoint, monkeypatch) as dynamodb:
        dynamodb.answer = note
        assert len(read(console, conversation)["messages"]) == 3
    assert requests == [{"counters", "read state"}, {"messages"}]
