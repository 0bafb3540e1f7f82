"""Mapping of facts, actions and heads to items, with short names, as writes are billed by size: docs/data-model.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from conversations import identity, inbox_order
from conversations.actions import WRITING_VERBS, Action, Attention, Moderation, State, Verb
from conversations.conversation import Conversation, Decision, LastMessage, ServiceLevel, WeekCount, Window
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import address_in
from conversations.promise import Outcome
from conversations.send_options import Way
from shared import settings
from storage import forward_items, keys, packed_bodies
from storage.message_parts import ATTACHMENT, PLACE, QUOTE, RECIPIENTS, REFERRAL
from storage.promise_parts import FOLLOW_UP, PROMISE
from storage.schema import Attribute, Schema, chosen, flag, json_object, json_text, listed, nested, pair, pairs, to_json

if TYPE_CHECKING:
    from storage.attribute_values import Item, StoredItem

FACT = Schema(
    Fact,
    parts={"author": Author},
    keep=("text",),  # of an edit that took all words away
    thread_id="h",
    branch_id="g",
    message_id="i",
    author__id="a",
    author__name="n",
    author__handle="ah",
    own=flag("o"),
    text="x",
    attachments=json_text("f", ATTACHMENT),
    parent_id="p",
    permalink="l",
    payload="y",
    reference="q",
    customer_id="k",
    unsupported=flag("z"),
    unproven=flag("un"),
    unaddressed=flag("ua"),
    is_open=flag("op"),
    title="tt",
    rating="rg",
    forwarded=flag("fw"),
    automatic=flag("au"),
    folded="fo",
    rich=flag("ri"),
    forwarded_from="ff",
    quoted=json_object("qu", QUOTE),
    referral=json_object("rf", REFERRAL),
    place=json_object("pl", PLACE),
    recipients=json_object("rc", RECIPIENTS),
    arrival="ar",
)
"""Kind and time stand in the key; whether a thread is a guess is not stored."""

ACTION = Schema(
    Action,
    parts={"by": Author},
    by__id="a",
    by__name="n",
    text="x",
    state=chosen("st", State),
    platform_id="pid",
    reason="rs",
    attempts="at",
    attempted_at="ta",
    lease_until="le",
    not_before="nb",
    retries="rt",
    draft="dr",
)
"""The author, the text, and the delivery of a message. The id and the time are in the key."""

DELIVERY = tuple(row for row in ACTION.rows() if row.field not in ("by.id", "by.name", "text"))
"""Attributes of an action that change while it is delivered."""

ACTION_BODY = Schema(
    Action,
    verb=Attribute(
        "verb", write=forward_items.stored_verb, read=Verb, form="`Verb`; of `attend` it is `tag`, of `forward` `note`"
    ),
    seen="seen",
    heard="heard",
    upto="upto",
    edits="edits",
    resolve=flag("resolve"),
    promise=nested("promise", PROMISE),
    answers="answers",
    outcome=chosen("outcome", Outcome),
    language="language",
    assignee=pair("assignee", Author),
    team="team",
    until="until",
    added=listed("added"),
    removed=listed("removed"),
    mentions=listed("mentions"),
    target="target",
    moderation=chosen("moderation", Moderation),
    speaker="speaker",
    way=chosen("way", Way),
    reply_to_id="reply_to",
    beside="beside",
    macro_use="macro_use",
    files=listed("files"),
    to=listed("to"),
    cc=listed("cc"),
    subject="subject",
    signature="signature",
    about="about",
    about_edits="about_edits",
    addressee=pair("addressee", Author),
    met="met",
    attention=chosen("attention", Attention),
    connection="connection",
    outreach="outreach",
)
"""Fields of an action that never change."""

HEAD = Schema(Conversation, keep=("version",), version="v", erased_at="t")
"""Identity and status stand in the keys."""

HEAD_BODY = Schema(
    Conversation,
    parts={"last_message": LastMessage, "window": Window, "service_level": ServiceLevel, "decision": Decision},
    vip=flag("vip"),
    inbound="inbound",
    heard="heard",
    outbound="outbound",
    unread="unread",
    unread_weeks=pairs("unread_weeks", WeekCount),
    opened_at="opened_at",
    last_message__at="last_message_at",
    last_message__key="last_message_key",
    last_inbound_at="last_inbound_at",
    edits="edits",
    edited_at="edited_at",
    window__last_customer_at="last_customer_at",
    waiting_since="waiting_since",
    service_level__first_response_at="first_response_at",
    service_level__first_resolved_at="first_resolved_at",
    service_level__due_at="due_at",
    service_level__due_for="due_for",
    snoozed_until="snoozed_until",
    last_message__preview="preview",
    last_message__by="last_by",
    last_message__is_ours=flag("last_ours"),
    title="title",
    undelivered="undelivered",
    decision__at="done_at",
    decision__by="done_by",
    decision__verb="done_verb",
    attended_at="attended_at",
    cursor="cursor",
    service_level__missed=listed("missed"),
    tags=listed("tags"),
    mentioned=listed("mentioned"),
    customer=pair("customer", Author),
    assignee=pair("assignee", Author),
    third_parties=listed("third"),
    window__private_reply_used=flag("private_reply"),
    unproven=flag("unproven"),
    removed=flag("removed"),
    unreachable=flag("unreachable"),
    follow_up=nested("follow_up", FOLLOW_UP),
    origin="origin",
)


# -- facts ------------------------------------------------------------------------------------------------------------


def fact_item(channel: str, connection: str, fact: Fact, expires: int) -> StoredItem:
    """Return the item of a fact. It says nothing of when it arrived, so a redelivery writes the same."""
    thread, _ = key = fact_key(channel, connection, fact)
    derived = {"c": f"{channel}/{connection}", **_private(fact.visibility), **_searchable_fact(fact, thread)}
    written = replace(fact, customer_id=None) if fact.customer_id == fact.author.id else fact
    return FACT.item(key, written, expires, **derived)


def fact_key(channel: str, connection: str, fact: Fact) -> keys.Key:
    """Return the key of a fact: its thread, and its place there."""
    thread = identity.thread_key(channel, connection, fact.thread_id)
    return thread, f"{identity.branch_key(fact.branch_id)}#{identity.position(fact)}"


def fact_of(item: Item) -> Fact:
    """Return the fact an item holds."""
    private = "w" in item
    customer = item.get("k") or (item.get("a") if private and "o" not in item else None)
    return FACT.read(
        item,
        kind=Kind(keys.kind_of(item)),
        visibility=Visibility.PRIVATE if private else Visibility.PUBLIC,
        at=keys.said_at(item),
        customer_id=customer,
    )


def _private(visibility: Visibility) -> Item:
    return {"w": 1} if visibility == Visibility.PRIVATE else {}


def _searchable_fact(fact: Fact, thread: str) -> Item:
    """Return what makes a fact searchable; of its own words and time only, so that a redelivery is the same."""
    if fact.kind == Kind.REMOVED and fact.message_id:
        return {"spk": keys.removed_as(thread, fact.message_id), "ssk": keys.sort_time(fact.at)}
    ours = fact.own and fact.reference is not None and identity.is_action_id(fact.reference)
    if fact.kind not in (Kind.MESSAGE, Kind.EDITED) or not (fact.text or fact.title or "").strip() or ours:
        return {}
    return searchable_at(thread, fact.at)


def searchable_at(thread: str, at: int) -> Item:
    """Return the place of something that was said in the index ``said``."""
    return {"spk": keys.said_in(identity.clamp(at), keys.shard_of(thread)), "ssk": keys.sort_time(at)}


# -- actions ----------------------------------------------------------------------------------------------------------


def action_item(conversation: str, action: Action, expires: int) -> StoredItem:
    """Return the item of an action: what never changes as one body, the delivery's state beside it."""
    key = keys.action_key(conversation, action.id)
    is_text = action.verb in WRITING_VERBS and action.text.strip()
    derived = {"b": to_json(ACTION_BODY.write(action))} | (searchable_at(key[0], action.at) if is_text else {})
    shown, beside = forward_items.masked(action)
    return ACTION.item(key, shown, expires, **derived, **beside)


def delivery_of(action: Action) -> Item:
    """Return the attributes that say how far a message came, also those that are empty."""
    state = forward_items.state_attribute(action)
    return {state if row.field == "state" else row.attribute: getattr(action, row.field) for row in DELIVERY}


def action_of(item: Item) -> Action:
    """Return the action an item holds."""
    body = json.loads(item["b"])
    fields = ACTION_BODY.fields(body) | ACTION.fields(forward_items.fields_of(item))
    if "attention" in fields or forward_items.is_forward(item):
        fields["verb"] = Verb.ATTEND if "attention" in fields else Verb.FORWARD
    if "by" in body:  # as the first items had it
        fields["by"] = Author(*body["by"])
    if "x" not in item and "text" in body:
        fields["text"] = body["text"]
    return Action(id=keys.action_id_of(item) or "", at=keys.said_at(item), **fields)


# -- heads ------------------------------------------------------------------------------------------------------------


def head_item(head: Conversation, expires: int) -> StoredItem:
    """Return the item of a head, with its place in the indexes."""
    key, body = keys.head_key(keys.id_of(head.identity)), to_json(HEAD_BODY.write(head))
    is_packed = len(body) > packed_bodies.SMALL and settings.packs_heads()
    derived = {
        "c": f"{head.identity.channel}/{head.identity.connection}",
        "h": head.identity.thread_id,
        "g": head.identity.branch_id,
        **({"z": packed_bodies.packed(body)} if is_packed else {"b": body}),
    }
    return HEAD.item(key, head, expires, **derived, **_private(head.identity.visibility), **_indexed(head, key[0]))


def _indexed(head: Conversation, thread: str) -> Item:
    """Return what the indexes sort and filter heads by."""
    partition = inbox_order.partition(head.identity.team, thread)
    item: dict[str, Any] = {
        "e": head.assignee.id if head.assignee else None,
        "n": head.customer.name or None,
        "a": (address := address_in(head.customer)),
        "tg": set(head.tags) or None,
        "mn": set(head.mentioned) or None,
        "ipk": partition,
        "isk": inbox_order.key(head),
    }
    if head.follow_up:
        item |= {"fpk": partition, "fsk": inbox_order.follow_up_key(head.follow_up)}
    if head.customer.name or address:
        # The place of a name does not change while people write, so that this costs one write in all.
        item |= {"spk": keys.named_in(keys.shard_of(thread)), "ssk": keys.sort_time(head.opened_at)}
    return item


def head_of(item: Item) -> Conversation:
    """Return the head an item holds."""
    body = item["b"] if "b" in item else packed_bodies.unpacked(item["z"])
    return HEAD.read(
        item,
        identity=keys.identity_of(item, keys.team_of(item)),
        status=next(each for each, letter in inbox_order.LETTERS.items() if letter == item["isk"][0]),
        **HEAD_BODY.fields(json.loads(body)),
    )
