"""Many at once: leads choose, preview, make and take back a bulk of follow-ups."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from console.views.conversations import when
from conversations.facts import Author
from storage import connections
from tests.functional.console_api import DAY, JANA, MINUTE, OLE, Console, comment, head, now, visitor_post
from tests.functional.follow_ups.agents_api import (
    BERLIN,
    EVERY_DAY,
    HOUR,
    Json,
    at,
    come_due,
    follow_up,
    ms,
    noon,
    promise,
    read,
    rules,
    sent,
)

BULK = "/follow-ups/bulk"
BATCH = "outage-2026-11-20"


def answered(console: Console, number: int, text: str = "Kein Internet seit gestern.", **more: Any) -> str:
    """A post about the outage that was answered."""
    post = visitor_post(f"1055_{number}", text=text, **more)
    console.post(f"/conversations/{post}/replies", {"text": "Wir arbeiten daran."})
    return post


def lately(**more: Any) -> Json:
    """Return the selection of customers who were answered in the last hour."""
    return {"answered_since": when(now() - HOUR), "answered_until": when(now() + MINUTE)} | more


def preview(lead: Console, **selection: Any) -> Json:
    """Return the preview of a bulk that a lead gets."""
    answer = lead.post(f"{BULK}/preview", lately(**selection))
    assert answer.status == 200, answer
    return answer.body


def make(lead: Console, conversations: list[str], **more: Any) -> Json:
    """A lead makes a bulk of follow-ups."""
    answer = lead.post(BULK, {"batch": BATCH, "conversations": conversations} | more)
    assert answer.status == 200, answer
    return answer.body


def times(many: Json) -> list[int]:
    """Return the times at which the customers of a bulk are asked, in milliseconds."""
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


def test_a_preview_names_whom_it_would_ask_and_whom_not(console: Console, lead: Console) -> None:
    asked, left_out = (answered(console, number) for number in range(2))
    promise(console, left_out)
    told = {item["conversation"]: item for item in preview(lead)["items"]}
    assert told[left_out]["left_out"] == "promised"
    assert told[asked]["customer"] == told[left_out]["customer"] == {"id": JANA.id, "name": JANA.name}


def test_a_preview_says_who_is_left_out_and_why(console: Console, lead: Console) -> None:
    lead.put("/teams/service/templates/warm/de", {"text": "Hallo {{customer}}, läuft es?"})
    promised, declined, nameless = (
        answered(console, number, author=author) for number, author in enumerate([JANA, OLE, Author("kay", None)])
    )
    promise(console, promised)
    console.put(f"/conversations/{declined}/opt-out")
    visitor_post("1055_9", text="Kein Internet. Wer hilft?")
    told = lead.post(f"{BULK}/preview", lately(follow_up={"template": "warm"}), Accept_Language="de").body
    assert {item["conversation"]: (item["left_out"], item["explanation"]) for item in told["items"]} == {
        promised: ("promised", "Dort ist schon eine Nachfrage geplant."),
        declined: ("declined", "Der Kunde möchte nicht gefragt werden."),
        nameless: (
            "template_field",
            "Die Vorlage braucht „customer“, und das ist hier nicht bekannt oder darf nicht ungelesen veröffentlicht"
            " werden. Schreiben Sie den Text selbst oder nehmen Sie eine andere Vorlage.",
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
    connections.put_connection("facebook", "demo", "1", "Haus", team="service")
    connections.put_connection("facebook", "shop", "2", "Laden", team="sales")
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
    """Questions due after six are asked from nine on, at the same pace, and not all at nine."""
    rules(lead, spread="PT30M", hours={"zone": "Europe/Berlin", "week": EVERY_DAY})
    for number in range(5):
        answered(console, number)
    evening = noon(3).astimezone(BERLIN).replace(hour=17, minute=30)
    morning = ms((evening + timedelta(days=1)).replace(hour=9, minute=0))
    moments = times(preview(lead, follow_up={"at": evening.isoformat()}, per_hour=4))
    quarter = HOUR // 4
    assert moments == [ms(evening), ms(evening) + quarter, morning, morning + quarter, morning + 2 * quarter]


def test_bulk_makes_what_was_previewed(console: Console, lead: Console) -> None:
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
def test_bulk_and_permanent_actions_are_for_leads(console: Console, method: str, path: str) -> None:
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


def test_a_selection_of_a_team_that_is_not_there_is_refused(lead: Console) -> None:
    answer = lead.post(f"{BULK}/preview", lately(team="nobody"))
    assert (answer.status, answer.body["error"]) == (422, "no_team")


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
    monkeypatch.setattr("console.actions.follow_up_bulk.LARGEST", 2)
    for number in range(3):
        answered(console, number)
    answer = lead.post(f"{BULK}/preview", lately())
    assert (answer.status, answer.body["error"], answer.body["limit"]) == (422, "too_many", 2)
