"""Customers' answers to follow-ups, with words, a reaction or a button; and their effects."""

from __future__ import annotations

import pytest

from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Json, Square, wait_for
from tests.integration.talks import ARRIVED, Talk, begin

QUESTION = "Läuft wieder alles?"


@pytest.mark.parametrize(
    ("button", "outcome"), [("nachfrage.solved", "solved"), ("nachfrage.still_broken", "still_broken")]
)
def test_one_tap_says_how_it_went(
    square: Square, agent_api: AgentApi, internals: StackInternals, button: str, outcome: str
) -> None:
    talk = begin(square, agent_api, f"Ute Taste{outcome.title()}", private=True)
    question = asked(talk, internals)
    choice = next(each for each in question["traits"]["quick_replies"] if each["payload"] == button)
    square.post(
        private=True, author={"name": talk.customer}, text=choice["title"], traits={"quick_reply": choice["payload"]}
    )
    read = wait_for("the answer to be read", lambda: outcome_of(talk, outcome))
    assert (read["status"], read["follow_up"]["outcome"]["proposed"]) == ("open", True)


def test_one_tap_ends_the_questions_for_good(square: Square, agent_api: AgentApi, internals: StackInternals) -> None:
    talk = begin(square, agent_api, "Ute Genug", private=True)
    question = asked(talk, internals)
    choice = question["traits"]["quick_replies"][-1]
    assert choice["title"] == "Nicht mehr fragen"
    square.post(
        private=True, author={"name": talk.customer}, text=choice["title"], traits={"quick_reply": choice["payload"]}
    )
    wait_for("the answer to be read", lambda: outcome_of(talk, "other"))
    refused = agent_api.http.put(f"/conversations/{talk.id}/follow-up", json={"after": "P1D"})
    assert (refused.status_code, refused.json()["reason"]) == (422, "declined")


def test_a_thumb_on_the_question_is_an_answer_without_a_word(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Ute Daumen")
    asked(talk, internals)
    question = next(each for each in square.thread(talk.place) if each["text"] == QUESTION)
    square.react(message_id=question["id"], author={"name": talk.customer}, reaction="like")
    read = wait_for("the thumb to be read", lambda: outcome_of(talk, "solved"))
    assert read["status"] == "waiting"
    corrected = agent_api.call("PUT", f"/conversations/{talk.id}/follow-up/outcome", outcome="other")
    assert corrected["follow_up"]["outcome"]["kind"] == "other"
    assert corrected["follow_up"]["outcome"]["by"]["name"] == agent_api.call("GET", "/me")["name"]


def test_silence_is_an_outcome_too(square: Square, agent_api: AgentApi, internals: StackInternals) -> None:
    talk = begin(square, agent_api, "Ute Still")
    asked(talk, internals)
    schedule = wait_for("the schedule that waits for an answer", lambda: internals.schedule(talk.id))
    assert internals.invoke("FollowUpFunction", schedule["input"]) == {"outcome": "nothing"}
    assert talk.follow_up()["outcome"] is None


def asked(talk: Talk, internals: StackInternals) -> Json:
    """Answer, promise, and have the question asked; in private returns how it stands on the platform."""
    talk.await_state(talk.answer("Bitte neu starten.", follow_up={"after": "PT20H", "text": QUESTION}), *ARRIVED)
    due = wait_for("the schedule", lambda: internals.schedule(talk.id))["input"]
    assert internals.invoke("FollowUpFunction", due) == {"outcome": "ask"}
    talk.await_state(talk.questions()[0]["id"], *ARRIVED)
    messages = talk.square.chat(talk.place) if talk.private else []
    return next((each for each in messages if each["text"].startswith(QUESTION)), {})


def outcome_of(talk: Talk, kind: str) -> Json | None:
    """The conversation, once its follow-up has this outcome."""
    conversation = talk.read()
    outcome = conversation["follow_up"]["outcome"] or {}
    return conversation if outcome.get("kind") == kind else None
