"""Mapping of promises and follow-ups to the objects that actions and heads hold."""

from __future__ import annotations

from conversations.facts import Author, Visibility
from conversations.promise import Doer, FollowUp, FollowUpState, Move, Outcome, Promise
from storage.schema import LeaveOut, Schema, chosen, nested, pair, pairs

PROMISE = Schema(
    Promise,
    leave_out=LeaveOut.DEFAULT,
    at="at",
    text="text",
    doer=chosen("doer", Doer),
    visibility=chosen("visibility", Visibility),
    wished="wished",
    latest="latest",
    reason="reason",
    wording="wording",
    topic="topic",
    patience="patience",
    batch="batch",
    language="language",
    customer="customer",
    about="about",
    person=pair("person", Author),
)

FOLLOW_UP = Schema(
    FollowUp,
    version="version",
    promise=nested("promise", PROMISE),
    by=pair("by", Author),
    made_at="made_at",
    state=chosen("state", FollowUpState),
    reason="reason",
    moves=pairs("moves", Move),
    asked_at="asked_at",
    asked_id="asked_id",
    outcome=chosen("outcome", Outcome),
    outcome_at="outcome_at",
    outcome_message_id="outcome_message_id",
    reaction="reaction",
    judged="judged",
    judged_by=pair("judged_by", Author),
    met="met",
)
