"""Answers to offers that nobody asked for: a no, or a block, is for good; thanks and answers are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import classification
from application import loading, offer_outcomes, opt_outs
from classification import Refusal
from conversations.actions import is_lost
from conversations.messages import order
from outreach import leaving, posting
from outreach.proposals import Outcome
from storage import proposals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.loading import LoadedConversation
    from conversations.actions import Action
    from conversations.messages import Message
    from outreach.found_posts import FoundPost
    from outreach.proposals import Proposal


def read(conversation_id: str, clock: Callable[[], int]) -> None:
    """Read what the person said to our offer, obey a no, and note all of it with the proposal."""
    conversation = loading.load(conversation_id)
    if conversation is None:
        return
    for action in conversation.actions:
        if action.outreach and action.state in leaving.ARRIVED and not is_lost(action):
            _read(conversation, action, clock)


def _read(conversation: LoadedConversation, action: Action, clock: Callable[[], int]) -> None:
    proposal = proposals.read(action.outreach)
    if proposal is None or proposal.post.author.id is None:
        return
    found = _outcomes(conversation, action, proposal)
    is_new = posting.answered(proposal, found) is not None
    if is_new and found & {Outcome.REFUSED, Outcome.BLOCKED} - {*proposal.outcomes}:
        opt_outs.decline_author(proposal.post, clock, conversation.id)
    if is_new:
        offer_outcomes.note(proposal.id, found, clock)
    for outcome in found:  # counted once, also where the last run died before it counted
        offer_outcomes.count_once(proposal, outcome, clock())


def _outcomes(conversation: LoadedConversation, action: Action, proposal: Proposal) -> set[Outcome]:
    answers = _answers(conversation, action, proposal)
    read = {classification.refusal(each.text) for each in answers}
    is_gone = conversation.head.unreachable and conversation.head.customer.id == proposal.post.author.id
    # Of one person, a no and a block are one refusal: whichever was read first.
    is_no = Refusal.NO in read and Outcome.BLOCKED not in proposal.outcomes
    named = {
        Outcome.ANSWERED: bool(answers),
        Outcome.THANKED: Refusal.THANKS in read,
        Outcome.REFUSED: is_no,
        Outcome.BLOCKED: is_gone and not is_no,
    }
    return {outcome for outcome, holds in named.items() if holds}


def _answers(conversation: LoadedConversation, action: Action, proposal: Proposal) -> list[Message]:
    """Return what the person wrote to our offer: after it, before anything else of ours, and to nobody else."""
    messages = sorted(conversation.messages(), key=order)
    place = next((index for index, each in enumerate(messages) if each.id == action.id), len(messages))
    later = messages[place + 1 :]
    ours = next((index for index, each in enumerate(later) if each.direction == "outbound"), len(later))
    # Platforms tell whole seconds, so that a quick answer may seem to be older than what it answers.
    quick = [each for each in messages[:place] if action.platform_id and each.parent_id == action.platform_id]
    post = proposal.post
    return [
        each
        for each in (*quick, *later[:ours])
        if each.author.id == post.author.id
        and each.id != post.id
        and not each.unproven
        and _is_to_us(each, messages, action, post)
    ]


def _is_to_us(message: Message, messages: Sequence[Message], action: Action, post: FoundPost) -> bool:
    """Return whether a message answers our post, or nobody else's.

    A forum names what is answered by its number within the topic. Ours is not known, but that of others is.
    """
    parent = message.parent_id
    if parent in {None, "", action.platform_id, post.id, post.branch_id, post.thread_id}:
        return True
    others = (each for each in messages if each.direction == "inbound" and each.author.id != post.author.id)
    is_number = str(parent).startswith(f"{post.thread_id}/")
    return is_number and not any((each.permalink or "").endswith(f"/{parent}") for each in others)
