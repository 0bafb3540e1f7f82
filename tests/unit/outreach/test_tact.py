"""Tact: each rule by its name."""

from __future__ import annotations

import pytest

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
    assert tact.refusal_of_time(Pace(times), at, "UTC") == rule


@pytest.mark.parametrize(
    ("text", "digest", "rule"),
    [
        ("Kim of Telefunk here: ours fit.", "new", None),
        ("Ours fit.", "new", "unnamed"),
        ("Telefunk: https://example.com", "new", "link"),
        ("Telefunk: ours fit.", "known", "same_text"),
    ],
)
def test_text_names_the_company_has_no_link_and_is_said_once(text: str, digest: str, rule: str | None) -> None:
    pace = Pace((NOON - HOUR,), ("known",))
    assert tact.refusal_of_text(text, digest, pace, NOON, ["Telefunk"]) == rule
    assert tact.refusal_of_text("Ours fit.", "new", pace, NOON, ["Telefunk"], "@telefunk") is None


def test_lead_tightens_limits_and_loosens_none() -> None:
    tight = tact.limits({"per_day": "4", "minutes_apart": "30", "oldest_hours": "12"})
    assert (tight.per_day, tight.apart, tight.oldest) == (4, 30 * 60_000, 12 * HOUR)
    assert tact.limits({"per_day": "40", "minutes_apart": "1", "per_hour": "x"}) == tact.Limits()


def test_first_ten_texts_of_an_agent_need_a_second_person() -> None:
    assert [tact.needs_second(n, is_wanted=False) for n in (0, 9, 10)] == [True, True, False]
    assert tact.needs_second(50, is_wanted=True)
