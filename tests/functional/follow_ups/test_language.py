"""The language of a question: that of the customer's and the agents' last words, or the one that an agent chose."""

from __future__ import annotations

import pytest

from conversations.promise import Promise
from storage.promise_parts import PROMISE
from tests.functional.console_api import Console, comment, private_message, visitor_post
from tests.functional.follow_ups.agents_api import (
    ENGLISH,
    GERMAN,
    QUESTIONS,
    come_due,
    follow_up,
    noon,
    plan,
    promise,
    rules,
)

SHORT = "Router E42?"
MIXED = "Hi, router kaputt, what to do bitte"
ANSWERS = {"de": "Bitte starten Sie das Gerät neu und warten Sie.", "en": "Please restart it and wait for the light."}


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "de"), (ENGLISH, "en")])
def test_question_has_the_language_of_the_customers_words(console: Console, text: str, language: str) -> None:
    told = plan(console, visitor_post(text=text), at=noon(3).isoformat())
    assert (told["language"], told["text"]) == (language, QUESTIONS[language])


def test_customer_who_changes_the_language_is_asked_in_the_last_one(console: Console) -> None:
    post = visitor_post(text=GERMAN)
    comment("1055_2", text=ENGLISH)
    assert plan(console, post, at=noon(3).isoformat())["language"] == "en"


@pytest.mark.parametrize("short", [SHORT, MIXED, "👍", "ok"])
def test_after_short_or_mixed_words_the_earlier_ones_count(console: Console, lead: Console, short: str) -> None:
    rules(lead, language="de")
    post = visitor_post(text=ENGLISH)
    comment("1055_2", text=short)
    assert plan(console, post, at=noon(3).isoformat())["language"] == "en"


@pytest.mark.parametrize("language", ["de", "en"])
def test_where_no_words_tell_the_language_it_is_the_teams(console: Console, lead: Console, language: str) -> None:
    rules(lead, language=language)
    assert plan(console, visitor_post(text=SHORT), at=noon(3).isoformat())["language"] == language


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_agents_own_answer_tells_the_language(console: Console, lead: Console, language: str) -> None:
    rules(lead, language="de" if language == "en" else "en")
    post = visitor_post(text=SHORT)
    wish = {"at": noon(3).isoformat()}
    planned = console.post("/follow-ups/plan", {"conversation": post, "answer": ANSWERS[language]} | wish).body
    console.post(f"/conversations/{post}/replies", {"text": ANSWERS[language], "follow_up": wish})
    made = follow_up(post).promise
    assert (planned["language"], planned["text"], made.text) == (language, QUESTIONS[language], QUESTIONS[language])
    assert plan(console, post, **wish)["language"] == language


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "en"), (ENGLISH, "de"), (SHORT, "de")])
def test_an_agent_can_choose_the_language(console: Console, text: str, language: str) -> None:
    post, wish = visitor_post(text=text), {"at": noon(3).isoformat()}
    body = {"conversation": post, "language": language} | wish
    planned = console.post("/follow-ups/plan", body).body
    made = console.put(f"/conversations/{post}/follow-up", {"language": language} | wish).body["follow_up"]
    assert (planned["language"], planned["text"]) == (made["language"], made["text"]) == (language, QUESTIONS[language])


def test_a_language_that_nobody_speaks_here_is_refused(console: Console) -> None:
    refused = console.put(f"/conversations/{visitor_post()}/follow-up", {"language": "fr"})
    assert (refused.status, refused.body["error"]) == (400, "malformed")


def test_the_line_that_a_question_is_automatic_has_the_language_of_the_question(console: Console) -> None:
    chat = private_message(text=GERMAN)
    console.put(f"/conversations/{chat}/follow-up", {"language": "en", "after": "PT2H"})
    asked = come_due(chat)
    assert asked.language == "en"
    assert asked.text.startswith(QUESTIONS["en"])
    assert "This question was sent automatically" in asked.text


def test_own_words_tell_the_language_of_the_line_below_them(console: Console) -> None:
    chat = private_message(text=GERMAN)
    made = promise(console, chat, after="PT2H", text="Did it help that we have replaced the router?")
    assert made["language"] == "en"
    assert "This question was sent automatically" in come_due(chat).text


def test_promise_without_a_chosen_language_is_stored_as_before() -> None:
    assert "language" not in PROMISE.write(Promise(at=1, text="Und?"))
