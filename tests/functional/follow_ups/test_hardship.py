"""Customers who wrote of a death, an illness or an accident, and children: no machine asks them, a person does."""

from __future__ import annotations

import pytest

from conversations.actions import Verb
from conversations.facts import Fact, Kind, Visibility
from dispatch import answers
from tests.functional.console_api import JANA, OLE, Console, come_in, comment, head, now, private_message, visitor_post
from tests.functional.follow_ups.agents_api import at, come_due, follow_up, noon, plan, promise
from tests.functional.follow_ups.test_follow_up_bulk import answered, make, preview

WIDOW = "My husband died yesterday and I need to cancel the contract."
WRITTEN = [
    (WIDOW, "bereavement"),
    ("Meine Mutter ist gestern verstorben.", "bereavement"),
    ("Ich liege im Krankenhaus und kann das nicht testen.", "illness"),
    ("I had an accident and will look at it later.", "accident"),
    ("ich bin 12", "minor"),
]


def edit(text: str, post_id: str = "1055_1") -> Fact:
    """The customer changes their post; returns the fact, which is stored and folded."""
    fact = Fact(Kind.EDITED, Visibility.PUBLIC, post_id, now(), post_id, author=JANA, text=text)
    come_in(fact)
    return fact


@pytest.mark.parametrize(("text", "reason"), WRITTEN)
def test_the_plan_says_that_a_person_must_ask(console: Console, text: str, reason: str) -> None:
    told = plan(console, visitor_post(text=text), at=noon(3).isoformat())
    assert (told["by"], told["at"], told["reason"]) == ("person", at(noon(3)), reason)
    assert "machine" not in [each["by"] for each in told["alternatives"]]


@pytest.mark.parametrize(
    ("language", "begins"),
    [
        ("en", "The customer wrote of a death, so a person asks. A task with the text ready to send is prepared on "),
        ("de", "Der Kunde schrieb von einem Todesfall, deshalb fragt ein Mensch. Eine Aufgabe mit fertigem Text"),
    ],
)
def test_the_plan_says_why_in_the_agents_language(console: Console, language: str, begins: str) -> None:
    told = plan(console, visitor_post(text=WIDOW), at=noon(3).isoformat(), language=language)
    assert told["explanation"].startswith(begins)


def test_hardship_counts_whatever_the_customer_wrote_since(console: Console) -> None:
    post = visitor_post(text=WIDOW)
    comment("1055_2", text="Danke, das Internet geht wieder.")
    assert plan(console, post, at=noon(3).isoformat())["by"] == "person"


def test_hardship_of_somebody_else_in_the_thread_does_not_count(console: Console) -> None:
    post = visitor_post()
    comment("1055_2", author=OLE, text=WIDOW)
    assert plan(console, post, at=noon(3).isoformat())["by"] == "machine"


def test_our_own_words_do_not_count(console: Console) -> None:
    post = visitor_post()
    console.post(f"/conversations/{post}/replies", {"text": "Unser Kollege liegt im Krankenhaus."})
    assert plan(console, post, at=noon(3).isoformat())["by"] == "machine"


def test_in_a_private_chat_within_the_window_a_person_asks_as_well(console: Console) -> None:
    told = plan(console, private_message(text=WIDOW), after="PT2H")
    assert (told["by"], told["reason"]) == ("person", "bereavement")


def test_a_promise_is_a_persons_and_comes_due_as_a_task(console: Console) -> None:
    post = visitor_post(text=WIDOW)
    made = promise(console, post, at=noon(2).isoformat())
    assert (made["doer"], made["reason"]) == ("person", "bereavement")
    assert made["explanation"] == "The customer wrote of a death; a person decides how to ask."
    done = come_due(post)
    assert (done.verb, done.reason) == (Verb.TASK, "bereavement")
    assert (head(post).status, follow_up(post).state) == ("open", "task")


def test_promise_with_a_reply_and_by_a_macro_is_a_persons(console: Console, lead: Console) -> None:
    lead.put("/teams/service/macros/ask", {"title": "Ask", "actions": [{"follow_up": {"after": "P3D"}}]})
    first, second = visitor_post("1055_1", text=WIDOW), visitor_post("1055_2", text=WIDOW)
    console.post(f"/conversations/{first}/replies", {"text": "Mein Beileid.", "follow_up": {"after": "P3D"}})
    console.post(f"/conversations/{second}/macros/ask")
    assert [follow_up(post).promise.doer for post in (first, second)] == ["person", "person"]


def test_a_bulk_gives_these_customers_to_a_person(console: Console, lead: Console) -> None:
    usual, widow = answered(console, 1), answered(console, 2, text=WIDOW)
    planned = {each["conversation"]: each["plan"]["by"] for each in preview(lead, follow_up={"after": "P3D"})["items"]}
    assert planned == {usual: "machine", widow: "person"}
    make(lead, [usual, widow], follow_up={"after": "P3D"})
    assert [follow_up(post).promise.doer for post in (usual, widow)] == ["machine", "person"]


def test_a_changed_message_turns_the_promise_into_a_persons_visibly(console: Console) -> None:
    post = visitor_post()
    promise(console, post, at=noon(2).isoformat())
    answers.spare(post, [edit(WIDOW)], now)
    shown = console.get(f"/conversations/{post}").body["follow_up"]
    assert (shown["state"], shown["doer"], shown["reason"]) == ("planned", "person", "bereavement")
    assert [(move["reason"], move["explanation"]) for move in shown["moves"]] == [
        ("bereavement", "The customer wrote of a death; a person decides how to ask.")
    ]
    answers.spare(post, [edit(WIDOW)], now)
    assert len(console.get(f"/conversations/{post}").body["follow_up"]["moves"]) == 1


def test_question_that_a_machine_was_to_ask_becomes_a_task_when_it_comes_due(console: Console) -> None:
    """As with promises that were made before hardship was recognised."""
    post = visitor_post()
    assert promise(console, post, at=noon(2).isoformat())["doer"] == "machine"
    edit(WIDOW)
    done = come_due(post)
    assert (done.verb, done.reason) == (Verb.TASK, "bereavement")
    assert (head(post).status, follow_up(post).state) == ("open", "task")
