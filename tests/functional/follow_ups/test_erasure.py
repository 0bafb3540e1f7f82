"""The erasure: conversations and customers are gone from the table, and nothing brings them back."""

from __future__ import annotations

import json

import pytest

from conversations.facts import Author
from outreach.found_posts import FoundPost
from storage import proposals
from tests.functional.console_api import JANA, MINUTE, OLE, Console, now, private_message, visitor_post
from tests.functional.follow_ups.agents_api import Json, plan
from tests.support import payloads
from tests.support.stack import Stack

SECRETS = ("Geheimwort", "Zaubernuss", "Notizwort", "Fragewort", "Jana")


def stored(stack: Stack) -> set[str]:
    """Return the secrets that are anywhere in the table."""
    everything = json.dumps(stack.items(), ensure_ascii=False, default=lambda raw: raw.decode(errors="replace"))
    return {word for word in SECRETS if word in everything}


def spoken(console: Console, stack: Stack) -> tuple[str, list[Json]]:
    """A post, a comment, an answer with a promise and a note; and how the platform told of the first two."""
    begun = now() // 1000 - 600
    told = [
        payloads.delivery(payloads.post(text="Mein Geheimwort ist weg", at=begun)),
        payloads.delivery(payloads.comment("1_2", "Zaubernuss", at=begun + 60)),
    ]
    for delivery in told:
        stack.post(delivery)
    stack.settle()
    conversation = console.get("/conversations").body["items"][0]["id"]
    stack.platform.says({"id": "1_3"})
    reply = {"text": "Hallo Jana", "follow_up": {"text": "Fragewort?"}}
    console.post(f"/conversations/{conversation}/replies", reply, Idempotency_Key="a-key")
    console.post(f"/conversations/{conversation}/notes", {"text": "Notizwort"})
    stack.settle()
    return conversation, told


def test_an_erased_conversation_is_gone_from_the_table(console: Console, lead: Console, stack: Stack) -> None:
    conversation, _ = spoken(console, stack)
    assert stored(stack) == set(SECRETS)
    erased = lead.delete(f"/conversations/{conversation}")
    assert (erased.status, erased.body) == (200, {"erased": 1})
    assert console.get(f"/conversations/{conversation}").status == 404
    stack.settle()
    assert stored(stack) == set()
    assert console.get("/conversations").body["items"] == console.get("/follow-ups").body["items"] == []
    assert stack.client("scheduler").list_schedules(NamePrefix="follow-up-")["Schedules"] == []
    assert lead.delete(f"/conversations/{conversation}").status == 404


def test_a_late_delivery_does_not_bring_back_what_was_erased(console: Console, lead: Console, stack: Stack) -> None:
    conversation, told = spoken(console, stack)
    lead.delete(f"/conversations/{conversation}")
    stack.settle()
    for delivery in told:
        stack.post(delivery)
        stack.settle()
    assert stored(stack) == set()
    assert console.get(f"/conversations/{conversation}").status == 404


def test_repeated_stream_record_does_not_bring_back_an_erased_conversation(
    console: Console, lead: Console, stack: Stack
) -> None:
    conversation, _ = spoken(console, stack)
    lead.delete(f"/conversations/{conversation}")
    stack.settle()
    assert stack.hand_over(stack.records) == []
    stack.settle()
    assert stored(stack) == set()


def test_a_new_message_after_the_erasure_begins_a_conversation(console: Console, lead: Console, stack: Stack) -> None:
    stack.post(payloads.delivery(payloads.message("m1", "Geheimwort", at=now() - MINUTE)))
    stack.platform.says({"first_name": "Jana", "last_name": "Kern"})
    stack.settle()
    (before,) = console.get("/conversations").body["items"]
    assert stored(stack) == {"Geheimwort", "Jana"}
    lead.delete(f"/conversations/{before['id']}")
    stack.settle()
    assert stored(stack) == set()
    stack.post(payloads.delivery(payloads.message("m2", "Guten Tag", at=now() + MINUTE)))
    stack.platform.says({"first_name": "Jana", "last_name": "Kern"})
    stack.settle()
    after = console.get(f"/conversations/{before['id']}").body
    assert [each["text"] for each in after["messages"]] == ["Guten Tag"]
    assert (after["unread"], after["follow_up"], after["status"]) == (1, None, "open")
    assert "Geheimwort" not in stored(stack)


def test_comment_after_the_erasure_is_stored(console: Console, lead: Console, stack: Stack) -> None:
    conversation, _ = spoken(console, stack)
    lead.delete(f"/conversations/{conversation}")
    stack.settle()
    stack.post(payloads.delivery(payloads.comment("1_9", "Hallo?", at=now() // 1000 + 60)))
    stack.settle()
    (listed,) = console.get("/conversations").body["items"]
    whole = console.get(f"/conversations/{listed['id']}").body
    assert ([each["text"] for each in whole["messages"]], whole["status"]) == (["Hallo?"], "open")
    assert stored(stack) == {"Jana"}


def test_erasing_a_customer_erases_all_this_customer_began(console: Console, lead: Console, stack: Stack) -> None:
    one, two, chat = visitor_post("1055_1"), visitor_post("1055_2", text="Zaubernuss"), private_message()
    others = visitor_post("1055_3", author=OLE, text="Bei mir auch")
    stack.settle()
    assert stored(stack) == {"Zaubernuss", "Jana"}
    assert lead.delete(f"/conversations/{one}/customer").body == {"erased": 3}
    stack.settle()
    assert [console.get(f"/conversations/{each}").status for each in (one, two, chat, others)] == [404, 404, 404, 200]
    assert stored(stack) == set()


def test_an_erased_customer_who_declined_is_not_asked_ever_after(console: Console, lead: Console, stack: Stack) -> None:
    post = visitor_post("1055_1")
    stack.settle()
    console.put(f"/conversations/{post}/opt-out")
    lead.delete(f"/conversations/{post}/customer")
    stack.settle()
    assert stored(stack) == set()
    assert plan(console, visitor_post("1055_2"))["reason"] == "declined"


@pytest.mark.invariant(13)
def test_erased_customer_who_is_kept_out_is_found_by_no_search_and_others_are(lead: Console, stack: Stack) -> None:
    kept, other = visitor_post("1055_1"), visitor_post("1055_3", author=OLE)
    stack.settle()
    assert lead.delete(f"/conversations/{kept}/customer", {"keep_out": "perhaps"}).status == 400
    assert lead.delete(f"/conversations/{kept}/customer", {"keep_out": "true"}).body == {"erased": 1}
    assert lead.delete(f"/conversations/{other}/customer").body == {"erased": 1}
    stack.settle()
    assert stored(stack) == set()
    assert [found_again(author) for author in (JANA, OLE)] == [False, True]
    assert JANA.id not in str(lead.get("/opt-outs").body)


def found_again(author: Author) -> bool:
    """Return whether a post of somebody becomes a proposal."""
    post = FoundPost("facebook", "demo", f"2_{author.id}", "2", "https://example.org/2", now(), author=author)
    return proposals.add(post, "s1", "asks_advice", team="service", now=now()) is not None
