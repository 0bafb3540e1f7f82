"""The lists: follow-ups by state and team, in the order in which they are due, page by page."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from application import loading, projection
from conversations import identity, inbox_order
from conversations.actions import Action, State, Verb
from conversations.facts import Author
from conversations.promise import Promise
from storage import connections, conversations
from storage.follow_up_index import STATES
from tests.functional.console_api import DAY, Console, now, private_message, visitor_post
from tests.functional.follow_ups.agents_api import HOUR, answer, asked, come_due, outcome, promise


def planned_for(moment: int, number: int = 1) -> str:
    """A post with a promise for a time that may be over: nobody came to keep it."""
    post = visitor_post(f"1055_{number}")
    found = loading.load(post)
    assert found is not None
    name = identity.action_id(now(), number.to_bytes(8, "big"))
    made = Action(name, now(), Verb.PROMISE, Author("alex", "Alex"), heard=found.head.heard, upto=now())
    made = replace(made, promise=Promise(moment, "Und?"))
    conversations.commit(post, made, found.after(made), now())
    return post


def in_state(console: Console, state: str) -> str:
    """A conversation whose follow-up is in a state."""
    if state in ("planned", "due", "overdue"):
        return planned_for(now() + {"planned": 3 * DAY, "due": HOUR, "overdue": -HOUR}[state])
    if state == "task":
        chat = private_message()
        promise(console, chat, after="P7D")
        come_due(chat)
        return chat
    if state in ("cancelled", "skipped"):
        post = visitor_post()
        promise(console, post)
        console.delete(f"/conversations/{post}/follow-up") if state == "cancelled" else console.put(
            f"/conversations/{post}/opt-out"
        )
        return post
    post = asked(console)
    if state == "failed":
        (question,) = [each for each in projection_of(post).actions if each.verb == Verb.ASK]
        conversations.change_delivery(post, question, replace(question, state=State.FAILED, reason="permission"))
        projection.refold(post, now())
    elif state == "answered":
        answer(1, "Ja!")
    elif state != "asked":
        outcome(console, post, state)
    return post


def projection_of(conversation: str) -> loading.LoadedConversation:
    """A conversation with its facts and actions."""
    found = loading.load(conversation)
    assert found is not None
    return found


@pytest.mark.parametrize("state", STATES)
def test_a_follow_up_is_listed_in_its_state_and_in_no_other(console: Console, state: str) -> None:
    expected = in_state(console, state)
    listed = {each: console.get("/follow-ups", {"state": each}).body["items"] for each in STATES}
    alike = {"due": {"planned", "due"}, "overdue": {"planned", "due", "overdue"}}.get(state, {state})
    assert {each for each, items in listed.items() if items} == alike
    (shown,) = listed[state]
    assert shown["id"] == expected
    assert (shown["follow_up"]["outcome"] or {}).get("kind", shown["follow_up"]["state"]) in (state, "planned")


def test_without_a_state_the_planned_ones_are_listed(console: Console) -> None:
    post = in_state(console, "planned")
    assert [each["id"] for each in console.get("/follow-ups").body["items"]] == [post]


def test_pages_lead_through_all_follow_ups_in_the_order_in_which_they_are_due(console: Console) -> None:
    posts = [planned_for(now() + (9 - number) * HOUR, number) for number in range(9)]
    assert len({inbox_order.partition("service", post) for post in posts}) > 1
    found: list[str] = []
    query = {"limit": "2", "team": "service"}
    for _ in range(10):
        page = console.get("/follow-ups", query).body
        assert len(page["items"]) <= 2
        found += [each["id"] for each in page["items"]]
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
    assert found == posts[::-1]


def test_the_page_of_one_team_is_without_the_others(console: Console) -> None:
    connections.put_connection("facebook", "demo", "1", "Haus", team="service")
    connections.put_connection("facebook", "shop", "2", "Laden", team="sales")
    service, sales = visitor_post("1055_1"), visitor_post("1055_2", connection="shop")
    for post in (service, sales):
        promise(console, post)
    queries: list[dict[str, str]] = [{}, {"team": "sales"}, {"team": "nobody"}]
    listed = [{each["id"] for each in console.get("/follow-ups", query).body["items"]} for query in queries]
    assert listed == [{service, sales}, {sales}, set()]


def test_tasks_whose_way_closes_first_come_first(console: Console) -> None:
    chats = [private_message(f"m_{n}", thread=f"t_{n}", at=now() - n * HOUR, author=Author(f"c{n}")) for n in (1, 3, 2)]
    for chat in chats:
        promise(console, chat, after="P7D")
        come_due(chat)
    listed = [each["id"] for each in console.get("/follow-ups", {"state": "task"}).body["items"]]
    assert listed == [chats[1], chats[2], chats[0]]


def test_a_cursor_of_another_state_or_team_is_refused(console: Console) -> None:
    for number in range(3):
        planned_for(now() + DAY, number)
    cursor = console.get("/follow-ups", {"limit": "1"}).body["cursor"]
    others: list[dict[str, str]] = [{"state": "task"}, {"team": "service"}]
    for other in others:
        refused = console.get("/follow-ups", {"limit": "1", "cursor": cursor} | other)
        assert (refused.status, refused.body["error"]) == (422, "cursor")
    assert console.get("/follow-ups", {"limit": "1", "cursor": cursor}).status == 200


@pytest.mark.parametrize(
    "query", [{"state": "lost"}, {"state": ""}, {"team": ""}, {"limit": "0"}, {"status": "open"}], ids=str
)
def test_a_list_of_follow_ups_nobody_can_mean_is_refused(console: Console, query: dict[str, str]) -> None:
    refused = console.get("/follow-ups", query)
    assert (refused.status, refused.body["error"]) == (400, "malformed")
