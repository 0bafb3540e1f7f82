"""Invariant 2: a redelivered event changes nothing; events in any order give the same conversation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conversations.actions import UNDONE, Action, State, Verb
from conversations.conversation import Conversation, Status
from conversations.facts import Attachment, Author, Fact, Kind, Visibility
from conversations.fold import act, fold, receive
from conversations.identity import Identity, action_id, position
from conversations.message_fold import messages_of
from conversations.promise import FollowUpState, Promise
from conversations.send_options import Way

PAGE = Author("page", "Telefunk")
CUSTOMER = Author("7001", "Jana")
NEIGHBOUR = Author("7002", "Ole")
AGENT = Author("agent-1", "Mira")
KIM = Author("agent-2", "Kim")
POST = Identity("facebook", "demo", Visibility.PUBLIC, "page_1", team="service")
COMMENT = replace(POST, branch_id="1_5")
CHAT = Identity("facebook", "demo", Visibility.PRIVATE, "page:7001", team="service")


def fact(who: Identity, at: int, message_id: str, kind: Kind = Kind.MESSAGE, **fields: object) -> Fact:
    given_fields = {"author": CUSTOMER, "text": f"text of {message_id}"} | fields
    if who.visibility == Visibility.PRIVATE:
        given_fields.setdefault("customer_id", CUSTOMER.id)
    if kind not in (Kind.MESSAGE, Kind.EDITED):
        given_fields["text"] = None
    return Fact(kind, who.visibility, who.thread_id, at, message_id, who.branch_id, **given_fields)  # type: ignore[arg-type]


def action(at: int, verb: Verb, **fields: object) -> Action:
    given_fields = {"by": AGENT, "upto": at} | fields
    return Action(action_id(at, at.to_bytes(8, "big")), at, verb, **given_fields)  # type: ignore[arg-type]


def folded(who: Identity, facts: list[Fact], actions: list[Action] | None = None) -> Conversation:
    head = fold(who, facts, actions or [])
    assert head is not None
    return head


# -- in words ---------------------------------------------------------------------------------------------------------


def test_a_visitors_post_opens_a_conversation() -> None:
    head = folded(POST, [fact(POST, 1000, "page_1", text="Das WLAN ist kaputt 😢")])
    assert (head.status, head.unread, head.customer) == (Status.OPEN, 1, CUSTOMER)
    assert head.last_message.preview == "Das WLAN ist kaputt 😢"


def test_post_that_addresses_nobody_opens_no_window_until_somebody_addresses_us() -> None:
    post = fact(COMMENT, 1000, "1_5", unaddressed=True)
    facts = [post, fact(COMMENT, 2000, "2", author=NEIGHBOUR), fact(COMMENT, 3000, "3"), fact(COMMENT, 4000, "4")]
    heads = [folded(COMMENT, facts[: count + 1]) for count in range(4)]
    assert [head.window.last_customer_at for head in heads] == [None, 2000, 3000, 4000]
    later = replace(post, at=5000, message_id="5")
    last = folded(COMMENT, [*facts, later])
    assert last.window.last_customer_at == 4000
    for head, one, after in zip(heads, [*facts[1:], later], [*heads[1:], last], strict=True):
        assert receive(head, one) in (None, after)


def test_the_companys_own_post_is_no_conversation_and_a_comment_below_it_is_one() -> None:
    own = fact(POST, 1000, "page_1", author=PAGE, own=True)
    comment = fact(replace(COMMENT), 2000, "1_5")
    assert fold(POST, [own, comment], []) is None
    assert folded(COMMENT, [comment]).customer == CUSTOMER


def test_the_companys_comment_waits_and_the_first_to_answer_it_is_the_customer() -> None:
    own = fact(COMMENT, 1000, "1_5", author=PAGE, own=True)
    reply = fact(COMMENT, 2000, "1_6", parent_id="1_5")
    waiting = folded(COMMENT, [own])
    assert (waiting.status, waiting.unread, waiting.customer.id) == (Status.WAITING, 0, None)
    assert receive(waiting, reply) is None
    assert folded(COMMENT, [own, reply]).customer == CUSTOMER


def test_the_author_of_the_post_is_the_customer_even_when_a_comment_came_first() -> None:
    comment = fact(COMMENT, 900, "1_5", author=NEIGHBOUR)
    head = folded(POST, [comment, fact(POST, 1000, "page_1")])
    assert head.customer == CUSTOMER
    assert head.third_parties == (NEIGHBOUR.id,)


def test_an_answer_leaves_the_conversation_waiting_and_the_next_message_opens_it_for_the_same_agent() -> None:
    told = [fact(CHAT, 1000, "m1")]
    answered = folded(CHAT, told, [action(2000, Verb.REPLY, seen=1, heard=1, text="Hallo", state=State.SENT)])
    assert (answered.status, answered.unread, answered.assignee) == (Status.WAITING, 0, AGENT)
    again = folded(CHAT, [*told, fact(CHAT, 3000, "m2")], [action(2000, Verb.REPLY, seen=1, heard=1)])
    assert (again.status, again.unread, again.assignee) == (Status.OPEN, 1, AGENT)
    assert again.waiting_since == 3000


def test_a_message_older_than_the_answer_that_arrives_after_it_is_still_unread() -> None:
    """Invariant 10: what the agent had not seen is not covered by the answer, whatever its time says."""
    answer = action(5000, Verb.REPLY, seen=1, heard=1, resolve=True)
    head = folded(CHAT, [fact(CHAT, 1000, "m1"), fact(CHAT, 4000, "late")], [answer])
    assert (head.status, head.unread) == (Status.OPEN, 1)


def test_when_old_messages_have_expired_what_is_new_is_still_new() -> None:
    """Invariants 5 and 10: counts of what was known outlive what they counted."""
    answer = action(50_000, Verb.REPLY, seen=9, heard=9, promise=Promise(90_000, "Und?"))
    left = [fact(CHAT, 49_000, "m9"), fact(CHAT, 60_000, "m10")]
    head = folded(CHAT, left, [answer])
    assert (head.status, head.unread) == (Status.OPEN, 1)
    assert head.follow_up is not None
    assert head.follow_up.state == FollowUpState.CANCELLED


def test_a_removed_message_keeps_its_place_without_its_text() -> None:
    facts = [
        fact(CHAT, 1000, "m1"),
        fact(CHAT, 2000, "m2", attachments=(Attachment("image", "https://cdn.example/1.jpg"),)),
        fact(CHAT, 3000, "m1", Kind.REMOVED),
        fact(CHAT, 3001, "m2", Kind.REMOVED),
    ]
    shown = messages_of(CHAT, facts, [])
    assert [(each.id, each.deleted, each.text, each.attachments) for each in shown] == [
        ("m1", True, None, ()),
        ("m2", True, None, ()),
    ]


def test_message_shown_again_reads_as_before() -> None:
    """Invariant 2: one fact at a time and all at once come to the same head."""
    post, removed = fact(POST, 1000, "page_1"), fact(POST, 2000, "page_1", Kind.REMOVED)
    shown = fact(POST, 3000, "page_1", Kind.SHOWN)
    gone = folded(POST, [post, removed])
    assert (gone.removed, gone.last_message.preview) == (True, "")
    assert receive(gone, shown) is None  # only a fold from the beginning knows the text
    assert folded(POST, [post, removed, shown]).last_message.preview == folded(POST, [post]).last_message.preview != ""


def test_the_last_edit_counts_and_one_of_a_message_never_seen_shows_it() -> None:
    edits = [fact(CHAT, 3000, "m1", Kind.EDITED, text="zwei"), fact(CHAT, 2000, "m1", Kind.EDITED, text="eins")]
    assert [each.text for each in messages_of(CHAT, [fact(CHAT, 1000, "m1"), *edits], [])] == ["zwei"]
    assert [each.text for each in messages_of(CHAT, edits, [])] == ["zwei"]


def test_an_echo_of_ours_is_not_shown_twice_and_another_tools_message_is() -> None:
    ours = action(2000, Verb.REPLY, text="Hallo", state=State.SENT, platform_id="p1", way=Way.PRIVATE_MESSAGE)
    echo = fact(CHAT, 2100, "p1", author=PAGE, own=True, text="Hallo")
    foreign = fact(CHAT, 2200, "p2", author=PAGE, own=True, text="Aus dem Postfach")
    shown = messages_of(CHAT, [fact(CHAT, 1000, "m1"), echo, foreign], [ours])
    assert [each.id for each in shown] == ["m1", ours.id, "p2"]


def test_an_echo_is_known_by_its_text_while_the_platforms_answer_is_missing() -> None:
    sending = action(2000, Verb.REPLY, text="Hallo\nJana", state=State.SENDING, attempted_at=2100)
    echo = fact(COMMENT, 3000, "p1", author=PAGE, own=True, text="Hallo Jana ")
    assert len(messages_of(COMMENT, [fact(COMMENT, 1000, "1_5"), echo], [sending])) == 2


def test_an_answer_with_another_tool_answers_the_conversation() -> None:
    head = folded(CHAT, [fact(CHAT, 1000, "m1"), fact(CHAT, 62_000, "p1", author=PAGE, own=True)])
    assert (head.status, head.unread, head.service_level.first_response_at) == (Status.WAITING, 0, 62_000)


def test_a_message_that_failed_brings_the_conversation_back() -> None:
    failed = action(2000, Verb.REPLY, seen=1, heard=1, text="Hallo", state=State.FAILED, reason="gone", resolve=True)
    head = folded(CHAT, [fact(CHAT, 1000, "m1")], [failed])
    assert (head.status, head.undelivered) == (Status.OPEN, "failed")


def test_receipts_show_on_messages_sent() -> None:
    sent = action(2000, Verb.REPLY, text="a", state=State.SENT, platform_id="p1", way=Way.PRIVATE_MESSAGE)
    later = action(9000, Verb.REPLY, text="b", state=State.SENT, platform_id="p2", way=Way.PRIVATE_MESSAGE)
    facts = [fact(CHAT, 1000, "m1"), fact(CHAT, 3000, "", Kind.READ), fact(CHAT, 9100, "p2", Kind.DELIVERED)]
    assert [each.state for each in messages_of(CHAT, facts, [sent, later])] == ["received", "read", "delivered"]


def test_the_follow_up_is_cancelled_when_the_customer_writes_first() -> None:
    """Invariant 5."""
    promise = action(2000, Verb.REPLY, seen=1, heard=1, promise=Promise(90_000, "Und?"))
    head = folded(CHAT, [fact(CHAT, 1000, "m1"), fact(CHAT, 3000, "m2")], [promise])
    assert head.follow_up is not None
    assert (head.follow_up.state, head.follow_up.reason) == (FollowUpState.CANCELLED, "customer_wrote")


def test_a_third_party_does_not_cancel_the_follow_up() -> None:
    promise = action(2000, Verb.REPLY, seen=1, heard=1, promise=Promise(90_000, "Und?"))
    told = [fact(POST, 1000, "page_1"), fact(COMMENT, 3000, "1_5", author=NEIGHBOUR)]
    head = folded(POST, told, [promise])
    assert head.follow_up is not None
    assert (head.follow_up.state, head.status) == (FollowUpState.PLANNED, Status.OPEN)


def test_the_answer_to_the_question_is_its_outcome() -> None:
    promise = action(2000, Verb.REPLY, seen=1, heard=1, resolve=True, promise=Promise(90_000, "Und?"))
    ask = action(90_000, Verb.ASK, seen=1, heard=1, text="Und?", answers=promise.id, state=State.SENT)
    asked = folded(CHAT, [fact(CHAT, 1000, "m1")], [promise, ask])
    assert asked.follow_up is not None
    assert (asked.follow_up.state, asked.status) == (FollowUpState.ASKED, Status.RESOLVED)
    head = folded(CHAT, [fact(CHAT, 1000, "m1"), fact(CHAT, 95_000, "m2")], [promise, ask])
    assert head.follow_up is not None
    assert (head.follow_up.outcome, head.follow_up.outcome_message_id) == ("answered", "m2")
    assert (head.status, head.assignee) == (Status.OPEN, AGENT)


def asleep(until: int = 90_000, **fields: object) -> Action:
    return action(2000, Verb.SNOOZE, **{"seen": 1, "heard": 1, "until": until} | fields)


def test_snooze_lasts_until_the_next_message_whatever_its_time() -> None:
    """Invariant 10: a message that is older and arrives later was not known when it was put aside."""
    first = fact(CHAT, 1000, "m1")
    assert (folded(CHAT, [first], [asleep()]).status, folded(CHAT, [first], [asleep()]).snoozed_until) == (
        Status.SNOOZED,
        90_000,
    )
    for late in (fact(CHAT, 900, "late"), fact(CHAT, 3000, "m2")):
        head = folded(CHAT, [first, late], [asleep()])
        assert (head.status, head.snoozed_until, head.unread) == (Status.OPEN, None, 2)


def test_an_answer_or_an_agent_ends_the_snooze() -> None:
    told = [fact(CHAT, 1000, "m1")]
    reply = action(3000, Verb.REPLY, seen=1, heard=1, state=State.SENT)
    assert folded(CHAT, told, [asleep(), reply]).status == Status.WAITING
    assert folded(CHAT, told, [asleep(), action(3000, Verb.WAKE)]).status == Status.OPEN


def test_failed_reply_ends_the_snooze() -> None:
    failed = action(1500, Verb.REPLY, seen=1, heard=1, state=State.FAILED, reason="bad")
    head = folded(CHAT, [fact(CHAT, 1000, "m1")], [failed, asleep()])
    assert (head.status, head.undelivered) == (Status.OPEN, "failed")


def test_tags_are_those_that_were_put_on_last() -> None:
    told = [fact(CHAT, 1000, "m1")]
    marks = [action(2000, Verb.TAG, added=("b", "a")), action(3000, Verb.TAG, added=("c",), removed=("a",))]
    assert folded(CHAT, told, marks).tags == ("b", "c")
    assert folded(CHAT, told, marks[::-1]).tags == ("b", "c")


def test_the_last_hand_over_or_answer_says_whose_it_is_and_in_which_team() -> None:
    told = [fact(CHAT, 1000, "m1")]
    given = action(2000, Verb.ASSIGN, assignee=KIM, team="sales")
    answered = action(3000, Verb.REPLY, seen=1, heard=1, state=State.SENT)
    dropped = action(4000, Verb.ASSIGN)
    heads = [folded(CHAT, told, done) for done in ([given], [given, answered], [dropped, answered, given])]
    assert [(head.assignee, head.identity.team) for head in heads] == [
        (KIM, "sales"),
        (AGENT, "sales"),
        (None, "sales"),
    ]


def test_a_mention_lasts_until_the_mentioned_agent_acts() -> None:
    told = [fact(CHAT, 1000, "m1")]
    note = action(2000, Verb.NOTE, text="Kim?", mentions=(str(KIM.id),))
    assert folded(CHAT, told, [note]).mentioned == (KIM.id,)
    assert folded(CHAT, told, [note, action(3000, Verb.TAG, added=("a",))]).mentioned == (KIM.id,)
    assert folded(CHAT, told, [note, action(3000, Verb.TAG, added=("a",), by=KIM)]).mentioned == ()


def test_an_answer_that_was_taken_back_was_never_written() -> None:
    told = [fact(CHAT, 1000, "m1")]
    undone = action(
        2000,
        Verb.REPLY,
        seen=1,
        heard=1,
        text="Moment",
        resolve=True,
        promise=Promise(90_000, "Und?"),
        state=State.CANCELLED,
        reason=UNDONE,
    )
    assert folded(CHAT, told, [undone]) == folded(CHAT, told)
    assert [each.id for each in messages_of(CHAT, told, [undone])] == ["m1"]


def test_of_two_messages_in_one_go_the_lost_one_shows() -> None:
    told = [fact(COMMENT, 1000, "1_5")]
    public = action(2000, Verb.REPLY, seen=1, heard=1, state=State.FAILED, way=Way.PUBLIC_REPLY)
    private = action(2001, Verb.REPLY, seen=1, heard=1, state=State.SENT, way=Way.PRIVATE_REPLY, beside=public.id)
    assert folded(COMMENT, told, [public, private]).undelivered == "failed"
    assert folded(COMMENT, told, [public, replace(private, beside="")]).undelivered == ""


def test_unverified_message_is_marked_and_changes_nothing_else() -> None:
    told = [fact(CHAT, 1000, "m1", unproven=True), fact(CHAT, 2000, "m2"), fact(CHAT, 3000, "m3")]
    again = [fact(CHAT, 4000, "m1"), fact(CHAT, 5000, "m2", unproven=True)]
    assert [each.unproven for each in messages_of(CHAT, told, [])] == [True, False, False]
    assert [each.unproven for each in messages_of(CHAT, told + again, [])] == [True, True, False]


def test_a_review_that_was_changed_says_how_it_judged_before() -> None:
    told = fact(COMMENT, 1000, "1_5", text=None, rating="2")
    changed = fact(COMMENT, 5000, "1_5", Kind.EDITED, text="Läuft wieder.", rating="5")
    (said,) = messages_of(COMMENT, [told, changed], [])
    assert (said.rating, said.text, said.edited_at) == ("5", "Läuft wieder.", 5000)
    assert said.earlier == ((1000, "", "2"),)
    again = replace(changed, at=6000)
    assert messages_of(COMMENT, [told, changed, again], [])[0].earlier == said.earlier, "nothing changed"


@pytest.mark.parametrize(
    ("rating", "text", "preview"),
    [
        ("2", None, "★★☆☆☆"),
        ("4", "Ging so.", "★★★★☆ Ging so."),
        ("positive", "Gern wieder!", "👍 Gern wieder!"),
        ("negative", "", "👎"),
        (None, "x" * 100, "x" * 80),
    ],
)
def test_of_a_review_the_judgement_shows_first(rating: str | None, text: str | None, preview: str) -> None:
    assert folded(COMMENT, [fact(COMMENT, 1000, "1_5", text=text, rating=rating)]).last_message.preview == preview


def test_of_what_was_removed_neither_subject_nor_judgement_is_left() -> None:
    told = [fact(CHAT, 1000, "m1", title="Kündigung", rating="1"), fact(CHAT, 2000, "m2", title="Rechnung")]
    gone = fact(CHAT, 3000, "m1", Kind.REMOVED)
    first, second = messages_of(CHAT, [*told, gone], [])
    assert (first.title, first.rating, second.title) == (None, None, "Rechnung")
    assert folded(CHAT, told).title == "Kündigung"
    assert folded(CHAT, [*told, gone]).title == "Rechnung"


def test_the_first_title_that_is_told_is_the_conversations() -> None:
    told = [fact(CHAT, 1000, "m1"), fact(CHAT, 2000, "m2", title="Rechnung"), fact(CHAT, 3000, "m3", title="Netz")]
    head: Conversation | None = folded(CHAT, told[:1])
    for each in told[1:]:
        assert head
        head = receive(head, each)
    assert head
    assert head.title == folded(CHAT, told).title == "Rechnung"


# -- in all orders ----------------------------------------------------------------------------------------------------

AUTHORS = st.sampled_from([CUSTOMER, NEIGHBOUR, Author(), PAGE])
TIMES = st.integers(min_value=1, max_value=60).map(lambda second: second * 1000)
TITLES = st.sampled_from([None, "Rechnung", "Netz"])
JUDGEMENTS = st.sampled_from([None, "2", "positive"])
HAPPENINGS = st.sampled_from([kind for kind in Kind if kind not in (Kind.MESSAGE, Kind.PROFILE)])
"""All that a platform may tell of a message that is there."""


@st.composite
def reported(draw: st.DrawFn, private: bool) -> list[Fact]:
    """Draw a platform's reports of one thread: messages have one time each, all else comes at any time."""
    facts = []
    for number in range(draw(st.integers(1, 8))):
        author = draw(AUTHORS)
        if private and author is not PAGE:
            author = CUSTOMER
        who = CHAT if private else draw(st.sampled_from([POST, COMMENT, replace(POST, branch_id="1_6")]))
        if number == 0 and not private:
            who, author = POST, CUSTOMER
        if who is POST and number > 0:
            who = COMMENT
        name, at = f"m{number}", draw(TIMES)
        doubt = draw(st.sampled_from([[False], [True], [False, True]]))  # a message may be told with proof and without
        about = {"title": draw(TITLES), "rating": draw(JUDGEMENTS)}
        facts += [fact(who, at, name, author=author, own=author is PAGE, unproven=each, **about) for each in doubt]
        for kind in draw(st.lists(HAPPENINGS, max_size=3)):
            edited = (
                {"text": draw(st.sampled_from(["x", "y"])), "rating": draw(JUDGEMENTS)} if kind == Kind.EDITED else {}
            )
            facts.append(
                fact(who, at + draw(TIMES), name, kind, author=author, own=author is PAGE, payload="👍", **edited)
            )
    return facts


@st.composite
def orders(draw: st.DrawFn, private: bool) -> tuple[list[Fact], list[list[Fact]]]:
    """The facts, and the batches in which they arrive: shuffled, some of them twice."""
    facts = draw(reported(private))
    arriving = draw(st.permutations(facts + draw(st.lists(st.sampled_from(facts), max_size=4))))
    batches, rest = [], list(arriving)
    while rest:
        size = draw(st.integers(1, len(rest)))
        batches.append(rest[:size])
        rest = rest[size:]
    return facts, batches


def _project(who: Identity, batches: list[list[Fact]]) -> Conversation | None:
    """Fold facts as dispatch does, batch by batch."""
    stored: dict[str, Fact] = {}
    head: Conversation | None = None
    for batch in batches:
        stored |= {f"{each.branch_id}{position(each)}": each for each in batch}
        after = head
        for each in sorted(batch, key=position):
            after = receive(after, each) if after else None
        head = after or fold(who, stored.values(), [])
    return head


@settings(max_examples=400)
@given(orders(private=True))
def test_a_chat_is_the_same_in_any_order_any_repetition_any_batching(case: tuple[list[Fact], list[list[Fact]]]) -> None:
    facts, batches = case
    assert _project(CHAT, batches) == fold(CHAT, facts, [])
    assert messages_of(CHAT, facts, []) == messages_of(CHAT, [each for batch in batches for each in batch], [])


@settings(max_examples=400)
@given(orders(private=False))
def test_a_post_is_the_same_in_any_order_any_repetition_any_batching(case: tuple[list[Fact], list[list[Fact]]]) -> None:
    facts, batches = case
    assert _project(POST, batches) == fold(POST, facts, [])
    assert messages_of(POST, facts, []) == messages_of(POST, [each for batch in batches for each in batch], [])


@settings(max_examples=200)
@given(orders(private=False))
def test_a_comment_of_the_companys_post_is_the_same_in_any_order(case: tuple[list[Fact], list[list[Fact]]]) -> None:
    facts, batches = ([each for each in case[0] if each.branch_id], case[1])
    below = [kept for batch in batches if (kept := [each for each in batch if each.branch_id])]
    assert _project(COMMENT, below) == fold(COMMENT, facts, [])


@settings(max_examples=300)
@given(st.data())
def test_a_head_kept_step_by_step_is_the_fold_over_everything(data: st.DataObject) -> None:
    """Customers and agents take turns; each step on the head gives what a fold from the beginning gives."""
    facts, actions = [fact(CHAT, 1000, "m0")], []
    head = folded(CHAT, facts)
    for step in range(1, data.draw(st.integers(1, 10))):
        now = 1000 + step * 1000
        if data.draw(st.booleans()):
            facts.append(fact(CHAT, now, f"m{step}"))
            after = receive(head, facts[-1])
        else:
            actions.append(_turn(data, head, now))
            after = act(head, actions[-1])
        complete = folded(CHAT, facts, actions)
        assert after is None or after == complete
        head = complete


def _turn(data: st.DataObject, head: Conversation, now: int) -> Action:
    seen, heard = data.draw(st.integers(head.inbound - head.unread, head.inbound)), head.heard
    promise = Promise(now + 5000, "Und?")
    planned = head.follow_up.version if head.follow_up else ""
    turns = [
        action(now, Verb.REPLY, seen=seen, heard=heard, text="a", way=Way.PRIVATE_MESSAGE, state=State.QUEUED),
        action(now, Verb.REPLY, seen=seen, heard=heard, text="a", promise=promise, resolve=True, state=State.QUEUED),
        action(now, Verb.NOTE, text="b", heard=heard),
        action(now, Verb.RESOLVE, seen=seen, heard=heard),
        action(now, Verb.REOPEN, heard=heard),
        action(now, Verb.PROMISE, heard=heard, promise=promise),
        action(now, Verb.RELEASE, heard=heard),
        action(
            now, Verb.REPLY, seen=seen, heard=heard, text="a", promise=promise, state=State.CANCELLED, reason=UNDONE
        ),
        action(now, Verb.ASSIGN, heard=heard, assignee=data.draw(st.sampled_from([None, AGENT, KIM]))),
        action(now, Verb.ASSIGN, heard=heard, team=data.draw(st.sampled_from(["sales", "service"]))),
        action(now, Verb.TAG, heard=heard, added=("wlan",), removed=data.draw(st.sampled_from([(), ("ausfall",)]))),
        action(now, Verb.TAG, heard=heard, added=("ausfall",), removed=data.draw(st.sampled_from([(), ("wlan",)]))),
        action(now, Verb.SNOOZE, seen=seen, heard=heard, until=now + 9000),
        action(now, Verb.WAKE, heard=heard),
        action(now, Verb.NOTE, heard=heard, text="b", mentions=(str(KIM.id),)),
        action(now, Verb.NOTE, heard=heard, text="b", by=KIM),
    ]
    if planned:
        deal = data.draw(st.sampled_from([Verb.ASK, Verb.SKIP, Verb.TASK]))
        state = State.QUEUED if deal == Verb.ASK else None
        turns.append(action(now, deal, heard=heard, text="Und?", answers=planned, state=state))
    return data.draw(st.sampled_from(turns))


# -- answers that do not arrive ---------------------------------------------------------------------------------------


@pytest.mark.invariant(10)
@pytest.mark.parametrize("resolve", [True, False])
def test_answer_that_did_not_arrive_answered_nobody(resolve: bool) -> None:
    told = [fact(CHAT, 1000, "m1")]
    head = folded(CHAT, told, [answer(state=State.FAILED, reason="gone", resolve=resolve)])
    level = head.service_level
    assert (head.status, head.unread, head.waiting_since, head.undelivered) == (Status.OPEN, 1, 1000, "failed")
    assert (level.first_response_at, level.first_resolved_at, head.assignee) == (None, None, AGENT)


def test_second_answer_that_fails_does_not_take_the_first_away() -> None:
    told = [fact(CHAT, 1000, "m1")]
    head = folded(CHAT, told, [answer(2000), answer(3000, state=State.FAILED, resolve=True)])
    assert (head.status, head.unread, head.service_level.first_response_at) == (Status.OPEN, 0, 2000)


def test_later_answer_that_arrives_makes_up_for_one_that_failed() -> None:
    told = [fact(CHAT, 1000, "m1")]
    head = folded(CHAT, told, [answer(2000, state=State.FAILED), answer(3000, resolve=True)])
    assert (head.status, head.unread, head.undelivered) == (Status.RESOLVED, 0, "")
    assert head.service_level.first_response_at == 3000


def test_answer_that_is_sent_again_counts_again() -> None:
    told = [fact(CHAT, 1000, "m1")]
    again = folded(CHAT, told, [answer(2000, state=State.QUEUED, retries=1, resolve=True)])
    assert (again.status, again.unread, again.service_level.first_response_at) == (Status.RESOLVED, 0, 2000)


@pytest.mark.invariant(2)
@given(st.permutations(["m1", "m2", "answer"]), st.sampled_from([State.SENT, State.FAILED]))
def test_failure_is_told_in_any_order(order: list[str], state: State) -> None:
    things = {"m1": fact(CHAT, 1000, "m1"), "m2": fact(CHAT, 1500, "m2"), "answer": answer(seen=2, state=state)}
    told = [each for name in order if isinstance(each := things[name], Fact)]
    head = folded(CHAT, told, [things["answer"]])  # type: ignore[list-item]
    assert (head.unread, head.waiting_since) == ((0, 0) if state == State.SENT else (2, 1000))


# -- what a machine wrote in the company's name -----------------------------------------------------------------------

AWAY = "Wir sind gerade nicht da und melden uns morgen."


def own(at: int, message_id: str, text: str = AWAY, **fields: object) -> Fact:
    return fact(CHAT, at, message_id, author=PAGE, own=True, text=text, **fields)


def is_answered(head: Conversation) -> bool:
    """Return whether somebody answered; either all of it says so, or nothing does."""
    told = {not head.unread, not head.waiting_since, head.status == Status.WAITING}
    told.add(head.service_level.first_response_at is not None)
    assert len(told) == 1
    return told.pop()


@pytest.mark.parametrize(
    ("seconds", "fields", "answered"),
    [
        (0, {}, False),
        (1, {}, False),
        (4, {}, False),
        (60, {}, True),
        (600, {}, True),
        (600, {"automatic": True}, False),
    ],
)
@given(st.permutations([0, 1]))
def test_message_that_stands_there_within_seconds_answers_nobody(
    seconds: int, fields: dict[str, object], answered: bool, turns: list[int]
) -> None:
    told = [fact(CHAT, 600_000, "m1"), own(600_000 + 1000 * seconds, "p1", **fields)]
    head = folded(CHAT, [told[turn] for turn in turns])
    assert (is_answered(head), head.outbound, head.last_message.preview) == (answered, 1, AWAY)


def test_text_that_stands_below_several_messages_answers_nobody() -> None:
    told = [fact(CHAT, 100_000, "m1"), own(200_000, "p1"), fact(CHAT, 900_000, "m2"), own(990_000, "p2", f" {AWAY}\n")]
    head = folded(CHAT, told)
    assert (is_answered(head), head.unread, head.waiting_since) == (False, 2, 100_000)
    assert [each.automatic for each in messages_of(CHAT, told, [])] == [False, True, False, True]


def test_short_text_that_a_machine_sent_at_once_is_its_own_later_as_well() -> None:
    away = "Wir sind weg."
    told = [fact(CHAT, 100_000, "m1"), own(102_000, "p1", away), fact(CHAT, 400_000, "m2"), own(520_000, "p2", away)]
    assert [each.automatic for each in messages_of(CHAT, told, [])] == [False, True, False, True]


def test_words_that_people_repeat_and_a_text_sent_twice_are_answers() -> None:
    for text, second in (("Gern geschehen!", [fact(CHAT, 900_000, "m2")]), (AWAY, [])):
        told = [fact(CHAT, 100_000, "m1"), own(200_000, "p1", text), *second, own(990_000, "p2", text)]
        assert is_answered(folded(CHAT, told))


def test_person_who_answers_while_the_customer_goes_on_writing_has_answered() -> None:
    told = [fact(CHAT, 100_000, "m1"), fact(CHAT, 160_000, "m2"), own(164_000, "p1")]
    assert is_answered(folded(CHAT, told))


def test_reply_sent_from_here_is_an_answer_however_fast() -> None:
    ours = answer(1500, text=AWAY, platform_id="p1")
    told = [fact(CHAT, 1000, "m1"), own(1600, "p1")]
    assert is_answered(folded(CHAT, told, [ours]))


# -- what was said becomes otherwise ----------------------------------------------------------------------------------


def edited(at: int, text: str | None, message_id: str = "m1", **fields: object) -> Fact:
    return fact(CHAT, at, message_id, Kind.EDITED, text=text, **fields)


def answer(at: int = 2000, **fields: object) -> Action:
    return action(at, Verb.REPLY, **{"seen": 1, "heard": 1, "text": "Gern!", "state": State.SENT} | fields)


@pytest.mark.invariant(16)
@pytest.mark.parametrize("resolve", [True, False])
def test_message_that_is_changed_after_the_answer_is_unread_again(resolve: bool) -> None:
    told = [fact(CHAT, 1000, "m1", text="Alles gut, danke"), edited(3000, "Doch nicht gut!")]
    head = folded(CHAT, told, [answer(resolve=resolve)])
    assert (head.status, head.unread, head.waiting_since, head.assignee) == (Status.OPEN, 1, 3000, AGENT)


@pytest.mark.invariant(16)
def test_edit_of_what_was_put_aside_brings_it_back() -> None:
    told = [fact(CHAT, 1000, "m1", text="Bitte Montag"), edited(3000, "Bitte DIENSTAG")]
    head = folded(CHAT, told, [asleep(upto=1000)])
    assert (head.status, head.snoozed_until, head.unread) == (Status.OPEN, None, 1)


@pytest.mark.invariant(16)
@pytest.mark.parametrize(
    ("told", "text", "rating"), [("5", None, "1"), ("5", "text of m1", "1"), ("positive", None, "negative")]
)
def test_changed_rating_is_unread_without_a_changed_word(told: str, text: str | None, rating: str) -> None:
    facts = [fact(POST, 1000, "page_1", rating=told, text="text of m1")]
    facts.append(fact(POST, 3000, "page_1", Kind.EDITED, text=text, rating=rating))
    head = folded(POST, facts, [answer(resolve=True)])
    assert (head.status, head.unread) == (Status.OPEN, 1)


@pytest.mark.parametrize("text", ["Hilfe bitte", " Hilfe  bitte\n", None])
def test_edit_that_changes_no_word_opens_nothing(text: str | None) -> None:
    told = [fact(CHAT, 1000, "m1", text="Hilfe bitte"), edited(3000, text)]
    assert folded(CHAT, told, [answer(resolve=True)]).status == Status.RESOLVED


def test_edit_before_the_answer_and_one_of_our_own_open_nothing() -> None:
    told = [fact(CHAT, 1000, "m1"), edited(1500, "Hilfe, bitte")]
    assert folded(CHAT, told, [answer(resolve=True, edits=1)]).status == Status.RESOLVED
    ours = [fact(CHAT, 1500, "p1", author=PAGE, own=True), edited(3000, "Anders", "p1", author=PAGE, own=True)]
    assert folded(CHAT, [fact(CHAT, 1000, "m1"), *ours], [answer(resolve=True)]).status == Status.RESOLVED


@pytest.mark.invariant(2)
def test_the_same_edit_opens_once() -> None:
    told = [fact(CHAT, 1000, "m1"), edited(3000, "Doch nicht"), edited(3000, "Doch nicht"), edited(3500, "Doch nicht")]
    closed = action(4000, Verb.RESOLVE, seen=1, heard=1, edits=1, upto=3000)
    assert folded(CHAT, told, [answer(resolve=True), closed]).status == Status.RESOLVED


@pytest.mark.invariant(16)
def test_edit_from_before_the_answer_that_arrives_after_it_is_unread() -> None:
    told = [fact(CHAT, 1000, "m1"), edited(1700, "Doch nicht")]
    assert folded(CHAT, told, [answer(upto=1000, resolve=True)]).unread == 1
    known = [fact(CHAT, 1000, "m1"), edited(1200, "Eins"), edited(1100, "Zwei")]
    assert folded(CHAT, known, [answer(upto=1200, edits=1, resolve=True)]).unread == 1


def test_changed_and_new_messages_are_each_unread_once() -> None:
    changes = [edited(3000, "x"), edited(4000, "y")]
    told = [fact(CHAT, 1000, "m1"), fact(CHAT, 1100, "m2"), *changes, fact(CHAT, 3500, "m3")]
    head = folded(CHAT, told, [answer(seen=2, upto=1100)])
    assert (head.unread, head.waiting_since) == (2, 3000)
