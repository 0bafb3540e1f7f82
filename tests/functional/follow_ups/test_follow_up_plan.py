"""The plan: when, how and by whom a customer is asked, and the reason that agents are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.views.conversations import when
from conversations.actions import Verb
from conversations.facts import Fact, Kind, Visibility
from storage import connections
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
from tests.functional.follow_ups.agents_api import (
    BERLIN,
    ENGLISH,
    EVERY_DAY,
    GERMAN,
    HOUR,
    QUESTIONS,
    SECOND,
    WORKDAYS,
    Json,
    at,
    come_due,
    next_weekday,
    noon,
    plan,
    promise,
    read,
    rules,
)
from tests.support.stack import Stack

ANGRY = "Das ist eine Frechheit! Ich bin stinksauer."
GERMAN_DAYS = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]
GERMAN_MONTHS = {1: "Januar", 2: "Februar", 3: "März", 4: "April", 5: "Mai", 6: "Juni", 7: "Juli", 8: "August"}
GERMAN_MONTHS |= {9: "September", 10: "Oktober", 11: "November", 12: "Dezember"}


def english(moment: datetime) -> str:
    """A moment as an explanation writes it in English."""
    return f"{moment:%a} {moment.day} {moment:%b} {moment.year}, {moment:%H:%M}"


def german(moment: datetime) -> str:
    """A moment as an explanation writes it in German."""
    day, month = GERMAN_DAYS[moment.weekday()], GERMAN_MONTHS[moment.month]
    return f"{day}, {moment.day}. {month} {moment.year}, {moment:%H:%M} Uhr"


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


@pytest.mark.parametrize("reader", ["Europe/Berlin", "Asia/Tokyo", "America/New_York"])
def test_a_plan_names_the_teams_zone_to_a_reader_elsewhere(console: Console, reader: str) -> None:
    post, wished = visitor_post(text=GERMAN), noon(3)
    body = {"conversation": post, "at": wished.isoformat()}
    told = console.post("/follow-ups/plan", body, Accept_Language="en", Time_Zone=reader).body
    assert (told["at"], told["zone"]) == (at(wished), "Etc/UTC")
    assert told["explanation"] == f"The question goes out by itself on {english(wished)} (team's time, Etc/UTC)."


def test_a_plan_for_a_reader_of_no_known_zone_tells_the_teams_time(console: Console) -> None:
    body = {"conversation": visitor_post(text=GERMAN), "at": noon(3).isoformat()}
    told = console.post("/follow-ups/plan", body, Accept_Language="en", Time_Zone="Mars/Olympus").body
    assert told["explanation"] == f"The question goes out by itself on {english(noon(3))}."


def test_a_promise_for_the_time_that_a_plan_showed_is_kept_at_that_time(console: Console) -> None:
    post = visitor_post(text=GERMAN)
    told = plan(console, post, after="P7D")
    assert promise(console, post, at=told["wished"])["at"] == told["at"]


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
    assert told["explanation"].startswith("Die letzte Nachricht des Kunden war verärgert, deshalb fragt ein Mensch.")
    assert "machine" not in [each["by"] for each in told["alternatives"]]


def test_only_the_last_message_counts_for_the_sentiment(console: Console) -> None:
    post = visitor_post(text=ANGRY)
    comment("1055_2", text="Entschuldigung, jetzt geht es.")
    assert plan(console, post, at=noon(3).isoformat())["by"] == "machine"


def test_customer_who_opted_out_is_not_asked(console: Console) -> None:
    post = visitor_post()
    console.put(f"/conversations/{post}/opt-out")
    told = plan(console, post)
    assert (told["at"], told["by"], told["reason"]) == (None, None, "declined")
    assert told["explanation"] == "The customer does not want to be asked."
    refused = console.put(f"/conversations/{post}/follow-up", {}, Accept_Language="de")
    assert refused.status == 422
    assert refused.body == {
        "error": "follow_up_refused",
        "message": "Eine Nachfrage ist hier nicht möglich: Der Kunde möchte nicht gefragt werden.",
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
    connections.put_connection("facebook", "demo", "1055", "Telefunk")
    connections.pause_connection("facebook", "demo", "auth", now() + 12 * HOUR, 60)
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


def test_a_reaction_that_reopens_the_window_moves_the_plan_and_says_why(console: Console, stack: Stack) -> None:
    wrote = now() - 3 * DAY
    chat = private_message(at=wrote)
    before = promise(console, chat, after="P5D")
    stack.settle()
    assert (before["doer"], before["at"]) == ("person", when(wrote + 6 * DAY + 12 * HOUR))
    reacted = Fact(
        Kind.REACTION, Visibility.PRIVATE, "t_1", now(), "m_1", author=JANA, payload="❤", customer_id=JANA.id
    )
    come_in(reacted)
    stack.settle()
    after = console.get(f"/conversations/{chat}").body["follow_up"]
    assert (after["state"], after["latest"]) == ("planned", when(reacted.at + 7 * DAY))
    (move,) = after["moves"]
    assert (move["from"], move["reason"]) == (before["at"], "person_must_write")
    assert abs(read(after["at"]) - read(before["wished"])) < SECOND


def test_a_post_that_is_taken_down_takes_the_promise_with_it(console: Console, stack: Stack) -> None:
    post = visitor_post()
    promise(console, post)
    come_in(Fact(Kind.REMOVED, Visibility.PUBLIC, "1055_1", now(), "1055_1", author=JANA))
    stack.settle()
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
