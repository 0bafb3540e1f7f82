"""Asking back, as agents and leads see it: plans, words, many at once, outcomes, figures, and who is left alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from asking import deeds
from console.views import when
from conversations import directory, identity, projection, store, urgency
from conversations.figures import NAMES, week_of
from conversations.model import Action, Author, Fact, FollowUp, Kind, Promise, State, Verb, Visibility
from conversations.promised import STATES
from tests.functional.console_api import (
    DAY,
    JANA,
    MINUTE,
    OLE,
    Console,
    come_in,
    comment,
    head,
    now,
    private_message,
    visitor_post,
)
from tests.support import said
from tests.support.house import House

HOUR = 3_600_000
SECOND = 1000
BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
EVERY_DAY = WORKDAYS | {"sat": ["09:00-18:00"], "sun": ["09:00-18:00"]}
GERMAN = "Mein WLAN ist seit gestern kaputt. Was soll ich tun?"
ENGLISH = "My wifi is broken since yesterday and I do not know what to do."
ANGRY = "Das ist eine Frechheit! Ich bin stinksauer."
QUESTIONS = {
    "de": "Wie sieht's denn aus? Konnte das Problem gelöst werden?",
    "en": "How is it going? Did we solve the problem?",
}
AUTOMATIC = {
    "de": "\n\n(Diese Nachfrage wurde automatisch gesendet. Ihre Antwort liest ein Mensch.)",
    "en": "\n\n(This question was sent automatically. A person reads your answer.)",
}
GERMAN_DAYS = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]
GERMAN_MONTHS = {1: "Januar", 2: "Februar", 3: "März", 4: "April", 5: "Mai", 6: "Juni", 7: "Juli", 8: "August"}
GERMAN_MONTHS |= {9: "September", 10: "Oktober", 11: "November", 12: "Dezember"}
Json = dict[str, Any]


@pytest.fixture
def console(table: str, lambda_context: object) -> Console:
    """An agent."""
    return Console(lambda_context)


@pytest.fixture
def lead(table: str, lambda_context: object) -> Console:
    """The lead of a team."""
    return Console(lambda_context, {"cognito:groups": "lead", "sub": "kim", "name": "Kim"})


def noon(days: int) -> datetime:
    """Noon in UTC, so many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).replace(hour=12, minute=0, second=0, microsecond=0)


def next_weekday(weekday: int) -> datetime:
    """Noon in Berlin on a coming weekday (0 is Monday)."""
    there = datetime.now(BERLIN).replace(hour=12, minute=0, second=0, microsecond=0)
    return there + timedelta(days=(weekday - there.weekday() - 1) % 7 + 1)


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def at(moment: datetime) -> str | None:
    """A moment as the API writes it."""
    return when(ms(moment))


def read(text: str) -> int:
    """What the API wrote, in milliseconds."""
    return ms(datetime.fromisoformat(text))


def plan(console: Console, conversation: str, **wish: Any) -> Json:
    language = wish.pop("language", "en")
    answer = console.post("/follow-ups/plan", {"conversation": conversation} | wish, Accept_Language=language)
    assert answer.status == 200, answer
    return answer.body


def promise(console: Console, conversation: str, **wish: Any) -> Json:
    answer = console.put(f"/conversations/{conversation}/follow-up", wish)
    assert answer.status == 200, answer
    return answer.body["follow_up"]


def rules(lead: Console, **document: Any) -> None:
    """Set the rules of the team; promises are not spread unless that is said."""
    answer = lead.put("/teams/service", {"spread": "PT0S"} | document)
    assert answer.status == 200, answer


def follow_up(conversation: str) -> FollowUp:
    found = head(conversation).follow_up
    assert found is not None
    return found


def come_due(conversation: str, moment: int = 0) -> Action:
    """The follow-up's time comes; what the house does about it."""
    promised = follow_up(conversation)
    done = deeds.keep(conversation, promised.version, lambda: moment or promised.promise.at)
    assert done is not None
    return done


def sent(conversation: str, asked: Action) -> None:
    """The platform took the question."""
    store.change_delivery(conversation, asked, replace(asked, state=State.SENT, platform_id=f"{asked.id}_1"))


def english(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b} {moment.year}, {moment:%H:%M}"


def german(moment: datetime) -> str:
    day, month = GERMAN_DAYS[moment.weekday()], GERMAN_MONTHS[moment.month]
    return f"{day}, {moment.day}. {month} {moment.year}, {moment:%H:%M} Uhr"


# -- the plan ---------------------------------------------------------------------------------------------------------


def test_in_public_a_machine_asks_at_the_wished_time(console: Console) -> None:
    post, wished = visitor_post(text=GERMAN), noon(3)
    told = plan(console, post, at=wished.isoformat())
    assert (told["at"], told["wished"], told["by"]) == (at(wished), at(wished), "machine")
    assert (told["route"], told["visibility"], told["latest"], told["reason"]) == ("public_reply", "public", None, None)
    assert (told["text"], told["language"]) == (QUESTIONS["de"], "de")
    assert told["explanation"] == f"The question goes out by itself on {english(wished)}."


def test_a_plan_is_explained_in_the_agents_language(console: Console) -> None:
    post, wished = visitor_post(text=ENGLISH), noon(3)
    told = plan(console, post, at=wished.isoformat(), language="de")
    assert told["explanation"] == f"Die Nachfrage geht von selbst hinaus: {german(wished)}."
    assert told["text"] == QUESTIONS["en"]


def test_a_plan_promises_nothing_and_a_promise_is_as_planned(console: Console) -> None:
    post, wish = visitor_post(), {"after": "P7D", "text": "Und?"}
    told = plan(console, post, **wish)
    assert head(post).follow_up is None
    made = promise(console, post, **wish)
    assert abs(read(made["at"]) - read(told["at"])) < MINUTE
    assert (made["state"], made["doer"], made["text"]) == ("planned", told["by"], told["text"])


def test_after_a_week_in_messenger_a_person_asks_half_a_day_before_the_window_closes(console: Console) -> None:
    """Meta lets a machine write for a day, a person for seven."""
    wrote = now() - MINUTE
    told = plan(console, private_message(at=wrote, text=GERMAN), after="P7D")
    assert (told["at"], told["latest"]) == (when(wrote + 6 * DAY + 12 * HOUR), when(wrote + 7 * DAY))
    assert (told["by"], told["route"], told["reason"]) == ("person", "human_agent", "person_must_write")
    assert told["text"] == QUESTIONS["de"]
    (machine,) = [each for each in told["alternatives"] if each["by"] == "machine"]
    assert (machine["at"], machine["latest"]) == (when(wrote + DAY - 5 * MINUTE), when(wrote + DAY))
    assert (machine["route"], machine["reason"]) == ("private_message", "window_closes")


def test_the_window_is_explained_with_its_times(console: Console) -> None:
    wrote = now() - MINUTE
    chat = private_message(at=wrote)
    task, closes = (datetime.fromtimestamp((wrote + hours * HOUR) / 1000, UTC) for hours in (156, 168))
    assert plan(console, chat, after="P7D")["explanation"] == (
        f"The platform wants a person to send this, until {english(closes)} at the latest. A task with the text ready"
        f" to send is prepared on {english(task)}, 6 d 12 h after the customer's last message."
    )
    assert plan(console, chat, after="P7D", language="de")["explanation"] == (
        f"Die Plattform will, dass ein Mensch das sendet, spätestens {german(closes)}. Eine Aufgabe mit fertigem Text"
        f" liegt bereit: {german(task)}, 6 T 12 h nach der letzten Nachricht des Kunden."
    )


def test_an_alternative_can_be_wished_for(console: Console) -> None:
    chat = private_message(at=now() - MINUTE)
    (machine,) = [each for each in plan(console, chat, after="P7D")["alternatives"] if each["by"] == "machine"]
    told = plan(console, chat, at=machine["at"], visibility=machine["visibility"])
    assert (told["at"], told["by"], told["reason"]) == (machine["at"], "machine", None)


def test_once_the_window_is_closed_a_person_decides(console: Console) -> None:
    chat = private_message(at=now() - 8 * DAY)
    told = plan(console, chat, at=noon(1).isoformat())
    assert (told["by"], told["route"], told["reason"]) == ("person", None, "window")


def test_outside_business_hours_it_is_asked_at_the_next_opening(console: Console, lead: Console) -> None:
    rules(lead, hours={"zone": "Europe/Berlin", "week": WORKDAYS})
    saturday = next_weekday(5)
    monday = (saturday + timedelta(days=2)).replace(hour=9)
    post = visitor_post()
    told = plan(console, post, at=saturday.isoformat())
    assert (told["at"], told["wished"], told["reason"]) == (at(monday), at(saturday), "hours")
    assert told["explanation"] == (
        f"The time you wished is outside business hours. The question goes out by itself on {english(monday)}."
    )
    made = promise(console, post, at=saturday.isoformat())
    assert (made["at"], made["wished"], made["reason"]) == (at(monday), at(saturday), "hours")
    assert made["explanation"] == "It was outside business hours."


def test_on_a_day_off_nobody_is_asked(console: Console, lead: Console) -> None:
    wished = noon(3)
    rules(lead, hours={"week": EVERY_DAY, "closed": [wished.date().isoformat()]})
    told = plan(console, visitor_post(), at=wished.isoformat(), language="de")
    opening = (wished + timedelta(days=1)).replace(hour=9)
    assert (told["at"], told["reason"]) == (at(opening), "holiday")
    assert told["explanation"].startswith("Der gewünschte Zeitpunkt liegt an einem freien Tag.")


def test_public_holidays_of_the_country_are_kept(console: Console, lead: Console) -> None:
    rules(lead, hours={"zone": "Europe/Berlin", "week": EVERY_DAY, "country": "DE", "subdivision": "BE"})
    year = (datetime.now(BERLIN) + timedelta(days=7)).year
    christmas = datetime(year, 12, 25, 12, tzinfo=BERLIN)
    if christmas <= datetime.now(BERLIN):
        christmas = christmas.replace(year=year + 1)
    told = plan(console, visitor_post(), at=christmas.isoformat())
    assert (told["at"], told["reason"]) == (at(christmas.replace(day=27, hour=9)), "holiday")


def test_in_quiet_hours_on_the_customers_clock_nobody_is_asked(console: Console, lead: Console) -> None:
    rules(lead, hours={"quiet": ["21:00-08:00"], "customer_zone": "Europe/Berlin"})
    night = noon(3).astimezone(BERLIN).replace(hour=22, minute=30)
    told = plan(console, visitor_post(), at=night.isoformat())
    assert (told["at"], told["reason"]) == (at((night + timedelta(days=1)).replace(hour=8, minute=0)), "quiet")


def test_no_machine_asks_who_was_upset(console: Console) -> None:
    told = plan(console, visitor_post(text=ANGRY), at=noon(3).isoformat(), language="de")
    assert (told["by"], told["at"], told["reason"]) == ("person", at(noon(3)), "angry")
    assert told["explanation"].startswith("Die letzten Worte des Kunden waren verärgert, deshalb fragt keine Maschine.")
    assert "machine" not in [each["by"] for each in told["alternatives"]]


def test_only_the_last_words_count_for_the_temper(console: Console) -> None:
    post = visitor_post(text=ANGRY)
    comment("1055_2", text="Entschuldigung, jetzt geht es.")
    assert plan(console, post, at=noon(3).isoformat())["by"] == "machine"


def test_who_does_not_want_it_is_not_asked(console: Console) -> None:
    post = visitor_post()
    console.put(f"/conversations/{post}/opt-out")
    told = plan(console, post)
    assert (told["at"], told["by"], told["reason"]) == (None, None, "declined")
    assert told["explanation"] == "The customer does not want to be asked."
    refused = console.put(f"/conversations/{post}/follow-up", {}, Accept_Language="de")
    assert refused.status == 422
    assert refused.body == {
        "error": "follow_up_refused",
        "message": "Hier kann niemand gefragt werden: Der Kunde möchte nicht gefragt werden.",
        "reason": "declined",
    }
    answered = console.post(f"/conversations/{post}/replies", {"text": "Gern.", "follow_up": {}})
    assert (answered.status, answered.body["error"]) == (422, "follow_up_refused")
    assert len(console.get(f"/conversations/{post}").body["messages"]) == 1


def test_nobody_is_asked_more_often_a_month_than_the_team_has_set(console: Console, lead: Console) -> None:
    rules(lead, cap=1)
    first, second = visitor_post("1055_1"), visitor_post("1055_2")
    wished = noon(2)
    promise(console, first, at=wished.isoformat())
    assert come_due(first).verb == Verb.ASK
    refused = console.put(f"/conversations/{second}/follow-up", {"at": wished.isoformat()})
    assert (refused.status, refused.body["error"], refused.body["reason"]) == (422, "follow_up_refused", "cap")
    assert plan(console, second, at=wished.isoformat())["reason"] == "cap"
    assert plan(console, second, at=(wished + timedelta(days=32)).isoformat())["by"] == "machine"
    somebody_else = visitor_post("1055_3", author=OLE)
    assert plan(console, somebody_else, at=wished.isoformat())["by"] == "machine"


def test_two_promises_within_the_cap_are_one_question(console: Console, lead: Console) -> None:
    """Invariant: the cap holds also where both were promised before either was asked."""
    rules(lead, cap=1)
    posts = [visitor_post("1055_1"), visitor_post("1055_2")]
    for post in posts:
        promise(console, post, at=noon(2).isoformat())
    assert [come_due(post).verb for post in posts] == [Verb.ASK, Verb.SKIP]
    skipped = console.get(f"/conversations/{posts[1]}").body["follow_up"]
    assert (skipped["state"], skipped["reason"]) == ("skipped", "cap")


def test_while_a_connection_is_stopped_the_question_waits(console: Console) -> None:
    post = visitor_post()
    directory.pause_connection("facebook", "demo", "auth", now() + 12 * HOUR, 60)
    told = plan(console, post, after="PT1H")
    assert told["reason"] == "connection"
    assert 12 * HOUR - MINUTE < read(told["at"]) - now() <= 12 * HOUR
    assert told["explanation"].startswith("The connection cannot send at the moment.")


def test_the_question_can_be_asked_in_private_though_the_thread_is_public(console: Console) -> None:
    told = plan(console, visitor_post(), after="P1D", visibility="private")
    assert (told["route"], told["visibility"]) == ("private_reply", "private")


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 400, "malformed"),
        ({"conversation": 1}, 400, "malformed"),
        ({"conversation": "a" * 26}, 404, "not_found"),
        ({"conversation": "HERE", "text": "Und?", "template": "usual"}, 400, "malformed"),
        ({"conversation": "HERE", "after": "P7D", "at": "2030-01-31T09:00:00Z"}, 400, "malformed"),
        ({"conversation": "HERE", "when": "P7D"}, 400, "malformed"),
        ({"conversation": "HERE", "visibility": "public"}, 422, "route_closed"),
        ({"conversation": "HERE", "at": "2020-01-31T09:00:00Z"}, 422, "follow_up_time"),
        ({"conversation": "HERE", "text": " "}, 422, "text_empty"),
        ({"conversation": "HERE", "template": "unheard-of"}, 422, "template_unknown"),
    ],
    ids=str,
)
def test_a_wish_nobody_can_mean_is_refused(console: Console, body: Json, status: int, error: str) -> None:
    chat = private_message()
    answer = console.post("/follow-ups/plan", {k: chat if v == "HERE" else v for k, v in body.items()})
    assert (answer.status, answer.body["error"]) == (status, error)


def test_a_reaction_that_reopens_the_window_moves_the_plan_and_says_why(console: Console, house: House) -> None:
    wrote = now() - 3 * DAY
    chat = private_message(at=wrote)
    before = promise(console, chat, after="P5D")
    house.settle()
    assert (before["doer"], before["at"]) == ("person", when(wrote + 6 * DAY + 12 * HOUR))
    reacted = Fact(
        Kind.REACTION, Visibility.PRIVATE, "t_1", now(), "m_1", author=JANA, payload="❤", customer_id=JANA.id
    )
    come_in(reacted)
    house.settle()
    after = console.get(f"/conversations/{chat}").body["follow_up"]
    assert (after["state"], after["latest"]) == ("planned", when(reacted.at + 7 * DAY))
    (move,) = after["moves"]
    assert (move["from"], move["reason"]) == (before["at"], "person_must_write")
    assert abs(read(after["at"]) - read(before["wished"])) < SECOND


def test_a_post_that_is_taken_down_takes_the_promise_with_it(console: Console, house: House) -> None:
    post = visitor_post()
    promise(console, post)
    come_in(Fact(Kind.REMOVED, Visibility.PUBLIC, "1055_1", now(), "1055_1", author=JANA))
    house.settle()
    shown = console.get(f"/conversations/{post}").body["follow_up"]
    assert (shown["state"], shown["reason"]) == ("skipped", "gone")


def test_a_conversation_shows_all_its_promises(console: Console) -> None:
    post = visitor_post()
    promise(console, post, after="P3D")
    promise(console, post, after="P5D")
    console.delete(f"/conversations/{post}/follow-up")
    promise(console, post, after="P9D")
    whole = console.get(f"/conversations/{post}").body
    assert [each["state"] for each in whole["follow_ups"]] == ["replaced", "cancelled", "planned"]
    assert whole["follow_ups"][-1] == whole["follow_up"]


# -- the words --------------------------------------------------------------------------------------------------------


def test_a_team_has_templates_from_the_beginning_in_both_languages(console: Console) -> None:
    listed = console.get("/teams/service/templates").body["items"]
    names = ("after_days", "by_name", "usual", "with_topic")
    assert [(each["name"], each["language"]) for each in listed] == [(n, lang) for n in names for lang in ("de", "en")]
    assert not any(each["own"] for each in listed)
    assert [each["text"] for each in listed if each["name"] == "usual"] == [QUESTIONS["de"], QUESTIONS["en"]]


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "de"), (ENGLISH, "en")])
def test_the_question_is_asked_in_the_language_of_the_customers_first_words(
    console: Console, text: str, language: str
) -> None:
    post = visitor_post(text=text)
    comment("1055_2", text=ENGLISH if text == GERMAN else GERMAN)
    told = plan(console, post)
    assert (told["text"], told["language"]) == (QUESTIONS[language], language)


def test_where_the_customers_language_cannot_be_told_the_team_has_said_which(console: Console, lead: Console) -> None:
    post = visitor_post(text="WLAN?!")
    assert plan(console, post)["text"] == QUESTIONS["en"]
    rules(lead, language="de")
    assert plan(console, post)["text"] == QUESTIONS["de"]


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


def test_a_name_the_platform_does_not_tell_is_missed_before_anything_is_promised(console: Console) -> None:
    post = visitor_post(author=Author("jana", None))
    wish = {"template": "by_name"}
    for answer in (
        console.post("/follow-ups/plan", {"conversation": post} | wish),
        console.put(f"/conversations/{post}/follow-up", wish),
        console.post(f"/conversations/{post}/replies", {"text": "Gern.", "follow_up": wish}),
    ):
        assert (answer.status, answer.body["error"], answer.body["field"]) == (422, "template_field", "customer")
    assert head(post).follow_up is None
    assert len(console.get(f"/conversations/{post}").body["messages"]) == 1


def test_a_topic_nobody_named_is_missed(console: Console) -> None:
    answer = console.put(f"/conversations/{visitor_post()}/follow-up", {"template": "with_topic"})
    assert (answer.status, answer.body["field"]) == (422, "topic")


def test_a_teams_template_stands_in_the_place_of_the_shipped_one_until_it_is_taken_away(
    console: Console, lead: Console
) -> None:
    post, path = visitor_post(text=GERMAN), "/teams/service/templates/usual/de"
    saved = lead.put(path, {"text": "Na, läuft's wieder?"})
    assert saved.body == {"name": "usual", "language": "de", "text": "Na, läuft's wieder?", "own": True}
    assert plan(console, post)["text"] == "Na, läuft's wieder?"
    assert saved.body in console.get("/teams/service/templates").body["items"]
    assert lead.delete(path).body == {"deleted": True}
    assert plan(console, post)["text"] == QUESTIONS["de"]
    again = lead.delete(path)
    assert (again.status, again.body["error"]) == (404, "no_template")


def test_a_team_chooses_its_usual_template(console: Console, lead: Console) -> None:
    rules(lead, template="by_name")
    assert plan(console, visitor_post(text=ENGLISH))["text"].startswith("Hello Jana, how is it going?")


def test_what_an_agent_wrote_is_asked_word_for_word(console: Console) -> None:
    post = visitor_post(text=GERMAN)
    promise(console, post, text="Na, {wie} läuft's? 100 % $gut? 🙂", after="P3D")
    assert come_due(post).text == "Na, {wie} läuft's? 100 % $gut? 🙂"


def test_fields_work_in_an_agents_words_too(console: Console) -> None:
    assert promise(console, visitor_post(), text="Na, {{customer}}?")["text"] == "Na, Jana?"
    broken = console.post("/follow-ups/plan", {"conversation": visitor_post(), "text": "Na, {{customer"})
    assert (broken.status, broken.body["error"]) == (422, "template_broken")


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "de"), (ENGLISH, "en")])
def test_what_a_machine_sends_in_messenger_says_so(console: Console, text: str, language: str) -> None:
    chat = private_message(text=text)
    wish = {"after": "PT20H", "text": "Und?"}
    assert plan(console, chat, **wish)["text"] == "Und?" + AUTOMATIC[language]
    assert promise(console, chat, **wish)["text"] == "Und?"
    asked = come_due(chat)
    assert (asked.verb, asked.text) == (Verb.ASK, "Und?" + AUTOMATIC[language])


def test_what_a_person_sends_in_messenger_does_not_say_that_it_is_automatic(console: Console) -> None:
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


# -- not all at once --------------------------------------------------------------------------------------------------


def busiest_second(moments: list[int]) -> int:
    seconds = [moment // SECOND for moment in moments]
    return max(seconds.count(second) for second in seconds)


def test_many_promises_for_one_moment_come_due_one_after_the_other(console: Console) -> None:
    made = [promise(console, visitor_post(f"1055_{number}"), after="P7D") for number in range(20)]
    moments = [read(each["at"]) for each in made]
    assert max(moments) - min(moments) < 30 * MINUTE + 10 * SECOND
    assert all(each - now() + 10 * SECOND >= 7 * DAY for each in moments)
    assert busiest_second(moments) <= 2
    assert not any(each["wished"] or each["reason"] for each in made)


def test_what_is_moved_to_the_opening_does_not_come_due_at_once_either(console: Console, lead: Console) -> None:
    rules(lead, spread="PT30M", hours={"zone": "Europe/Berlin", "week": WORKDAYS})
    saturday = next_weekday(5)
    opening = ms((saturday + timedelta(days=2)).replace(hour=9))
    posts = [visitor_post(f"1055_{number}") for number in range(20)]
    moments = [read(promise(console, post, at=saturday.isoformat())["at"]) for post in posts]
    assert opening <= min(moments) and max(moments) < opening + 30 * MINUTE
    assert busiest_second(moments) <= 2


def test_a_time_an_agent_names_is_kept_to_the_second(console: Console) -> None:
    made = [promise(console, visitor_post(f"1055_{number}"), at=noon(3).isoformat()) for number in range(3)]
    assert {each["at"] for each in made} == {at(noon(3))}


def test_a_short_delay_is_hardly_spread(console: Console) -> None:
    """A demonstration with a delay of a minute stays one."""
    made = promise(console, visitor_post(), after="PT1M")
    assert read(made["at"]) - read(made["made_at"]) <= 62 * SECOND


# -- many at once -----------------------------------------------------------------------------------------------------


BULK = "/follow-ups/bulk"
BATCH = "outage-2026-11-20"


def answered(console: Console, number: int, text: str = "Kein Internet seit gestern.", **more: Any) -> str:
    """A post about the outage that was answered."""
    post = visitor_post(f"1055_{number}", text=text, **more)
    console.post(f"/conversations/{post}/replies", {"text": "Wir arbeiten daran."})
    return post


def lately(**more: Any) -> Json:
    """Who was answered in the last hour."""
    return {"answered_since": when(now() - HOUR), "answered_until": when(now() + MINUTE)} | more


def preview(lead: Console, **selection: Any) -> Json:
    answer = lead.post(f"{BULK}/preview", lately(**selection))
    assert answer.status == 200, answer
    return answer.body


def make(lead: Console, conversations: list[str], **more: Any) -> Json:
    answer = lead.post(BULK, {"batch": BATCH, "conversations": conversations} | more)
    assert answer.status == 200, answer
    return answer.body


def times(many: Json) -> list[int]:
    return [read(item["plan"]["at"]) for item in many["items"] if item["plan"]]


def test_a_preview_shows_who_would_be_asked_when_and_how_and_promises_nothing(console: Console, lead: Console) -> None:
    posts = [answered(console, number) for number in range(3)]
    told = preview(lead, follow_up={"at": noon(3).isoformat(), "text": "Wieder da, {{customer}}?"}, per_hour=60)
    assert [item["conversation"] for item in told["items"]] == posts
    assert times(told) == [ms(noon(3)) + minute * MINUTE for minute in range(3)]
    assert [item["plan"]["text"] for item in told["items"]] == ["Wieder da, Jana?"] * 3
    assert (told["count"], told["first_at"]) == (3, at(noon(3)))
    assert told["last_at"] == at(noon(3) + timedelta(minutes=2))
    assert not any(head(post).follow_up for post in posts)


def test_a_preview_says_who_is_left_out_and_why(console: Console, lead: Console) -> None:
    promised, declined, nameless = (
        answered(console, number, author=author) for number, author in enumerate([JANA, OLE, Author("kay", None)])
    )
    promise(console, promised)
    console.put(f"/conversations/{declined}/opt-out")
    visitor_post("1055_9", text="Kein Internet. Wer hilft?")
    told = lead.post(f"{BULK}/preview", lately(follow_up={"template": "by_name"}), Accept_Language="de").body
    assert {item["conversation"]: (item["left_out"], item["explanation"]) for item in told["items"]} == {
        promised: ("promised", "Dort ist schon eine Nachfrage geplant."),
        declined: ("declined", "Der Kunde möchte nicht gefragt werden."),
        nameless: (
            "template_field",
            "Die Vorlage braucht „customer“, und dazu ist hier nichts bekannt. Schreiben Sie den Text selbst oder"
            " nehmen Sie eine andere Vorlage.",
        ),
    }
    assert (told["count"], told["first_at"], told["last_at"]) == (0, None, None)


def test_words_of_the_customer_choose_whom_to_ask(console: Console, lead: Console) -> None:
    internet, wifi = answered(console, 1, "Kein INTERNET!"), answered(console, 2, "Das Wlan ist weg")
    answered(console, 3, "Die Rechnung ist falsch")
    told = preview(lead, words=["internet", "WLAN"])
    assert [item["conversation"] for item in told["items"]] == [internet, wifi]
    assert preview(lead, words=["arbeiten"])["items"] == []


def test_time_team_and_channel_choose_whom_to_ask(console: Console, lead: Console) -> None:
    directory.put_connection("facebook", "demo", "1", "Haus", team="service")
    directory.put_connection("facebook", "shop", "2", "Laden", team="sales")
    service, sales = answered(console, 1), answered(console, 2, connection="shop")
    assert [item["conversation"] for item in preview(lead)["items"]] == [service, sales]
    assert [item["conversation"] for item in preview(lead, team="sales", channel="facebook")["items"]] == [sales]
    earlier = preview(lead, answered_since=when(now() - 2 * DAY), answered_until=when(now() - DAY))
    assert earlier["items"] == []


def test_a_resolved_conversation_was_answered_too(console: Console, lead: Console) -> None:
    post = answered(console, 1)
    console.post(f"/conversations/{post}/resolve")
    assert [item["conversation"] for item in preview(lead)["items"]] == [post]


@pytest.mark.parametrize("per_hour", [1, 7, 60, 3600])
def test_no_more_are_asked_an_hour_than_was_wished(console: Console, lead: Console, per_hour: int) -> None:
    for number in range(5):
        answered(console, number)
    moments = times(preview(lead, follow_up={"after": "P3D"}, per_hour=per_hour))
    assert all(later - earlier >= HOUR / per_hour for earlier, later in pairwise(moments))
    assert moments[-1] - moments[0] <= 4 * (HOUR / per_hour + 1)


def test_the_rate_holds_over_the_night(console: Console, lead: Console) -> None:
    """What would be asked after six goes on at nine, at the same pace, and not all at nine."""
    rules(lead, spread="PT30M", hours={"zone": "Europe/Berlin", "week": EVERY_DAY})
    for number in range(5):
        answered(console, number)
    evening = noon(3).astimezone(BERLIN).replace(hour=17, minute=30)
    morning = ms((evening + timedelta(days=1)).replace(hour=9, minute=0))
    moments = times(preview(lead, follow_up={"at": evening.isoformat()}, per_hour=4))
    quarter = HOUR // 4
    assert moments == [ms(evening), ms(evening) + quarter, morning, morning + quarter, morning + 2 * quarter]


def test_what_was_previewed_is_made(console: Console, lead: Console) -> None:
    posts = [answered(console, number) for number in range(3)]
    wish = {"follow_up": {"at": noon(3).isoformat(), "template": "with_topic", "topic": "dem Internet"}, "per_hour": 30}
    told, made = preview(lead, **wish), make(lead, posts, **wish)
    assert [{**item, "plan": item["plan"]["at"]} for item in made["items"]] == [
        {**item, "plan": item["plan"]["at"]} for item in told["items"]
    ]
    shown = [console.get(f"/conversations/{post}").body["follow_up"] for post in posts]
    assert [read(each["at"]) for each in shown] == times(told)
    assert {each["batch"] for each in shown} == {BATCH}
    assert {each["by"]["name"] for each in shown} == {"Kim"}


def test_a_bulk_goes_on_where_the_request_before_ended(console: Console, lead: Console) -> None:
    posts = [answered(console, number) for number in range(4)]
    wish = {"follow_up": {"at": noon(3).isoformat()}, "per_hour": 60}
    moments = times(make(lead, posts[:2], **wish)) + times(make(lead, posts[2:], **wish, position=2))
    assert moments == [ms(noon(3)) + minute * MINUTE for minute in range(4)]


def test_a_bulk_made_twice_is_made_once(console: Console, lead: Console) -> None:
    posts = [answered(console, number) for number in range(2)]
    assert make(lead, posts)["count"] == 2
    before = [head(post) for post in posts]
    again = make(lead, posts, follow_up={"after": "P9D"})
    assert (again["count"], [item["left_out"] for item in again["items"]]) == (0, ["in_batch"] * 2)
    assert [head(post) for post in posts] == before


def test_a_bulk_leaves_out_who_wrote_since_the_preview(console: Console, lead: Console) -> None:
    waiting, gone = answered(console, 1), "a" * 26
    comment("1055_7", post_id="1055_1", at=now() + MINUTE)
    made = make(lead, [waiting, gone])
    assert [item["left_out"] for item in made["items"]] == ["unanswered", "not_found"]
    assert [item["explanation"] for item in made["items"]] == [
        "The customer is waiting for an answer.",
        "There is no such conversation.",
    ]


def test_one_undo_takes_back_that_bulk_and_nothing_else(console: Console, lead: Console) -> None:
    first, second, third, alone = (answered(console, number) for number in range(4))
    make(lead, [first, second, third])
    make(lead, [alone], batch="another-bulk")
    console.delete(f"/conversations/{second}/follow-up")
    promise(console, second, text="Eigens gefragt?")
    sent(third, come_due(third))
    undone = lead.delete(f"{BULK}/{BATCH}")
    assert undone.body == {"released": 1, "after": None}
    states = [follow_up(each).state for each in (first, second, third, alone)]
    assert states == ["cancelled", "planned", "asked", "planned"]
    assert lead.delete(f"{BULK}/{BATCH}").body["released"] == 0


def test_an_undo_goes_on_until_all_is_taken_back(console: Console, lead: Console) -> None:
    posts = sorted(answered(console, number) for number in range(101))
    make(lead, posts[:100])
    make(lead, posts[100:], position=100)
    part = lead.delete(f"{BULK}/{BATCH}").body
    assert part == {"released": 100, "after": posts[99]}
    assert lead.delete(f"{BULK}/{BATCH}", {"after": part["after"]}).body == {"released": 1, "after": None}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{BULK}/preview"),
        ("POST", BULK),
        ("DELETE", f"{BULK}/{BATCH}"),
        ("PUT", "/teams/service"),
        ("PUT", "/teams/service/templates/usual/de"),
        ("DELETE", "/teams/service/templates/usual/de"),
        ("DELETE", f"/conversations/{'a' * 26}"),
        ("DELETE", f"/conversations/{'a' * 26}/customer"),
        ("DELETE", f"/conversations/{'a' * 26}/opt-out"),
    ],
)
def test_what_concerns_many_or_is_for_good_is_for_leads(console: Console, method: str, path: str) -> None:
    for groups in ("agent", "", "leader, administrator"):
        console.claims = {"cognito:groups": groups}
        refused = console.ask(method, path, {}, headers={"Accept-Language": "de"})
        assert (refused.status, refused.body) == (
            403,
            {"error": "forbidden", "message": "Das dürfen nur Teamleitung und Verwaltung."},
        )
    for groups in ("lead", "[agent admin]"):
        console.claims = {"cognito:groups": groups}
        assert console.ask(method, path, {}, headers={}).status != 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"answered_since": None},
        {"answered_since": "yesterday"},
        {"team": "nobody"},
        {"channel": "fax"},
        {"words": "internet"},
        {"words": [""]},
        {"words": ["x"] * 21},
        {"words": [1]},
        {"per_hour": 0},
        {"per_hour": 3601},
        {"per_hour": True},
        {"per_hour": "60"},
        {"follow_up": {"after": "soon"}},
        {"follow_up": []},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_selection_nobody_can_mean_is_refused(lead: Console, wrong: Json) -> None:
    answer = lead.post(f"{BULK}/preview", lately(**wrong))
    assert (answer.status, answer.body["error"]) == (400, "malformed")


def test_a_selection_of_a_time_that_ends_before_it_begins_is_refused(lead: Console) -> None:
    backwards = {"answered_since": "2026-11-21T00:00:00Z", "answered_until": "2026-11-20T00:00:00Z"}
    answer = lead.post(f"{BULK}/preview", lately(**backwards))
    assert (answer.status, answer.body["error"]) == (422, "period")


@pytest.mark.parametrize(
    "wrong",
    [
        {"conversations": None},
        {"conversations": []},
        {"conversations": ["a"] * 101},
        {"conversations": [1]},
        {"batch": None},
        {"batch": "short"},
        {"batch": "with space"},
        {"batch": "x" * 41},
        {"position": -1},
        {"position": 100_001},
        {"position": True},
        {"per_hour": 0},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_a_bulk_nobody_can_mean_is_refused(lead: Console, wrong: Json) -> None:
    answer = lead.post(BULK, {"batch": BATCH, "conversations": ["a" * 26]} | wrong)
    assert (answer.status, answer.body["error"]) == (400, "malformed")


def test_more_than_a_selection_may_find_are_to_be_narrowed_down(
    console: Console, lead: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.bulk.LARGEST", 2)
    for number in range(3):
        answered(console, number)
    answer = lead.post(f"{BULK}/preview", lately())
    assert (answer.status, answer.body["error"], answer.body["limit"]) == (422, "too_many", 2)


# -- what came of it --------------------------------------------------------------------------------------------------


def asked(console: Console, number: int = 1, **wish: Any) -> str:
    """A post whose question went out."""
    post = visitor_post(f"1055_{number}", text=GERMAN)
    promise(console, post, **wish)
    sent(post, come_due(post))
    return post


def answer(number: int, text: str) -> None:
    """The customer answers below the post."""
    comment(f"1055_{number}_2", post_id=f"1055_{number}", text=text, at=now() + 8 * DAY)


def outcome(console: Console, conversation: str, said: str, **more: Any) -> Json:
    found = console.put(f"/conversations/{conversation}/follow-up/outcome", {"outcome": said} | more)
    assert found.status == 200, found
    return found.body


def test_what_the_answer_means_is_proposed_and_confirmed_with_one_request(console: Console, house: House) -> None:
    post = asked(console)
    answer(1, "Ja, es geht wieder, danke!")
    assert console.get(f"/conversations/{post}").body["follow_up"]["outcome"]["kind"] == "answered"
    house.settle()
    proposed = console.get(f"/conversations/{post}").body["follow_up"]["outcome"]
    assert (proposed["kind"], proposed["proposed"], proposed["by"]) == ("solved", True, None)
    assert proposed["message_id"] == "1055_1_2"
    confirmed = outcome(console, post, "solved")["follow_up"]["outcome"]
    assert (confirmed["kind"], confirmed["proposed"], confirmed["by"]["name"]) == ("solved", False, "Alex Beispiel")
    assert confirmed["at"] == proposed["at"]


def test_a_correction_stays_though_the_house_reads_again(console: Console, house: House) -> None:
    post = asked(console)
    answer(1, "Ja, es geht wieder, danke!")
    house.settle()
    corrected = outcome(console, post, "still_broken")
    assert corrected["follow_up"]["outcome"]["kind"] == "still_broken"
    house.settle()
    house.hand_over(house.records)
    house.settle()
    kept = console.get(f"/conversations/{post}").body["follow_up"]["outcome"]
    assert (kept["kind"], kept["proposed"]) == ("still_broken", False)
    assert console.get("/conversations").body["items"][0]["id"] == post


def test_what_came_of_it_can_be_said_before_anybody_answered(console: Console) -> None:
    post = asked(console)
    said_so = outcome(console, post, "solved", resolve=True)
    assert (said_so["status"], said_so["follow_up"]["outcome"]["kind"]) == ("resolved", "solved")
    assert said_so["follow_up"]["outcome"]["message_id"] is None


def test_confirming_can_resolve_the_conversation(console: Console, house: House) -> None:
    post = asked(console)
    answer(1, "Ja, es geht wieder, danke!")
    house.settle()
    done = outcome(console, post, "solved", resolve=True, seen="1055_1_2")
    assert (done["status"], done["unread"], done["follow_up"]["outcome"]["proposed"]) == ("resolved", 0, False)


def test_nobody_resolves_blind_with_an_outcome(console: Console) -> None:
    """Invariant 10."""
    post = asked(console)
    answer(1, "Ja!")
    comment("1055_1_3", text="Nein, doch nicht!", at=now() + 9 * DAY)
    body = {"outcome": "solved", "resolve": True, "seen": "1055_1_2"}
    stale = console.put(f"/conversations/{post}/follow-up/outcome", body)
    assert (stale.status, stale.body["error"], stale.body["missed"]) == (409, "stale", ["1055_1_3"])
    assert follow_up(post).judged_by is None


def test_there_must_be_a_question_whose_answer_is_judged(console: Console) -> None:
    post = visitor_post()
    for _ in range(2):
        refused = console.put(f"/conversations/{post}/follow-up/outcome", {"outcome": "solved"})
        assert (refused.status, refused.body["error"]) == (404, "no_question")
        promise(console, post)


@pytest.mark.parametrize("body", [{}, {"outcome": "answered"}, {"outcome": "fine"}, {"outcome": 1}, None], ids=str)
def test_an_outcome_is_one_of_four(console: Console, body: Json | None) -> None:
    refused = console.put(f"/conversations/{asked(console)}/follow-up/outcome", body)
    assert (refused.status, refused.body["error"]) == (400, "malformed")


def test_silence_is_an_outcome_too(console: Console, lead: Console) -> None:
    rules(lead, patience="P3D")
    post = asked(console)
    given_up = come_due(post, (follow_up(post).asked_at or 0) + 3 * DAY)
    assert given_up.verb == Verb.JUDGE
    silent = console.get(f"/conversations/{post}").body["follow_up"]["outcome"]
    assert (silent["kind"], silent["message_id"], silent["proposed"]) == ("no_answer", None, True)


# -- lists ------------------------------------------------------------------------------------------------------------


def planned_for(moment: int, number: int = 1) -> str:
    """A post with a promise for a time that may be over: nobody came to keep it."""
    post = visitor_post(f"1055_{number}")
    found = projection.current(post)
    assert found is not None
    name = identity.action_id(now(), number.to_bytes(8, "big"))
    made = Action(name, now(), Verb.PROMISE, Author("alex", "Alex"), heard=found.head.heard, upto=now())
    made = replace(made, promise=Promise(moment, "Und?"))
    store.commit(post, made, found.after(made), now())
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
        store.change_delivery(post, question, replace(question, state=State.FAILED, reason="permission"))
        projection.refold(post, now())
    elif state == "answered":
        answer(1, "Ja!")
    elif state != "asked":
        outcome(console, post, state)
    return post


def projection_of(conversation: str) -> projection.Current:
    found = projection.current(conversation)
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
    assert len({urgency.partition("service", post) for post in posts}) > 1
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
    directory.put_connection("facebook", "demo", "1", "Haus", team="service")
    directory.put_connection("facebook", "shop", "2", "Laden", team="sales")
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


# -- figures ----------------------------------------------------------------------------------------------------------


def report(console: Console, **query: str) -> Json:
    found = console.get("/reports/follow-ups", query)
    assert found.status == 200, found
    return found.body


def counted(figures: Json) -> Json:
    """The figures that are not zero."""
    return {name: figures[name] for name in (*NAMES, "solved_in_public") if figures.get(name)}


def test_figures_tell_what_came_of_asking_back(console: Console, house: House) -> None:
    post = asked(console)
    answer(1, "Ja, es geht wieder, danke!")
    chat = private_message()
    promise(console, chat, after="P7D")
    come_due(chat)
    house.settle()
    told = report(console)
    rows = {row["visibility"]: counted(row) for row in told["rows"]}
    assert rows == {"public": {"promised": 1, "asked": 1, "solved": 1}, "private": {"promised": 1, "task": 1}}
    assert {(row["team"], row["channel"], row["week"]) for row in told["rows"]} == {
        ("service", "facebook", week_of(now()))
    }
    assert counted(told["totals"]) == {"promised": 2, "asked": 1, "task": 1, "solved": 1, "solved_in_public": 1}
    outcome(console, post, "still_broken")
    house.settle()
    assert counted(report(console)["totals"]) == {"promised": 2, "asked": 1, "task": 1, "still_broken": 1}


def test_what_the_stream_repeats_is_counted_once(console: Console, house: House) -> None:
    asked(console)
    answer(1, "Ja, es geht wieder, danke!")
    house.settle()
    before = report(console)
    assert house.hand_over(house.records) == []
    house.settle()
    assert house.hand_over(house.records[::-1]) == []
    house.settle()
    assert report(console) == before
    assert counted(before["totals"]) == {"promised": 1, "asked": 1, "solved": 1, "solved_in_public": 1}


def test_a_report_is_of_a_team_and_of_weeks(console: Console, house: House) -> None:
    asked(console)
    house.settle()
    this, last = week_of(now()), week_of(now() - 7 * DAY)
    assert report(console)["from"] == week_of(now() - 77 * DAY)
    assert len(report(console, **{"from": this, "to": this, "team": "service"})["rows"]) == 1
    assert report(console, team="sales")["rows"] == []
    assert counted(report(console, **{"from": last, "to": last})["totals"]) == {}


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-48"},
        {"from": "2026-W54"},
        {"to": "2026-W00"},
        {"to": "0000-W01"},
        {"team": ""},
        {"week": "2026-W10"},
    ],
    ids=str,
)
def test_a_report_nobody_can_mean_is_refused(console: Console, query: dict[str, str]) -> None:
    refused = console.get("/reports/follow-ups", query)
    assert (refused.status, refused.body["error"]) == (400, "malformed")


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-W10", "2026-W09"), ("2020-W01", "2026-W09"), ("2025-W53", "2026-W09")],
    ids=["backwards", "six years", "a week that is not"],
)
def test_a_period_that_is_none_is_refused(console: Console, first: str, last: str) -> None:
    refused = console.get("/reports/follow-ups", {"from": first, "to": last})
    assert (refused.status, refused.body["error"]) == (422, "period")


# -- who does not want it ---------------------------------------------------------------------------------------------


def test_an_opt_out_is_obeyed_in_all_conversations_of_the_customer_at_once(console: Console, house: House) -> None:
    here, there, chat = visitor_post("1055_1"), visitor_post("1055_2"), private_message()
    others = visitor_post("1055_3", author=OLE)
    for each in (here, there, chat, others):
        promise(console, each)
    house.settle()
    declined = console.put(f"/conversations/{here}/opt-out")
    assert (declined.status, declined.body) == (200, {"declined": True})
    shown = [console.get(f"/conversations/{each}").body["follow_up"] for each in (here, there, chat)]
    assert [(each["state"], each["reason"]) for each in shown] == [("skipped", "declined")] * 3
    assert follow_up(others).state == "planned"


def test_who_says_so_is_obeyed_without_anybodys_help(console: Console, house: House) -> None:
    here, there = visitor_post("1055_1"), visitor_post("1055_2")
    promise(console, there)
    house.settle()
    comment("1055_1_2", post_id="1055_1", text="Bitte keine Nachfragen mehr")
    house.settle()
    shown = console.get(f"/conversations/{there}").body["follow_up"]
    assert (shown["state"], shown["reason"]) == ("skipped", "declined")
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


# -- what is forgotten ------------------------------------------------------------------------------------------------


SECRETS = ("Geheimwort", "Zaubernuss", "Notizwort", "Fragewort", "Jana")


def stored(house: House) -> set[str]:
    """Which of the secrets stand anywhere in the table."""
    everything = json.dumps(house.items(), ensure_ascii=False, default=lambda raw: raw.decode(errors="replace"))
    return {word for word in SECRETS if word in everything}


def spoken(console: Console, house: House) -> tuple[str, list[Json]]:
    """A post, a comment, an answer with a promise and a note; and how the platform told of the first two."""
    begun = now() // 1000 - 600
    told = [
        said.delivery(said.post(text="Mein Geheimwort ist weg", at=begun)),
        said.delivery(said.comment("1_2", "Zaubernuss", at=begun + 60)),
    ]
    for delivery in told:
        house.post(delivery)
    house.settle()
    conversation = console.get("/conversations").body["items"][0]["id"]
    house.platform.says({"id": "1_3"})
    reply = {"text": "Hallo Jana", "follow_up": {"text": "Fragewort?"}}
    console.post(f"/conversations/{conversation}/replies", reply, Idempotency_Key="a-key")
    console.post(f"/conversations/{conversation}/notes", {"text": "Notizwort"})
    house.settle()
    return conversation, told


def test_an_erased_conversation_is_gone_from_the_table(console: Console, lead: Console, house: House) -> None:
    conversation, _ = spoken(console, house)
    assert stored(house) == set(SECRETS)
    erased = lead.delete(f"/conversations/{conversation}")
    assert (erased.status, erased.body) == (200, {"erased": 1})
    assert console.get(f"/conversations/{conversation}").status == 404
    house.settle()
    assert stored(house) == set()
    assert console.get("/conversations").body["items"] == console.get("/follow-ups").body["items"] == []
    assert house.client("scheduler").list_schedules()["Schedules"] == []
    assert lead.delete(f"/conversations/{conversation}").status == 404


def test_a_late_delivery_does_not_bring_back_what_was_erased(console: Console, lead: Console, house: House) -> None:
    conversation, told = spoken(console, house)
    lead.delete(f"/conversations/{conversation}")
    house.settle()
    for delivery in told:
        house.post(delivery)
        house.settle()
    assert stored(house) == set()
    assert console.get(f"/conversations/{conversation}").status == 404


def test_what_the_stream_repeats_does_not_bring_it_back_either(console: Console, lead: Console, house: House) -> None:
    conversation, _ = spoken(console, house)
    lead.delete(f"/conversations/{conversation}")
    house.settle()
    assert house.hand_over(house.records) == []
    house.settle()
    assert stored(house) == set()


def test_a_new_message_after_the_erasure_begins_anew(console: Console, lead: Console, house: House) -> None:
    house.post(said.delivery(said.message("m1", "Geheimwort", at=now() - MINUTE)))
    house.platform.says({"first_name": "Jana", "last_name": "Kern"})
    house.settle()
    (before,) = console.get("/conversations").body["items"]
    assert stored(house) == {"Geheimwort", "Jana"}
    lead.delete(f"/conversations/{before['id']}")
    house.settle()
    assert stored(house) == set()
    house.post(said.delivery(said.message("m2", "Guten Tag", at=now() + MINUTE)))
    house.platform.says({"first_name": "Jana", "last_name": "Kern"})
    house.settle()
    after = console.get(f"/conversations/{before['id']}").body
    assert [each["text"] for each in after["messages"]] == ["Guten Tag"]
    assert (after["unread"], after["follow_up"], after["status"]) == (1, None, "open")
    assert "Geheimwort" not in stored(house)


def test_who_comments_after_the_erasure_is_heard_anew(console: Console, lead: Console, house: House) -> None:
    conversation, _ = spoken(console, house)
    lead.delete(f"/conversations/{conversation}")
    house.settle()
    house.post(said.delivery(said.comment("1_9", "Hallo?", at=now() // 1000 + 60)))
    house.settle()
    (listed,) = console.get("/conversations").body["items"]
    whole = console.get(f"/conversations/{listed['id']}").body
    assert ([each["text"] for each in whole["messages"]], whole["status"]) == (["Hallo?"], "open")
    assert stored(house) == {"Jana"}


def test_erasing_a_customer_erases_all_this_customer_began(console: Console, lead: Console, house: House) -> None:
    one, two, chat = visitor_post("1055_1"), visitor_post("1055_2", text="Zaubernuss"), private_message()
    others = visitor_post("1055_3", author=OLE, text="Bei mir auch")
    house.settle()
    assert stored(house) == {"Zaubernuss", "Jana"}
    assert lead.delete(f"/conversations/{one}/customer").body == {"erased": 3}
    house.settle()
    assert [console.get(f"/conversations/{each}").status for each in (one, two, chat, others)] == [404, 404, 404, 200]
    assert stored(house) == set()


def test_an_erased_customer_who_declined_is_not_asked_ever_after(console: Console, lead: Console, house: House) -> None:
    post = visitor_post("1055_1")
    house.settle()
    console.put(f"/conversations/{post}/opt-out")
    lead.delete(f"/conversations/{post}/customer")
    house.settle()
    assert stored(house) == set()
    assert plan(console, visitor_post("1055_2"))["reason"] == "declined"


# -- the team's rules -------------------------------------------------------------------------------------------------


def test_a_team_that_has_said_nothing_asks_as_the_stack_has_it(console: Console) -> None:
    assert console.get("/teams/service").body == {
        "name": "service",
        "hours": {
            "zone": "Etc/UTC",
            "week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
            "country": "",
            "subdivision": "",
            "closed": [],
            "open": [],
            "quiet": [],
            "customer_zone": "",
        },
        "after": "P7D",
        "patience": "P7D",
        "spread": "PT30M",
        "cap": 2,
        "disclose": False,
        "template": "usual",
        "language": "en",
    }


HOURS = {
    "zone": "Europe/Berlin",
    "week": {"mon": ["09:00-12:30", "13:30-18:00"], "fri": ["22:00-24:00"], "sat": ["00:00-02:00"]},
    "country": "DE",
    "subdivision": "BY",
    "closed": ["2026-12-24"],
    "open": ["2026-11-01"],
    "quiet": ["00:00-08:00", "21:00-24:00"],
    "customer_zone": "America/New_York",
}


def test_the_rules_are_read_as_they_were_written(console: Console, lead: Console) -> None:
    written = {"hours": HOURS, "after": "P3D", "patience": "P10D", "spread": "PT1H", "cap": 0, "disclose": True}
    written |= {"template": "by_name", "language": "de"}
    saved = lead.put("/teams/service", written)
    assert (saved.status, saved.body) == (200, {"name": "service"} | written)
    assert console.get("/teams/service").body == saved.body
    assert lead.put("/teams/service", saved.body).body == saved.body


def test_times_over_midnight_belong_to_two_days(lead: Console) -> None:
    hours = {"week": {"fri": ["22:00-02:00"]}, "quiet": ["21:00-08:00"]}
    shown = lead.put("/teams/service", {"hours": hours}).body["hours"]
    assert shown["week"] == {"fri": ["22:00-24:00"], "sat": ["00:00-02:00"]}
    assert shown["quiet"] == ["00:00-08:00", "21:00-24:00"]


def test_what_is_left_out_or_null_is_as_the_stack_has_it(lead: Console) -> None:
    lead.put("/teams/service", {"after": "P3D", "cap": 5})
    again = lead.put("/teams/service", {"after": None, "language": "de"}).body
    assert (again["after"], again["cap"], again["language"]) == ("P7D", 2, "de")


def test_the_delay_of_the_team_is_the_usual_one(console: Console, lead: Console) -> None:
    rules(lead, after="P3D")
    made = promise(console, visitor_post())
    assert abs(read(made["at"]) - now() - 3 * DAY) < MINUTE


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"name": "sales"}, "name"),
        ({"after": "7D"}, "after"),
        ({"after": 7}, "after"),
        ({"patience": "soon"}, "patience"),
        ({"spread": ""}, "spread"),
        ({"cap": -1}, "cap"),
        ({"cap": 1001}, "cap"),
        ({"cap": True}, "cap"),
        ({"cap": "2"}, "cap"),
        ({"disclose": "yes"}, "disclose"),
        ({"template": "No Name"}, "template"),
        ({"language": "fr"}, "language"),
        ({"hours": []}, "hours"),
        ({"hours": {"days": {}}}, "days"),
        ({"hours": {"zone": "Europe/Atlantis"}}, "zone"),
        ({"hours": {"week": {}}}, "week"),
        ({"hours": {"week": {"mon": ["9-18"]}}}, "week.mon"),
        ({"hours": {"week": {"tue": ["09:00-12:00", "11:00-18:00"]}}}, "week.tue"),
        ({"hours": {"week": {"funday": []}}}, "funday"),
        ({"hours": {"country": "XX"}}, "country"),
        ({"hours": {"country": "DE", "subdivision": "XX"}}, "subdivision"),
        ({"hours": {"closed": ["Christmas"]}}, "closed"),
        ({"hours": {"open": ["2026-11-01"], "closed": ["2026-11-01"]}}, "open"),
        ({"hours": {"quiet": ["21-8"]}}, "quiet"),
        ({"hours": {"customer_zone": "Mars"}}, "customer_zone"),
    ],
    ids=str,
)
def test_each_rule_that_is_wrong_is_named(lead: Console, document: Json, named: str) -> None:
    before = lead.get("/teams/service").body
    refused = lead.put("/teams/service", document)
    assert (refused.status, refused.body["error"]) == (400, "malformed")
    assert named in refused.body["message"]
    assert lead.get("/teams/service").body == before


def test_a_team_without_a_connection_is_none(lead: Console) -> None:
    for refused in (lead.get("/teams/nobody"), lead.put("/teams/nobody", {}), lead.get("/teams/nobody/templates")):
        assert (refused.status, refused.body["error"]) == (404, "no_team")
