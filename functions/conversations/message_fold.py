"""The messages of a conversation as they stand now: pure, and the same whatever the order of the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from conversations import automatic
from conversations.actions import INTERNAL_VERBS, WRITING_VERBS, State, Verb, is_undone, is_unnamed
from conversations.facts import Kind, Visibility
from conversations.identity import clamp, content_key, position
from conversations.message_marks import Marks, marked_here, plain, rewritten
from conversations.messages import Message, order
from conversations.recipients import ANSWERS, recipients_of
from conversations.send_options import Way

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conversations.actions import Action
    from conversations.facts import Fact
    from conversations.identity import Identity

PRIVATE_WAYS = frozenset({Way.PRIVATE_MESSAGE, Way.PRIVATE_REPLY, Way.HUMAN_AGENT, Way.TEMPLATE})


def messages_of(identity: Identity, facts: Iterable[Fact], actions: Sequence[Action]) -> list[Message]:
    """All messages as they stand now, in the order of their times."""
    ordered = sorted({position(fact): fact for fact in facts}.items())
    messages = _reported(identity, [fact for _, fact in ordered], actions)
    messages += [
        written(identity, action) for action in actions if action.verb in WRITING_VERBS and not is_undone(action)
    ]
    marks = Marks([fact for _, fact in ordered])
    stand = sorted((marks.on(message) for message in messages), key=order)
    return automatic.marked(marked_here(stand, actions), {action.id for action in actions})


def _reported(identity: Identity, ordered: Sequence[Fact], actions: Sequence[Action]) -> list[Message]:
    """The messages the platform told of, each once, without those that are an echo of ours."""
    ours = _Echoes(actions)
    names = {fact.author.id: fact.author.name for fact in ordered if fact.kind == Kind.PROFILE}
    messages: dict[str, Message] = {}
    for fact in ordered:
        if fact.kind != Kind.MESSAGE or ours.claim(fact):
            continue
        place = _place(messages, fact)
        known = messages.get(place)
        message = _again(known, fact) if known else told_by(identity, fact, names)
        messages[place] = replace(message, id=place)
    for fact in ordered:
        if fact.kind == Kind.EDITED and not ours.knows(fact.message_id):
            known = messages.get(fact.message_id) or told_by(identity, fact, names)
            messages[fact.message_id] = _edited(known, fact)
    return [replace(each, unsupported=True) if _is_empty(each) else each for each in messages.values()]


def _is_empty(message: Message) -> bool:
    """Return whether nothing came of a message that can be shown: the platform kept something back.

    A mail is whole, and may say all in its subject.
    """
    words = (message.text or "").strip() or message.rating or message.payload or message.folded
    beside = message.attachments or message.quoted or message.referral or message.place
    return not (words or beside or message.is_open)


def _place(messages: dict[str, Message], fact: Fact) -> str:
    """Return the id of the message that a fact tells of.

    Where anybody writes the ids, as with mails, another author's of the same id is another message, and so is one that
    says something else: some scanners give each mail the same id.
    """
    known = messages.get(fact.message_id)
    if known is None or not fact.is_open:
        return fact.message_id
    is_authors = known.author.id == fact.author.id
    place = fact.message_id if is_authors else f"{fact.message_id}~{fact.author.id}"
    first = messages.get(place)
    if first is None or _says_the_same(first, fact):
        return place
    return f"{place}~{content_key(_content(fact))}"


def _says_the_same(known: Message, fact: Fact) -> bool:
    """Return whether a mail has the content of another one; of files without a digest the name counts."""
    digests = [(one.digest, other.digest) for one, other in zip(known.attachments, fact.attachments, strict=False)]
    if any(one and other and one != other for one, other in digests):
        return False
    return _content(known, digests=False) == _content(fact, digests=False)


def _content(source: Message | Fact, *, digests: bool = True) -> tuple[Any, ...]:
    """Return the content of a mail. Its files have other ids when it is delivered once more."""
    files = [
        (each.type, each.title, *((each.digest,) if digests and each.digest else ())) for each in source.attachments
    ]
    return source.text or "", source.folded or "", source.title or "", source.forwarded, files


def _again(known: Message, fact: Fact) -> Message:
    """Return a message of which a platform tells once more. A mail is whole each time."""
    if fact.is_open:
        return replace(known, unproven=known.unproven or fact.unproven)
    return _merged(known, fact)


def _edited(known: Message, fact: Fact) -> Message:
    """A message as it reads after an edit, with what it said before."""
    text = known.text if fact.text is None else fact.text
    return rewritten(_with_context(known, fact), clamp(fact.at), text, fact.rating or known.rating)


def _with_context(known: Message, fact: Fact) -> Message:
    """Return a message with what it refers to, as it is told once more; what is not told stays."""
    return replace(
        known,
        forwarded=known.forwarded or fact.forwarded,
        forwarded_from=fact.forwarded_from or known.forwarded_from,
        quoted=fact.quoted or known.quoted,
        referral=fact.referral or known.referral,
        place=fact.place or known.place,
        arrival=min(filter(None, (known.arrival, fact.arrival)), default=0),
    )


def told_by(identity: Identity, fact: Fact, names: dict[str | None, str | None]) -> Message:
    """The message a fact tells of; ``names`` are those that were looked up, by author id."""
    author = fact.author
    if author.id and not author.name and names.get(author.id):
        author = replace(author, name=names[author.id])
    return Message(
        id=fact.message_id,
        direction="outbound" if fact.own else "inbound",
        author=author,
        text=fact.text,
        sent_at=clamp(fact.at),
        state=State.SENT if fact.own else "received",
        visibility=identity.visibility,
        attachments=fact.attachments,
        parent_id=fact.parent_id,
        permalink=fact.permalink,
        payload=fact.payload,
        unsupported=fact.unsupported,
        unproven=fact.unproven,
        is_open=fact.is_open,
        platform_id=fact.message_id,
        title=fact.title,
        rating=fact.rating,
        forwarded=fact.forwarded,
        forwarded_from=fact.forwarded_from,
        automatic=fact.automatic and fact.own,
        folded=fact.folded,
        rich=fact.rich,
        quoted=fact.quoted,
        referral=fact.referral,
        place=fact.place,
        recipients=fact.recipients,
        arrival=fact.arrival,
    )


def _merged(known: Message, fact: Fact) -> Message:
    """Several videos of one post, or a mention beside its comment, are events with one id: together the message."""
    more = tuple(item for item in fact.attachments if item not in known.attachments)
    author = known.author if known.author.id else fact.author
    # What anybody may have written a part of, anybody may have written.
    unproven = known.unproven or fact.unproven
    text = known.text or fact.text
    rating = known.rating or fact.rating
    return replace(
        _with_context(known, fact),
        attachments=known.attachments + more,
        text=text,
        author=author,
        unproven=unproven,
        rating=rating,
    )


def written(identity: Identity, action: Action) -> Message:
    """The message an action is."""
    note = action.verb in INTERNAL_VERBS
    private = note or action.way in PRIVATE_WAYS
    return Message(
        id=action.id,
        direction="note" if note else "outbound",
        author=action.by,
        text=action.text,
        sent_at=action.at,
        state=action.state or State.SENT,
        visibility=Visibility.PRIVATE if private else identity.visibility,
        platform_id=action.platform_id or None,
        reason=action.reason,
        follow_up=action.verb == Verb.ASK,
        not_before=action.not_before if action.state == State.QUEUED else 0,
        mentions=action.mentions,
        about=action.about,
        title=action.subject.removeprefix(ANSWERS) or None,
        recipients=recipients_of(action),
        signature=action.signature,
        forward_of=action.target if action.verb == Verb.FORWARD else None,
        answers=action.target if action.verb == Verb.NOTE else "",
    )


class _Echoes:
    """Tells which of the company's own messages on the platform are the ones sent from here."""

    def __init__(self, actions: Sequence[Action]) -> None:
        sent = [action for action in actions if action.verb not in INTERNAL_VERBS]
        self._platform_ids = {action.platform_id for action in sent if action.platform_id}
        self._ids = {action.id for action in sent}
        self._unconfirmed = [action for action in sent if is_unnamed(action)]

    def knows(self, message_id: str) -> bool:
        """Return whether a message on the platform is one of ours."""
        return message_id in self._platform_ids

    def claim(self, fact: Fact) -> bool:
        """Return whether this is an echo of ours; one of unknown id is matched once, by its text."""
        if not fact.own:
            return False
        if fact.message_id in self._platform_ids or fact.reference in self._ids:
            return True
        match = echoed(fact, self._unconfirmed)
        if match is None:
            return False
        self._unconfirmed.remove(match)
        self._platform_ids.add(fact.message_id)
        return True


def echoed(fact: Fact, actions: Sequence[Action]) -> Action | None:
    """Return which of these unconfirmed messages an own message on the platform is, by our id or by its text."""
    actions = [action for action in actions if action.verb in WRITING_VERBS - INTERNAL_VERBS]
    for action in actions:
        if fact.reference == action.id:
            return action
    for action in actions:
        attempted = action.attempted_at and fact.at >= action.attempted_at - 2000
        if attempted and plain(fact.text) == plain(action.text):
            return action
    return None
