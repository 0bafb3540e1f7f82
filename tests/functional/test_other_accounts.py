"""Updates of several accounts in one call: each is stored with its own account's connection, or waits."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

import webhook.app
from conversations.conversation import Conversation
from storage import connections, quarantine
from tests.functional.console_api import Console
from tests.support.payloads import START
from tests.support.platform import SECRET
from tests.support.stack import Stack, sign

Json = dict[str, Any]
OURS, THEIRS = "26100000000000001", "26100000000000002"
FIRST, SECOND = "first", "second"


def entries(kind: str, *each: Json) -> Json:
    return {"object": kind, "entry": list(each)}


def facebook(account: str, text: str) -> Json:
    value = {"item": "comment", "verb": "add", "post_id": f"{account}_1", "comment_id": f"1_{text}", "message": text}
    value |= {"created_time": START, "from": {"id": "7001", "name": "Jana"}}
    return {"id": account, "time": START, "changes": [{"field": "feed", "value": value}]}


def chat(account: str, text: str) -> Json:
    message = {"mid": f"m-{text}", "text": text}
    event = {"sender": {"id": "7001"}, "recipient": {"id": account}, "timestamp": START * 1000, "message": message}
    return {"id": account, "time": START * 1000, "messaging": [event]}


def whatsapp(account: str, text: str) -> Json:
    message = {"from": "49151777", "id": f"wamid.{text}", "timestamp": str(START), "type": "text"}
    value = {"metadata": {"phone_number_id": account}, "contacts": [{"profile": {"name": "Jana"}, "wa_id": "49151777"}]}
    value |= {"messages": [{**message, "text": {"body": text}}]}
    return {"id": "330000000000009", "changes": [{"field": "messages", "value": value}]}


def threads(account: str, text: str) -> Json:
    value = {"id": f"18{text}", "username": "mira", "text": text, "timestamp": START, "replied_to": {"id": "18"}}
    return {"field": "replies", "value": {**value, "root_post": {"id": "18", "owner_id": account}}}


Call = Callable[..., Json]
CALLS: dict[str, Call] = {
    "facebook": lambda *pairs: entries("page", *(facebook(*pair) for pair in pairs)),
    "facebook, private": lambda *pairs: entries("page", *(chat(*pair) for pair in pairs)),
    "instagram": lambda *pairs: entries("instagram", *(chat(*pair) for pair in pairs)),
    "whatsapp": lambda *pairs: entries("whatsapp_business_account", *(whatsapp(*pair) for pair in pairs)),
    "threads": lambda *pairs: {"time": START, "values": [threads(*pair) for pair in pairs]},
}
each_call = pytest.mark.parametrize("case", CALLS)
each_that_names_the_account = pytest.mark.parametrize("case", [case for case in CALLS if case != "threads"])
"""Threads names the owner of the first post, who may be a stranger below whose post somebody answers us."""


def connect(stack: Stack, channel: str, name: str, account: str, secret: str = SECRET) -> None:
    document = {"account_id": account, "secrets": {"app_secret": secret, "access_token": f"token of {name}"}}
    parameter = f"{os.environ['CONNECTIONS_PATH']}/{channel}/{name}"
    stack.client("ssm").put_parameter(Name=parameter, Value=json.dumps(document), Type="SecureString", Overwrite=True)
    connections.put_connection(channel, name, account, name)


def deliver(stack: Stack, case: str, *pairs: tuple[str, str]) -> None:
    """Deliver one call to the first connection's address, as of an app with one address."""
    raw = json.dumps(CALLS[case](*pairs)).encode()
    headers = {"content-type": "application/json", "x-hub-signature-256": sign(raw)}
    channel = case.partition(",")[0]
    answer = stack.call(webhook.app.lambda_handler, "POST", FIRST, raw.decode(), headers, channel=channel)
    assert answer["statusCode"] == 200


def previews(found: list[Conversation]) -> set[tuple[str, str]]:
    return {(each.identity.connection, each.last_message.preview) for each in found}


@pytest.fixture
def first(stack: Stack, case: str) -> str:
    """The channel of a case, with its first connection."""
    channel = case.partition(",")[0]
    connect(stack, channel, FIRST, OURS)
    return channel


@pytest.mark.invariant(1)
@pytest.mark.invariant(2)
@each_call
def test_each_update_is_stored_with_the_connection_of_its_account(stack: Stack, first: str, case: str) -> None:
    connect(stack, first, SECOND, THEIRS)
    for _ in range(2):
        deliver(stack, case, (OURS, "eins"), (THEIRS, "zwei"), (OURS, "drei"), (THEIRS, "vier"))
        stack.settle()
    found = stack.conversations()
    shown = {(each.identity.connection, message.text) for each in found for message in stack.read(each).messages()}
    assert shown == {(FIRST, "eins"), (FIRST, "drei"), (SECOND, "zwei"), (SECOND, "vier")}
    assert quarantine.counts(quarantine.UNREAD)[0] == {}


@pytest.mark.invariant(1)
@each_that_names_the_account
def test_update_of_an_unknown_account_waits_until_that_is_connected(
    stack: Stack, admin: Console, first: str, case: str
) -> None:
    deliver(stack, case, (THEIRS, "zwei"), (OURS, "eins"))
    stack.settle()
    assert previews(stack.conversations()) == {(FIRST, "eins")}
    (entry,) = admin.get("/unread").body["items"]
    assert (entry["connection"], entry["reason"]) == (FIRST, "other_account")
    assert admin.post(f"/unread/{entry['id']}/retry").body["result"] == "unreadable"

    connect(stack, first, SECOND, THEIRS)
    assert admin.post(f"/unread/{entry['id']}/retry").body["result"] == "read"
    stack.settle()
    assert previews(stack.conversations()) == {(FIRST, "eins"), (SECOND, "zwei")}
    assert admin.get("/unread").body["items"] == []


@pytest.mark.invariant(7)
@each_call
def test_update_is_not_given_to_an_account_of_another_app(stack: Stack, first: str, case: str) -> None:
    """The secret of one app is no proof for what another's account reports."""
    connect(stack, first, SECOND, THEIRS, secret="another app's")
    deliver(stack, case, (THEIRS, "zwei"))
    stack.settle()
    assert SECOND not in {each.identity.connection for each in stack.conversations()}
    assert sum(quarantine.counts(quarantine.UNREAD)[0].values()) == (case != "threads")


@pytest.mark.parametrize("case", ["threads"])
def test_answer_below_a_strangers_post_on_threads_is_taken_in(stack: Stack, first: str, case: str) -> None:
    deliver(stack, case, (THEIRS, "zwei"))
    stack.settle()
    assert previews(stack.conversations()) == {(FIRST, "zwei")}


@pytest.mark.parametrize("case", ["facebook, private"])
def test_receipts_of_an_unknown_account_are_listed_apart(stack: Stack, first: str, case: str) -> None:
    read = {"sender": {"id": "7001"}, "recipient": {"id": THEIRS}, "timestamp": START, "read": {"watermark": START}}
    raw = json.dumps(entries("page", {"id": THEIRS, "messaging": [read]})).encode()
    headers = {"content-type": "application/json", "x-hub-signature-256": sign(raw)}
    stack.call(webhook.app.lambda_handler, "POST", FIRST, raw.decode(), headers, channel=first)
    assert [group.reason for group in quarantine.counts(quarantine.FILTERED)[0]] == ["not_handled:other_account"]
    assert quarantine.counts(quarantine.UNREAD)[0] == {}
