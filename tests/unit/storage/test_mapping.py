"""Schemas and items: what is written is read as the same, and no field is forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from conversations.actions import Action, Attention, State, Verb
from conversations.attachments import Attached
from conversations.conversation import Conversation, Decision, LastMessage, ServiceLevel, Window
from conversations.facts import Attachment, Author, Fact, Recipients, Visibility
from conversations.identity import Identity
from conversations.message_context import Place, Quote, Referral
from conversations.promise import FollowUp, FollowUpState, Promise
from storage import (
    attribute_values,
    audit,
    customers,
    keys,
    mapping,
    message_parts,
    poll_cursors,
    promise_parts,
    quarantine,
    quarantined_sources,
    tags,
)
from storage.agents import AGENT, Known
from storage.connections import CONNECTION, Connection
from storage.earlier_requests import REQUEST, EarlierRequest
from storage.file_items import FILE
from storage.notifications import NOTICE, PENDING_NOTICE, TARGET, Notice, PendingNotice, Target
from storage.schema import LeaveOut, Schema, flag

IN_KEYS: dict[type, set[str]] = {
    # The last eight are not stored.
    Fact: {
        "kind",
        "visibility",
        "at",
        "thread_is_guess",
        "references",
        "aliases",
        "other_thread_id",
        "by_arrival",
        "is_undated",
        "may_move",
        "is_of_all",
    },
    Action: {"id", "at"},
    Conversation: {"identity", "status"},
    Attached: {"spot"},
    Connection: {"channel", "name"},
    Known: {"id"},
    PendingNotice: {"place"},
    audit.Entry: {"id", "at"},
    customers.Customer: {"asked"},  # an attribute per month
    customers.ErasedCustomer: {"channel", "connection", "digest"},
    customers.OptOut: {"id", "channel", "connection", "declined_at"},
    quarantine.Entry: {
        "id",
        "channel",
        "connection",
        "handled_at",
        "handled_by",
        "was_read",
    },  # the last three are a Handling
    tags.Used: {"tag"},
}
"""Fields that no attribute of their own holds."""
SCHEMAS: dict[type, list[Schema[Any]]] = {
    Fact: [mapping.FACT],
    Attachment: [message_parts.ATTACHMENT],
    Quote: [message_parts.QUOTE],
    Referral: [message_parts.REFERRAL],
    Place: [message_parts.PLACE],
    Recipients: [message_parts.RECIPIENTS],
    Action: [mapping.ACTION, mapping.ACTION_BODY],
    Conversation: [mapping.HEAD, mapping.HEAD_BODY],
    FollowUp: [promise_parts.FOLLOW_UP],
    Promise: [promise_parts.PROMISE],
    Notice: [NOTICE],
    Target: [TARGET],
    Attached: [FILE],
    Connection: [CONNECTION],
    Known: [AGENT],
    PendingNotice: [PENDING_NOTICE],
    EarlierRequest: [REQUEST],
    audit.Entry: [audit.ENTRY],
    customers.Customer: [customers.CUSTOMER],
    customers.ErasedCustomer: [customers.ERASED_CUSTOMER],
    customers.OptOut: [customers.OPT_OUT],
    poll_cursors.Cursor: [poll_cursors.CURSOR],
    quarantine.Entry: [quarantine.ENTRY],
    quarantine.Handling: [quarantine.HANDLING],
    quarantine.Mark: [quarantine.MARK],
    quarantine.Piece: [quarantine.PIECE_OF_UPDATE],
    quarantined_sources.Part: [quarantined_sources.SOURCE],
    tags.Used: [tags.TAG],
}
TEXTS = st.text(max_size=8)
NAMES = st.text(min_size=1, max_size=8)
TIMES = st.integers(0, 9_999_999_999_999)
POINTS_IN_TIME = st.none() | st.integers(1, 10**13 - 1)
ACTION_IDS = st.from_regex(r"[0-9]{13}[a-z2-7]{13}", fullmatch=True)


def built(kind: type[Any], *values: Any, **fields: Any) -> st.SearchStrategy[Any]:
    """Records of a kind; its annotations are not resolved, as modules import for type checkers alone what they name."""
    return st.builds(lambda *given, **named: kind(*given, **named), *values, **fields)


AUTHORS = built(Author, st.none() | NAMES, st.none() | NAMES)
VISIBILITIES = st.sampled_from(Visibility)
PROMISES = built(Promise, at=TIMES, text=TEXTS, wording=TEXTS, wished=st.none() | TIMES, patience=TIMES)
FOLLOW_UPS = built(
    FollowUp,
    version=ACTION_IDS,
    promise=PROMISES,
    by=AUTHORS,
    state=st.sampled_from(sorted(set(FollowUpState) - {FollowUpState.REPLACED})),
    judged_by=st.none() | AUTHORS,
    outcome_at=st.none() | st.integers(1, 10**13 - 1),
    asked_at=st.none() | st.integers(1, 10**13 - 1),
    outcome_message_id=st.none() | NAMES,
)
FACTS = st.builds(
    Fact,
    thread_id=NAMES,
    at=TIMES,
    author=AUTHORS,
    text=st.none() | TEXTS,
    attachments=st.lists(built(Attachment, NAMES), max_size=2).map(tuple),
    parent_id=st.none() | NAMES,
    permalink=st.none() | NAMES,
    payload=st.none() | NAMES,
    customer_id=st.none() | NAMES,
    reference=st.none() | NAMES,
    title=st.none() | NAMES,
    rating=st.none() | NAMES,
    thread_is_guess=st.just(False),
    references=st.just(()),
    aliases=st.just(()),
    other_thread_id=st.just(""),
    by_arrival=st.just(False),
    is_undated=st.just(False),
    may_move=st.just(False),
    is_of_all=st.just(False),
    folded=st.none() | NAMES,
    forwarded_from=st.none() | NAMES,
    quoted=st.none() | built(Quote, st.none() | TEXTS, st.none() | TEXTS),
    referral=st.none() | built(Referral, NAMES, st.none() | TEXTS, st.none() | TEXTS),
    place=st.none() | built(Place, st.floats(-90, 90), st.floats(-180, 180), st.none() | TEXTS),
)


def _consistent(action: Action) -> Action:
    """Return an action with the time of its id, and with a state of a message if it states one, and only then."""
    attention = Attention.NONE if action.verb == Verb.ATTEND else None
    state = State.QUEUED if action.verb == Verb.FORWARD else action.state
    return replace(action, at=int(action.id[:13]), attention=attention, state=state)


ACTIONS = built(
    Action,
    id=ACTION_IDS,
    at=st.just(0),
    verb=st.sampled_from(Verb),
    by=AUTHORS,
    upto=st.none() | st.integers(1, 10**13 - 1),
    promise=st.none() | PROMISES,
    assignee=st.none() | AUTHORS,
    reply_to_id=st.none() | NAMES,
).map(_consistent)
HEADS = built(
    Conversation,
    identity=built(Identity, NAMES.filter(lambda name: "/" not in name), NAMES, VISIBILITIES, NAMES, TEXTS, NAMES),
    customer=AUTHORS,
    assignee=st.none() | AUTHORS,
    follow_up=st.none() | FOLLOW_UPS,
    opened_at=TIMES,
    version=TIMES,
    last_message=built(LastMessage, TIMES, TEXTS, TEXTS),
    window=built(Window, POINTS_IN_TIME, st.booleans()),
    service_level=built(
        ServiceLevel, POINTS_IN_TIME, POINTS_IN_TIME, POINTS_IN_TIME, TEXTS, st.lists(NAMES, max_size=2).map(tuple)
    ),
    decision=built(Decision, TIMES, TEXTS, TEXTS),
    snoozed_until=POINTS_IN_TIME,
)


@pytest.mark.parametrize("kind", SCHEMAS, ids=lambda kind: kind.__name__)
def test_each_field_is_in_one_schema_or_in_the_keys(kind: type) -> None:
    stored = [row.field.partition(".")[0] for schema in SCHEMAS[kind] for row in schema.rows()]
    names = sorted(set(kind.__struct_fields__) - IN_KEYS.get(kind, set()))
    assert sorted(dict.fromkeys(stored)) == names


@pytest.mark.parametrize("schemas", SCHEMAS.values(), ids=lambda schemas: schemas[0].kind.__name__)
def test_no_attribute_is_used_twice(schemas: list[Schema[Any]]) -> None:
    for schema in schemas:
        names = [row.attribute for row in schema.rows()]
        assert len(set(names)) == len(names)


@given(FACTS)
def test_fact_is_read_as_it_was_written(fact: Fact) -> None:
    stored = mapping.fact_of(_through_table(mapping.fact_item("facebook", "demo", fact, 1)))
    if fact.customer_id in (None, fact.author.id):  # then the author of a private message is the customer
        assert stored.customer_id in (fact.customer_id, None, fact.author.id)
        fact = replace(fact, customer_id=stored.customer_id)
    assert stored == fact


@given(ACTIONS)
def test_action_is_read_as_it_was_written(action: Action) -> None:
    assert mapping.action_of(_through_table(mapping.action_item("a" * 26, action, 1))) == action


@pytest.mark.parametrize("packs", ["false", "true"])
@given(head=HEADS)
def test_head_is_read_as_it_was_written(packs: str, head: Conversation) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PACK_HEADS", packs)
        item = _through_table(mapping.head_item(head, 1))
    assert mapping.head_of(item) == head
    assert keys.conversation_of(item) == keys.id_of(head.identity)


def _through_table(item: attribute_values.Item) -> attribute_values.Item:
    return attribute_values.decode(attribute_values.encode(item))


# -- the mechanism ----------------------------------------------------------------------------------------------------


class Point(Struct, frozen=True):
    """A value to be stored."""

    place: Author
    at: int = 7
    text: str | None = None
    marked: bool = False


def _schema(leave_out: LeaveOut, *keep: str) -> Schema[Point]:
    attributes = {"at": "t", "text": "x", "marked": flag("m"), "place__id": "i", "place__name": "n"}
    return Schema(Point, leave_out=leave_out, keep=keep, parts={"place": Author}, **attributes)


@pytest.mark.parametrize(
    ("schema", "item"),
    [
        (_schema(LeaveOut.EMPTY), {"i": "p"}),
        (_schema(LeaveOut.EMPTY, "text"), {"i": "p", "x": ""}),
        (_schema(LeaveOut.NONE), {"i": "p", "t": 0, "x": "", "m": 0}),
        (_schema(LeaveOut.DEFAULT), {"i": "p", "t": 0, "x": ""}),
    ],
)
def test_schema_leaves_out_values_as_declared(schema: Schema[Point], item: attribute_values.Item) -> None:
    assert schema.write(Point(Author("p"), at=0, text="")) == item


def test_missing_attribute_is_the_default_and_an_unknown_one_is_ignored() -> None:
    assert _schema(LeaveOut.EMPTY).read({"i": "p", "m": 1, "later": 5}) == Point(Author("p"), marked=True)


def test_given_field_is_taken_instead_of_the_attribute() -> None:
    assert _schema(LeaveOut.EMPTY).read({"i": "p", "t": 1}, at=2).at == 2
