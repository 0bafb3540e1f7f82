"""Tact: each rule by its name."""

from __future__ import annotations

import inspect
import re

import pytest

from conversations.business_hours import ALWAYS, usual_hours
from outreach import tact
from outreach.found_posts import FoundPost
from outreach.tact import DAY, HOUR, Known, Pace

NOON = 1_790_000_000_000 // DAY * DAY + 12 * HOUR
POST = FoundPost("mastodon", "support", "p1", "t1", "https://example.social/p1", NOON - HOUR)


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        (Known(), None),
        (Known(declined=True), "declined"),
        (Known(sign="grief"), "sign"),
        (Known(offered_at=NOON - 29 * DAY), "person_pause"),
        (Known(offered_at=NOON - 30 * DAY), None),
        (Known(thread_taken=True), "thread"),
        (Known(is_competitor=True), "competitor"),
        (Known(colleague_answered=True), "colleague"),
    ],
)
def test_post_is_left_alone_by_rule(known: Known, rule: str | None) -> None:
    assert tact.refusal_of_post(POST, known, NOON) == rule


def test_post_of_two_days_is_too_old() -> None:
    assert tact.refusal_of_post(POST, Known(), POST.sent_at + 48 * HOUR) is None
    assert tact.refusal_of_post(POST, Known(), POST.sent_at + 48 * HOUR + 1) == "too_old"


@pytest.mark.parametrize(
    ("times", "at", "rule"),
    [
        ((), NOON, None),
        ((), NOON + 9 * HOUR, "quiet_hours"),
        ((), NOON - 5 * HOUR, "quiet_hours"),
        ((NOON - 4 * 60_000,), NOON, "apart"),
        ((NOON - 5 * 60_000,), NOON, None),
        (tuple(NOON - n * 600_000 for n in (1, 2, 3)), NOON, "hour_cap"),
        (tuple(NOON - (n + 2) * HOUR for n in range(10)), NOON, "day_cap"),
        (tuple(NOON - (n + 24) * HOUR for n in range(10)), NOON, None),
    ],
)
def test_connection_keeps_its_pace_and_the_quiet_hours(times: tuple[int, ...], at: int, rule: str | None) -> None:
    assert tact.refusal_of_time(Pace(times), at, ALWAYS) == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Kim of Telefunk here: ours fit.", None),
        ("Ours fit.", "unnamed"),
        ("Telefunk: https://example.com", "link"),
        ("Telefunk: ours fit.", "same_text"),
        ("  telefunk:  OURS\nfit!", "same_text"),
        ("@mika Tele\u200bfunk: ours fit.", "same_text"),
        ("Telefunk: ours fit you.", None),
        ("Festtelefunk: ours fit.", "unnamed"),
        ("#Telefunk hilft", None),
    ],
)
def test_text_names_the_company_has_no_link_and_is_said_once(text: str, rule: str | None) -> None:
    pace = tact.with_offer(Pace(), "Telefunk: ours fit.", NOON - HOUR)
    assert tact.refusal_of_text(text, pace, NOON, ["Telefunk"]) == rule
    assert tact.refusal_of_text("Ours fit you.", pace, NOON, ["Telefunk"], "@telefunk") is None
    for name in ("Blauer B\u00e4r", "Blauer Ba\u0308r"):
        assert tact.refusal_of_text("Rat von #BlauerB\u00e4r", pace, NOON, [name]) is None
        assert tact.refusal_of_text("Rat vom Blauen B\u00e4ren", pace, NOON, [name]) == "unnamed"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See nordlicht.example/shop for more.", 1),
        ("See Nordlicht.DE, or shop.nordlicht.com.", 2),
        ("See https://www.nordlicht.example/a?b=c.de/d", 1),
        ("See www.nordlicht.example and HTTP://nordlicht.example", 2),
        ("See k\u00f6nig.de/ohr (nordlicht.club/ohr)", 2),
        ("See the profile of @nordlicht.example or @kim@nordlicht.de, or write to kim@nordlicht.de", 0),
        ("Ab ca. 20.50 Euro, z.B. f\u00fcrs Laufen/Rad.Die sitzen gut, u.a. Gr.M/L und 2.0/3.5", 0),
        ("a" * 4_000 + "." * 4_000, 0),
        ("nordlicht.audio? nordlicht.tv, nordlicht.ME, nordlicht.co.uk oder //nordlicht.fm", 5),
        ("nordlicht.audio, Nordlicht.Music", 1),
        ("Sitzt gut.Es h\u00e4lt.In Berlin.Me too", 0),
        ("nordlicht [dot] de, nordlicht(punkt)com, nordlicht\u3002de, nordlicht.\u200bde", 4),
        ("\uff28\uff34\uff34\uff30\uff33\uff1a\uff0f\uff0fnordlicht.de", 1),
        ("[hier](/r/ohren) und <a href='/x'>da</a>", 2),
        ("[hier](https://nordlicht.de/ohr)", 1),
        ("[dot] ( . ) (punkt)" * 500, 0),
    ],
)
def test_links_are_counted_with_and_without_a_scheme(text: str, links: int) -> None:
    some = tact.Limits(links=max(links - 1, 0))
    assert tact.refusal_of_text(text, Pace(), NOON, [], limits=tact.Limits(links=links)) is None
    assert (tact.refusal_of_text(text, Pace(), NOON, [], limits=some) == "link") == bool(links)


def test_lead_sets_limits_as_far_as_they_are_ours() -> None:
    tight = tact.limits({"per_day": "4", "minutes_apart": "30", "oldest_hours": "12"})
    assert (tight.per_day, tight.apart, tight.oldest) == (4, 30 * 60_000, 12 * HOUR)
    assert tact.limits({"per_day": "40", "links": "1"}) == tact.Limits(per_day=40, links=1)
    assert tact.limits({"per_day": "51", "minutes_apart": "0", "per_hour": "x", "links": "2"}) == tact.Limits()


def test_of_several_searches_the_tightest_limit_holds() -> None:
    wide = {"per_day": "40", "minutes_apart": "1", "quiet_from": "0", "quiet_until": "0", "links": "1"}
    assert tact.tightest([wide, {"per_day": "4"}]) == tact.Limits(per_day=4, quiet=((0, 0), (21, 8)))
    assert tact.tightest([]) == tact.Limits()


def test_quiet_hours_are_those_that_a_lead_sets() -> None:
    night = NOON + 11 * HOUR
    none = tact.limits({"quiet_from": "0", "quiet_until": "0"})
    noon = tact.limits({"quiet_from": "12", "quiet_until": "14"})
    assert tact.refusal_of_time(Pace(), night, ALWAYS, none) is None
    assert tact.refusal_of_time(Pace(), night, ALWAYS, noon) is None
    assert tact.refusal_of_time(Pace(), NOON, ALWAYS, noon) == "quiet_hours"


def test_nothing_is_offered_while_the_team_does_not_work() -> None:
    saturday = 1_790_424_000_000
    assert tact.refusal_of_time(Pace(), saturday, usual_hours("UTC")) == "team_hours"
    assert tact.refusal_of_time(Pace(), saturday + 2 * DAY, usual_hours("UTC")) is None


def test_every_rule_has_its_name_in_the_list() -> None:
    rules = re.findall(r'^        \("(\w+)", ', inspect.getsource(tact), re.MULTILINE)
    assert tuple(rules) == tact.RULES


def test_first_ten_texts_of_an_agent_need_a_second_person() -> None:
    assert [tact.needs_second(n, is_wanted=False) for n in (0, 9, 10)] == [True, True, False]
    assert tact.needs_second(50, is_wanted=True)
