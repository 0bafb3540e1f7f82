"""People on WhatsApp: known by their number, by number and user id, and by user id alone, they are one customer."""

from __future__ import annotations

import itertools
import json
import os
from typing import Any

import pytest

import webhook.app
from conversations.actions import Action, State, Verb
from conversations.facts import Author
from conversations.identity import action_id
from conversations.send_options import Way
from storage import connections as stored_connections
from storage import conversations, customer_aliases
from tests.functional.console_api import Console
from tests.support.payloads import START
from tests.support.platform import SECRET
from tests.support.stack import CONNECTION, Stack, sign

PHONE = "104200000000001"
NUMBER, USER, OTHER_USER = "4915100022", "DE.2000022", "DE.2000099"
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def connected(stack: Stack) -> None:
    secrets = {"app_secret": SECRET, "access_token": "token"}
    options = {"base_url": f"http://127.0.0.1:{stack.platform.port}"}
    document = {"account_id": PHONE, "secrets": secrets, "options": options}
    name = f"{os.environ['CONNECTIONS_PATH']}/whatsapp/{CONNECTION}"
    stack.client("ssm").put_parameter(Name=name, Value=json.dumps(document), Type="SecureString", Overwrite=True)
    stored_connections.put_connection("whatsapp", CONNECTION, PHONE, "Nordlicht")


def change(text: str, at: int, number: str = "", user: str = "", **more: Any) -> Json:
    contact: Json = {"profile": {"name": "Ira"}} | ({"wa_id": number} if number else {})
    message: Json = {"id": f"wamid.{text}", "timestamp": str(START + at), "type": "text", "text": {"body": text}}
    message |= ({"from": number} if number else {}) | more
    if user:
        contact, message = contact | {"user_id": user}, message | {"from_user_id": user}
    value = {"metadata": {"phone_number_id": PHONE}, "contacts": [contact], "messages": [message]}
    return {"field": "messages", "value": value}


def deliver(stack: Stack, *changes: Json, settle: bool = True) -> None:
    entry = {"id": "330000000000009", "changes": list(changes)}
    raw = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    headers = {"content-type": "application/json", "x-hub-signature-256": sign(raw)}
    answer = stack.call(webhook.app.lambda_handler, "POST", CONNECTION, raw.decode(), headers, channel="whatsapp")
    assert answer["statusCode"] == 200
    if settle:
        stack.settle()


def restart() -> None:
    """Forget what a process knows, as a new one knows nothing."""
    customer_aliases._settled.clear()


FIRST = change("one", 0, NUMBER)
SECOND = change("two", 60, NUMBER, USER)
THIRD = change("three", 120, user=USER)
ORDERS = list(itertools.permutations((FIRST, SECOND, THIRD)))


def texts_by_customer(stack: Stack) -> dict[str | None, list[str | None]]:
    heads = stack.conversations()
    return {head.customer.id: [message.text for message in stack.read(head).messages()] for head in heads}


def assert_one_person(stack: Stack, texts: list[str]) -> None:
    found = stack.only()
    assert [message.text for message in found.messages()] == texts
    assert {message.author.id for message in found.messages()} == {found.head.customer.id}
    assert (found.head.unread, found.head.heard, found.head.customer.name) == (len(texts), len(texts), "Ira")


@pytest.mark.invariant(2)
@pytest.mark.parametrize("settles", [True, False])
@pytest.mark.parametrize("order", ORDERS)
def test_three_ways_to_name_a_person_are_one_conversation(stack: Stack, order: tuple[Json, ...], settles: bool) -> None:
    for _ in range(2):
        for each in order:
            restart()
            deliver(stack, each, settle=settles)
    stack.settle()
    assert_one_person(stack, ["one", "two", "three"])


@pytest.mark.parametrize("order", ORDERS)
def test_the_same_in_one_call(stack: Stack, order: tuple[Json, ...]) -> None:
    deliver(stack, *order)
    assert_one_person(stack, ["one", "two", "three"])


def test_a_conversation_from_before_ids_were_noted_goes_on(stack: Stack) -> None:
    deliver(stack, FIRST)
    table = stack.client("dynamodb")
    for item in stack.items():
        if item["pk"]["S"].startswith("alias"):
            table.delete_item(TableName=stack.table, Key={"pk": item["pk"], "sk": item["sk"]})
    deliver(stack, SECOND, THIRD)
    assert_one_person(stack, ["one", "two", "three"])


def test_reaction_edit_and_echo_stand_in_the_same_conversation(stack: Stack) -> None:
    deliver(stack, FIRST)
    deliver(stack, SECOND)
    reaction = {"type": "reaction", "reaction": {"message_id": "wamid.one", "emoji": "👍"}}
    edit = {"type": "edit", "edit": {"original_message_id": "wamid.two", "message": {"text": {"body": "two!"}}}}
    deliver(stack, change("r", 200, user=USER, **reaction), change("e", 220, user=USER, **edit))
    echo = {"to_user_id": USER, "id": "wamid.echo", "timestamp": str(START + 300), "text": {"body": "We know."}}
    value = {"metadata": {"phone_number_id": PHONE}, "message_echoes": [echo]}
    deliver(stack, {"field": "smb_message_echoes", "value": value})
    found = stack.only()
    shown = [(message.text, message.direction, bool(message.reactions)) for message in found.messages()]
    assert shown == [("one", "inbound", True), ("two!", "inbound", False), ("We know.", "outbound", False)]


def test_an_answer_goes_to_the_person_of_the_thread(stack: Stack) -> None:
    for each in (FIRST, SECOND, THIRD):
        deliver(stack, each)
    found = stack.only()
    now = (START + 200) * 1000
    reply = Action(action_id(now, bytes(8)), now, Verb.REPLY, Author("agent", "Mira"), text="Hello")
    reply = Action(
        **{f: getattr(reply, f) for f in reply.__slots__} | {"state": State.QUEUED, "way": Way.PRIVATE_MESSAGE}
    )
    conversations.commit(found.id, reply, found.after(reply), now)
    for _ in range(2):
        stack.platform.says({"messages": [{"id": "wamid.sent"}]})
    stack.settle()
    body = next(each["body"] for each in stack.platform.asked if each["body"].get("type") == "text")
    assert body["to"] == NUMBER
    assert "recipient" not in body


def test_a_number_that_is_somebody_elses_now_begins_a_conversation(stack: Stack) -> None:
    for each in (FIRST, SECOND, change("mine now", 600, NUMBER, OTHER_USER), THIRD):
        restart()
        deliver(stack, each)
    found = {
        each.customer.id: [message.text for message in stack.read(each).messages()] for each in stack.conversations()
    }
    assert found == {NUMBER: ["one", "two", "three"], OTHER_USER: ["mine now"]}


def test_conversation_that_was_answered_stays_where_it_is(stack: Stack) -> None:
    deliver(stack, THIRD)
    deliver(stack, FIRST)
    (number,) = [each for each in stack.conversations() if each.customer.id == NUMBER]
    found = stack.read(number)
    now = (START + 200) * 1000
    note = Action(action_id(now, bytes(8)), now, Verb.NOTE, Author("agent", "Mira"), text="Called them")
    conversations.commit(found.id, note, found.after(note), now)
    deliver(stack, SECOND)
    texts = {
        each.customer.id: [message.text for message in stack.read(each).messages()] for each in stack.conversations()
    }
    assert texts == {NUMBER: ["one", "Called them"], USER: ["two", "three"]}


@pytest.mark.invariant(11)
def test_erased_customer_stays_gone_under_each_of_their_ids(stack: Stack, admin: Console) -> None:
    for each in (FIRST, SECOND):
        deliver(stack, each)
    found = stack.only()
    assert admin.delete(f"/conversations/{found.id}/customer").status in (200, 204)
    stack.settle()
    for late in (FIRST, THIRD, SECOND):
        restart()
        deliver(stack, late)
    assert stack.conversations() == []
    left = json.dumps([item for item in stack.items() if "alias" not in item["pk"]["S"]])
    assert "two" not in left


def test_a_known_person_costs_no_read(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(stack, SECOND)
    read = []
    monkeypatch.setattr(customer_aliases.table, "get_many", lambda keys: read.append(keys) or {})
    deliver(stack, change("four", 200, NUMBER, USER), settle=False)
    assert read == []


SECOND_TEXTS = ["eins", "zwei", "drei", "vier", "fünf"]
IDS = "QXZAM"
"""Ends of the ids, whose order is another one."""


@pytest.mark.parametrize("query", [NUMBER, f"+{NUMBER[:2]} {NUMBER[2:5]} {NUMBER[5:]}"])
@pytest.mark.parametrize("order", [[SECOND], [THIRD, SECOND], [FIRST, SECOND]])
def test_person_is_found_by_number_under_whichever_id(
    stack: Stack, console: Console, order: list[Json], query: str
) -> None:
    for each in order:
        deliver(stack, each)
    found = console.get("/search", {"q": query}).body["items"]
    assert [each["conversation"]["customer"]["name"] for each in found] == ["Ira"]
    assert console.get("/search", {"q": "4915100023"}).body["items"] == []


def within_a_second() -> list[Json]:
    return [change(text, 0, NUMBER, USER, id=f"wamid.{end}") for text, end in zip(SECOND_TEXTS, IDS, strict=True)]


@pytest.mark.invariant(2)
@pytest.mark.parametrize("calls", [5, 1])
def test_texts_of_one_second_stand_in_the_order_of_their_arrival(stack: Stack, calls: int) -> None:
    told = within_a_second()
    for _ in range(2):  # and a redelivery changes nothing
        for call in [told] if calls == 1 else [[each] for each in told]:
            deliver(stack, *call)
    assert [message.text for message in stack.only().messages()] == SECOND_TEXTS
    assert stack.only().head.last_message.preview == "fünf"


def test_texts_of_one_second_in_one_change_stand_in_their_order(stack: Stack) -> None:
    first, *others = within_a_second()
    for each in others:
        first["value"]["messages"] += each["value"]["messages"]
    deliver(stack, first)
    assert [message.text for message in stack.only().messages()] == SECOND_TEXTS
