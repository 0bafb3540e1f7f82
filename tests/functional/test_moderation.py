"""Moderation of messages: permissions of platform and role, repetition, and a platform that does not answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conversations.actions import Action, Moderation, State, Verb
from conversations.facts import Author, Fact, Kind, Visibility
from storage import conversations
from tests.functional.console_api import JANA, Console, come_in, now, private_message, visitor_post
from tests.support.platform import PAGE
from tests.support.stack import Stack

Json = dict[str, Any]


def moderate(lead: Console, conversation: str, action: str, message: str | None = None) -> None:
    answer = lead.post(f"/conversations/{conversation}/moderations", {"action": action, "message_id": message})
    assert answer.status == 201, answer


def moderations(conversation: str) -> list[Action]:
    return [each for each in conversations.read(conversation).actions if each.verb == Verb.MODERATE]


def states(conversation: str) -> list[tuple[Moderation | None, State | None, str]]:
    return [(each.moderation, each.state, each.reason) for each in moderations(conversation)]


def message(console: Console, conversation: str, message_id: str) -> Json:
    found = console.get(f"/conversations/{conversation}").body["messages"]
    return next(each for each in found if each["id"] == message_id)


def asked(stack: Stack) -> list[tuple[str, Any]]:
    return [(each["call"], each["body"] or each["query"].get("psid")) for each in stack.platform.asked]


@pytest.fixture
def thread(stack: Stack) -> str:
    """A visitor's post with somebody else's comment, whose authors the platform names by numbers."""
    post = visitor_post(author=Author("5511", "Jana"))
    come_in(_comment(Author("5512", "Ole")))
    stack.settle()
    stack.platform.asked.clear()
    return post


def test_a_comment_is_hidden_and_shown_again(stack: Stack, lead: Console, thread: str) -> None:
    for action, hidden in (("hide", True), ("show", False)):
        stack.platform.says({"success": True})
        moderate(lead, thread, action, "1055_1_2")
        stack.settle()
        assert message(lead, thread, "1055_1_2")["hidden"] is hidden
    assert asked(stack) == [
        ("POST /v99.0/1055_1_2", {"is_hidden": "true"}),
        ("POST /v99.0/1055_1_2", {"is_hidden": "false"}),
    ]
    assert states(thread) == [(Moderation.HIDE, State.SENT, ""), (Moderation.SHOW, State.SENT, "")]


def test_a_deleted_comment_loses_its_text(stack: Stack, lead: Console, thread: str) -> None:
    stack.platform.says({"success": True})
    moderate(lead, thread, "delete", "1055_1_2")
    stack.settle()
    shown = message(lead, thread, "1055_1_2")
    assert (shown["deleted"], shown["text"]) == (True, None)
    assert asked(stack) == [("DELETE /v99.0/1055_1_2", None)]


def test_the_customer_or_another_author_is_blocked(stack: Stack, lead: Console, thread: str) -> None:
    stack.platform.says({"5511": True})
    stack.platform.says({"5512": True})
    stack.platform.says({"success": True})
    moderate(lead, thread, "block")
    moderate(lead, thread, "block", "1055_1_2")
    stack.settle()
    moderate(lead, thread, "unblock", "1055_1_2")
    stack.settle()
    assert asked(stack) == [
        (f"POST /v99.0/{PAGE}/blocked", {"psid": "[5511]"}),
        (f"POST /v99.0/{PAGE}/blocked", {"psid": "[5512]"}),
        (f"DELETE /v99.0/{PAGE}/blocked", "5512"),
    ]


def test_removed_message_counts_as_deleted_and_hidden(stack: Stack, lead: Console, thread: str) -> None:
    stack.platform.fails(100, 33)
    moderate(lead, thread, "delete", "1055_1_2")
    stack.settle()
    assert states(thread) == [(Moderation.DELETE, State.SENT, "")]


def test_refused_message_fails_with_its_reason(stack: Stack, lead: Console, thread: str) -> None:
    stack.platform.fails(200)
    moderate(lead, thread, "hide", "1055_1_2")
    stack.settle()
    (event,) = [each for each in lead.get(f"/conversations/{thread}").body["events"] if each["kind"] == "moderate"]
    assert (event["state"], event["reason"], event["moderation"]) == ("failed", "permission", "hide")
    assert not message(lead, thread, "1055_1_2")["hidden"]
    assert lead.get(f"/conversations/{thread}").body["undelivered"] is None


def test_request_without_an_answer_is_repeated(stack: Stack, lead: Console, thread: str) -> None:
    """It is the same done twice, so nobody has to look first."""
    stack.platform.answers.append("reset")
    moderate(lead, thread, "hide", "1055_1_2")
    stack.settle()
    (action,) = moderations(thread)
    assert (action.state, action.attempts) == (State.QUEUED, 1)
    stack.platform.says({"success": True})
    record = {"conversation": thread, "action": action.id}
    stack.reply([_queued(record)])
    assert states(thread) == [(Moderation.HIDE, State.SENT, "")]


def test_moderation_is_completed_by_the_next_request_after_a_death(stack: Stack, lead: Console, thread: str) -> None:
    """Invariant 12."""
    moderate(lead, thread, "hide", "1055_1_2")
    (action,) = moderations(thread)
    died = conversations.replace(action, state=State.SENDING, attempts=1, attempted_at=1, lease_until=2)
    conversations.change_delivery(thread, action, died)
    stack.platform.says({"success": True})
    stack.settle()
    assert states(thread) == [(Moderation.HIDE, State.SENT, "")]


def test_each_message_says_what_may_be_done_about_it(stack: Stack, lead: Console, thread: str) -> None:
    assert message(lead, thread, "1055_1")["moderations"] == ["like", "unlike", "delete", "block", "unblock"]
    everything = ["like", "unlike", "hide", "delete", "block", "unblock"]
    assert message(lead, thread, "1055_1_2")["moderations"] == everything
    whole = lead.get(f"/conversations/{thread}").body["moderations"]
    assert sorted(whole) == sorted(everything)


@pytest.mark.parametrize(
    ("action", "message_id", "status", "error"),
    [
        ("hide", "1055_1", 422, "moderation_refused"),
        ("hide", "nothing", 404, "no_message"),
        ("hide", None, 404, "no_message"),
        ("scold", "1055_1_2", 400, "malformed"),
    ],
)
def test_impossible_moderation_is_refused(
    stack: Stack, lead: Console, thread: str, action: str, message_id: str | None, status: int, error: str
) -> None:
    answer = lead.post(f"/conversations/{thread}/moderations", {"action": action, "message_id": message_id})
    assert (answer.status, answer.body["error"]) == (status, error)
    assert moderations(thread) == []


def test_a_private_message_is_not_the_company_s_to_delete(stack: Stack, lead: Console) -> None:
    chat = private_message(author=Author("5511", "Jana"))
    answer = lead.post(f"/conversations/{chat}/moderations", {"action": "delete", "message_id": "m_1"})
    assert (answer.status, answer.body["error"]) == (422, "moderation_refused")
    assert lead.get(f"/conversations/{chat}").body["moderations"] == ["block", "unblock"]


def test_customer_without_a_number_cannot_be_blocked(stack: Stack, lead: Console) -> None:
    post = visitor_post(author=JANA)
    answer = lead.post(f"/conversations/{post}/moderations", {"action": "block"})
    assert (answer.status, answer.body["error"]) == (422, "moderation_refused")


def test_only_leads_moderate_and_it_is_noted(stack: Stack, console: Console, admin: Console, thread: str) -> None:
    refused = console.post(f"/conversations/{thread}/moderations", {"action": "block"})
    assert (refused.status, refused.body["error"]) == (403, "forbidden")
    stack.platform.says({"5511": True})
    moderate(admin, thread, "block")
    (entry,) = admin.get("/audit").body["items"]
    assert (entry["kind"], entry["target"], entry["detail"]) == ("moderation", thread, {"moderation": "block"})
    stack.settle()


# -- what every agent may do ------------------------------------------------------------------------------------------


def answered(stack: Stack, console: Console, thread: str) -> str:
    """Our answer as it stands on the platform; the id it has here."""
    stack.platform.says({"id": "1055_9"})
    said = console.post(f"/conversations/{thread}/replies", {"text": "Wir schauen nach."})
    assert said.status == 201, said
    stack.settle()
    stack.platform.asked.clear()
    messages = console.get(f"/conversations/{thread}").body["messages"]
    (ours,) = [each for each in messages if each["direction"] == "outbound"]
    assert ours["moderations"] == ["edit", "delete"]
    return ours["id"]


def test_an_agent_likes_a_message_and_takes_it_back(stack: Stack, console: Console, thread: str) -> None:
    for action, reactions in (("like", 1), ("unlike", 0)):
        stack.platform.says({"success": True})
        moderate(console, thread, action, "1055_1_2")
        stack.settle()
        assert len(message(console, thread, "1055_1_2")["reactions"]) == reactions
    assert [call for call, _ in asked(stack)] == ["POST /v99.0/1055_1_2/likes", "DELETE /v99.0/1055_1_2/likes"]


def test_an_agent_edits_what_we_wrote(stack: Stack, console: Console, thread: str) -> None:
    ours = answered(stack, console, thread)
    stack.platform.says({"success": True})
    answer = console.post(
        f"/conversations/{thread}/moderations",
        {"action": "edit", "message_id": ours, "text": "Wir schauen nach und melden uns um 12 Uhr."},
    )
    assert answer.status == 201, answer
    stack.settle()
    assert asked(stack) == [("POST /v99.0/1055_9", {"message": "Wir schauen nach und melden uns um 12 Uhr."})]
    shown = message(console, thread, ours)
    assert (shown["text"], shown["edited_at"] is not None) == ("Wir schauen nach und melden uns um 12 Uhr.", True)
    assert [each["text"] for each in shown["earlier"]] == ["Wir schauen nach."]


def test_an_agent_deletes_what_we_wrote(stack: Stack, console: Console, thread: str) -> None:
    ours = answered(stack, console, thread)
    stack.platform.says({"success": True})
    moderate(console, thread, "delete", ours)
    stack.settle()
    assert asked(stack) == [("DELETE /v99.0/1055_9", None)]
    shown = message(console, thread, ours)
    assert (shown["deleted"], shown["text"], shown["moderations"]) == (True, None, [])


@pytest.mark.parametrize("action", ["hide", "show", "delete", "block", "unblock"])
def test_moderation_of_others_messages_is_for_leads(stack: Stack, console: Console, thread: str, action: str) -> None:
    body = {"action": action, "message_id": "1055_1_2"}
    refused = console.post(f"/conversations/{thread}/moderations", body)
    assert (refused.status, refused.body["error"]) == (403, "forbidden")
    assert moderations(thread) == []


@pytest.mark.parametrize(
    ("text", "status", "error"),
    [
        ({}, 422, "text_empty"),
        ({"text": " \n"}, 422, "text_empty"),
        ({"text": "x" * 8001}, 422, "text_too_long"),
        ({"text": 7}, 400, "malformed"),
    ],
    ids=["missing", "nothing but space", "too long", "no text"],
)
def test_an_edited_message_needs_a_text_that_the_platform_takes(
    stack: Stack, console: Console, thread: str, text: Json, status: int, error: str
) -> None:
    ours = answered(stack, console, thread)
    body = {"action": "edit", "message_id": ours, **text}
    refused = console.post(f"/conversations/{thread}/moderations", body)
    assert (refused.status, refused.body["error"]) == (status, error)
    assert moderations(thread) == []


def test_nobody_edits_what_others_wrote(lead: Console, thread: str) -> None:
    body = {"action": "edit", "message_id": "1055_1_2", "text": "Alles bestens!"}
    refused = lead.post(f"/conversations/{thread}/moderations", body)
    assert (refused.status, refused.body["error"]) == (422, "moderation_refused")


def test_text_belongs_to_an_edit_alone(lead: Console, thread: str) -> None:
    body = {"action": "hide", "message_id": "1055_1_2", "text": "Weg damit"}
    refused = lead.post(f"/conversations/{thread}/moderations", body)
    assert (refused.status, refused.body["error"]) == (422, "moderation_refused")


def test_edit_is_refused_for_a_message_that_was_not_sent_yet(stack: Stack, console: Console, thread: str) -> None:
    console.post(f"/conversations/{thread}/replies", {"text": "Wir schauen nach."})
    messages = console.get(f"/conversations/{thread}").body["messages"]
    (ours,) = [each for each in messages if each["direction"] == "outbound"]
    body = {"action": "edit", "message_id": ours["id"], "text": "Doch nicht."}
    refused = console.post(f"/conversations/{thread}/moderations", body)
    assert (ours["moderations"], refused.status, refused.body["error"]) == ([], 422, "moderation_refused")


def test_likes_are_not_noted_and_deletions_are(stack: Stack, console: Console, admin: Console, thread: str) -> None:
    moderate(console, thread, "like", "1055_1_2")
    assert admin.get("/audit").body["items"] == []
    stack.platform.says({"success": True})
    stack.settle()
    moderate(console, thread, "delete", answered(stack, console, thread))
    (entry,) = admin.get("/audit").body["items"]
    assert entry["detail"] == {"moderation": "delete"}


def test_the_solution_is_shown_as_such(stack: Stack, console: Console, thread: str) -> None:
    """A forum tells which answer was accepted; the page says so at that message."""
    at = now()
    come_in(Fact(Kind.SOLVED, Visibility.PUBLIC, "1055_1", at, "1055_1_2", "1055_1_2"))
    stack.settle()
    assert message(console, thread, "1055_1_2")["accepted"] is True
    assert message(console, thread, "1055_1")["accepted"] is False


def _comment(author: Author) -> Fact:
    at = now()
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        "1055_1",
        at,
        "1055_1_2",
        "1055_1_2",
        author,
        text="Alles Betrug!",
        parent_id="1055_1",
    )


def _queued(task: Json) -> Json:
    return {
        "messageId": "1",
        "receiptHandle": "1",
        "body": json.dumps(task),
        "attributes": {"ApproximateReceiveCount": "2", "MessageGroupId": task["conversation"]},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:send.fifo",
        "awsRegion": "eu-central-1",
    }
