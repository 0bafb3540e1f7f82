"""Proposals by the API: who sees them, the steps from taking one in hand to our post, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from application import answered_offers, offer_context, offer_messages, projection, proposal_expiry
from channels._search import Searcher, SearchPage, SearchRequest, Surroundings
from channels.base import Credentials, Reason, TransientFailure
from console import sizes
from console.paging import write_cursor
from console.routes import proposals as routes
from conversations.actions import State
from conversations.facts import Attachment, Author, Fact, Kind, Visibility
from conversations.identity import Identity
from outreach import accounts_above, tact
from outreach.found_posts import FEED, FoundPost
from outreach.proposals import CLAIM_LASTS, TEXT_LASTS, Proposal, text_digest
from outreach.searches import Query, Search
from storage import (
    audit,
    connections,
    conversations,
    customers,
    keys,
    offer_claims,
    outreach_budgets,
    outreach_figures,
    proposals,
    received_facts,
    searches,
    table,
    teams,
    templates,
)
from storage.audit import Period
from storage.templates import Template, Use
from tests.functional.console_api import Answer, Console

NOON = 1_790_596_800_000
"""A Monday."""
HOUR, DAY = 3_600_000, 86_400_000
TEXT = "Telefunk here: for running, look for ones with ear hooks."
AUTHOR = Author("9001", "Mika Beispiel", "mika@mastodon.example")
POST = FoundPost(
    "mastodon",
    "support",
    "9100",
    "9100",
    "https://mastodon.example/@mika/9100",
    NOON - HOUR,
    author=AUTHOR,
    text="Kann jemand Kopfhörer zum Laufen empfehlen?",
    language="de",
    replies=0,
)
SEARCH = Search("s1", "Headphones", "service", Query(any=("Kopfhörer",)), (), note="Be brief.", brands=("Telefunk",))


class Clock:
    """The time of the API."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, table: str) -> Clock:
    clock = Clock()
    monkeypatch.setattr(routes, "now", clock)
    connections.put_connection(
        "mastodon", "support", "1", "Telefunk", "service", {"base_url": "https://mastodon.example"}
    )
    return clock


@pytest.fixture
def colleague(console: Console, lambda_context: object) -> Console:
    return Console(lambda_context, {"sub": "kim", "name": "Kim", "email": "kim@example.com"})


def found(post: FoundPost = POST, *, search: str = "s1", team: str = "service") -> Proposal:
    added = proposals.add(post, search, "asks_advice", team=team, now=NOON, language="de")
    assert added
    return added[0]


def nth(number: int) -> FoundPost:
    """Return another post of another person."""
    author = Author(f"{number}", f"P{number}", f"p{number}@mastodon.example")
    return replace(POST, id=f"p{number}", thread_id=f"p{number}", author=author)


def do(who: Console, proposal: Proposal, step: str, body: Any = None, **headers: str) -> Answer:
    return who.post(f"/proposals/{proposal.id}/{step}", body, **headers)


def experienced(agent: str) -> None:
    """Ten texts of an agent were offered."""
    table.put(offer_claims.WRITER.item(("offer-writers", agent), offer_claims.Writer(10), NOON // 1000 + 10**6))


def me(console: Console) -> str:
    return console.get("/me").body["id"]


def test_new_proposals_are_listed_with_what_is_permitted_and_why(console: Console) -> None:
    proposal = found()
    (shown,) = console.get("/proposals").body["items"]
    assert (shown["id"], shown["status"], shown["tact"]) == (proposal.id, "new", None)
    assert shown["post"]["author"] == {
        "id": "9001",
        "name": "Mika Beispiel",
        "handle": "mika@mastodon.example",
        "audience": None,
    }
    assert shown["reason"] == "Asks for advice: “Kann jemand Kopfhörer zum Laufen empfehlen?” No answer yet."
    assert (shown["permitted"]["state"], shown["permitted"]["cost"]) == ("allowed", 0)
    german = console.get("/proposals", {"status": "new", "search": "s1"}, accept_language="de").body["items"]
    assert german[0]["reason"] == "Bittet um Rat: „Kann jemand Kopfhörer zum Laufen empfehlen?“ Noch keine Antwort."
    assert console.get("/proposals", {"search": "s2"}).body["items"] == []
    assert console.get("/proposals", {"status": "open"}).status == 400


def test_list_goes_on_where_a_page_ended(console: Console) -> None:
    added = [found(replace(nth(number), sent_at=NOON - number)) for number in range(3)]
    first = console.get("/proposals", {"limit": "2"}).body
    last = console.get("/proposals", {"limit": "2", "cursor": first["cursor"]}).body
    assert {each["id"] for each in first["items"] + last["items"]} == {each.id for each in added}
    assert last["cursor"] is None
    other = console.get("/proposals", {"limit": "2", "cursor": first["cursor"], "status": "claimed"})
    assert (other.status, other.body["error"]) == (422, "cursor")


def test_proposal_is_claimed_once_and_free_after_half_an_hour(
    console: Console, colleague: Console, clock: Clock
) -> None:
    proposal = found()
    claimed = do(console, proposal, "claim").body
    assert (claimed["status"], claimed["claimed_by"]["id"]) == ("claimed", me(console))
    taken = do(colleague, proposal, "claim")
    assert (taken.status, taken.body["error"], taken.body["reason"]) == (409, "proposal_step", "claimed")
    assert console.get("/proposals").body["items"] == []
    clock.now += CLAIM_LASTS
    assert [each["id"] for each in console.get("/proposals").body["items"]] == [proposal.id]
    assert do(colleague, proposal, "claim").body["claimed_by"]["id"] == "kim"


def test_released_proposal_is_new_again(console: Console, colleague: Console) -> None:
    proposal = found()
    do(console, proposal, "claim")
    assert do(colleague, proposal, "release").status == 409
    assert do(console, proposal, "release").body["status"] == "new"
    assert do(colleague, proposal, "claim").status == 200


def test_dismissed_proposal_is_closed_with_its_reason(console: Console, colleague: Console) -> None:
    proposal = found()
    answer = do(console, proposal, "dismiss", {"reason": "tactless"})
    assert (answer.body["status"], answer.body["dismissal"]) == ("dismissed", "tactless")
    assert do(console, proposal, "dismiss", {"reason": "tactless"}).body == answer.body
    assert do(colleague, proposal, "dismiss", {"reason": "spam"}).status == 409
    assert do(console, proposal, "dismiss", {"reason": "bored"}).status == 400
    entries, _ = audit.page(Period(NOON - DAY, NOON + DAY), 10, event="proposal_dismissed")
    assert [(each.target, each.detail) for each in entries] == [(proposal.id, {"reason": "tactless"})]


def test_proposal_that_is_not_there_is_not_found(console: Console) -> None:
    for proposal_id in ("a" * 26, "nothing"):
        answer = console.get(f"/proposals/{proposal_id}")
        assert (answer.status, answer.body["error"]) == (404, "no_proposal")
    assert console.get("/proposals", {"team": "nobody"}).body["error"] == "no_team"


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("claim", None),
        ("release", None),
        ("dismiss", {"reason": "spam"}),
        ("offer", {"text": TEXT}),
        ("approve", {"digest": "x"}),
        ("posted", {"url": "https://mastodon.example/@us/1"}),
    ],
)
def test_proposal_of_a_team_for_its_members_alone_is_not_there_for_others(
    console: Console, colleague: Console, step: str, body: Any
) -> None:
    teams.put_team(replace(teams.team("service"), members=("kim",), members_only=True), NOON)
    proposal = found()
    assert console.get("/proposals").body["error"] == "no_team"
    assert console.get(f"/proposals/{proposal.id}").status == 404
    assert do(console, proposal, step, body).status == 404
    assert proposals.read(proposal.id) == proposal
    assert colleague.get(f"/proposals/{proposal.id}").status == 200


def test_text_of_a_beginner_waits_for_somebody_else(console: Console, colleague: Console) -> None:
    proposal = found()
    written = do(console, proposal, "offer", {"text": TEXT}).body
    assert (written["status"], written["offer"]["approval"]) == ("claimed", "waiting")
    assert written["claimed_until"] == "2026-09-29T12:00:00.000Z"
    digest = written["offer"]["digest"]
    own = do(console, proposal, "approve", {"digest": digest})
    assert (own.status, own.body["reason"]) == (409, "own_text")
    other = do(colleague, proposal, "approve", {"digest": text_digest("Another text")})
    assert (other.status, other.body["reason"]) == (409, "text_changed")
    approved = do(colleague, proposal, "approve", {"digest": digest}).body
    assert (approved["status"], approved["offer"]["approval"]) == ("offered", "given")
    assert approved["offer"]["approved_by"]["id"] == "kim"
    assert do(colleague, proposal, "approve", {"digest": digest}).body == approved
    kinds = [each.event for each in audit.page(Period(NOON - DAY, NOON + DAY), 10)[0]]
    assert {"offer_written", "offer_approved"} <= set(kinds)


def test_text_that_waits_is_sent_back_by_the_second_person(console: Console, colleague: Console) -> None:
    proposal = found()
    assert do(console, proposal, "offer", {"text": TEXT}).body["offer"]["approval"] == "waiting"
    returned = do(colleague, proposal, "release").body
    assert (returned["status"], returned["offer"], returned["claimed_by"]) == ("new", None, None)
    (entry,) = [each for each in audit.page(Period(NOON - DAY, NOON + DAY), 9)[0] if each.event == "offer_returned"]
    assert (entry.target, entry.detail["digest"]) == (proposal.id, text_digest(TEXT))
    assert do(colleague, proposal, "claim").status == 200


def test_author_of_a_found_post_is_erased_by_leads_alone(console: Console, admin: Console, colleague: Console) -> None:
    proposal, other = found(), found(replace(POST, id="p2", thread_id="p2"))
    stranger = found(nth(3))
    assert console.ask("DELETE", f"/proposals/{proposal.id}/person", None, headers={}).status == 403
    erased = admin.ask("DELETE", f"/proposals/{proposal.id}/person", None, headers={})
    assert (erased.status, erased.body) == (200, {"erased": 2})
    assert [console.get(f"/proposals/{each.id}").status for each in (proposal, other, stranger)] == [404, 404, 200]
    assert customers.erased_at("mastodon", "support", "9001") > 0
    assert "erase_customer" in [entry.event for entry in audit.page(Period(NOON - DAY, NOON + DAY), 9)[0]]
    assert admin.ask("DELETE", f"/proposals/{proposal.id}/person", None, headers={}).status == 404


def test_erased_author_is_found_again_unless_they_are_to_be_kept_out(lead: Console) -> None:
    lead.delete(f"/proposals/{found().id}/person")
    again = found()
    assert lead.delete(f"/proposals/{again.id}/person", {"keep_out": "true"}).body == {"erased": 1}
    assert proposals.add(POST, "s1", "asks_advice", team="service", now=NOON) is None
    elsewhere = replace(POST, connection="other", author=replace(AUTHOR, id="17"))
    assert proposals.add(elsewhere, "s1", "asks_advice", team="service", now=NOON) is None
    assert all("9001" not in str(each) and "mika" not in str(each) for each in lead.get("/opt-outs").body["items"])
    assert lead.delete(f"/proposals/{again.id}/person", {"keep_out": "perhaps"}).status == 400


def test_stranger_with_nothing_but_a_found_post_opts_out_by_hand(console: Console, lead: Console) -> None:
    proposal, other = found(), found(replace(POST, id="9", thread_id="9"))
    assert console.put(f"/proposals/{proposal.id}/person/opt-out").body == {"declined": True}
    assert [console.get(f"/proposals/{each.id}").body["status"] for each in (proposal, other)] == ["expired"] * 2
    assert proposals.add(POST, "s2", "asks_advice", team="service", now=NOON) is None
    assert {each["channel"] for each in lead.get("/opt-outs").body["items"]} == {"mastodon"}
    nameless = found(replace(POST, id="10", thread_id="10", author=Author()))
    answer = console.put(f"/proposals/{nameless.id}/person/opt-out")
    assert (answer.status, answer.body["error"]) == (404, "no_customer")


def test_data_of_a_stranger_with_nothing_but_found_posts_is_exported_for_leads(console: Console, lead: Console) -> None:
    proposal = found()
    found(replace(POST, id="9", thread_id="9"))
    do(console, proposal, "offer", {"text": TEXT})
    assert console.get(f"/proposals/{proposal.id}/person").status == 403
    export = lead.get(f"/proposals/{proposal.id}/person").body
    assert (export["person"]["handle"], export["declined"], export["offered_at"]) == (AUTHOR.handle, False, None)
    assert {each["post"]["text"] for each in export["proposals"]} == {POST.text}
    assert [each["offer"]["text"] for each in export["proposals"] if each["offer"]] == [TEXT]
    assert len(export["proposals"]) == 2
    assert "customer_exported" in [entry.event for entry in audit.page(Period(NOON - DAY, NOON + DAY), 9)[0]]


def test_export_of_a_stranger_that_is_too_long_comes_in_pages(lead: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "LARGEST", 1_000)
    texts = [f"{number}: {POST.text}" for number in range(3)]
    known = [found(replace(POST, id=text[0], thread_id=text[0], text=text)) for text in texts]
    path, seen, query = f"/proposals/{known[0].id}/person", list[str](), dict[str, str]()
    while True:
        page = lead.get(path, query).body
        seen += [each["post"]["text"] for each in page["proposals"]]
        if page["cursor"] is None:
            break
        query = {"cursor": page["cursor"]}
    assert sorted(seen) == texts
    assert query
    assert exports() == [known[0].id], "one for all pages"
    lead.get(path)
    assert exports() == [known[0].id] * 2


def test_page_of_an_export_that_nobody_began_is_recorded(lead: Console) -> None:
    """A cursor can be made up."""
    proposal = found()
    cursor = write_cursor("person", 1, {"proposal": proposal.id})
    assert lead.get(f"/proposals/{proposal.id}/person", {"cursor": cursor or ""}).status == 200
    assert exports() == [proposal.id]


def exports() -> list[str]:
    """Return the targets of recorded exports."""
    entries, _ = audit.page(Period(NOON - DAY, NOON + DAY), 9, event="customer_exported")
    return [entry.target for entry in entries]


def test_proposal_whose_author_has_no_id_is_erased_alone(admin: Console) -> None:
    proposal, other = found(replace(POST, author=Author(None, "Mika"))), found(nth(3))
    assert admin.ask("DELETE", f"/proposals/{proposal.id}/person", None, headers={}).body == {"erased": 1}
    assert [each["id"] for each in admin.get("/proposals").body["items"]] == [other.id]


def test_another_text_voids_what_was_to_be_approved(console: Console, colleague: Console) -> None:
    proposal = found()
    first = do(console, proposal, "offer", {"text": TEXT}).body["offer"]["digest"]
    do(console, proposal, "offer", {"text": f"{TEXT} Good luck!"})
    assert do(colleague, proposal, "approve", {"digest": first}).body["reason"] == "text_changed"


def test_text_of_an_experienced_agent_is_offered_at_once_and_once_by_its_key(console: Console) -> None:
    experienced(me(console))
    proposal = found()
    first = do(console, proposal, "offer", {"text": TEXT}, idempotency_key="k1")
    assert (first.status, first.body["status"], first.body["offer"]["approval"]) == (200, "offered", "not_needed")
    assert do(console, proposal, "offer", {"text": TEXT}, idempotency_key="k1").body == first.body
    other = do(console, proposal, "offer", {"text": "Telefunk: others."}, idempotency_key="k1")
    assert (other.status, other.body["error"]) == (422, "idempotency_mismatch")
    again = do(console, proposal, "offer", {"text": TEXT})
    assert (again.status, again.body["reason"]) == (409, "offered")


@pytest.mark.parametrize(
    ("rule", "text"),
    [("unnamed", "Look for ear hooks."), ("link", "Telefunk: https://telefunk.example"), ("same_text", TEXT)],
)
def test_text_that_is_tactless_is_refused_by_its_rule(console: Console, clock: Clock, rule: str, text: str) -> None:
    experienced(me(console))
    searches.create(SEARCH)
    connections.put_connection("mastodon", "support", "1", "Ohrenkunde", "service", {})
    assert do(console, found(nth(1)), "offer", {"text": TEXT}).status == 200
    clock.now += 6 * 60_000
    refused = do(console, found(), "offer", {"text": text})
    assert (refused.status, refused.body["error"], refused.body["rule"]) == (422, "tact", rule)
    assert refused.body["message"].endswith(".")


def test_person_is_offered_once_within_the_pause_and_never_after_a_no(console: Console, clock: Clock) -> None:
    experienced(me(console))
    assert do(console, found(), "offer", {"text": TEXT}).status == 200
    clock.now += HOUR
    second = found(replace(POST, id="9200", thread_id="9200"))
    refused = do(console, second, "offer", {"text": "Telefunk again: have a look."})
    assert refused.body["rule"] == "person_pause"
    assert console.get(f"/proposals/{second.id}").body["tact"]["rule"] == "person_pause"
    third = found(nth(3))
    customers.decline("mastodon", "support", "3", NOON)
    refused = do(console, third, "offer", {"text": TEXT}, accept_language="de")
    assert refused.body == {
        "error": "tact",
        "message": "Diese Person möchte nichts von uns hören.",
        "rule": "declined",
    }


@pytest.mark.parametrize(
    ("rule", "post"),
    [
        ("too_old", replace(POST, sent_at=NOON - 49 * HOUR)),
        ("sign", replace(POST, text="Mein Vater ist gestorben. Kennt jemand gute Kopfhörer?")),
    ],
)
def test_post_that_is_left_alone_takes_no_text(console: Console, rule: str, post: FoundPost) -> None:
    proposal = found(post)
    assert do(console, proposal, "offer", {"text": TEXT}).body["rule"] == rule
    assert console.get(f"/proposals/{proposal.id}").body["tact"]["rule"] == rule


def test_account_keeps_its_pace_and_the_night(console: Console, clock: Clock) -> None:
    experienced(me(console))
    for number in range(3):
        clock.now += tact.APART
        assert do(console, found(nth(number)), "offer", {"text": f"{TEXT} {number}"}).status == 200
        assert do(console, found(), "offer", {"text": TEXT}).body["rule"] == ("hour_cap" if number == 2 else "apart")
    clock.now = NOON + 10 * HOUR
    assert do(console, found(), "offer", {"text": TEXT}).body["rule"] == "quiet_hours"


def test_platform_that_takes_no_answers_is_named_and_nothing_is_stored(console: Console) -> None:
    proposal = found(replace(POST, may_reply=False))
    refused = do(console, proposal, "offer", {"text": TEXT})
    assert (refused.status, refused.body["error"], refused.body["reason"]) == (422, "not_permitted", "author_closed")
    assert proposals.read(proposal.id) == proposal


def test_account_that_was_removed_or_stopped_offers_nothing(console: Console) -> None:
    proposal = found()
    connections.note_connection("mastodon", "support", held=1)
    assert do(console, proposal, "offer", {"text": TEXT}).body["reason"] == "held"
    connections.drop_connection("mastodon", "support")
    assert do(console, proposal, "offer", {"text": TEXT}).body["reason"] == "not_connected"


def test_rules_of_a_subreddit_are_confirmed_by_the_writer(console: Console) -> None:
    connections.put_connection("reddit", "main", "t2_us", "telefunk", "service", {})
    post = replace(POST, channel="reddit", connection="main", id="t3_1", thread_id="t3_1", place="headphones")
    proposal = found(post)
    assert console.get("/proposals").body["items"][0]["permitted"]["confirm"] is True
    refused = do(console, proposal, "offer", {"text": TEXT})
    assert (refused.body["error"], refused.body["reason"]) == ("not_permitted", "place_rules")
    assert do(console, proposal, "offer", {"text": TEXT, "rules_confirmed": True}).status == 200


def test_text_that_is_too_long_for_the_platform_is_refused(console: Console) -> None:
    refused = do(console, found(), "offer", {"text": f"Telefunk {'x' * 600}"})
    assert (refused.status, refused.body["error"], refused.body["limit"]) == (422, "text_too_long", 468)
    assert do(console, found(), "offer", {"text": "  "}).body["error"] == "text_empty"
    assert do(console, found(), "offer", {"text": " \u200b\u2060\n"}).body["error"] == "text_empty"


def test_controls_in_a_text_are_left_out(console: Console) -> None:
    searches.create(SEARCH)
    answer = do(console, found(), "offer", {"text": f"{TEXT}\x00\x1b[2J\n\tMaria\x7f\x9b"})
    assert (answer.status, answer.body["offer"]["text"]) == (200, f"{TEXT}[2J\n\tMaria")


def test_text_that_nobody_approved_is_a_draft_after_a_day(console: Console, colleague: Console, clock: Clock) -> None:
    clock.now -= 12 * HOUR
    proposal = found(replace(POST, sent_at=clock.now - HOUR))
    clock.now += 12 * HOUR
    written = do(console, proposal, "offer", {"text": TEXT}).body
    assert (written["offer"]["approval"], written["draft"]) == ("waiting", None)
    clock.now += TEXT_LASTS
    free = console.get(f"/proposals/{proposal.id}").body
    assert (free["status"], free["claimed_by"], free["claimed_until"], free["offer"]) == ("new", None, None, None)
    assert (free["draft"]["text"], free["draft"]["by"]["id"]) == (TEXT, me(console))
    late = do(colleague, proposal, "approve", {"digest": written["offer"]["digest"]})
    assert (late.status, late.body["reason"]) == (409, "new")
    taken = do(colleague, proposal, "claim").body
    assert (taken["claimed_by"]["id"], taken["offer"], taken["draft"]["text"]) == ("kim", None, TEXT)
    assert do(colleague, proposal, "offer", {"text": TEXT}).body["draft"] is None


def offered_by_hand(console: Console, colleague: Console, post: FoundPost | None = None) -> tuple[Proposal, Any]:
    """Have a text approved that a person is to post on X."""
    connections.put_connection("x", "main", "77", "Telefunk", "service", {"handle": "telefunk"})
    on_x = replace(
        POST, channel="x", connection="main", id="20807613", thread_id="20807613", url="https://x.com/m/status/2"
    )
    proposal = found(post or on_x)
    digest = do(console, proposal, "offer", {"text": TEXT}).body["offer"]["digest"]
    return proposal, do(colleague, proposal, "approve", {"digest": digest}).body


@pytest.mark.invariant(13)
def test_offer_that_nobody_posted_by_hand_ends_and_its_person_stays_taken(
    console: Console, colleague: Console, clock: Clock
) -> None:
    proposal, _ = offered_by_hand(console, colleague)
    last = POST.sent_at + tact.OLDEST + proposal_expiry.TO_BE_FOUND
    assert proposal_expiry.close(last, lambda: False) == 0
    assert proposal_expiry.close(last + 1, lambda: False) == 1
    clock.now = last + 1
    shown = console.get(f"/proposals/{proposal.id}").body
    assert (shown["status"], shown["offer"]["text"], shown["offer"]["compose_url"]) == ("expired", TEXT, None)
    again = found(replace(POST, channel="x", connection="main", id="3", thread_id="3", sent_at=clock.now - HOUR))
    assert console.get(f"/proposals/{again.id}").body["tact"]["rule"] == "person_pause"
    posted = do(console, proposal, "posted", {"url": "https://x.com/telefunk/status/4"}).body
    assert (posted["status"], posted["posted"]["url"]) == ("posted", "https://x.com/telefunk/status/4")


def test_offer_in_a_forum_read_by_its_feed_ends_when_nobody_posted_it(console: Console, colleague: Console) -> None:
    entry = replace(POST, channel=FEED, connection="", url="https://forum.example/t/1")
    proposal, _ = offered_by_hand(console, colleague, entry)
    assert proposal_expiry.close(POST.sent_at + tact.OLDEST + proposal_expiry.TO_BE_FOUND + 1, lambda: False) == 1
    posted = do(console, proposal, "posted", {"url": "https://forum.example/t/1#2"}).body
    assert posted["status"] == "posted"


def test_offer_by_hand_is_posted_where_its_writer_says(console: Console, colleague: Console) -> None:
    proposal, offered = offered_by_hand(console, colleague)
    assert (offered["permitted"]["reason"], offered["offer"]["by_hand"]) == ("x_self_serve", True)
    assert offered["offer"]["compose_url"].startswith("https://x.com/intent/post?in_reply_to=20807613&text=Telefunk")
    for url in (
        "https://example.com/telefunk/status/3",
        "https://x.com/m/status/2",
        "javascript://x.com/telefunk/status/3",
        "x.com/telefunk/status/3",
    ):
        refused = do(console, proposal, "posted", {"url": url})
        assert (refused.status, refused.body["error"]) == (422, "offer_address")
    posted = do(console, proposal, "posted", {"url": "https://x.com/telefunk/status/3"}).body
    assert (posted["status"], posted["posted"]["url"]) == ("posted", "https://x.com/telefunk/status/3")
    assert do(console, proposal, "posted", {"url": "https://x.com/telefunk/status/3"}).body == posted


def test_wrong_address_is_corrected_by_its_writer_or_a_lead_until_the_person_answers(
    console: Console, colleague: Console, lead: Console
) -> None:
    proposal, _ = offered_by_hand(console, colleague)
    do(console, proposal, "posted", {"url": "https://x.com/telefunk/status/3"})

    def name(who: Console, number: int) -> tuple[int, str | None]:
        answer = do(who, proposal, "posted", {"url": f"https://x.com/telefunk/status/{number}"})
        return answer.status, answer.body["reason"] if "error" in answer.body else None

    stranger = Console(console.context, {"sub": "ola", "name": "Ola", "email": "ola@example.com"})
    assert name(stranger, 4) == (409, "not_yours")
    assert do(console, proposal, "posted", {"url": "https://x.com/m/status/2"}).body["error"] == "offer_address"
    assert name(console, 4) == (200, None)
    assert name(lead, 5) == (200, None)
    assert name(lead, 5) == (200, None)
    shown = console.get(f"/proposals/{proposal.id}").body
    assert shown["posted"]["url"] == "https://x.com/telefunk/status/5"
    (action,) = conversations.read(shown["conversation"]).actions
    assert (action.platform_id, action.state, action.by.id) == ("5", State.SENT, me(console))
    entries, _ = audit.page(Period(NOON - DAY, NOON + DAY), 10, event="offer_posted")
    assert sorted((each.by.id, each.detail.get("changed", "")) for each in entries) == sorted(
        [(me(console), ""), (me(console), "address"), (lead_id(lead), "address")]
    )
    said = Fact(Kind.MESSAGE, Visibility.PUBLIC, "20807613", NOON + 1, "6", parent_id="5", author=AUTHOR, text="Hm.")
    received_facts.add("x", "main", [said], NOON + 1)
    projection.take_in(Identity("x", "main", Visibility.PUBLIC, "20807613"), [said], NOON + 1)
    assert name(console, 7) == (409, "answered")


@pytest.mark.invariant(13)
def test_address_of_a_post_that_the_platform_told_and_the_person_answered_is_taken(
    console: Console, colleague: Console
) -> None:
    proposal, _ = offered_by_hand(console, colleague)
    where, told = Identity("x", "main", Visibility.PUBLIC, "20807613"), "https://x.com/i/web/status/5"
    us, place = Author("77", "Telefunk"), {"parent_id": "20807613", "permalink": told}
    ours = Fact(Kind.MESSAGE, where.visibility, "20807613", NOON, "5", author=us, own=True, text=TEXT, **place)
    offer_messages.attach_found(where, [ours], lambda: NOON)
    said = Fact(Kind.MESSAGE, where.visibility, "20807613", NOON + 1, "6", parent_id="5", author=AUTHOR, text="No.")
    received_facts.add("x", "main", [said], NOON + 1)
    projection.take_in(where, [said], NOON + 1)
    before = console.get(f"/proposals/{proposal.id}").body
    answered_offers.read(before["conversation"], lambda: NOON + 1)
    shown = do(console, proposal, "posted", {"url": "https://x.com/telefunk/status/5"})
    assert (shown.status, shown.body["posted"]["url"]) == (200, told)
    assert do(console, proposal, "posted", {"url": "https://x.com/telefunk/status/7"}).body["reason"] == "answered"


def lead_id(lead: Console) -> str:
    return lead.get("/me").body["id"]


def test_each_forum_that_is_read_by_its_feed_has_a_pace_of_its_own(console: Console) -> None:
    experienced(me(console))

    def entry(number: int, forum: str) -> Proposal:
        url = f"https://{forum}/t/{number}"
        return found(replace(nth(number), channel=FEED, connection="", url=url))

    assert do(console, entry(1, "forum.example"), "offer", {"text": TEXT}).body["status"] == "offered"
    again = do(console, entry(2, "forum.example"), "offer", {"text": f"{TEXT} Or clips."})
    assert (again.status, again.body["rule"]) == (422, "apart")
    elsewhere = entry(3, "blog.example")
    assert do(console, elsewhere, "offer", {"text": TEXT}).body["rule"] == "same_text"
    assert do(console, elsewhere, "offer", {"text": f"{TEXT} Or clips."}).body["status"] == "offered"


def test_proposal_whose_search_was_removed_is_held_to_the_rules_of_its_team(console: Console) -> None:
    experienced(me(console))
    rules = {"brands": ("Klangwerk",), "options": {"oldest_hours": "2"}, "needs_approval": True}
    searches.create(replace(SEARCH, id="s2", **rules))
    proposal, old = found(search="gone"), found(replace(nth(1), sent_at=NOON - 3 * HOUR), search="gone")
    assert do(console, proposal, "offer", {"text": TEXT}).body["rule"] == "unnamed"
    named = {"text": f"{TEXT} Klangwerk."}
    assert do(console, old, "offer", named).body["rule"] == "too_old"
    assert do(console, proposal, "offer", named).body["offer"]["approval"] == "waiting"


def entry_of(number: int, host: str = "forum.example") -> FoundPost:
    """Return an entry that Runa wrote in a forum, as its feed tells it."""
    author, url = Author(f"{host}/runa", "Runa"), f"https://{host}/t/{number}"
    return replace(POST, channel=FEED, connection="", id=url, thread_id=url, url=url, author=author)


@pytest.mark.invariant(13)
def test_person_in_a_forum_that_is_read_by_its_feed_is_offered_something_once(
    console: Console, colleague: Console
) -> None:
    experienced(me(console))
    first, second = found(entry_of(1)), found(entry_of(2))
    assert do(console, first, "offer", {"text": TEXT}).body["status"] == "offered"
    refused = do(console, second, "offer", {"text": f"{TEXT} Or clips."})
    assert (refused.status, refused.body["rule"]) == (422, "person_pause")
    assert console.get(f"/proposals/{found(entry_of(3, 'blog.example')).id}").body["tact"] is None


def test_person_in_a_forum_that_is_read_by_its_feed_declines_and_is_erased(console: Console, lead: Console) -> None:
    first, second, elsewhere = found(entry_of(1)), found(entry_of(2)), found(entry_of(3, "blog.example"))
    exported = lead.get(f"/proposals/{first.id}/person").body
    assert len(exported["proposals"]) == 2
    assert console.put(f"/proposals/{first.id}/person/opt-out").body == {"declined": True}
    assert [console.get(f"/proposals/{each.id}").body["status"] for each in (first, second)] == ["expired"] * 2
    assert proposals.add(entry_of(4), "s1", "asks_advice", team="service", now=NOON) is None
    (listed,) = lead.get("/opt-outs").body["items"]
    assert (listed["channel"], listed["connection"]) == ("feed", "")
    assert lead.delete(f"/proposals/{first.id}/person").body == {"erased": 2}
    assert [console.get(f"/proposals/{each.id}").status for each in (first, second, elsewhere)] == [404, 404, 200]


def test_wrong_address_in_a_forum_read_by_its_feed_is_corrected(console: Console, colleague: Console) -> None:
    entry = replace(POST, channel=FEED, connection="", url="https://forum.example/t/1")
    proposal, _ = offered_by_hand(console, colleague, entry)
    for number in (2, 3):
        posted = do(console, proposal, "posted", {"url": f"https://forum.example/t/1#{number}"}).body["posted"]
        assert posted["url"] == f"https://forum.example/t/1#{number}"


def test_offer_that_leaves_by_itself_is_not_posted_by_hand(console: Console, colleague: Console) -> None:
    proposal = found()
    digest = do(console, proposal, "offer", {"text": TEXT}).body["offer"]["digest"]
    do(colleague, proposal, "approve", {"digest": digest})
    answer = do(console, proposal, "posted", {"url": "https://mastodon.example/@telefunk/77"})
    assert (answer.status, answer.body["reason"]) == (409, "not_by_hand")


@pytest.mark.invariant(13)
def test_of_two_agents_who_offer_at_once_one_does(console: Console, colleague: Console) -> None:
    experienced(me(console))
    experienced("kim")
    proposal = found()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda who: do(who, proposal, "offer", {"text": TEXT}), (console, colleague)))
    assert sorted(answer.status for answer in answers) == [200, 409]
    assert len(offer_claims.pace_of("mastodon", "support").times) == 1


@pytest.mark.invariant(13)
def test_of_two_posts_of_one_person_that_two_searches_found_one_is_offered(
    console: Console, colleague: Console
) -> None:
    experienced(me(console))
    experienced("kim")
    first = found(search="s1")
    second = found(replace(POST, id="9200", thread_id="9200"), search="s2")
    with ThreadPoolExecutor(2) as pool:
        tries = [(console, first, TEXT), (colleague, second, "Telefunk: have a look at ear hooks.")]
        answers = list(pool.map(lambda each: do(each[0], each[1], "offer", {"text": each[2]}), tries))
    assert sorted(answer.status for answer in answers) == [200, 422]
    refused = next(answer for answer in answers if answer.status == 422)
    assert refused.body["rule"] in ("person_pause", "apart")


def test_search_that_wants_it_has_each_text_approved(console: Console, colleague: Console) -> None:
    experienced(me(console))
    searches.create(replace(SEARCH, needs_approval=True))
    proposal = found()
    assert console.get(f"/proposals/{proposal.id}").body["context"]["needs_approval"] is True
    waiting = do(console, proposal, "offer", {"text": TEXT}).body
    assert (waiting["status"], waiting["offer"]["approval"]) == ("claimed", "waiting")
    assert do(colleague, proposal, "approve", {"digest": waiting["offer"]["digest"]}).body["status"] == "offered"


def test_team_that_wants_it_has_each_text_approved(console: Console, colleague: Console, admin: Console) -> None:
    experienced(me(console))
    assert admin.put("/teams/service", {"approve_offers": True}).status == 200
    assert admin.put("/teams/service", {"label": "Service"}).body["approve_offers"] is True
    waiting = do(console, found(), "offer", {"text": TEXT}).body
    assert (waiting["status"], waiting["offer"]["approval"]) == ("claimed", "waiting")


def test_text_waits_where_a_second_person_is_wanted_while_it_is_stored(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    experienced(me(console))
    proposal, needs_second = found(), offer_claims.needs_second
    answers = iter([False])
    monkeypatch.setattr(offer_claims, "needs_second", lambda *given: next(answers, True) and needs_second(*given))
    searches.create(replace(SEARCH, needs_approval=True))
    waiting = do(console, proposal, "offer", {"text": TEXT}).body
    assert (waiting["status"], waiting["offer"]["approval"]) == ("claimed", "waiting")


def test_limits_that_a_lead_tightened_hold_for_what_that_search_found(console: Console) -> None:
    experienced(me(console))
    searches.create(replace(SEARCH, options={"per_day": "1", "links": "1", "minutes_apart": "1"}))
    searches.create(replace(SEARCH, id="s2"))
    linked = f"{TEXT} https://telefunk.example"
    assert do(console, found(nth(1), search="s2"), "offer", {"text": linked}).body["rule"] == "link"
    assert do(console, found(nth(2)), "offer", {"text": linked}).status == 200
    assert do(console, found(nth(3)), "offer", {"text": f"{TEXT} 3"}).body["rule"] == "day_cap"


def test_nothing_is_offered_below_posts_of_competitors_or_to_their_customers(console: Console) -> None:
    searches.create(replace(SEARCH, competitors=("@mika@mastodon.example",)))
    assert do(console, found(), "offer", {"text": TEXT}).body["rule"] == "competitor"


def test_nothing_is_offered_below_a_post_that_stands_below_a_competitors(console: Console) -> None:
    searches.create(replace(SEARCH, competitors=("rival@mastodon.example",)))
    rival = Author("5", "R", "rival@mastodon.example")
    proposal = found(replace(POST, parent_id="8", above=accounts_above.digests_of([rival])))
    assert console.get(f"/proposals/{proposal.id}").body["tact"]["rule"] == "competitor"
    assert do(console, proposal, "offer", {"text": TEXT}).body["rule"] == "competitor"


def test_steps_are_counted_for_each_search_that_found_the_post(console: Console) -> None:
    experienced(me(console))
    searches.create(SEARCH)
    found(search="s2")
    offered, dismissed = found(), found(nth(2))
    do(console, offered, "offer", {"text": TEXT})
    for _twice in range(2):
        do(console, dismissed, "dismiss", {"reason": "spam"})
    assert outreach_figures.totals("s1") == {"offered": 1, "dismissed:spam": 1}
    assert outreach_figures.totals("s2") == {"offered": 1}


def test_picture_of_a_post_is_named_with_its_address(console: Console) -> None:
    searches.create(SEARCH)
    picture = Attachment("image", "https://files.mastodon.example/9100.jpg", "Alte Kopfhörer", "77")
    proposal = found(replace(POST, attachments=(picture,)))
    shown = console.get(f"/proposals/{proposal.id}").body["post"]["attachments"]
    assert shown == [
        {"type": "image", "title": "Alte Kopfhörer", "url": "https://files.mastodon.example/9100.jpg"},
    ]


def test_context_has_what_is_known_of_the_person_and_the_texts_of_the_team(console: Console, clock: Clock) -> None:
    searches.create(SEARCH)
    templates.put("service", "ears", "de", Template("Hallo {{firstname}}, {{agent}} hier.", "Ohren"), Use.ANSWER)
    templates.put("service", "ears", "en", Template("About {{topic}}", ""), Use.ANSWER)
    proposal = found()
    found(replace(POST, id="9200", thread_id="9200"))
    shown = console.get(f"/proposals/{proposal.id}").body
    assert shown["searches"] == [{"id": "s1", "name": "Headphones", "note": "Be brief."}]
    context = shown["context"]
    assert context["person"] == {
        "card": None,
        "conversations": 0,
        "declined": False,
        "offered_at": None,
        "proposals": 1,
    }
    assert context["limit"] == {"length": 468, "unit": "graphemes"}
    first, second = context["templates"]
    assert (first["title"], first["language"], first["unfilled"]) == ("Ohren", "de", [])
    assert first["text"].startswith("Hallo Mika, ")
    assert (second["text"], second["unfilled"]) == ("About {{topic}}", ["topic"])
    assert context["answers"] is None
    assert "context" not in console.get("/proposals").body["items"][0]


def test_conversations_with_the_person_are_named_as_far_as_the_agent_sees_them(
    console: Console, lambda_context: object
) -> None:
    fact = Fact(Kind.MESSAGE, Visibility.PUBLIC, "8000", NOON - DAY, "8000", author=AUTHOR, text="Danke!")
    received_facts.add("mastodon", "support", [fact], NOON)
    who = Identity("mastodon", "support", Visibility.PUBLIC, "8000")
    projection.take_in(who, [fact], NOON)
    customers.remember("mastodon", "support", "9001", keys.id_of(who), NOON // 1000 + 10**6)
    proposal = found()
    person = console.get(f"/proposals/{proposal.id}").body["context"]["person"]
    assert (person["conversations"], person["card"]) == (1, customers.digest("mastodon", "support", "9001"))


class Below(Searcher):
    """A platform that tells what stands below a post."""

    seconds, page_size = 60, 10

    def __init__(self, *posts: FoundPost) -> None:
        self.posts = posts
        self.above: tuple[Author, ...] = ()
        self.asked = 0

    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        raise AssertionError

    def answers(self, post: FoundPost, credentials: Credentials) -> Sequence[FoundPost]:
        self.asked += 1
        return self.posts

    def surroundings(self, post: FoundPost, credentials: Credentials) -> Surroundings:
        return Surroundings(self.answers(post, credentials), accounts_above.digests_of(self.above))

    def fact(self, post: FoundPost) -> Fact:
        raise AssertionError


def answer(number: int, author: Author, parent: str = "9100") -> FoundPost:
    return replace(POST, id=f"a{number}", author=author, parent_id=parent, text=f"Answer {number}")


@pytest.fixture
def below(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Below]:
    """Have a platform answer a question for what stands below a post."""

    def stand(channel: str, *posts: FoundPost) -> Below:
        searcher = Below(*posts)
        monkeypatch.setattr(channels.get(channel), "searcher", searcher)
        monkeypatch.setattr(offer_context.session, "fresh", lambda *_: Credentials("1"))
        return searcher

    return stand


def test_answers_below_the_post_are_shown_and_one_of_ours_ends_it(
    console: Console, below: Callable[..., Below]
) -> None:
    searches.create(replace(SEARCH, competitors=("rival",)))
    others = answer(1, Author("5", "Jo")), answer(2, Author("6", "R", "rival"), "a1")
    below("mastodon", *others)
    proposal = found()
    shown = console.get(f"/proposals/{proposal.id}").body
    told = [(each["text"], each["ours"], each["competitor"], each["to_post"]) for each in shown["context"]["answers"]]
    assert told == [("Answer 1", False, False, True), ("Answer 2", False, True, False)]
    assert shown["tact"] is None
    below("mastodon", *others, answer(3, Author("1", "Telefunk")))
    shown = console.get(f"/proposals/{proposal.id}").body
    assert (shown["context"]["answers"][2]["ours"], shown["tact"]["rule"]) == (True, "colleague")
    assert do(console, proposal, "offer", {"text": TEXT}).body["rule"] == "colleague"


def test_competitor_above_whom_the_thread_alone_tells_ends_it_and_is_kept_without_a_name(
    console: Console, below: Callable[..., Below]
) -> None:
    experienced(me(console))
    searches.create(replace(SEARCH, competitors=("rival",)))
    platform = below("mastodon", answer(1, Author("5", "Jo")))
    platform.above = (Author("4", "Lee", "lee"), Author("6", "R", "rival"))
    proposal = found()
    assert console.get(f"/proposals/{proposal.id}").body["tact"]["rule"] == "competitor"
    assert do(console, proposal, "offer", {"text": TEXT}).body["rule"] == "competitor"
    platform.above = (Author("4", "Lee", "lee"),)
    assert do(console, proposal, "offer", {"text": TEXT}).status == 200
    kept = proposals.read(proposal.id)
    assert kept and kept.post.above == accounts_above.digests_of(platform.above)
    assert len(kept.post.above) == 3 and not any("lee" in each for each in kept.post.above)


def test_platform_that_charges_is_asked_for_answers_once_somebody_works_on_it(
    console: Console, colleague: Console, below: Callable[..., Below], clock: Clock
) -> None:
    connections.put_connection("x", "main", "77", "Telefunk", "service", {})
    asked = below("x", answer(1, Author("5", "Jo")), answer(2, Author("6", "Li")))
    proposal = found(replace(POST, channel="x", connection="main", id="20807613", thread_id="20807613"))
    assert console.get(f"/proposals/{proposal.id}").body["context"]["answers"] is None
    do(console, proposal, "claim")
    assert colleague.get(f"/proposals/{proposal.id}").body["context"]["answers"] is None
    assert asked.asked == 0
    for _twice in range(2):
        assert len(console.get(f"/proposals/{proposal.id}").body["context"]["answers"]) == 2
    assert outreach_budgets.read("x", "main", clock.now).used == 2 * 5_000


def test_proposal_is_shown_where_the_platform_does_not_answer(
    console: Console, below: Callable[..., Below], monkeypatch: pytest.MonkeyPatch
) -> None:
    below("mastodon")

    def fails(*_: object) -> Credentials:
        raise TransientFailure(Reason.RETRY, "down")

    monkeypatch.setattr(offer_context.session, "fresh", fails)
    shown = console.get(f"/proposals/{found().id}").body
    assert (shown["context"]["answers"], shown["tact"]) == (None, None)


# -- posts that several of our connections found ----------------------------------------------------------------------


def on_another_server(connection: str = "nord") -> FoundPost:
    """Return the post as another server of Mastodon shows it, to which we have a connection."""
    connections.put_connection("mastodon", connection, "2", "Telefunk", "service", {"base_url": "https://nord.example"})
    author = replace(AUTHOR, id="17")
    return replace(SHARED, connection=connection, id="118", thread_id="118", author=author, text="Kann jemand …")


SHARED = replace(POST, uri="https://mastodon.example/users/mika/statuses/9100")


def test_post_is_answered_by_another_connection_that_found_it_where_the_first_cannot(console: Console) -> None:
    proposal = found(SHARED)
    there = on_another_server()
    assert found(there).id == proposal.id
    assert found(there, search="s2").searches == ("s1", "s2")
    shown = console.get(f"/proposals/{proposal.id}").body
    assert (shown["post"]["connection"], shown["permitted"]["state"]) == ("support", "allowed")

    connections.note_connection("mastodon", "support", held=NOON)
    (listed,) = console.get("/proposals").body["items"]
    shown = console.get(f"/proposals/{proposal.id}").body
    for each in (listed, shown):
        assert (each["post"]["connection"], each["permitted"]["state"]) == ("nord", "allowed")
        assert each["post"]["text"] == POST.text

    experienced(me(console))
    assert do(console, proposal, "offer", {"text": TEXT}).body["status"] == "offered"
    stored = proposals.read(proposal.id)
    assert stored
    assert (stored.post.connection, stored.post.id, stored.post.text) == ("nord", "118", POST.text)
    assert [(each.connection, each.id) for each in stored.elsewhere] == [("support", "9100")]
    assert offer_claims.pace_of("mastodon", "nord").times == (NOON,)
    assert offer_claims.pace_of("mastodon", "support").times == ()


def test_text_that_was_written_for_one_connection_is_approved_for_another(console: Console, colleague: Console) -> None:
    proposal = found(SHARED)
    found(on_another_server())
    offer = do(console, proposal, "offer", {"text": TEXT}).body["offer"]
    connections.drop_connection("mastodon", "support")
    assert do(colleague, proposal, "approve", {"digest": offer["digest"]}).body["status"] == "offered"
    stored = proposals.read(proposal.id)
    assert stored
    assert stored.post.connection == "nord"


def test_post_that_no_connection_may_answer_is_not_offered(console: Console) -> None:
    proposal = found(SHARED)
    found(on_another_server())
    for name in ("support", "nord"):
        connections.note_connection("mastodon", name, held=NOON)
    refused = do(console, proposal, "offer", {"text": TEXT})
    assert (refused.status, refused.body["reason"]) == (422, "held")


def test_few_connections_are_kept_and_none_once_something_was_offered(console: Console) -> None:
    proposal = found(SHARED)
    for number in range(6):
        found(on_another_server(f"nord{number}"))
    stored = proposals.read(proposal.id)
    assert stored
    assert [each.connection for each in stored.elsewhere] == ["nord0", "nord1", "nord2", "nord3"]
    experienced(me(console))
    do(console, proposal, "offer", {"text": TEXT})
    connections.note_connection("mastodon", "support", held=NOON)
    assert console.get(f"/proposals/{proposal.id}").body["post"]["connection"] == "support"
