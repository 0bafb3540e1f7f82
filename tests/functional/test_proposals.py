"""Proposals in the table: stored once, listed by team and status, and gone with the person."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conversations.facts import Author
from outreach import post_names
from outreach import proposals as steps
from outreach.found_posts import FEED, FoundPost
from outreach.proposals import Status
from storage import customers, inbox_index, offer_persons, proposals, table
from tests.support.stack import Stack

NOW = 1_790_000_000_000
AUTHOR = Author("did:1", "Mika", "mika.example")
POST = FoundPost(
    "mastodon", "support", "p1", "t1", "https://example.social/@mika/p1", NOW - 60_000, author=AUTHOR, text="Any tips?"
)
URI = "https://example.social/users/mika/statuses/p1"
KIM = Author("kim", "Kim")

pytestmark = pytest.mark.usefixtures("stack")


def add(post: FoundPost = POST, search: str = "s1", now: int = NOW) -> tuple[steps.Proposal, bool]:
    added = proposals.add(post, search, "asks_advice", team="service", now=now)
    assert added is not None
    return added


def test_post_found_by_two_searches_is_stored_once_with_both() -> None:
    first, is_new = add()
    assert is_new
    assert add() == (first, False)
    again, is_new = add(search="s2")
    assert (again.searches, is_new, again.id) == (("s1", "s2"), False, first.id)
    assert proposals.read(first.id) == again
    assert proposals.page("service", Status.NEW, 10, NOW).proposals == [again]


def test_post_found_on_two_servers_of_mastodon_is_one_proposal(stack: Stack) -> None:
    here, there = on_servers()
    first, _ = add(here)
    again, is_new = add(there)
    assert (again.id, is_new) == (first.id, False)
    assert [(each.connection, each.id, each.text) for each in again.elsewhere] == [("nord", "118", "")]
    assert add(there) == (again, False)
    assert add(there, "s2")[0].id == first.id
    assert (first.post.connection, first.post.id) == ("support", "p1"), "it is answered where it was found first"
    assert proposals.read(first.id) == add(here, "s2")[0]
    assert [each.id for each in proposals.of_person("mastodon", "nord", "940")] == [first.id]
    customers.erase("mastodon", "nord", "940", NOW, NOW // 1000 + 1000)
    stack.settle()
    assert proposals.read(first.id) is None


@pytest.mark.parametrize("status", [Status.NEW, Status.DISMISSED])
def test_post_stored_without_its_name_on_all_servers_is_not_proposed_once_more(status: Status) -> None:
    here, there = on_servers()
    before, _ = add(replace(here, uri=""))
    if status == Status.DISMISSED:
        before = proposals.change(before, steps.dismiss(before, steps.Dismissal.TOO_OLD, KIM, NOW), NOW)
    assert before.id != post_names.id_for(here)
    assert add(here) == (before, False)
    other = replace(here, url="https://other.example/@ole/p1", uri="https://other.example/users/ole/statuses/p1")
    assert add(other)[1], "another server gave another post the same number"
    assert add(there)[1], "it has no name that tells that it is the same"


def test_person_of_a_post_on_two_servers_is_offered_something_once() -> None:
    here, there = on_servers()
    names = [set(offer_persons.author_of(each).digests) for each in (replace(here, uri=""), there)]
    assert names[0] & names[1], "also where one of two proposals is from before posts had names on all servers"


def on_servers() -> tuple[FoundPost, FoundPost]:
    """Return a post as two servers show it."""
    here = replace(POST, author=Author("did:1", "Mika", "mika@example.social"), uri=URI)
    author = Author("940", "Mika", "mika@example.social")
    return here, replace(here, connection="nord", id="118", thread_id="118", author=author)


def test_post_of_a_feed_is_read_as_it_was_stored() -> None:
    entry = FoundPost(FEED, "", "e1", "e1", "https://forum.example/e1", NOW, author=AUTHOR, text="Any tips?")
    proposal, _ = add(entry)
    assert proposals.read(proposal.id) == proposal
    assert proposals.page("service", Status.NEW, 10, NOW).proposals == [proposal]


def test_proposals_of_a_team_are_listed_by_status_and_search_page_by_page() -> None:
    posts = [POST.__class__(**{**_fields(POST), "id": f"p{n}"}) for n in range(4)]
    added = [add(post, f"s{n % 2}", NOW + n)[0] for n, post in enumerate(posts)]
    page = proposals.page("service", Status.NEW, 3, NOW)
    assert page.proposals == [added[3], added[2], added[1]]
    assert proposals.place_of(page.after, Status.NEW) == page.after
    assert proposals.page("service", Status.NEW, 3, NOW, after=page.after).proposals == [added[0]]
    assert proposals.page("service", Status.NEW, 5, NOW, search="s1").proposals == [added[3], added[1]]
    assert proposals.page("sales", Status.NEW, 5, NOW).proposals == []
    assert proposals.page("service", Status.CLAIMED, 5, NOW).proposals == []


def test_proposals_of_a_removed_team_are_gone_but_those_that_were_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposals, "PAGE", 2)
    posts = [POST.__class__(**{**_fields(POST), "id": f"p{n}"}) for n in range(7)]
    added = [add(post, now=NOW + n)[0] for n, post in enumerate(posts)]
    proposals.change(added[0], steps.claim(added[0], KIM, NOW), NOW)
    offered = proposals.change(added[1], replace(added[1], status=Status.OFFERED), NOW)
    proposals.purge_team("service", NOW)
    assert [proposals.read(each.id) for each in added] == [None, offered, *[None] * 5]
    assert [each.id for each in proposals.of_person("mastodon", "support", "did:1")] == [offered.id]


def test_claim_that_ran_out_is_listed_behind_the_new_ones() -> None:
    taken, _ = add()
    claimed = proposals.change(taken, steps.claim(taken, KIM, NOW), NOW)
    new, _ = add(FoundPost(**{**_fields(POST), "id": "p2"}))
    assert proposals.page("service", Status.NEW, 10, NOW).proposals == [new]
    assert proposals.page("service", Status.CLAIMED, 10, NOW).proposals == [claimed]
    later = NOW + steps.CLAIM_LASTS
    assert proposals.page("service", Status.NEW, 10, later).proposals == [new, claimed]
    assert proposals.page("service", Status.CLAIMED, 10, later).proposals == []


def test_lists_of_conversations_have_no_proposals() -> None:
    add()
    assert inbox_index.page(["service"], 10) == ([], None)
    assert inbox_index.is_empty("service")


def test_change_of_a_version_that_was_overtaken_is_refused() -> None:
    proposal, _ = add()
    claimed = steps.claim(proposal, KIM, NOW)
    proposals.change(proposal, claimed, NOW)
    with pytest.raises(table.Conflict):
        proposals.change(proposal, steps.claim(proposal, Author("lee", "Lee"), NOW), NOW)
    assert proposals.read(proposal.id) == claimed


def test_nothing_is_stored_of_somebody_who_opted_out() -> None:
    customers.decline("mastodon", "support", "did:1", NOW)
    assert proposals.add(POST, "s1", "asks_advice", team="service", now=NOW) is None
    assert proposals.page("service", Status.NEW, 10, NOW).proposals == []


def test_proposals_go_with_an_erased_person(stack: Stack) -> None:
    proposal, _ = add()
    assert proposals.of_person("mastodon", "support", "did:1") == [proposal]
    customers.erase("mastodon", "support", "did:1", NOW, NOW // 1000 + 1000)
    stack.settle()
    assert proposals.read(proposal.id) is None
    assert proposals.of_person("mastodon", "support", "did:1") == []


def _fields(post: FoundPost) -> dict[str, object]:
    return {name: getattr(post, name) for name in post.__struct_fields__}
