"""Permission to answer a stranger: each platform's rules in their order, and the states of our own account."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from infra import api_routes
from outreach import permission, tact
from outreach.found_posts import FEED, FoundPost
from outreach.permission import Account, Permission, Possibility

SCHEMAS = api_routes.described()["components"]["schemas"]
OURS = Account()
ENTERPRISE = Account(options={"access": "enterprise"})


def post(channel: str, may_reply: bool | None = None, *, mentions_us: bool = False) -> FoundPost:
    connection = "" if channel == FEED else "main"
    return FoundPost(
        channel, connection, "p1", "t1", "https://x.example/1", 0, may_reply=may_reply, mentions_us=mentions_us
    )


def asked(found: FoundPost, account: Account = OURS) -> tuple[str, str]:
    given = permission.permission(found, account)
    return given.state, given.why


@pytest.mark.parametrize(
    ("channel", "may_reply", "expected"),
    [
        ("bluesky", None, ("allowed", "open")),
        ("bluesky", True, ("allowed", "open")),
        ("bluesky", False, ("impossible", "reply_gate")),
        ("mastodon", None, ("allowed", "server_rules")),
        ("mastodon", False, ("impossible", "author_closed")),
        ("reddit", None, ("allowed", "place_rules")),
        ("reddit", False, ("impossible", "topic_closed")),
        ("discourse", None, ("allowed", "open")),
        ("discourse", False, ("impossible", "topic_closed")),
        ("google", True, ("allowed", "open")),
        ("google", False, ("impossible", "topic_closed")),
        ("x", True, ("by_hand", "x_self_serve")),
        ("x", False, ("impossible", "x_closed")),
        ("threads", None, ("allowed", "threads_scope")),
        ("threads", False, ("impossible", "author_closed")),
        ("facebook", None, ("by_hand", "meta_by_hand")),
        ("instagram", None, ("by_hand", "meta_by_hand")),
        (FEED, None, ("by_hand", "feed_by_hand")),
        ("telegram", None, ("impossible", "no_public_answers")),
        ("email", None, ("impossible", "no_public_answers")),
    ],
)
def test_platform_permits_by_its_own_rule(channel: str, may_reply: bool | None, expected: tuple[str, str]) -> None:
    assert asked(post(channel, may_reply)) == expected


def test_x_lets_us_answer_who_named_us_and_whom_the_contract_permits() -> None:
    assert asked(post("x", mentions_us=True)) == ("allowed", "named_us")
    assert asked(post("x"), ENTERPRISE) == ("allowed", "open")
    assert asked(post("x", may_reply=False, mentions_us=True), ENTERPRISE) == ("impossible", "x_closed")


def test_threads_is_answered_by_hand_where_no_account_of_ours_found_the_post() -> None:
    assert asked(replace(post("threads"), connection="")) == ("by_hand", "threads_by_hand")


def test_rules_of_a_subreddit_are_confirmed_and_others_are_not() -> None:
    confirmed = {rule.why for rule in permission.RULES if rule.confirm}
    assert confirmed == {"place_rules"}
    assert permission.permission(post("reddit"), OURS).confirm


@pytest.mark.parametrize(
    ("account", "why"),
    [
        (Account(is_connected=False), "not_connected"),
        (Account(is_held=True), "held"),
        (Account(has_problem=True), "problem"),
        (Account(has_route=False), "no_public_answers"),
    ],
)
def test_account_that_cannot_send_permits_nothing(account: Account, why: str) -> None:
    assert asked(post("bluesky"), account) == ("impossible", why)


def test_post_is_answered_by_hand_while_our_account_cannot_send() -> None:
    assert asked(post("x"), Account(is_held=True, has_problem=True, has_route=False)) == ("by_hand", "x_self_serve")
    assert asked(post("x"), Account(is_connected=False)) == ("impossible", "not_connected")


def test_permission_ends_when_the_way_does_and_names_its_price() -> None:
    account = Account(route_until=77)
    expected = Permission(Possibility.ALLOWED, "named_us", 77, 10_000)
    assert permission.permission(post("x", mentions_us=True), account, 10_000) == expected
    assert permission.permission(post("x"), account, 15_000).cost == 0


def test_each_rule_has_a_day_and_a_source() -> None:
    assert [rule for rule in permission.RULES if not re.fullmatch(r"20\d\d-\d\d(-\d\d)?", rule.since)] == []
    assert all(rule.source for rule in permission.RULES)


def test_api_names_each_reason_and_each_rule_of_tact() -> None:
    assert set(SCHEMAS["PermissionReason"]["enum"]) == permission.REASONS
    assert tuple(SCHEMAS["TactRule"]["enum"]) == tact.RULES


def test_api_takes_each_limit_as_far_as_leads_may_set_it() -> None:
    limits = SCHEMAS["SearchLimits"]["properties"]
    assert {name: (each["minimum"], each["maximum"]) for name, each in limits.items()} == {
        name: (option.least, option.most) for name, option in tact.OPTIONS.items()
    }
    assert SCHEMAS["SavedSearch"]["properties"]["limits"]["properties"].keys() == tact.OPTIONS.keys()
