"""Saved searches over the API: made, changed, tried and removed, by leads, for the teams that one sees."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from conversations.facts import Author
from outreach.found_posts import FoundPost
from outreach.searches import Search, Source
from storage import connections, proposals, searches, table, teams
from storage.searches import SourceCursor
from tests.functional.console_api import Console, now
from tests.support.stack import Stack

Json = dict[str, Any]
FEED = "https://forum.example/latest.rss"
NEW: Json = {
    "name": "Headphones for sport",
    "query": {"all": ["headphones"], "any": ["sport", "running"], "none": ["giveaway"]},
    "languages": ["en"],
    "sources": [{"channel": "mastodon", "connection": "support"}, {"feed": FEED}],
    "brands": ["Telefunk"],
    "limits": {"per_day": 5},
}
POST = "s4amkrvmz4pyywwuspox3737g4"


@pytest.fixture
def lead(stack: Stack, lambda_context: object) -> Console:
    """The lead of a team, who has a connection and a feed to search."""
    connections.put_connection("mastodon", "support", "1", "Support")
    return Console(lambda_context, {"cognito:groups": "lead", "sub": "kim", "name": "Kim"})


def change(console: Console, search: str, **changes: Any) -> Any:
    return console.ask("PATCH", f"/searches/{search}", changes, headers={})


def test_search_is_saved_with_what_was_said_and_read_again(lead: Console) -> None:
    saved = lead.post("/searches", NEW)
    assert saved.status == 200
    assert {name: saved.body[name] for name in NEW} == NEW
    assert saved.body["team"] == "service"
    assert saved.body["states"] == [{"asked_at": None, "next_at": None, "problem": None, "gap_at": None}] * 2
    assert saved.body["precision"] == {"fit": 0, "judged": 0, "share": None}
    assert lead.get(f"/searches/{saved.body['id']}").body == saved.body
    assert lead.get("/searches").body == {"items": [saved.body], "cursor": None}


def test_search_is_changed_though_somebody_else_is_faster(lead: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    search = lead.post("/searches", NEW).body["id"]
    stored = searches.change
    faster = [{"note": "Be brief."}]

    def late(before: Search, after: Search) -> Search:
        if faster:
            stored(before, replace(before, **faster.pop()))
        return stored(before, after)

    monkeypatch.setattr(searches, "change", late)
    changed = change(lead, search, name="Headphones")
    assert (changed.status, changed.body["name"], changed.body["note"]) == (200, "Headphones", "Be brief.")


def test_search_is_saved_once_for_a_repeated_request(lead: Console) -> None:
    first = lead.post("/searches", NEW, idempotency_key="one")
    assert lead.post("/searches", NEW, idempotency_key="one").body == first.body
    assert len(lead.get("/searches").body["items"]) == 1
    other = lead.post("/searches", NEW | {"name": "Another"}, idempotency_key="one")
    assert (other.status, other.body["error"]) == (422, "idempotency_mismatch")


def test_change_leaves_alone_what_it_does_not_name(lead: Console) -> None:
    saved = lead.post("/searches", NEW).body
    changed = change(lead, saved["id"], note="Say who we are.", paused=True)
    assert changed.body == saved | {"note": "Say who we are.", "paused": True}
    assert change(lead, saved["id"], paused=False).body["paused"] is False


def test_marks_count_each_post_once_as_it_was_marked_last(lead: Console) -> None:
    other = POST.replace("s", "t", 1)
    saved = lead.post("/searches", NEW | {"marks": [{"post": POST, "fit": False, "channel": "mastodon"}]}).body
    assert saved["precision"] == {"fit": 0, "judged": 1, "share": 0}
    marks = [{"post": POST, "fit": True}, {"post": other, "fit": False}]
    assert change(lead, saved["id"], marks=marks).body["precision"] == {"fit": 1, "judged": 2, "share": 0.5}


def test_search_that_was_removed_is_gone_with_its_positions(lead: Console) -> None:
    saved = lead.post("/searches", NEW).body["id"]
    search = searches.read(saved)
    assert search is not None
    for source in search.sources:
        searches.move(saved, source, SourceCursor(), SourceCursor("x"))
    assert len(searches.cursors(saved)) == 2
    assert lead.delete(f"/searches/{saved}").body == {"deleted": True}
    assert lead.get(f"/searches/{saved}").status == 404
    assert searches.cursors(saved) == {}
    with pytest.raises(table.Conflict):
        searches.move(saved, search.sources[0], SourceCursor(), SourceCursor("x"))


def test_another_query_begins_where_a_new_search_would(lead: Console) -> None:
    saved = lead.post("/searches", NEW).body["id"]
    search = searches.read(saved)
    assert search is not None
    searches.move(saved, search.sources[0], SourceCursor(), SourceCursor("x"))
    change(lead, saved, note="Only a note.")
    assert len(searches.cursors(saved)) == 1
    change(lead, saved, query={"all": ["earbuds"]})
    assert searches.cursors(saved) == {}


def test_blanks_among_words_and_names_are_left_out(lead: Console) -> None:
    saved = lead.post("/searches", NEW | {"query": {"any": ["sport", "\x1f"]}, "brands": [" ", "Telefunk", "\x1c"]})
    assert (saved.body["query"]["any"], saved.body["brands"]) == (["sport"], ["Telefunk"])


def test_two_places_of_one_connection_have_positions_of_their_own() -> None:
    places = [Source("reddit", "main", (place,)) for place in ("headphones", "audiophile")]
    assert len({source.key for source in [*places, Source("reddit", "main")]}) == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "search_name"),
        ({"name": None}, "search_name"),
        ({"query": {"none": ["x"]}}, "search_query"),
        ({"query": {"any": [" ", "\x1f"]}}, "search_query"),
        ({"sources": [{"feed": FEED, "channel": "mastodon"}]}, "search_source"),
        ({"sources": [{"feed": "javascript:alert(1)"}]}, "search_source"),
        ({"sources": [{"channel": "mastodon"}]}, "search_source"),
        ({"sources": [{"channel": "mastodon", "connection": "other"}]}, "search_connection"),
        ({"sources": [{"channel": "whatsapp", "connection": "support"}]}, "search_channel"),
        ({"languages": ["EN"]}, "search_language"),
    ],
)
def test_search_that_cannot_be_is_refused(lead: Console, changes: Json, code: str) -> None:
    answer = lead.post("/searches", NEW | changes)
    assert (answer.status, answer.body["error"]) == (422, code)
    assert lead.get("/searches").body["items"] == []


def test_search_of_a_team_that_is_closed_to_an_agent_is_not_there(lead: Console, lambda_context: object) -> None:
    saved = lead.post("/searches", NEW).body["id"]
    team = replace(teams.team_now("service"), members=("kim",), members_only=True)
    teams.put_team(team, 1)
    other = Console(lambda_context, {"cognito:groups": "lead", "sub": "lee", "name": "Lee"})
    assert other.get("/searches").body["items"] == []
    assert [other.get(f"/searches/{saved}").status, change(other, saved, paused=True).status] == [404, 404]
    assert other.post("/searches", NEW).status == 404
    assert lead.get(f"/searches/{saved}").status == 200


def test_agents_read_searches_and_do_not_change_them(lead: Console, lambda_context: object) -> None:
    saved = lead.post("/searches", NEW).body["id"]
    agent = Console(lambda_context)
    assert agent.get(f"/searches/{saved}").status == 200
    refused = [agent.post("/searches", NEW), change(agent, saved, paused=True), agent.delete(f"/searches/{saved}")]
    assert [answer.status for answer in refused] == [403, 403, 403]


def test_team_with_a_search_stays_and_one_that_goes_takes_its_proposals_along(
    lead: Console, lambda_context: object
) -> None:
    admin = Console(lambda_context, {"cognito:groups": "admin"})
    assert admin.post("/teams", {"name": "sales", "label": "Sales"}).status == 201
    saved = lead.post("/searches", NEW | {"team": "sales"}).body["id"]
    author = Author("runa", "Runa")
    post = FoundPost("mastodon", "support", "p1", "t1", "https://a.example/p1", now(), author=author, text="Any tips?")
    added = proposals.add(post, saved, "asks_advice", team="sales", now=now())
    assert added is not None
    refused = admin.delete("/teams/sales")
    assert (refused.status, refused.body["used_by"]) == (409, ["search: Headphones for sport"])
    lead.delete(f"/searches/{saved}")
    assert admin.delete("/teams/sales").status == 200
    assert proposals.read(added[0].id) is None
    assert proposals.of_person(*added[0].person) == []


def _largest(name: str) -> Json:
    words = [f"{number:02d}{'é' * 98}" for number in range(20)]
    accounts = [f"{number:03d}{'é' * 97}" for number in range(200)]
    sources = [
        {"channel": "mastodon", "connection": "support", "places": [f"{each}{number}{'é' * 90}" for each in range(20)]}
        for number in range(20)
    ]
    new = NEW | {"name": name, "query": dict.fromkeys(("all", "any", "none"), words), "sources": sources}
    return new | {"note": "é" * 2000, "excluded_accounts": accounts, "competitors": accounts[:50]}


def test_largest_searches_are_saved_and_listed_page_by_page(lead: Console) -> None:
    names = [f"Search {number}" for number in range(30)]
    for name in names:
        assert lead.post("/searches", _largest(name)).status == 200
    found, cursor, pages = [], {}, 0
    while cursor is not None:
        page = lead.get("/searches", cursor).body
        found += [each["name"] for each in page["items"]]
        cursor, pages = page["cursor"] and {"cursor": page["cursor"]}, pages + 1
    assert (sorted(found), pages > 1) == (sorted(names), True)
