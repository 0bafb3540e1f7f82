"""People who speak for the company: found in public conversations, thanked by hand, left out once they opted out."""

from __future__ import annotations

from typing import Any

import pytest

from conversations import identity
from conversations.facts import Author, Fact, Kind, Visibility
from outreach.found_posts import FoundPost
from storage import customers, proposals, received_facts
from tests.functional.console_api import JANA, MINUTE, Console, comment, now, private_message, visitor_post
from tests.support.stack import Stack

Json = dict[str, Any]
TOM = Author("u_tom", "Tom Helfer")
TIP = "Schalte den Router aus, warte zehn Sekunden und schalte ihn wieder ein."
PRAISE = "Bin total begeistert vom neuen Router, kann ich jedem empfehlen!"
HERE = ("facebook", "demo")


def listed(console: Console, **query: str) -> list[Json]:
    answer = console.get("/advocates", query)
    assert answer.status == 200, answer.body
    return answer.body["items"]


def said(console: Console) -> list[tuple[str | None, str]]:
    """Return who spoke for the company, and why."""
    return [(each["name"], words["cause"]) for each in listed(console) for words in each["said"]]


def test_helper_is_listed_once_who_asked_says_that_the_tip_helped(stack: Stack, console: Console) -> None:
    visitor_post(at=now() - 5 * MINUTE, text="Mein WLAN bricht ab. Was kann ich tun?")
    comment("1055_2", author=TOM, at=now() - 4 * MINUTE, text=TIP)
    assert said(console) == []
    comment("1055_3", author=JANA, at=now() - 3 * MINUTE, text="Das hat geholfen, jetzt geht es wieder!")
    (tom,) = listed(console)
    assert (tom["name"], tom["channel"], tom["connection"], tom["last_thanked_at"]) == ("Tom Helfer", *HERE, None)
    (words,) = tom["said"]
    assert (words["cause"], words["text"], words["suggestion"]) == (
        "helped",
        TIP,
        "Danke, Tom Helfer, fürs Weiterhelfen!",
    )


def test_answer_of_ours_in_between_takes_the_credit(stack: Stack, console: Console) -> None:
    visitor_post(at=now() - 5 * MINUTE, text="Mein WLAN bricht ab. Was kann ich tun?")
    comment("1055_2", author=TOM, at=now() - 4 * MINUTE, text=TIP)
    ours = Fact(
        Kind.MESSAGE, Visibility.PUBLIC, "1055_1", now() - 3 * MINUTE, "1055_4", "1055_4", own=True, text="Neu laden."
    )
    received_facts.add(*HERE, [ours], now())
    comment("1055_3", author=JANA, at=now() - 2 * MINUTE, text="Das hat geholfen, jetzt geht es wieder!")
    assert said(console) == []


def test_answer_that_was_marked_as_the_solution_is_listed_as_accepted(stack: Stack, console: Console) -> None:
    post = visitor_post(at=now() - 5 * MINUTE)
    comment("1055_2", author=TOM, at=now() - 4 * MINUTE, text=TIP)
    assert console.put(f"/conversations/{post}/messages/1055_2/solution").status == 200
    assert said(console) == [("Tom Helfer", "accepted")]


def test_praise_and_good_reviews_are_listed_and_what_is_private_is_not(stack: Stack, console: Console) -> None:
    visitor_post("1055_5", at=now() - 3 * MINUTE, author=TOM, text=PRAISE)
    review = Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        "r1",
        now() - MINUTE,
        "r1",
        author=Author("u_eva", "Eva"),
        text="Ok",
        rating="5",
    )
    received_facts.add(*HERE, [review], now())
    stack.dispatch()
    private_message(text=PRAISE)
    visitor_post("1055_6", author=JANA, text="Bin gar nicht begeistert vom neuen Router.")
    assert said(console) == [("Eva", "rated"), ("Tom Helfer", "praised")]


def test_thanks_by_hand_are_noted_with_the_person(stack: Stack, console: Console) -> None:
    post = visitor_post("1055_5", at=now() - 3 * MINUTE, author=TOM, text=PRAISE)
    console.post(f"/conversations/{post}/replies", {"text": "Wir melden uns."})
    assert listed(console)[0]["last_thanked_at"] is None
    (tom,) = listed(console)
    body = {"text": tom["said"][0]["suggestion"], "reply_to": tom["said"][0]["message"]}
    assert console.post(f"/conversations/{post}/replies", body).status == 201
    (tom,) = listed(console)
    assert tom["last_thanked_at"] == tom["said"][0]["thanked_at"] is not None


def test_helper_who_was_thanked_by_the_button_has_been_thanked(stack: Stack, console: Console) -> None:
    post = visitor_post(at=now() - 5 * MINUTE)
    comment("1055_2", author=TOM, at=now() - 4 * MINUTE, text=TIP)
    console.put(f"/conversations/{post}/messages/1055_2/solution")
    assert listed(console)[0]["last_thanked_at"] is None
    assert console.post(f"/conversations/{post}/messages/1055_2/thanks", {"text": "Klasse!"}).status == 201
    assert listed(console)[0]["last_thanked_at"]


def test_person_who_opted_out_or_was_erased_is_not_listed(stack: Stack, console: Console, lead: Console) -> None:
    visitor_post("1055_5", author=TOM, text=PRAISE)
    eva = visitor_post("1055_6", author=Author("u_eva", "Eva"), text=PRAISE)
    assert {name for name, _ in said(console)} == {"Tom Helfer", "Eva"}
    customers.decline(*HERE, str(TOM.id), now())
    assert said(console) == [("Eva", "praised")]
    assert lead.delete(f"/conversations/{eva}").status in (200, 204)
    stack.settle()
    assert said(console) == []


def test_number_of_followers_is_shown_where_a_search_was_told_it(stack: Stack, console: Console) -> None:
    visitor_post("1055_5", author=TOM, text=PRAISE)
    assert listed(console)[0]["audience"] is None
    post = FoundPost(
        *HERE, "p1", "t1", "https://example.social/p1", now(), author=TOM, text="Any tips?", audience=12_000
    )
    proposals.add(post, "s1", "asks_advice", team="service", now=now())
    assert listed(console)[0]["audience"] == 12_000


def test_several_messages_of_one_person_stand_together_the_latest_first(stack: Stack, console: Console) -> None:
    for number in range(7):
        visitor_post(f"1055_{number + 10}", at=now() - (9 - number) * MINUTE, author=TOM, text=PRAISE)
    (tom,) = listed(console)
    times = [words["at"] for words in tom["said"]]
    assert (len(times), times) == (5, sorted(times, reverse=True))
    assert tom["said"][0]["message"] == "1055_16"


def test_people_of_a_team_that_is_closed_to_an_agent_are_not_shown(
    stack: Stack, console: Console, admin: Console
) -> None:
    visitor_post("1055_5", author=TOM, text=PRAISE)
    assert len(listed(console, team="service")) == 1
    assert listed(console, team="sales") == []
    assert admin.put("/teams/service", {"members": ["kim"], "members_only": True}).status == 200
    assert listed(console) == []


@pytest.mark.parametrize("team", ["", "x" * 101])
def test_team_that_is_no_name_is_refused(stack: Stack, console: Console, team: str) -> None:
    answer = console.get("/advocates", {"team": team})
    assert (answer.status, answer.body["error"]) == (400, "malformed")


def test_id_is_that_of_the_customer_s_card(stack: Stack, console: Console) -> None:
    visitor_post("1055_5", author=TOM, text=PRAISE)
    (tom,) = listed(console)
    assert tom["id"] == customers.digest(*HERE, str(TOM.id))
    conversation = identity.thread_key(*HERE, "1055_5")
    assert tom["said"][0]["conversation"] == conversation
