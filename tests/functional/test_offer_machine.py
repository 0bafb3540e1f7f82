"""Strangers, searches, agents, the platform, the clock and deaths, in any order, against the functions as they are.

Two things always hold: nothing unasked leaves without a person's approval of that very text, and nobody is offered
something twice within the pause. ``STATE_MACHINE_EXAMPLES=5000`` tries more examples.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace

import channels
from application import loading, opt_outs, proposal_expiry
from console.actions import erasure, replies
from console.actions import proposals as commands
from console.authorization import Agent
from console.bodies.proposals import NewOffer
from console.errors import ApiError
from conversations import identity
from conversations.actions import State
from conversations.conversation import Status as HeadStatus
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import Identity
from outreach import permission
from outreach.found_posts import FoundPost
from outreach.permission import Possibility, Rule
from outreach.post_names import proposal_id
from outreach.proposals import Outcome, Proposal, Status, text_digest
from outreach.tact import FIRST_TEXTS, OLDEST, PAUSE
from storage import (
    attribute_values,
    conversations,
    customers,
    keys,
    mapping,
    offer_claims,
    outreach_figures,
    proposals,
    table,
)
from tests.functional.test_offer_messages import Strangers
from tests.support.in_memory_aws import Interruption
from tests.support.in_memory_page import Post
from tests.support.in_memory_stack import CHANNEL, CONNECTION, DAY, HOUR, KIM, MIRA, PAGE, TEAM, InMemoryStack
from tests.support.in_memory_stack import in_memory_stacks as stacks_of

MIKA, OLE = Author("9001", "Mika"), Author("9002", "Ole")
POSTS = {
    "first": ("70_1", "70_1", "", MIKA),
    "second": ("70_2", "70_2", "", MIKA),
    "others": ("70_3", "70_3", "", OLE),
    "comment": ("70_4", "70_3", "70_4", MIKA),
    "hand": ("71_1", "71_1", "", OLE),
}
"""Id, thread, branch and author of each post; the last one can be answered by hand only."""
NAMES = st.sampled_from(list(POSTS))
AGENTS = [Agent(str(each.id), str(each.name), f"{each.id}@example.com", (), "en") for each in (MIRA, KIM)]
AGENT = st.sampled_from([0, 1])
LIVES = st.none() | st.integers(0, 14)
"""Number of writes that a function survives."""
RACES = st.none() | st.integers(0, 12)
"""Number of calls of a function after which somebody else acts."""
RARELY = st.integers(0, 5)
MOODS = st.sampled_from(
    ["takes", "takes", "takes", "lost", "swallowed", "refuses", "fault", "limit", "expired", "unreadable"]
)
WORDS = st.sampled_from(["Danke für den Tipp!", "Welche denn?", "Nein danke, keine Werbung", "Hm"])
LENGTHS = st.sampled_from([1000, 6 * 60_000, 2 * HOUR, 15 * HOUR, 3 * DAY, 31 * DAY])
NO_KEY = replies.Request()
EXAMPLES = int(os.environ.get("STATE_MACHINE_EXAMPLES", "60"))
SLACK = OLDEST + HOUR
"""Milliseconds by which a post may be later than its offer."""
SLACK_BY_HAND = SLACK + proposal_expiry.TO_BE_FOUND
"""The same for a person's: after it, the offer is given up, and its text shown no more."""


class OfferStack(InMemoryStack):
    """A stack in which strangers write, and our posts below theirs are told to it."""

    def _sending(self, place: str, text: str) -> tuple[str, str]:
        for item in map(attribute_values.decode, self.table.items.values()):
            if item.get("st") == State.SENDING and item.get("x") == text:
                return keys.conversation_of(item), str(keys.action_id_of(item))
        self.journal.violations.append(f"invariant 3: a message leaves that was not leased: {text}")
        return "", ""

    def _note_post(self, post: Post) -> None:
        self.underway.append(told_of(post.place, post.platform_id, post.text, post.at))


def told_of(place: str, platform_id: str, text: str, at: int) -> Fact:
    """Return what the platform tells of a post of ours below another."""
    _, thread, branch, _ = next(each for each in POSTS.values() if each[0] == place)
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        thread,
        at - at % 1000,
        platform_id,
        branch or platform_id,
        author=PAGE,
        own=True,
        text=text,
        parent_id=place,
    )


class Offers(RuleBasedStateMachine):
    """Everybody who can do something about an offer, and everything that can go wrong."""

    def __init__(self, stack: OfferStack) -> None:
        super().__init__()
        self.stack = stack
        self.numbers = 0
        self.erased_at: dict[str, int] = {}
        self.by_hand: list[tuple[Fact, str]] = []
        self.approved: set[tuple[str | None, str]] = set()
        """Agents who read and approved a text, by its digest."""

    @initialize(experienced=st.booleans())
    def opens(self, experienced: bool) -> None:
        self.stack.set_up(cap=0)
        self.stack.table.written = lambda *_change: None
        self.stack.table.read = lambda _partition: None
        if experienced:
            table.update((offer_claims.WRITERS, AGENTS[0].id), "ADD n :n", n=FIRST_TEXTS)
            self.stack.dispatched = len(self.stack.table.stream)

    # -- searches and strangers ---------------------------------------------------------------------------------------

    @rule(name=NAMES, search=st.sampled_from(["s1", "s2"]), life=LIVES, age=st.sampled_from([0, HOUR, 47 * HOUR]))
    def a_search_finds(self, name: str, search: str, life: int | None, age: int) -> None:
        post_id, thread, branch, author = POSTS[name]
        known = self._proposal(name)
        at = known.post.sent_at if known else self.stack.now - age - 1000
        url, text = f"https://forum.example/{post_id}", "Kennt jemand gute Kopfhörer zum Laufen?"
        post = FoundPost(CHANNEL, CONNECTION, post_id, thread, url, at, author=author, text=text, branch_id=branch)
        self.stack.live(
            life, lambda: proposals.add(post, search, "asks_advice", team=TEAM, now=self.stack.now, language="de")
        )

    @rule(name=NAMES, words=WORDS, to_us=st.booleans(), prompt=st.booleans())
    def a_stranger_writes(self, name: str, words: str, to_us: bool, prompt: bool) -> None:
        post_id, thread, branch, author = POSTS[name]
        ours = [each.platform_id for each in self.stack.page.posts if each.place == post_id]
        self.numbers += 1
        told = Fact(
            Kind.MESSAGE,
            Visibility.PUBLIC,
            thread,
            self.stack.now,
            f"c{self.numbers}",
            branch or f"c{self.numbers}",
            author=author,
            text=words,
            parent_id=ours[-1] if ours and to_us else post_id,
        )
        self.stack.underway.append(told)
        if prompt:
            self.stack.webhook([told])
            self.stack.dispatch()

    @rule(author=st.sampled_from([MIKA, OLE]), chance=RARELY, life=LIVES)
    def a_stranger_opts_out(self, author: Author, chance: int, life: int | None) -> None:
        if not chance:
            person = CHANNEL, CONNECTION, str(author.id)
            self.stack.live(life, lambda: opt_outs.decline(person, lambda: self.stack.now))

    @rule(author=st.sampled_from([MIKA, OLE]), chance=RARELY)
    def a_stranger_is_erased(self, author: Author, chance: int) -> None:
        if chance:
            return
        self.stack.now += 1000
        known = customers.conversations_of(CHANNEL, CONNECTION, str(author.id))
        for conversation in conversations.heads(known):
            erasure.erase(conversation, self.stack.now)
        customers.erase(CHANNEL, CONNECTION, str(author.id), self.stack.now, self.stack.now // 1000 + 10**7)
        self.stack.dispatch()
        self.erased_at[str(author.id)] = self.stack.now
        self.stack.now += 61_000
        event("erased")

    # -- agents -------------------------------------------------------------------------------------------------------

    @rule(name=NAMES, agent=AGENT, life=LIVES, race=RACES, other=NAMES)
    def an_agent_writes(self, name: str, agent: int, life: int | None, race: int | None, other: str) -> None:
        self.numbers += 1
        text = f"Ohrbügel sitzen fest. Telefunk {self.numbers}"
        rival = self._race(race, lambda: self._write(other, 1 - agent, f"{text} auch"))
        self.stack.live(life, lambda: self._write(name, agent, text), rival)

    @rule(name=NAMES, agent=AGENT, stale=st.booleans(), life=LIVES, race=RACES, other=NAMES)
    def a_colleague_approves(
        self, name: str, agent: int, stale: bool, life: int | None, race: int | None, other: str
    ) -> None:
        """With ``stale`` the text was changed since the colleague read it."""
        found = self._proposal(name)
        digest = found.offer.digest if found and found.offer else ""
        self.approved.add((AGENTS[agent].id, digest))
        if stale and found and found.offer:
            self.numbers += 1
            self._write(
                name, AGENTS.index(next(each for each in AGENTS if each.id == found.offer.by.id)), f"X{self.numbers}"
            )
        rival = self._race(race, lambda: self._approve(other, agent))
        self.stack.live(
            life, lambda: self._do(lambda: commands.approve(AGENTS[agent], self._id(name), digest, self._clock)), rival
        )

    @rule(name=NAMES, life=LIVES, race=RACES, other=NAMES, mood=MOODS)
    def something_is_offered(self, name: str, life: int | None, race: int | None, other: str, mood: str) -> None:
        """The way it mostly goes, from the finding to the answer of the platform, as soon as offers may follow."""
        self.stack.now += 6 * 60_000
        self.a_search_finds(name, "s1", None, 0)
        self.an_agent_writes(name, 0, None, None, other)
        self.a_colleague_approves(name, 1, False, life, race, other)
        self._approve(name, 1)
        self.stack.dispatch()
        for group in list(self.stack.queues.groups):
            self.stack.reply(group, mood)

    @rule(name=NAMES, words=WORDS, life=LIVES, mood=MOODS)
    def something_is_offered_and_answered(self, name: str, words: str, life: int | None, mood: str) -> None:
        """The way it mostly goes, with a death here and there, to what the stranger says to it."""
        self.something_is_offered(name, None, None, name, mood)
        self.stack.live(life, self.stack.settle)
        self.stack.settle()
        if POSTS[name][0] in [post.place for post in self.stack.page.posts]:
            self.a_stranger_writes(name, words, to_us=True, prompt=True)
            self.stack.live(life, self.stack.dispatch)

    @rule(name=NAMES, agent=AGENT)
    def an_agent_claims(self, name: str, agent: int) -> None:
        self._do(lambda: commands.claim(AGENTS[agent], self._id(name), self._clock))

    @rule(name=NAMES, agent=AGENT)
    def an_agent_lets_go(self, name: str, agent: int) -> None:
        self._do(lambda: commands.release(AGENTS[agent], self._id(name), self._clock))

    @rule(tells=st.booleans(), attaches=st.booleans(), life=LIVES, other_text=st.booleans())
    def an_agent_posts_by_hand(self, tells: bool, attaches: bool, life: int | None, other_text: bool) -> None:
        """The platform tells of it, or the agent does, or both."""
        self._close_old()
        found = self._proposal("hand")
        if found is None or found.status != Status.OFFERED or found.offer is None:
            return
        if any(text == found.offer.text for _, text in self.by_hand):
            return
        platform_id = f"h{len(self.by_hand)}"
        said = f"{found.offer.text}!" if other_text else found.offer.text
        told = told_of(found.post.id, platform_id, said, self.stack.now)
        self.by_hand.append((told, found.offer.text))
        if tells:
            self.stack.webhook([told])
        if attaches:
            url = f"https://forum.example/ours/{platform_id}"
            self.stack.live(life, lambda: self._do(lambda: commands.posted(AGENTS[0], found.id, url, self._clock)))

    # -- clock and faults ---------------------------------------------------------------------------------------------

    @rule(length=LENGTHS)
    def time_passes(self, length: int) -> None:
        self.stack.now += length
        self._close_old()

    @rule(life=LIVES, size=st.none() | st.integers(1, 5), race=RACES, name=NAMES)
    def dispatch_works(self, life: int | None, size: int | None, race: int | None, name: str) -> None:
        self.stack.live(life, lambda: self.stack.dispatch(size), self._race(race, lambda: self._approve(name, 1)))

    @rule(count=st.integers(1, 15))
    def the_stream_repeats(self, count: int) -> None:
        self.stack.repeat(count)

    @rule(mood=MOODS, life=LIVES, race=RACES, author=st.sampled_from([MIKA, OLE]))
    def reply_works(self, mood: str, life: int | None, race: int | None, author: Author) -> None:
        person = CHANNEL, CONNECTION, str(author.id)
        rival = self._race(race, lambda: opt_outs.decline(person, lambda: self.stack.now)) if race == 3 else None
        for group in list(self.stack.queues.groups):
            self.stack.live(life, lambda group=group: self.stack.reply(group, mood), rival)

    @rule(expired=st.booleans(), length=LENGTHS)
    def the_connection_stops(self, expired: bool, length: int) -> None:
        self.stack.stop_connection("auth" if expired else "rate", length)

    @rule()
    def the_connection_works_again(self) -> None:
        self.stack.mend_connection()

    @rule()
    def all_is_done_that_can_be_done(self) -> None:
        self.stack.settle()

    # -- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def nothing_leaves_without_approval_of_that_very_text(self) -> None:
        offered = self._offered()
        for post in self.stack.page.posts:
            found = offered.get(post.text)
            assert found is not None, f"nobody offered {post.text}"
            offer = found.offer
            assert offer is not None
            assert offer.approved_by is not None or not offer.needs_approval
            if offer.approved_by:
                assert offer.approved_by.id != offer.by.id
                assert (offer.approved_by.id, text_digest(post.text)) in self.approved
            assert found.post.id == post.place

    @invariant()
    def nothing_is_posted_twice(self) -> None:
        assert max(Counter(post.text for post in self.stack.page.posts).values(), default=1) == 1
        assert self.stack.journal.violations == []

    @invariant()
    def nobody_is_offered_twice_within_the_pause(self) -> None:
        for author in (MIKA, OLE):
            places = {each[0] for each in POSTS.values() if each[3] == author}
            posted = [(post.at, SLACK) for post in self.stack.page.posts if post.place in places]
            posted += [(told.at, SLACK_BY_HAND) for told, _ in self.by_hand if told.parent_id in places]
            erased = self.erased_at.get(str(author.id), 0)
            times = sorted(each for each in posted if each[0] > erased)
            pairs = itertools.pairwise(times)
            assert all(later - at > PAUSE - slack for (at, slack), (later, _) in pairs), times

    def teardown(self) -> None:
        """Let all come to its end: what was posted is noted, what was not is given back, and nothing hangs."""
        if not self.stack.table.stream:
            return
        for told, _ in self.by_hand:
            self.stack.underway.append(told)
        self.stack.run_out()
        posted_texts = {post.text for post in self.stack.page.posts} | {text for _, text in self.by_hand}
        for name in POSTS:
            found = self._proposal(name)
            if found is None:
                continue
            event(f"ends {found.status}")
            assert found.status != Status.OFFERED or self._may_hang(found), found
            if found.status == Status.POSTED:
                assert found.offer and found.offer.text in posted_texts
        for post in self.stack.page.posts:
            name = next(name for name, each in POSTS.items() if each[0] == post.place)
            found = self._proposal(name)
            is_noted = found is not None and found.status == Status.POSTED and found.offer is not None
            assert str(POSTS[name][3].id) in self.erased_at or (is_noted or self._may_hang(found)), found
        self._assert_heads()
        self._assert_figures()
        self.nobody_is_offered_twice_within_the_pause()

    def _may_hang(self, found: Proposal | None) -> bool:
        """Return whether an offer may be on its way still: a person has to post it, or to look at the platform."""
        if found is None or found.status != Status.OFFERED or found.offer is None:
            return False
        if found.offer.by_hand:
            return True
        actions = self._actions()
        return any(each.outreach == found.id and each.state == State.UNCONFIRMED for each in actions)

    def _assert_heads(self) -> None:
        """Each head is what all that is stored leads to; none stands for a conversation that is gone, or taken up."""
        stored = map(attribute_values.decode, list(self.stack.table.items.values()))
        for head in [mapping.head_of(item) for item in stored if keys.is_head(item)]:
            conversation = keys.id_of(head.identity)
            thread, branch = identity.split_id(conversation)
            assert not branch or conversations.whole(thread)[0] is None
            complete = loading.folded(head, conversations.read(conversation))
            # What the platform tells of our own messages moves the cursor of a complete fold alone.
            assert complete and replace(complete, cursor=head.cursor) == head
            if head.origin and not head.unread and not head.undelivered:
                assert head.status == HeadStatus.RESOLVED

    def _assert_figures(self) -> None:
        """Each is counted once in a search that found it by then; erased proposals are in the figures alone."""
        kept = [each for each in map(self._proposal, POSTS) if each and each.status == Status.POSTED]
        totals = {search: outreach_figures.totals(search) for search in ("s1", "s2")}
        if self.erased_at:
            return
        for what in (outreach_figures.POSTED, *Outcome):
            mine = [each for each in kept if what == outreach_figures.POSTED or what in each.outcomes]
            assert sum(each.get(what, 0) for each in totals.values()) >= len(mine)
            for search, counted in totals.items():
                assert counted.get(what, 0) <= sum(search in each.searches for each in mine)

    # -- the means ----------------------------------------------------------------------------------------------------

    def _close_old(self) -> None:
        """Close what nobody may answer any more, as listen does again and again."""
        proposal_expiry.close(self.stack.now, lambda: False)

    def _clock(self) -> int:
        return self.stack.now

    def _id(self, name: str) -> str:
        return proposal_id(CHANNEL, POSTS[name][0])

    def _proposal(self, name: str) -> Proposal | None:
        return proposals.read(self._id(name))

    def _who(self, name: str) -> Identity:
        return Identity(CHANNEL, CONNECTION, Visibility.PUBLIC, POSTS[name][1], team=TEAM)

    def _branch(self, name: str) -> str:
        return identity.conversation_id(keys.id_of(self._who(name)), identity.branch_key(POSTS[name][2]))

    def _write(self, name: str, agent: int, text: str) -> None:
        new = NewOffer(text)
        self._do(lambda: commands.offer(AGENTS[agent], self._id(name), new, NO_KEY, self._clock))

    def _approve(self, name: str, agent: int) -> None:
        found = self._proposal(name)
        if found and found.offer and found.status == Status.CLAIMED:
            digest = found.offer.digest
            self.approved.add((AGENTS[agent].id, digest))
            self._do(lambda: commands.approve(AGENTS[agent], found.id, digest, self._clock))

    def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
        except ApiError as refused:
            event(f"refused {refused.status}")
        except conversations.Conflict:
            event("conflict")

    def _race(self, calls: int | None, work: Callable[[], object]) -> Interruption | None:
        return None if calls is None else Interruption(work, calls)

    def _offered(self) -> dict[str, Proposal]:
        """Return each offer that ever was stored as one that may leave, by its text."""
        images = (record["dynamodb"].get("NewImage") for record in self.stack.table.stream)
        found = (proposals.of_item(attribute_values.decode(image)) for image in images if image)
        return {each.offer.text: each for each in found if each and each.offer and each.status == Status.OFFERED}

    def _actions(self) -> list[Any]:
        threads = {keys.id_of(self._who(name)) for name in POSTS} | {self._branch("comment")}
        return [action for thread in threads for action in conversations.read(thread).actions]


@pytest.fixture
def stacks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], OfferStack]]:
    """Yield what makes an empty stack; in its world strangers' posts are found on the platform of the tests."""
    is_by_hand = Rule(
        frozenset([CHANNEL]), Possibility.BY_HAND, "meta_by_hand", "2026", "", lambda post, _: post.id.startswith("71")
    )
    is_open = Rule(frozenset([CHANNEL]), Possibility.ALLOWED, "open", "2026", "", lambda _post, _account: True)
    monkeypatch.setattr(permission, "RULES", (is_by_hand, is_open, *permission.RULES))
    monkeypatch.setattr(channels.get(CHANNEL), "searcher", Strangers())
    with stacks_of(OfferStack) as made:
        yield made  # type: ignore[misc]


@pytest.mark.invariant(13)
def test_nothing_unasked_leaves_unapproved_and_nobody_is_offered_twice(stacks: Callable[[], OfferStack]) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: Offers(stacks()),  # type: ignore[arg-type]
        settings=settings(max_examples=EXAMPLES, stateful_step_count=30, deadline=None, print_blob=True),
    )
