"""Approved offers on their way: stored with the stranger's post, sent once, attached when posted by hand, answered."""

from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

import channels
from application import loading, offer_messages, offer_posts, opt_outs
from application.offer_posts import NotOurPost
from channels._search import Searcher, SearchPage, SearchRequest
from channels._search_facts import fact_of
from channels.base import Credentials
from conversations import identity
from conversations.actions import State
from conversations.business_hours import ALWAYS
from conversations.conversation import Conversation
from conversations.conversation import Status as HeadStatus
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import thread_key
from conversations.team_settings import Team
from outreach import accounts_above, permission
from outreach import proposals as steps
from outreach.found_posts import FoundPost
from outreach.permission import Possibility, Rule
from outreach.proposals import Offer, Outcome, Proposal, Status, StepRefused
from outreach.searches import Query, Search
from storage import (
    conversations,
    customers,
    erased_conversations,
    inbox_index,
    offer_claims,
    outreach_figures,
    proposals,
    received_facts,
    searches,
)
from storage import table as table_module
from storage.teams import put_team
from tests.functional.console_api import Console
from tests.support.stack import CONNECTION, Stack

HOUR = 3_600_000
MIKA = Author("9001", "Mika")
KIM, LEE = Author("kim", "Kim"), Author("lee", "Lee")
PERSON = ("facebook", CONNECTION, "9001")
TEXT = "Beim Laufen sitzen Ohrbügel fest. Viele Grüße, Telefunk"
POST_ID, OURS = "777_1", "777_2"
CONVERSATION = thread_key("facebook", CONNECTION, POST_ID)


class Strangers(Searcher):
    """Strangers' posts on the test's platform, which shows our posts below ``/ours/``."""

    seconds = 60
    page_size = 10

    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        return SearchPage((), "")

    def fact(self, post: FoundPost) -> Fact:
        return fact_of(post)

    def post_url(self, post_id: str, below: FoundPost, credentials: Credentials) -> str:
        return f"https://forum.example/ours/{post_id}"

    def own_post_id(self, url: str, credentials: Credentials | None = None) -> str | None:
        return url.removeprefix("https://forum.example/ours/") if "/ours/" in url else None


@pytest.fixture(autouse=True)
def strangers(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels.get("facebook"), "searcher", Strangers())
    is_open = Rule(frozenset(["facebook"]), Possibility.ALLOWED, "open", "2026", "", lambda _post, _account: True)
    monkeypatch.setattr(permission, "RULES", (is_open, *permission.RULES))
    put_team(Team("service", hours=ALWAYS), now())


def now() -> int:
    return time.time_ns() // 1_000_000


def found(at: int = 0, **more: object) -> Proposal:
    post = FoundPost(
        "facebook",
        CONNECTION,
        POST_ID,
        POST_ID,
        "https://forum.example/777_1",
        at or now() - HOUR,
        author=MIKA,
        text="Kennt jemand gute Kopfhörer zum Laufen?",
    )
    added = proposals.add(replace(post, **more), "s1", "asks_advice", team="service", now=now())
    assert added
    return added[0]


def offer(proposal: Proposal, by_hand: bool = False, text: str = TEXT) -> Proposal:
    approved = Offer(text, KIM, now(), needs_approval=True, approved_by=LEE, approved_at=now(), by_hand=by_hand)
    changes = {"version": proposal.version + 1, "status": Status.OFFERED, "claimed_by": KIM, "closed_at": now()}
    pace = offer_claims.pace_of("facebook", CONNECTION)
    return offer_claims.offer(proposal, replace(proposal, offer=approved, failure="", **changes), pace, now())


def head() -> Conversation | None:
    return conversations.head(CONVERSATION)


def stored(proposal: Proposal) -> Proposal:
    known = proposals.read(proposal.id)
    assert known
    return known


def answered(text: str, author: Author = MIKA, parent: str | None = OURS, **more: object) -> Fact:
    fact = Fact(Kind.MESSAGE, Visibility.PUBLIC, POST_ID, now(), f"c{text}", "c1", author=author, text=text)
    return replace(fact, parent_id=parent, **more)


def posted(stack: Stack) -> Proposal:
    """An offer that stands on the platform."""
    proposal = offer(found())
    stack.platform.says({"id": OURS})
    stack.settle()
    return stored(proposal)


def figures() -> dict[str, int]:
    return {name: count for name, count in outreach_figures.totals("s1").items() if count}


# -- leaving ----------------------------------------------------------------------------------------------------------


@pytest.mark.invariant(13)
def test_approved_offer_leaves_once_and_begins_a_closed_conversation(stack: Stack) -> None:
    proposal = posted(stack)
    assert (proposal.status, proposal.posted_url) == ("posted", f"https://forum.example/ours/{OURS}")
    begun = head()
    assert begun
    assert (begun.origin, begun.status, begun.customer, begun.identity.team) == (
        "outreach",
        HeadStatus.RESOLVED,
        MIKA,
        "service",
    )
    assert proposal.conversation == CONVERSATION
    question, ours = stack.read(begun).messages()
    assert (question.text, question.author, ours.text, ours.author, ours.id) == (
        "Kennt jemand gute Kopfhörer zum Laufen?",
        MIKA,
        TEXT,
        KIM,
        proposal.action_id,
    )
    assert [call["call"] for call in stack.platform.asked] == [f"POST /v99.0/{POST_ID}/comments"]
    assert stack.hand_over(stack.records) == []
    stack.settle()
    assert len(stack.platform.asked) == 1
    assert figures() == {"posted": 1}


def test_offer_that_waits_for_approval_does_not_leave(stack: Stack) -> None:
    proposal = found()
    written = steps.write_offer(proposal, Offer(TEXT, KIM, now(), needs_approval=True))
    proposals.change(proposal, written, now())
    stack.settle()
    assert (head(), stack.platform.asked) == (None, [])


def test_conversation_of_an_offer_is_no_open_work_until_somebody_answers(stack: Stack, console: Console) -> None:
    posted(stack)
    heads, _ = inbox_index.page(["service"], 10)
    assert [each.status for each in heads] == [HeadStatus.RESOLVED]
    shown = console.get(f"/conversations/{CONVERSATION}").body
    assert (shown["origin"], shown["status"], shown["unread"]) == ("outreach", "resolved", 0)
    received_facts.add("facebook", CONNECTION, [answered("Welche denn genau?")], now())
    stack.settle()
    begun = head()
    assert begun
    assert (begun.status, begun.unread, begun.assignee) == (HeadStatus.OPEN, 1, KIM)


@pytest.mark.invariant(13)
def test_text_that_was_changed_after_its_approval_does_not_leave(stack: Stack) -> None:
    proposal = offer(found())
    stack.dispatch()
    other = replace(stored(proposal), version=proposal.version + 1)
    changed = replace(other, offer=replace(other.offer, text="Etwas anderes"))  # type: ignore[type-var]
    proposals.change(stored(proposal), changed, now())
    stack.settle()
    assert stack.platform.asked == []


@pytest.mark.invariant(13)
def test_person_who_opted_out_before_it_leaves_is_left_alone(stack: Stack) -> None:
    proposal = offer(found())
    stack.dispatch()
    assert head()
    opt_outs.decline(PERSON, now)
    stack.settle()
    assert stack.platform.asked == []
    after = stored(proposal)
    assert (after.status, after.failure, after.offer) == ("expired", "declined", None)
    assert head() is None
    assert offer_claims.offered_at([customers.digest(*PERSON)]) == 0


def test_offer_is_not_sent_below_a_post_of_an_account_that_is_a_competitor_by_then(stack: Stack) -> None:
    above = accounts_above.digests_of([Author("20", "Rival Audio", "rival")])
    proposal = offer(found(above=above))
    stack.dispatch()
    searches.create(Search("s1", "Headphones", "service", Query(any=("Kopfhörer",)), (), competitors=("@rival",)))
    stack.settle()
    assert stack.platform.asked == []
    after = stored(proposal)
    assert (after.status, after.failure, after.offer) == ("claimed", "competitor", None)
    assert head() is None


def test_offer_below_a_post_that_is_gone_is_closed(stack: Stack) -> None:
    proposal = offer(found())
    stack.platform.fails(100, 33)
    stack.settle()
    after = stored(proposal)
    assert (after.status, after.failure, after.offer) == ("expired", "gone", None)
    assert head() is None
    assert not [item for item in stack.items() if item["pk"]["S"] == CONVERSATION]
    assert offer_claims.offered_at([customers.digest(*PERSON)]) == 0
    assert figures() == {}


def test_offer_given_back_may_be_offered_again(stack: Stack) -> None:
    proposal = offer(found())
    stack.platform.fails(200)
    stack.settle()
    after = stored(proposal)
    assert (after.status, after.claimed_by, bool(after.failure), after.offer) == ("claimed", KIM, True, None)
    assert offer_claims.offered_at([customers.digest(*PERSON)]) == 0
    again = offer(stored(proposal))
    stack.platform.says({"id": OURS})
    stack.settle()
    assert stored(again).status == "posted"
    begun = head()
    assert begun
    assert [each.text for each in stack.read(begun).messages()][1:] == [again.offer.text if again.offer else ""]


def test_person_who_wrote_meanwhile_is_not_offered_anything(stack: Stack) -> None:
    proposal = offer(found())
    stack.dispatch()
    received_facts.add("facebook", CONNECTION, [answered("Hat sich erledigt", parent=POST_ID)], now())
    stack.settle()
    assert stack.platform.asked == []
    assert (stored(proposal).status, stored(proposal).failure) == ("expired", "customer_wrote")
    begun = head()
    assert begun
    assert (begun.origin, begun.status) == ("", HeadStatus.OPEN)


def test_offer_is_not_sent_where_another_of_us_answered(stack: Stack) -> None:
    proposal = offer(found())
    stack.dispatch()
    colleague = answered("Schau mal bei uns", Author("104200000000001"), POST_ID, own=True)
    received_facts.add("facebook", CONNECTION, [colleague], now())
    stack.settle()
    assert stack.platform.asked == []
    assert (stored(proposal).status, stored(proposal).failure) == ("expired", "colleague")


def test_offer_is_not_sent_below_a_post_that_is_two_days_old_by_then(stack: Stack) -> None:
    proposal = offer(found(at=now() - 49 * HOUR))
    stack.settle()
    assert stack.platform.asked == []
    assert (stored(proposal).status, stored(proposal).failure) == ("expired", "too_old")


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_post_by_hand_is_attached_by_its_address_once(stack: Stack) -> None:
    proposal = offer(found(), by_hand=True)
    stack.settle()
    assert (head(), stack.platform.asked) == (None, [])
    url = f"https://forum.example/ours/{OURS}"
    after = offer_posts.attach_posted(stored(proposal), url, LEE, now())
    assert (after.status, after.posted_url, after.conversation) == ("posted", url, CONVERSATION)
    assert offer_posts.attach_posted(after, url, LEE, now()) == after
    stack.settle()
    begun = head()
    assert begun
    assert (begun.origin, begun.status) == ("outreach", HeadStatus.RESOLVED)
    ours = stack.read(begun).messages()[-1]
    assert (ours.text, ours.author, ours.state, ours.platform_id) == (TEXT, LEE, State.SENT, OURS)
    echo = answered(TEXT, Author("104200000000001"), POST_ID, own=True, message_id=OURS)
    received_facts.add("facebook", CONNECTION, [echo], now())
    stack.settle()
    assert [each.id for each in stack.read(begun).messages()] == [POST_ID, after.action_id]
    assert stack.platform.asked == []
    assert figures() == {"posted": 1}


def test_address_of_another_post_is_not_attached(stack: Stack) -> None:
    proposal = offer(found(), by_hand=True)
    for url in ("https://forum.example/777_1", f"https://forum.example/ours/{POST_ID}"):
        with pytest.raises(NotOurPost):
            offer_posts.attach_posted(proposal, url, KIM, now())
    with pytest.raises(StepRefused, match="new"):
        offer_posts.attach_posted(found(id="777_9", thread_id="777_9"), "https://forum.example/ours/1", KIM, now())
    assert stored(proposal).status == "offered"


def test_our_own_post_that_is_found_is_attached_to_the_offer_by_hand(stack: Stack) -> None:
    proposal = offer(found(), by_hand=True)
    stack.settle()
    echo = answered("Ohrbügel sitzen fest!", Author("104200000000001"), POST_ID, own=True, message_id=OURS)
    url = f"https://forum.example/ours/{OURS}"
    received_facts.add("facebook", CONNECTION, [replace(echo, permalink=url)], now())
    stack.settle()
    after = stored(proposal)
    assert (after.status, after.posted_url) == ("posted", url)
    begun = head()
    assert begun
    assert begun.status == HeadStatus.RESOLVED
    assert [each.text for each in stack.read(begun).messages()][1:] == ["Ohrbügel sitzen fest!"]
    assert offer_posts.attach_posted(after, url, KIM, now()) == after


@pytest.mark.invariant(13)
def test_our_own_post_that_is_older_than_the_offer_is_not_attached_to_it(stack: Stack) -> None:
    """Its person was erased with the offer that it belongs to, and their post was found again."""
    proposal = offer(found(), by_hand=True)
    echo = answered("Ein anderer Text", Author("104200000000001"), POST_ID, own=True, message_id=OURS, at=now() - HOUR)
    received_facts.add("facebook", CONNECTION, [echo], now())
    stack.settle()
    after = stored(proposal)
    assert (after.status, after.posted_url, head(), figures()) == ("offered", "", None, {})
    url = "https://forum.example/ours/777_3"
    assert offer_posts.attach_posted(after, url, KIM, now()).status == "posted"


@pytest.mark.parametrize("told", ["before it is posted", "later"])
def test_address_of_our_post_is_read_where_the_platform_tells_it(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    """Threads has addresses that no id tells."""
    monkeypatch.setattr(Strangers, "post_url", lambda *_: "")
    url = "https://www.threads.com/@us/post/abc"
    echo = answered(TEXT, Author("104200000000001"), POST_ID, own=True, message_id=OURS, permalink=url)
    proposal = offer(found())
    stack.platform.says({"id": OURS})
    if told == "before it is posted":
        received_facts.add("facebook", CONNECTION, [echo], now())
    stack.settle()
    if told == "later":
        assert (stored(proposal).status, stored(proposal).posted_url) == ("posted", "")
        other = replace(echo, message_id="777_9", text="Noch etwas", permalink="https://www.threads.com/@us/post/xyz")
        received_facts.add("facebook", CONNECTION, [other], now())
        received_facts.add("facebook", CONNECTION, [echo], now())
        stack.settle()
    assert (stored(proposal).status, stored(proposal).posted_url) == ("posted", url)


def test_post_in_a_forum_read_by_its_feed_is_noted_without_a_conversation(stack: Stack) -> None:
    proposal = found(channel="feed", connection="", url="https://hifi.example/1")
    written = steps.write_offer(proposal, Offer(TEXT, KIM, now(), by_hand=True))
    stored_offer = proposals.change(proposal, written, now())
    after = offer_posts.attach_posted(stored_offer, "https://hifi.example/1#2", KIM, now())
    stack.settle()
    assert (after.status, after.conversation) == ("posted", "")
    assert figures() == {"posted": 1}


# -- afterwards -------------------------------------------------------------------------------------------------------


def test_no_is_obeyed_for_good_and_counted_once(stack: Stack) -> None:
    proposal = posted(stack)
    received_facts.add("facebook", CONNECTION, [answered("Nein danke, bitte keine Werbung")], now())
    stack.settle()
    stack.hand_over(stack.records)
    assert customers.read(*PERSON).declined_at
    assert set(stored(proposal).outcomes) == {Outcome.ANSWERED, Outcome.REFUSED}
    assert figures() == {"posted": 1, "answered": 1, "refused": 1}


def test_no_and_block_of_one_person_are_one_refusal(stack: Stack) -> None:
    proposal = posted(stack)
    received_facts.add("facebook", CONNECTION, [answered("Nein danke")], now())
    stack.settle()
    gone = Fact(Kind.GONE, Visibility.PUBLIC, POST_ID, now(), f"gone {POST_ID}", "c1", author=MIKA)
    received_facts.add("facebook", CONNECTION, [gone], now())
    stack.settle()
    stack.hand_over(stack.records)
    begun = head()
    assert begun
    assert begun.unreachable
    assert set(stored(proposal).outcomes) == {Outcome.ANSWERED, Outcome.REFUSED}
    assert figures() == {"posted": 1, "answered": 1, "refused": 1}


def test_block_without_a_word_is_obeyed_and_counted_once(stack: Stack) -> None:
    proposal = posted(stack)
    gone = Fact(Kind.GONE, Visibility.PUBLIC, POST_ID, now(), f"gone {POST_ID}", "c1", author=MIKA)
    received_facts.add("facebook", CONNECTION, [gone], now())
    stack.settle()
    stack.hand_over(stack.records)
    assert customers.read(*PERSON).declined_at
    assert set(stored(proposal).outcomes) == {Outcome.BLOCKED}
    assert figures() == {"posted": 1, "blocked": 1}


def test_thanks_are_counted_once(stack: Stack) -> None:
    proposal = posted(stack)
    received_facts.add("facebook", CONNECTION, [answered("Danke für den Tipp!"), answered("Vielen Dank!")], now())
    stack.settle()
    assert not customers.read(*PERSON).declined_at
    assert set(stored(proposal).outcomes) == {Outcome.ANSWERED, Outcome.THANKED}
    assert figures() == {"posted": 1, "answered": 1, "thanked": 1}


def test_answer_within_the_second_of_our_post_is_read_as_one(stack: Stack) -> None:
    proposal = posted(stack)
    quick = replace(answered("Danke für den Tipp!"), at=proposal.closed_at - 900)
    received_facts.add("facebook", CONNECTION, [quick], now())
    stack.settle()
    assert set(stored(proposal).outcomes) == {Outcome.ANSWERED, Outcome.THANKED}


def test_answer_by_the_number_within_a_topic_is_to_us_unless_it_is_the_number_of_another(stack: Stack) -> None:
    proposal = posted(stack)
    ole = answered("Nimm die roten", Author("7", "Ole"), None, permalink=f"https://forum.example/t/a/{POST_ID}/2")
    to_ole = answered("Nein danke, die roten nicht", parent=f"{POST_ID}/2")
    received_facts.add("facebook", CONNECTION, [ole, to_ole], now())
    stack.settle()
    assert stored(proposal).outcomes == ()
    received_facts.add("facebook", CONNECTION, [answered("Vielen Dank!", parent=f"{POST_ID}/3")], now())
    stack.settle()
    assert set(stored(proposal).outcomes) == {Outcome.ANSWERED, Outcome.THANKED}


def test_word_to_somebody_else_or_by_somebody_else_is_no_answer(stack: Stack) -> None:
    proposal = posted(stack)
    others = [answered("Nein danke", parent="someone"), answered("Keine Werbung bitte", Author("7", "Ole"))]
    received_facts.add("facebook", CONNECTION, others, now())
    stack.settle()
    assert stored(proposal).outcomes == ()
    assert not customers.read(*PERSON).declined_at


def test_no_to_a_later_question_of_an_agent_is_no_refusal(stack: Stack, console: Console) -> None:
    proposal = posted(stack)
    received_facts.add("facebook", CONNECTION, [answered("Welche denn?")], now())
    stack.settle()
    stack.platform.says({"id": "777_5"})
    path = f"/conversations/{CONVERSATION}"
    seen = console.get(path).body["messages"][-1]["id"]
    answer = console.ask(
        "POST",
        f"{path}/replies",
        {"text": "Haben Sie schon welche?", "seen": seen},
        headers={"Idempotency_Key": "key-1"},
    )
    assert answer.status < 300, answer
    stack.settle()
    time.sleep(0.002)
    received_facts.add("facebook", CONNECTION, [answered("Nein")], now())
    stack.settle()
    assert stored(proposal).outcomes == (Outcome.ANSWERED,)
    assert not customers.read(*PERSON).declined_at


def test_opt_out_closes_the_open_proposals_of_a_person(stack: Stack) -> None:
    proposal = found()
    opt_outs.decline(PERSON, now)
    assert stored(proposal).status == "expired"
    assert offer_claims.offered_at([customers.digest(*PERSON)]) == 0


def test_erased_person_leaves_no_entry_of_an_offer(stack: Stack, admin: Console) -> None:
    posted(stack)
    assert admin.delete(f"/conversations/{CONVERSATION}/customer").status < 300
    stack.settle()
    digest = customers.digest(*PERSON)
    left = {item["pk"]["S"] for item in stack.items() if item["sk"]["S"] == "#"}
    assert not {each for each in left if each.startswith(("proposal#", "offered#", "offer-thread#"))}
    assert not list(table_module.query("pk = :pk", pk=f"proposals-of#{digest}"))


def test_conversation_that_an_offer_began_while_its_person_was_erased_goes_too(stack: Stack) -> None:
    proposal = offer(found())
    customers.erase(*PERSON, now(), now() // 1000 + 1000)
    offer_messages.carry_out(proposal.id, now)  # before dispatch has read of the erasure
    assert head()
    stack.settle()
    assert (head(), proposals.read(proposal.id), stack.platform.asked) == (None, None, [])


OLE = Author("9002", "Ole")


def commented(stack: Stack) -> str:
    """Ole's comment below a post that nobody found yet is a conversation; returns its id."""
    comment = answered("Das wüsste ich auch gern", OLE, POST_ID, at=now() - HOUR // 2)
    received_facts.add("facebook", CONNECTION, [comment], now())
    stack.settle()
    return identity.conversation_id(CONVERSATION, identity.branch_key("c1"))


@pytest.mark.invariant(11)
def test_comment_stays_in_the_conversation_that_took_it_up_when_its_writer_is_erased(stack: Stack) -> None:
    commented(stack)
    posted(stack)
    customers.erase("facebook", CONNECTION, str(OLE.id), now(), now() // 1000 + 1000)
    stack.settle()
    begun = head()
    assert begun
    assert [each.text for each in stack.read(begun).messages()][1] == "Das wüsste ich auch gern"
    assert loading.folded(begun, conversations.read(CONVERSATION)) == begun


@pytest.mark.invariant(11)
def test_conversation_does_not_count_comments_it_took_up_that_were_erased_meanwhile(stack: Stack) -> None:
    branch = commented(stack)
    posted(stack)
    before = head()
    erased_conversations.erase(branch, now())  # by somebody who read just before it was taken up
    stack.settle()
    begun = head()
    assert before and begun
    assert (before.inbound, begun.inbound) == (2, 1)
    assert loading.folded(begun, conversations.read(CONVERSATION)) == begun


@pytest.mark.invariant(11)
def test_comment_goes_with_the_conversation_that_is_erased_before_it_took_it_up(stack: Stack) -> None:
    branch = commented(stack)
    offer_messages.carry_out(offer(found()).id, now)  # dispatch has not read of it yet
    erased_conversations.erase(CONVERSATION, now())
    stack.settle()
    assert (conversations.head(CONVERSATION), conversations.head(branch)) == (None, None)
    assert not any("wüsste" in str(item) for item in stack.items())
