"""The words: templates, their fields and languages, and the line that says a machine is asking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from conversations.actions import State, Verb
from conversations.facts import Author
from shared import texts
from storage import conversations, mapping, table
from tests.functional.console_api import DAY, Console, comment, head, now, private_message, visitor_post
from tests.functional.follow_ups.agents_api import (
    ENGLISH,
    EVERY_DAY,
    GERMAN,
    QUESTIONS,
    Json,
    come_due,
    follow_up,
    ms,
    noon,
    plan,
    promise,
    rules,
)

AUTOMATIC = {
    "de": "\n\n(Diese Nachfrage wurde automatisch gesendet. Ihre Antwort liest ein Mensch.)",
    "en": "\n\n(This question was sent automatically. A person reads your answer.)",
}


def test_a_team_has_templates_from_the_beginning_in_both_languages(console: Console) -> None:
    shown = console.get("/teams/service/templates").body["items"]
    listed = [each for each in shown if each["kind"] == "question"]
    names = ("after_days", "after_offer", "by_name", "usual", "with_topic")
    assert [(each["name"], each["language"]) for each in listed] == [(n, lang) for n in names for lang in ("de", "en")]
    assert not any(each["own"] for each in listed)
    assert [each["text"] for each in listed if each["name"] == "usual"] == [QUESTIONS["de"], QUESTIONS["en"]]


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "de"), (ENGLISH, "en")])
def test_the_question_is_asked_in_the_language_of_the_customers_last_words(
    console: Console, text: str, language: str
) -> None:
    post = visitor_post(text=ENGLISH if text == GERMAN else GERMAN)
    comment("1055_2", text=text)
    told = plan(console, post)
    assert (told["text"], told["language"]) == (QUESTIONS[language], language)


def test_where_the_customers_language_cannot_be_told_the_team_has_said_which(console: Console, lead: Console) -> None:
    post = visitor_post(text="WLAN?!")
    assert plan(console, post)["text"] == QUESTIONS["en"]
    rules(lead, language="de")
    assert plan(console, post)["text"] == QUESTIONS["de"]


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "de"), (ENGLISH, "en")])
def test_question_after_an_offer_asks_whether_it_fits_and_speaks_of_no_problem(
    console: Console, lead: Console, text: str, language: str
) -> None:
    """That question presumes a problem, which somebody who was only advised never had."""
    post = visitor_post(text=text)
    begun_by_us(console, post)
    asked = {"de": "Haben Sie das Passende gefunden?", "en": "Did you find what you were looking for?"}
    assert plan(console, post)["text"].endswith(asked[language])
    lead.put(f"/teams/service/templates/usual/{language}", {"text": "Everything fine?"})
    assert plan(console, post)["text"] == "Everything fine?"


def test_question_after_an_offer_has_the_template_that_a_lead_or_an_agent_chose(
    console: Console, lead: Console
) -> None:
    post = visitor_post(text=ENGLISH)
    begun_by_us(console, post)
    assert plan(console, post, template="usual")["text"] == QUESTIONS["en"]
    rules(lead, template="after_days")
    assert plan(console, post)["text"].startswith("We last wrote")


def begun_by_us(console: Console, conversation: str) -> None:
    """Answer, and make the answer an offer that nobody had asked for."""
    answered = console.post(f"/conversations/{conversation}/replies", {"text": "🙂", "visibility": "public"})
    assert answered.status in {200, 201}, answered
    (reply,) = (each for each in conversations.read(conversation).actions if each.verb == Verb.REPLY)
    offer = replace(reply, outreach="a-proposal", state=State.SENT)
    table.put(mapping.action_item(conversation, offer, now() // 1000 + 10**6))


def test_fields_of_a_template_are_filled_in(console: Console, lead: Console) -> None:
    post = visitor_post(text=GERMAN)
    text = "Hallo {{customer}}, hier ist {{ agent }}. Läuft {{topic}} nach {{days}} Tagen?"
    lead.put("/teams/service/templates/warm/de", {"text": text})
    told = plan(console, post, template="warm", topic="das WLAN", after="P3D")
    assert told["text"] == "Hallo Jana, hier ist Alex Beispiel. Läuft das WLAN nach 3 Tagen?"


def test_days_are_counted_to_the_moment_of_asking(console: Console, lead: Console) -> None:
    """A question that is moved over the weekend does not speak of yesterday."""
    rules(lead)
    post, wished = visitor_post(text=GERMAN), noon(5)
    promise(console, post, at=wished.isoformat(), template="after_days")
    rules(lead, hours={"week": EVERY_DAY, "closed": [wished.date().isoformat()]})
    assert come_due(post).verb == Verb.MOVE
    later = follow_up(post).promise
    assert later.at == ms((wished + timedelta(days=1)).replace(hour=9))
    days = round((later.at - follow_up(post).made_at) / DAY)
    assert later.text.startswith(f"Vor {days} Tagen haben wir uns zuletzt geschrieben.")


def test_a_field_nobody_knows_is_refused_when_the_template_is_saved(lead: Console) -> None:
    answer = lead.put("/teams/service/templates/warm/de", {"text": "Hallo {{colour}}"}, Accept_Language="de")
    assert (answer.status, answer.body["error"], answer.body["field"]) == (422, "template_field", "colour")
    assert answer.body["message"].startswith("Die Vorlage braucht „colour“")
    assert "warm" not in [each["name"] for each in lead.get("/teams/service/templates").body["items"]]


@pytest.mark.parametrize("text", ["Hallo {{customer", "Hallo {{}}", "{{ 1 }}", "{{Customer}}", "{{customer}"])
def test_braces_that_open_no_field_are_refused(lead: Console, text: str) -> None:
    answer = lead.put("/teams/service/templates/warm/de", {"text": text})
    assert (answer.status, answer.body["error"]) == (422, "template_broken")
    assert "{{customer}}" in answer.body["message"]


def test_a_name_the_platform_does_not_tell_is_missed_before_anything_is_promised(
    console: Console, lead: Console
) -> None:
    lead.put("/teams/service/templates/warm/en", {"text": "Dear {{customer}}, does it work?"})
    post = visitor_post(author=Author("jana", None))
    wish = {"template": "warm"}
    for answer in (
        console.post("/follow-ups/plan", {"conversation": post} | wish),
        console.put(f"/conversations/{post}/follow-up", wish),
        console.post(f"/conversations/{post}/replies", {"text": "Gern.", "follow_up": wish}),
    ):
        assert (answer.status, answer.body["error"], answer.body["field"]) == (422, "template_field", "customer")
    assert head(post).follow_up is None
    assert len(console.get(f"/conversations/{post}").body["messages"]) == 1


def test_a_template_has_a_form_for_customers_without_a_name(console: Console, lead: Console) -> None:
    post = visitor_post(author=Author("jana", None), text=GERMAN)
    assert plan(console, post, template="by_name")["text"] == texts.raw("template.by_name_nameless", "de")
    lead.put("/teams/service/templates/warm/de", {"text": "Hallo {{customer}}, läuft es?"})
    lead.put("/teams/service/templates/warm_nameless/de", {"text": "Hallo, läuft es?"})
    assert plan(console, post, template="warm")["text"] == "Hallo, läuft es?"


def test_a_topic_nobody_named_is_missed(console: Console) -> None:
    answer = console.put(f"/conversations/{visitor_post()}/follow-up", {"template": "with_topic"})
    assert (answer.status, answer.body["field"]) == (422, "topic")


def test_a_teams_template_stands_in_the_place_of_the_shipped_one_until_it_is_taken_away(
    console: Console, lead: Console
) -> None:
    post, path = visitor_post(text=GERMAN), "/teams/service/templates/usual/de"
    saved = lead.put(path, {"text": "Na, läuft's wieder?"})
    assert saved.body == {"name": "usual", "language": "de", "text": "Na, läuft's wieder?"} | {
        "own": True,
        "kind": "question",
        "title": None,
        "folder": None,
        "files": [],
    }
    assert plan(console, post)["text"] == "Na, läuft's wieder?"
    assert saved.body in console.get("/teams/service/templates").body["items"]
    assert lead.delete(path).body == {"deleted": True}
    assert plan(console, post)["text"] == QUESTIONS["de"]
    again = lead.delete(path)
    assert (again.status, again.body["error"]) == (404, "no_template")


def test_a_team_chooses_its_usual_template(console: Console, lead: Console) -> None:
    rules(lead, template="by_name")
    assert plan(console, visitor_post(text=ENGLISH))["text"].startswith("Hello Jana, how is it going?")


def test_agents_own_question_is_asked_word_for_word(console: Console) -> None:
    post = visitor_post(text=GERMAN)
    promise(console, post, text="Na, {wie} läuft's? 100 % $gut? 🙂", after="P3D")
    assert come_due(post).text == "Na, {wie} läuft's? 100 % $gut? 🙂"


def test_fields_work_in_an_agents_words_too(console: Console) -> None:
    assert promise(console, visitor_post(), text="Na, {{customer}}?")["text"] == "Na, Jana?"
    broken = console.post("/follow-ups/plan", {"conversation": visitor_post(), "text": "Na, {{customer"})
    assert (broken.status, broken.body["error"]) == (422, "template_broken")


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "de"), (ENGLISH, "en")])
def test_automatic_message_in_messenger_says_that_it_is_automatic(console: Console, text: str, language: str) -> None:
    chat = private_message(text=text)
    wish = {"after": "PT20H", "text": "Und?"}
    assert plan(console, chat, **wish)["text"] == "Und?" + AUTOMATIC[language]
    assert promise(console, chat, **wish)["text"] == "Und?"
    asked = come_due(chat)
    assert (asked.verb, asked.text) == (Verb.ASK, "Und?" + AUTOMATIC[language])


def test_agents_message_in_messenger_does_not_say_that_it_is_automatic(console: Console) -> None:
    chat = private_message(text=GERMAN)
    assert plan(console, chat, after="P7D", text="Und?")["text"] == "Und?"
    promise(console, chat, after="P7D", text="Und?")
    task = come_due(chat)
    assert (task.verb, task.text) == (Verb.TASK, "Und?")


def test_in_public_a_question_says_that_it_is_automatic_if_the_team_wants_it(console: Console, lead: Console) -> None:
    post = visitor_post(text=ENGLISH)
    assert plan(console, post, text="So?")["text"] == "So?"
    rules(lead, disclose=True)
    assert plan(console, post, text="So?")["text"] == "So?" + AUTOMATIC["en"]
    promise(console, post, text="So?")
    assert come_due(post).text == "So?" + AUTOMATIC["en"]


def test_the_line_that_says_so_counts_for_the_platforms_limit(console: Console) -> None:
    chat, wish = private_message(text=GERMAN), {"after": "PT20H", "text": "?" * 1950}
    answer = console.put(f"/conversations/{chat}/follow-up", wish)
    assert (answer.status, answer.body["error"]) == (422, "text_too_long")
    assert answer.body["length"] == 1950 + len(AUTOMATIC["de"])


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("/teams/nobody/templates/usual/de", {"text": "x"}, 404, "no_team"),
        ("/teams/service/templates/Usual/de", {"text": "x"}, 400, "malformed"),
        ("/teams/service/templates/usual/fr", {"text": "x"}, 400, "malformed"),
        ("/teams/service/templates/usual/de", {"text": " "}, 422, "text_empty"),
        ("/teams/service/templates/usual/de", {"text": "x" * 2001}, 422, "text_too_long"),
        ("/teams/service/templates/usual/de", {"text": "x", "own": True}, 400, "malformed"),
        ("/teams/service/templates/usual/de", None, 400, "malformed"),
    ],
    ids=str,
)
def test_a_template_has_a_team_a_name_a_language_and_a_text(
    lead: Console, path: str, body: Json, status: int, error: str
) -> None:
    answer = lead.put(path, body)
    assert (answer.status, answer.body["error"]) == (status, error)
