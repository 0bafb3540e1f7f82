"""Runs of saved searches: what is found becomes a proposal or a conversation, once; one source's failure is its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from application import proposal_expiry, search_standing, search_trials, searching
from application.connections import registration
from aws import schedules
from aws import secrets as secrets_module
from channels._search import SearchPage
from channels.base import PermanentFailure, Reason, TransientFailure
from conversations.conversation import Status as ConversationStatus
from conversations.facts import Author
from dispatch import connection_changes
from dispatch.stream_changes import Change
from listen import search_schedules
from outreach import accounts_above
from outreach import proposals as steps
from outreach.found_posts import FoundPost
from outreach.proposals import Status
from outreach.searches import NO_SOURCE, REFUSALS, Query, Search, Source
from shared import settings
from storage import (
    audit,
    connections,
    customers,
    outreach_budgets,
    outreach_figures,
    proposals,
    searches,
    table,
    team_names,
)
from storage.outreach_figures import COST, FOUND, OFFERED, PROPOSED, REFUSED
from tests.support.fake_searcher import FakeSearcher
from tests.support.stack import Stack

MASTODON, X = Source("mastodon", "support"), Source("x", "main")
NORD, GOOGLE = Source("mastodon", "nord"), Source("google", "stores")
SEARCH = Search(
    "s1",
    "Headphones",
    "service",
    Query(all=("headphones",), none=("giveaway",)),
    (MASTODON,),
    brands=("Telefunk",),
    excluded_accounts=("@rival@example.social",),
)
RUNA, OLE = Author("7", "Runa", "runa@example.social"), Author("8", "Ole", "ole@example.social")
ASK = "Can anyone recommend headphones for running?"
MID_MONTH = 1_795_100_000_000
TARGET = "arn:aws:lambda:eu-central-1:000000000000:function:listen:live"


@pytest.fixture
def found(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, FakeSearcher]]:
    """The searchers of two connected platforms, by channel."""
    fakes = {}
    for source in (MASTODON, X):
        channel = channels.get(source.channel)
        assert channel.searcher
        fakes[source.channel] = FakeSearcher(channel.searcher)
        monkeypatch.setattr(channel, "searcher", fakes[source.channel])
        options = {"base_url": "https://example.social"}
        document = {
            "account_id": "us",
            "secrets": {"access_token": "good", "expires_at": str(now() + 10**10)},
            "options": options,
        }
        secrets_module.put(source.channel, source.connection, document)
        connections.put_connection(source.channel, source.connection, "us", "Telefunk", options=options)
    yield fakes


def connect_nord() -> None:
    """Connect another server of Mastodon."""
    options = {"base_url": "https://nord.example"}
    document = {"account_id": "us2", "secrets": {"access_token": "good"}, "options": options}
    secrets_module.put("mastodon", "nord", document)
    connections.put_connection("mastodon", "nord", "us2", "Telefunk", options=options)


def now() -> int:
    return time.time_ns() // 1_000_000


def post(number: int, text: str = ASK, author: Author = RUNA, channel: str = "mastodon", **more: Any) -> FoundPost:
    url = f"https://example.social/@runa/{number}"
    return FoundPost(channel, "", str(number), str(number), url, now() - 60_000, author=author, text=text, **more)


def run(kind: str = "mastodon", at: int = 0) -> int:
    return searching.run("s1", kind, lambda: at or now(), lambda: 60_000)


def stored(status: Status = Status.NEW) -> list[steps.Proposal]:
    return proposals.page("service", status, 100, now()).proposals


def figures() -> dict[str, int]:
    return dict(outreach_figures.totals("s1"))


# -- finding ----------------------------------------------------------------------------------------------------------


def test_open_ask_becomes_a_proposal_and_anything_else_is_only_counted(found: dict[str, FakeSearcher]) -> None:
    searches.create(SEARCH)
    others = [
        post(2, "I bought new headphones yesterday and walked home."),
        post(3, "Recommend headphones? Join our giveaway!"),
        post(4, ASK, Author("us")),
        post(5, ASK, Author("9", "Rival", "rival@example.social")),
        post(6, ASK, Author("10"), is_bot=True),
        post(7, "Can anyone recommend a good book?"),
    ]
    found["mastodon"].pages = [SearchPage([post(1), *others], "c1")]
    assert run() == 1
    (proposal,) = stored()
    assert (proposal.post.id, proposal.post.connection, proposal.intent) == ("1", "support", "asks_advice")
    assert (proposal.searches, proposal.language) == (("s1",), "en")
    assert figures() == {FOUND: 2, PROPOSED: 1}
    assert [item["pk"] for item in _items() if item["pk"].startswith("proposal#")] == [f"proposal#{proposal.id}"]


def test_language_of_the_words_counts_more_than_that_of_the_platform(found: dict[str, FakeSearcher]) -> None:
    searches.create(replace(SEARCH, languages=("de",), query=Query(any=("headphones", "Kopfhörer"))))
    german = post(1, "Kann mir jemand Kopfhörer zum Laufen empfehlen?", language="en")
    found["mastodon"].pages = [SearchPage([german, post(2, language="de"), post(3, author=OLE)], "c1")]
    assert run() == 1
    assert [(each.post.id, each.language) for each in stored()] == [("1", "de")]


def test_pages_are_read_to_the_end_and_from_there_the_next_time(found: dict[str, FakeSearcher]) -> None:
    searches.create(SEARCH)
    found["mastodon"].pages = [SearchPage([post(1)], "c1", more=True), SearchPage([post(2, author=OLE)], "c2")]
    assert run() == 2
    run()
    assert [cursor for _, cursor in found["mastodon"].requests] == ["", "c1", "c2"]
    request = found["mastodon"].requests[0][0]
    assert abs(now() - request.since - 48 * 3_600_000) < 60_000


def test_post_found_again_changes_nothing(found: dict[str, FakeSearcher]) -> None:
    searches.create(SEARCH)
    found["mastodon"].pages = [SearchPage([post(1)], "c1"), SearchPage([post(1)], "c1")]
    assert (run(), run()) == (1, 0)
    assert figures() == {FOUND: 1, PROPOSED: 1}


def test_run_that_was_ended_before_its_position_was_stored_is_completed_by_the_next(
    found: dict[str, FakeSearcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    searches.create(SEARCH)
    found["mastodon"].pages = [SearchPage([post(1)], "c1"), SearchPage([post(1)], "c1")]

    def end(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(searches, "move", end)
        run()
    assert run() == 0
    assert len(stored()) == 1
    assert figures() == {FOUND: 1, PROPOSED: 1}


def test_two_searches_store_a_post_once_with_both(found: dict[str, FakeSearcher]) -> None:
    searches.create(SEARCH)
    searches.create(replace(SEARCH, id="s2"))
    found["mastodon"].pages = [SearchPage([post(1)], "c1"), SearchPage([post(1)], "c1")]
    run()
    searching.run("s2", "mastodon", now, lambda: 60_000)
    (proposal,) = stored()
    assert proposal.searches == ("s1", "s2")


def test_post_found_on_two_servers_of_mastodon_is_one_proposal_and_one_find_of_a_trial(
    found: dict[str, FakeSearcher],
) -> None:
    connect_nord()
    search = searches.create(replace(SEARCH, sources=(MASTODON, NORD)))
    uri = "https://example.social/users/runa/statuses/1"
    seen_from = [post(1, uri=uri), post(118, author=Author("940", "Runa", "runa@example.social"), uri=uri)]
    found["mastodon"].pages = [SearchPage([each], "c1") for each in seen_from]
    assert run() == 1
    (proposal,) = stored()
    assert (proposal.post.connection, proposal.post.id, proposal.post.uri) == ("support", "1", uri)
    assert figures() == {FOUND: 2, PROPOSED: 1}
    found["mastodon"].pages = [SearchPage([each], "c1") for each in seen_from]
    assert search_trials.run(search, now).found == 1


def test_problem_with_us_becomes_a_conversation_and_no_proposal(stack: Stack, found: dict[str, FakeSearcher]) -> None:
    searches.create(SEARCH)
    broken = post(1, "My Telefunk headphones are broken after two weeks. They do not work any more!")
    found["mastodon"].pages = [SearchPage([broken], "c1"), SearchPage([broken], "c1")]
    run()
    run()
    stack.dispatch()
    conversation = stack.only()
    assert (conversation.head.status, conversation.head.identity.channel) == (ConversationStatus.OPEN, "mastodon")
    assert [message.text for message in stack.messages()] == [broken.text]
    assert stored() == []


@pytest.mark.invariant(2)
def test_problem_found_on_two_servers_of_mastodon_is_one_conversation_also_where_a_run_ended_before_it_was_stored(
    stack: Stack, found: dict[str, FakeSearcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_nord()
    searches.create(replace(SEARCH, sources=(MASTODON, NORD)))
    broken = "My Telefunk headphones are broken after two weeks. They do not work any more!"
    uri = "https://example.social/users/runa/statuses/1"
    seen_from = [post(1, broken, uri=uri), post(118, broken, Author("940", "Runa", "runa@example.social"), uri=uri)]
    with monkeypatch.context() as killed:
        killed.setattr(searching.received_facts, "add", ended)
        found["mastodon"].pages = [SearchPage([seen_from[0]], "c1")]
        with pytest.raises(KeyboardInterrupt):
            run()
    for _again in range(2):
        found["mastodon"].pages = [SearchPage([each], "c1") for each in seen_from]
        run()
    stack.dispatch()
    assert stack.only().head.identity.connection == "support"
    assert [message.id for message in stack.messages()] == ["1"]


@pytest.mark.invariant(2)
def test_problem_that_names_our_account_on_another_server_is_left_to_it(
    stack: Stack, found: dict[str, FakeSearcher]
) -> None:
    """It arrives there as a mention, before or after a search finds it here."""
    connect_nord()
    connections.change_options("mastodon", "nord", {"handle": "@Telefunk@nord.example"})
    searches.create(SEARCH)
    broken = "@Telefunk My Telefunk headphones are broken after two weeks. They do not work any more!"
    uri = "https://example.social/users/runa/statuses/"
    named = [post(1, broken, uri=f"{uri}1", named=frozenset({"telefunk@nord.example", "ole@nord.example"}))]
    others = [post(2, broken, uri=f"{uri}2", named=frozenset({"ole@nord.example"}))]
    found["mastodon"].pages = [SearchPage([*named, *others], "c1")]
    run()
    stack.dispatch()
    assert [message.id for message in stack.messages()] == ["2"]


def ended(*_arguments: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "changes",
    [
        {"sent_at": 1},
        {"text": f"My father died last week. {ASK}"},
        {"author": Author("11", "Rival Audio")},
        {"parent_id": "5", "above": accounts_above.digests_of([Author("11", "Rival Audio")])},
        {"may_reply": False},
    ],
    ids=["too old", "grief", "competitor", "below a competitor's", "closed"],
)
def test_ask_that_tact_leaves_alone_is_not_stored(found: dict[str, FakeSearcher], changes: dict[str, Any]) -> None:
    searches.create(replace(SEARCH, competitors=("Rival Audio",)))
    found["mastodon"].pages = [SearchPage([replace(post(1), **changes)], "c1")]
    assert run() == 0
    assert stored() == []


def test_nothing_is_stored_of_somebody_who_said_no(found: dict[str, FakeSearcher]) -> None:
    searches.create(SEARCH)
    customers.decline("mastodon", "support", "7", now())
    found["mastodon"].pages = [SearchPage([post(1)], "c1")]
    assert run() == 0
    assert stored() == []


# -- limits, failures, budgets ----------------------------------------------------------------------------------------


def test_limit_of_one_source_stops_that_source_alone(found: dict[str, FakeSearcher]) -> None:
    tag = replace(MASTODON, places=("#hifi",))
    search = searches.create(replace(SEARCH, sources=(tag, MASTODON)))
    found["mastodon"].pages = [TransientFailure(Reason.RATE, "429", 120), SearchPage([post(1)], "c1", has_gap=True)]
    assert run() == 1
    limited, well = (searches.cursor(search.id, source) for source in (tag, MASTODON))
    assert (limited.problem, well.problem, well.value) == (str(Reason.RATE), "", "c1")
    assert 110_000 < limited.not_before - now() <= 120_000
    assert (bool(well.gap_at), bool(limited.gap_at)) == (True, False)
    run()
    assert len(found["mastodon"].requests) == 3
    run(at=limited.not_before + 1)
    assert searches.cursor(search.id, tag).problem == ""


def test_failures_in_a_row_are_tried_again_later_each_time(found: dict[str, FakeSearcher]) -> None:
    searches.create(SEARCH)
    at, waits = now(), []
    for _ in range(4):
        found["mastodon"].pages = [PermanentFailure(Reason.PERMISSION, "403")]
        run(at=at)
        waits.append((searches.cursor("s1", MASTODON).not_before - at) // 1000)
        at += waits[-1] * 1000 + 1
    assert waits == [60, 120, 240, 480]


def test_google_account_without_a_youtube_channel_is_named_as_the_problem(found: dict[str, FakeSearcher]) -> None:
    document = {"account_id": "us", "secrets": {"access_token": "good", "expires_at": str(now() + 10**10)}}
    secrets_module.put("google", "stores", document)
    connections.put_connection("google", "stores", "us", "Telefunk")
    search = searches.create(replace(SEARCH, sources=(GOOGLE,)))
    assert run("google") == 0
    assert searches.cursor("s1", GOOGLE).problem == "no_youtube"
    assert search_trials.run(search, now).sources[0].problem == "no_youtube"


def test_connection_that_is_held_is_not_searched(found: dict[str, FakeSearcher]) -> None:
    searches.create(SEARCH)
    registration.hold("mastodon", "support", True)
    run()
    assert found["mastodon"].requests == []


def test_paused_search_asks_nobody(found: dict[str, FakeSearcher]) -> None:
    searches.create(replace(SEARCH, paused=True))
    run()
    assert found["mastodon"].requests == []


def test_metered_source_is_asked_less_often_and_stays_within_its_budget(found: dict[str, FakeSearcher]) -> None:
    source = replace(X, daily_budget=500_000)
    searches.create(replace(SEARCH, sources=(source,)))
    at, day, spent = MID_MONTH, 86_400_000, 0
    asked: list[int] = []
    while at < asked_until(asked, day):
        found["x"].pages = [SearchPage([], "c", read=10, has_gap=True)]
        before = len(found["x"].requests)
        run("x", at)
        if len(found["x"].requests) > before:
            asked.append(at)
            spent += 10 * 5_000
        at += 15 * 60_000
    assert spent <= 500_000
    assert len(asked) >= 8, "it is asked less often, and not stopped"
    assert found["x"].requests[0][0].most == 10
    assert figures()[COST] == spent == outreach_budgets.read("x", "main", asked[0]).used


def asked_until(asked: list[int], day: int) -> int:
    return asked[0] + day if asked else MID_MONTH + day


def test_connection_beyond_its_budget_of_a_month_is_asked_less_often(found: dict[str, FakeSearcher]) -> None:
    searches.create(replace(SEARCH, sources=(X,)))
    outreach_budgets.set_limit("x", "main", 5_000)
    found["x"].pages = [SearchPage([post(1, channel="x")], "c", read=1)]
    at = now()
    run("x", at)
    waited = searches.cursor("s1", X).not_before - at
    assert waited >= found["x"].seconds * 1000 * (outreach_budgets.SLOWER_BEYOND - 1)


# -- trials -----------------------------------------------------------------------------------------------------------


def test_trial_says_what_it_cost_and_what_a_day_would_within_the_budget(found: dict[str, FakeSearcher]) -> None:
    at = now()
    newest = [post(number, author=Author(str(number)), channel="x") for number in range(14)]
    found["x"].pages = [SearchPage(newest, "c", read=14)]
    trial = search_trials.run(replace(SEARCH, sources=(X,)), lambda: at)
    assert (trial.found, len(trial.examples), trial.sources[0].cost) == (14, 10, 14 * 5_000)
    assert trial.sources[0].cost_per_day == 14 * 5_000 // 7
    assert outreach_budgets.read("x", "main", at).used == 14 * 5_000
    old = replace(newest[0], sent_at=at - 86_400_000)
    found["x"].pages = [SearchPage([*newest, old], "c", read=100, has_gap=True)]
    cut = search_trials.run(replace(SEARCH, sources=(replace(X, daily_budget=400_000),)), lambda: at)
    assert (cut.sources[0].is_complete, cut.sources[0].cost_per_day) == (False, 400_000)


def test_trial_does_not_wait_for_a_source_that_is_silent(
    found: dict[str, FakeSearcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_trials, "LONGEST", 0.5)
    monkeypatch.setattr(found["x"], "search", lambda *_: time.sleep(3))
    found["mastodon"].pages = [SearchPage([post(1)], "c")]
    trial = search_trials.run(replace(SEARCH, sources=(X, MASTODON)), now)
    assert [(each.problem, each.is_complete) for each in trial.sources] == [(str(Reason.RETRY), False), ("", True)]
    assert trial.found == 1


# -- pausing itself ---------------------------------------------------------------------------------------------------


def test_search_whose_offers_are_refused_too_often_pauses_itself(found: dict[str, FakeSearcher]) -> None:
    searches.create(SEARCH)
    outreach_figures.count("s1", "mastodon", OFFERED, now(), 10)
    outreach_figures.count("s1", "mastodon", REFUSED, now(), 1)
    found["mastodon"].pages = [SearchPage([], "c1")]
    run()
    assert not _read().paused, "a tenth is not more than a tenth"
    outreach_figures.count("s1", "mastodon", REFUSED, now(), 1)
    run()
    read = _read()
    assert (read.paused, read.pause_reason) == (True, REFUSALS)
    (entry,) = audit.page(audit.Period(now() - 60_000, now() + 60_000), 20)[0]
    assert (entry.event, entry.by.id, entry.target, entry.detail["reason"]) == ("search", "nachfrage", "s1", REFUSALS)
    assert len(found["mastodon"].requests) == 1
    searches.change(read, search_standing.let_go_on(read))
    run()
    assert len(found["mastodon"].requests) == 2
    assert not _read().paused


# -- clocks, and what goes with a connection --------------------------------------------------------------------------


def test_search_has_a_clock_for_each_kind_of_source_while_it_runs(found: dict[str, FakeSearcher]) -> None:
    feed = Source(feed="https://forum.example/rss")
    searches.create(replace(SEARCH, sources=(MASTODON, replace(MASTODON, places=("#hifi",)), feed)))
    assert sorted(search_schedules.keep_up(TARGET)) == [("s1", "feed"), ("s1", "mastodon")]
    assert search_schedules.keep_up(TARGET) == []
    assert schedules.searching() == {"search-s1.feed", "search-s1.mastodon"}
    assert schedules.listening() == set()
    searches.change(_read(), replace(_read(), paused=True))
    search_schedules.keep_up(TARGET)
    assert schedules.searching() == set()


def test_clocks_are_looked_after_soon_when_a_search_is_saved_paused_or_removed_and_not_otherwise(
    stack: Stack, found: dict[str, FakeSearcher]
) -> None:
    stack.changes()
    saved = searches.create(SEARCH)
    noted = searches.change(saved, replace(saved, note="Say who we are."))
    searches.change(noted, replace(noted, paused=True))
    searches.remove("s1")
    called = []
    for number, record in enumerate(stack.changes()):
        before = _soon(stack)
        connection_changes.carry_out(Change.of(record), now() + number * 3_600_000)
        called.append(_soon(stack) != before)
    assert called == [True, False, True, True]


def _soon(stack: Stack) -> set[str]:
    listed = stack.client("scheduler").list_schedules(GroupName=settings.schedule_group(), NamePrefix="soon-")
    return {each["Name"] for each in listed["Schedules"]}


def test_connection_that_is_removed_leaves_nothing_behind(found: dict[str, FakeSearcher]) -> None:
    searches.create(replace(SEARCH, sources=(MASTODON,)))
    found["mastodon"].pages = [SearchPage([post(1)], "c1")]
    run()
    assert len(searches.cursors("s1")) == 1
    registration.remove("mastodon", "support", now())
    read = _read()
    assert (read.sources, read.paused, read.pause_reason) == ((), True, NO_SOURCE)
    assert searches.cursors("s1") == {}
    assert proposal_expiry.close(now(), lambda: False) == 1
    assert (stored(), len(stored(Status.EXPIRED))) == ([], 1)


# -- expiry -----------------------------------------------------------------------------------------------------------


def test_proposal_expires_when_its_post_is_too_old_to_be_answered(found: dict[str, FakeSearcher]) -> None:
    searches.create(SEARCH)
    found["mastodon"].pages = [SearchPage([post(1), post(2, author=OLE)], "c1")]
    run()
    held = steps.claim(stored()[0], Author("kim", "Kim"), now() + 48 * 3_600_000)
    proposals.change(stored()[0], held, now())
    assert proposal_expiry.close(now() + 47 * 3_600_000, lambda: False) == 0
    assert proposal_expiry.close(now() + 48 * 3_600_000 + 1, lambda: False) == 1
    assert [each.id for each in stored(Status.CLAIMED)] == [held.id]
    assert proposal_expiry.close(now() + 49 * 3_600_000, lambda: False) == 1
    assert len(stored(Status.EXPIRED)) == 2


def test_expiry_that_is_always_late_comes_to_every_team(found: dict[str, FakeSearcher]) -> None:
    """Proposals in hands of agents stay with the first team, and would be looked at first each time."""
    for team, number in (("first", 1), ("last", 2)):
        searches.create(replace(SEARCH, id=team, team=team))
        found["mastodon"].pages = [SearchPage([post(number, author=Author(team, team))], "c1")]
        searching.run(team, "mastodon", now, lambda: 60_000)
    begin = now() + 48 * 3_600_000 + 1
    for number, team in enumerate(("first", "last", "service")):
        team_names.add(team)
        (held,) = proposals.page(team, Status.NEW, 10, now()).proposals if number == 0 else (None,)
        if held:
            proposals.change(held, steps.claim(held, Author("kim", "Kim"), begin), now())
    closed = 0
    for minute in range(60):
        is_late = iter([False])
        closed += proposal_expiry.close(begin + minute, lambda: next(is_late, True))  # noqa: B023
    assert closed == 1


def _read() -> Search:
    search = searches.read("s1")
    assert search
    return search


def _items() -> list[dict[str, Any]]:
    client = table.client()
    return [
        {"pk": item["pk"]["S"], "sk": item["sk"]["S"]} for item in client.scan(TableName=settings.table_name())["Items"]
    ]
