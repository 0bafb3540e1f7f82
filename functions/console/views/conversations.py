"""Conversations and messages as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

import channels
import classification
from application.signatures import signature_of
from console.times import when
from console.views import attachments as attachment_views
from console.views import attention as attention_views
from console.views import speakers as speaker_views
from console.views import ways
from conversations import recipients
from conversations.actions import MARKING_VERBS, WRITING_VERBS, Verb, is_lost, is_undone
from conversations.conversation import proven_customer
from conversations.fold import promises_of, situation
from conversations.follow_ups import SYSTEM
from shared import texts
from storage import customer_cards, customers, keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from application.loading import LoadedConversation
    from conversations.actions import Action
    from conversations.conversation import Conversation
    from conversations.facts import Author, Recipients
    from conversations.messages import Message
    from conversations.promise import FollowUp, Move
    from conversations.send_options import Route

Json = dict[str, Any]
OPT_OUT = "opt_out"
"""The wish that an unproven message seems to hold: nothing follows from it by itself."""
MOST_PEOPLE = 100
"""Number of people of an exchange of mails who are named beside it."""
KEPT = "kept"
"""The state of a note: it is here, and goes nowhere."""


def conversation(head: Conversation, language: str) -> Json:
    """A conversation as a list shows it."""
    identity = head.identity
    channel = channels.get(identity.channel)
    return {
        "id": keys.id_of(identity),
        "version": head.version,
        "channel": identity.channel,
        "connection": identity.connection,
        "visibility": identity.visibility,
        "status": head.status,
        "team": identity.team,
        "assignee": person(head.assignee),
        "customer": person(head.customer),
        "third_parties": list(head.third_parties),
        "unread": head.unread,
        "open_messages": head.unread,
        "inbound": head.inbound,
        "title": head.title or None,
        "preview": head.last_message.preview,
        "preview_by": attention_views.speaker(head),
        "last_message_at": when(head.last_message.at),
        "waiting_since": when(head.waiting_since or None),
        "opened_at": when(head.opened_at),
        "first_response_at": when(head.service_level.first_response_at),
        "first_resolved_at": when(head.service_level.first_resolved_at),
        "due_at": when(head.service_level.due_at),
        "due_for": head.service_level.due_for or None,
        "missed": list(head.service_level.missed),
        "snoozed_until": when(head.snoozed_until),
        "tags": list(head.tags),
        "mentioned": list(head.mentioned),
        "window_ends_at": when(channel.sender.window_ends_at(situation(head))),
        "undelivered": head.undelivered or None,
        "follow_up": follow_up(head.follow_up, language),
        **({"origin": head.origin} if head.origin else {}),
        **_card(head),
    }


def _card(head: Conversation) -> Json:
    """Return whose card belongs to a conversation, and whether they are important; nothing where nobody is proven."""
    known = proven_customer(head)
    if not known:
        return {}
    card = customers.digest(head.identity.channel, head.identity.connection, known)
    return {"card": card} | ({"vip": True} if card in customer_cards.vips() else {})


def whole(loaded: LoadedConversation, routes: list[Route], language: str, now: int) -> Json:
    """A conversation with all its messages, its promises, and the ways in which it can be answered.

    ``now`` in milliseconds, for the prices.
    """
    messages, shown = loaded.messages(), attachment_views.Shown(loaded, language)
    promises = promises_of(loaded.head, messages, loaded.actions)
    speakers = speaker_views.of_messages(loaded.head, messages)
    return conversation(loaded.head, language) | {
        "follow_ups": [follow_up(each, language) for each in promises],
        "routes": [ways.way(each, loaded.head.identity.channel, now) for each in routes],
        "messages": [
            message(each, language, shown) | speaker for each, speaker in zip(messages, speakers, strict=True)
        ],
        "events": [each for action in sorted(loaded.actions, key=_when) for each in _events(action, language)],
        **({"answer": _usual_answer(loaded, messages)} if loaded.names_recipients else {}),
    }


def message(said: Message, language: str, shown: attachment_views.Shown | None = None) -> Json:
    """One message; of one that was removed, the place without the text."""
    return {
        "id": said.id,
        "platform_id": said.platform_id,
        "direction": said.direction,
        "author": {"id": said.author.id, "name": said.author.name},
        "title": said.title,
        "text": said.text,
        "rating": said.rating,
        "sent_at": when(said.sent_at),
        "state": KEPT if said.direction == "note" and said.forward_of is None else said.state,
        "reason": said.reason or None,
        "explanation": explanation(said.reason, language),
        "visibility": said.visibility,
        "deleted": said.deleted,
        "deleted_at": when(said.deleted_at),
        "edited_at": when(said.edited_at),
        "earlier": versions(said),
        "hidden": said.hidden,
        "accepted": said.accepted,
        "attachments": shown.of(said) if shown else attachment_views.plain(said.attachments),
        "reactions": [{"author_id": author or None, "reaction": reaction} for author, reaction in said.reactions],
        "parent_id": said.parent_id,
        "permalink": said.permalink,
        "payload": said.payload,
        "unsupported": said.unsupported,
        "unproven": said.unproven,
        "seems": OPT_OUT if said.unproven and classification.declines(said.text or "") else None,
        "follow_up": said.follow_up,
        "held_until": when(said.not_before or None),
        "mentions": list(said.mentions),
        **attention_views.about(said, shown.standing if shown else {}),
        **({"forwarded": True} if said.forwarded else {}),
        **({"automatic": True} if said.automatic else {}),
        **({"rich": True} if said.rich else {}),
        **({"signature": said.signature} if said.signature else {}),
        **_context(said, shown),
        **({"recipients": _recipients(said.recipients, said.unreached)} if said.recipients else {}),
    }


def _recipients(people: Recipients, unreached: Sequence[str]) -> Json:
    """Return to whom a mail was sent, and whom of them it did not reach."""
    shown: Json = {"to": [each.id for each in people.to], "cc": [each.id for each in people.cc]}
    return shown | ({"unreached": list(unreached)} if unreached else {})


def _usual_answer(loaded: LoadedConversation, messages: list[Message]) -> Json:
    """Return to whom an answer goes by itself, under which subject, and who else is part of the exchange."""
    writer = recipients.writer_answered(loaded.head, messages)
    named = recipients.people(loaded.head, messages)
    return {
        "to": [writer.id] if writer.id else [],
        "subject": recipients.subject_of(loaded.head) or None,
        "people": [{"id": address, "name": name} for address, name in list(named.items())[:MOST_PEOPLE]],
        **({"signature": signature} if (signature := signature_of(loaded).text) else {}),
    }


def _context(said: Message, beside: attachment_views.Shown | None) -> Json:
    """Return what a message refers to, as far as there is something."""
    found = {"quoted": said.quoted, "referral": said.referral, "place": said.place}
    shown: Json = {name: asdict(each) for name, each in found.items() if each}
    texts_beside = {
        "folded": said.folded,
        "forwarded_from": said.forwarded_from,
        "answers": said.answers,
    }
    if said.forward_of is not None:
        shown["forward"] = {"message": said.forward_of or None}
    shown |= {"link_preview": preview} if beside and (preview := beside.link_preview(said)) else {}
    return shown | {name: each for name, each in texts_beside.items() if each}


def versions(said: Message) -> list[Json]:
    """Return a message's texts before it was edited, the oldest first."""
    return [{"at": when(each.at), "text": each.text, "rating": each.rating} for each in said.earlier]


def _events(action: Action, language: str) -> Iterator[Json]:
    """Yield the events of an action beside its message; a reply may also schedule a follow-up or resolve."""
    if is_undone(action):
        return
    kinds = [] if action.verb in WRITING_VERBS | MARKING_VERBS else [action.verb]
    kinds += [Verb.PROMISE] if action.promise and action.verb in WRITING_VERBS else []
    kinds += [Verb.RESOLVE] if action.resolve and not is_lost(action) else []
    for number, kind in enumerate(kinds):
        yield _event(action, kind, language) | {"id": f"{action.id}.{number}" if number else action.id}


def _event(action: Action, kind: Verb, language: str) -> Json:
    stands = kind == action.verb
    reason = action.reason if stands else ""
    return {
        "id": action.id,
        "at": when(action.at),
        "kind": kind,
        "by": None if action.by == SYSTEM else person(action.by),
        "assignee": person(action.assignee),
        "team": action.team or None,
        "until": when(action.until or None),
        "added": list(action.added),
        "removed": list(action.removed),
        "target": action.target or None,
        "moderation": action.moderation,
        "message": action.about or None,
        "attention": action.attention,
        "state": action.state if stands and action.state else None,
        "reason": reason or None,
        "explanation": explanation(reason, language),
        "outcome": action.outcome if kind == Verb.JUDGE else None,
    }


def follow_up(promise: FollowUp | None, language: str) -> Json | None:
    """The promise to ask back and what became of it."""
    if promise is None:
        return None
    made = promise.promise
    return {
        "state": promise.state,
        "at": when(made.at),
        "text": made.text,
        "by": person(promise.by),
        "doer": made.doer,
        "visibility": made.visibility,
        "language": made.language or classification.language_of(made.text),
        "wished": when(made.wished),
        "latest": when(made.latest),
        "reason": promise.reason or made.reason or None,
        "explanation": explanation(promise.reason or made.reason, language),
        "made_at": when(promise.made_at),
        "moves": [_move(each, language) for each in promise.moves],
        "batch": made.batch or None,
        "reply_to": made.about or None,
        "person": person(made.person),
        "asked_at": when(promise.asked_at),
        "outcome": _outcome(promise) if promise.outcome else None,
    }


def opt_out(declined: bool) -> Json:
    """Return a customer's opt-out as the API shows it."""
    return {"declined": declined}


def _move(move: Move, language: str) -> Json:
    return {
        "at": when(move.at),
        "from": when(move.before),
        "reason": move.reason or None,
        "explanation": explanation(move.reason, language),
    }


def _outcome(promise: FollowUp) -> Json:
    """Return the outcome; ``proposed`` until an agent has set it."""
    by_agent = promise.judged_by is not None and promise.judged_by != SYSTEM
    return {
        "kind": promise.outcome,
        "at": when(promise.outcome_at),
        "message_id": promise.outcome_message_id,
        "reaction": promise.reaction or None,
        "by": person(promise.judged_by) if by_agent else None,
        "proposed": not by_agent,
    }


def _when(action: Action) -> tuple[int, str]:
    return action.at, action.id


def person(author: Author | None) -> Json | None:
    """Somebody who wrote or works here."""
    return {"id": author.id, "name": author.name} if author else None


def explanation(reason: str, language: str) -> str | None:
    """A sentence for a reason, which may be a rule of tact, in the agent's language."""
    key = next((key for key in (f"reason.{reason}", f"tact.{reason}") if texts.has(key)), None)
    return texts.text(key, language) if reason and key else None
