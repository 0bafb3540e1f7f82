"""The opt-out: who does not want to be asked is left alone, in all conversations at once."""

from __future__ import annotations

import pytest

from conversations.facts import Author
from storage import connections
from tests.functional.console_api import OLE, Console, comment, private_message, visitor_post
from tests.functional.follow_ups.agents_api import follow_up, plan, promise
from tests.support.stack import Stack


def test_an_opt_out_is_obeyed_in_all_conversations_of_the_customer_at_once(console: Console, stack: Stack) -> None:
    here, there, chat = visitor_post("1055_1"), visitor_post("1055_2"), private_message()
    others = visitor_post("1055_3", author=OLE)
    for each in (here, there, chat, others):
        promise(console, each)
    stack.settle()
    declined = console.put(f"/conversations/{here}/opt-out")
    assert (declined.status, declined.body) == (200, {"declined": True})
    shown = [console.get(f"/conversations/{each}").body["follow_up"] for each in (here, there, chat)]
    assert [(each["state"], each["reason"]) for each in shown] == [("skipped", "declined")] * 3
    assert follow_up(others).state == "planned"


def test_opt_out_in_a_message_is_obeyed_without_an_agent(console: Console, stack: Stack) -> None:
    here, there = visitor_post("1055_1"), visitor_post("1055_2")
    promise(console, there)
    stack.settle()
    comment("1055_1_2", post_id="1055_1", text="Bitte keine Nachfragen mehr")
    stack.settle()
    shown = console.get(f"/conversations/{there}").body["follow_up"]
    assert (shown["state"], shown["reason"]) == ("skipped", "declined")
    assert plan(console, here)["reason"] == "declined"


def test_opt_out_is_obeyed_behind_our_handle_and_not_behind_that_of_a_friend(
    console: Console, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "options_of", lambda *_: {"handle": "@nordlicht@nord.example"})
    here = visitor_post("1055_1")
    comment("1055_1_2", post_id="1055_1", text="@nina Schreib mich nie wieder an")
    stack.settle()
    assert plan(console, here)["reason"] != "declined"
    comment("1055_1_3", post_id="1055_1", text="@nordlicht Schreibt mich nie wieder an")
    stack.settle()
    assert plan(console, here)["reason"] == "declined"


def test_an_opt_out_that_was_a_mistake_can_be_withdrawn_by_leads(console: Console, lead: Console) -> None:
    post = visitor_post()
    console.put(f"/conversations/{post}/opt-out")
    assert console.delete(f"/conversations/{post}/opt-out").status == 403
    assert plan(console, post)["reason"] == "declined"
    assert lead.delete(f"/conversations/{post}/opt-out").body == {"declined": False}
    assert plan(console, post)["by"] == "machine"


def test_nobody_can_decline_for_somebody_the_platform_does_not_name(console: Console, lead: Console) -> None:
    post = visitor_post(author=Author())
    for refused in (console.put(f"/conversations/{post}/opt-out"), lead.delete(f"/conversations/{post}/opt-out")):
        assert (refused.status, refused.body["error"]) == (404, "no_customer")
