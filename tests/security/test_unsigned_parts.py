"""Attacks on what stands beside a signed body: headers, parameters and weaker signatures that anybody can write."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from channels.base import InvalidSignature, Request
from conversations.facts import Author, Fact, Kind, Nudge, Unreadable, Visibility
from storage import received_facts
from tests.support.stack import Stack
from tests.unit.channels.samples import Sample, samples

META = ("facebook", "instagram", "threads", "whatsapp")
EVERY = [sample for name in channels.names() for sample in samples(name)]
SIGNED = [sample for sample in EVERY if sample.headers]
HEADERS = sorted({name for sample in SIGNED for name in sample.headers})
"""Every header that some platform sends, signed or not."""


@pytest.mark.parametrize("sample", [each for each in SIGNED if each.channel in META], ids=str)
def test_a_signature_with_sha1_in_place_of_the_better_one_is_refused(sample: Sample) -> None:
    channel = channels.get(sample.channel)
    channel.receiver.verify(sample.request, sample.credentials)
    for secret in sample.secrets.values():
        older = "sha1=" + hmac.new(secret.encode(), sample.request.body, hashlib.sha1).hexdigest()
        for headers in (
            {"x-hub-signature": older},
            {"x-hub-signature": older, "x-hub-signature-256": ""},
            {"x-hub-signature-256": older},
            {"x-hub-signature": sample.headers["x-hub-signature-256"]},
        ):
            with pytest.raises(InvalidSignature):
                channel.receiver.verify(replace(sample.request, headers=headers), sample.credentials)


EVENTS = (
    *("post_created", "post_edited", "post_destroyed", "post_recovered", "post_liked", "like", "solved", "ping"),
    *("accepted_solution", "unaccepted_solution", "solved_accepted_solution", "solved_unaccepted_solution"),
    *("topic_created", "topic_edited", "topic_destroyed", "topic_recovered", "user_destroyed", "notification_created"),
    *("POST_DESTROYED", "post_destroyed\n", "post_destroyed,post_created", " post_destroyed"),
)
"""Events that a forum names in a header that its signature does not cover, in both directions, and look-alikes."""
ANY = ("", "x", *EVENTS, "https://evil.example", "true", "1", "DELETE")
"""Values that an attacker writes into a header or parameter that no signature covers."""


def facts_of(sample: Sample, request: Request) -> list[Fact | Unreadable]:
    """Return what a call says; that the platform is to be asked says nothing by itself."""
    told = channels.get(sample.channel).receiver.parse(request, sample.credentials)
    asks = [one for one in told if isinstance(one, Nudge) or (isinstance(one, Fact) and one.kind is Kind.CLAIMED)]
    return [one for one in told if not isinstance(one, Nudge) and one not in asks]


@pytest.mark.parametrize("sample", [each for each in EVERY if not each.malformed], ids=str)
def test_another_header_or_parameter_or_method_changes_no_fact(sample: Sample) -> None:
    plain = replace(sample.request, headers={}, query={})
    expected = facts_of(sample, sample.request)
    assert facts_of(sample, plain) == expected
    for value in ANY:
        headers = dict.fromkeys([*sample.headers, *HEADERS], value)
        assert facts_of(sample, replace(plain, headers=headers)) == expected
        for name in headers:
            assert facts_of(sample, replace(sample.request, headers={**sample.headers, name: value})) == expected
        query = dict.fromkeys(("topic", "id", "type", "event", "hub.mode", "crc_token", "account", "token"), value)
        assert facts_of(sample, replace(sample.request, query=query)) == expected


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_nothing_but_the_signatures_header_proves_a_call(sample: Sample) -> None:
    """Only the signature's own header proves a call: no other header, and not the address."""
    channel = channels.get(sample.channel)
    for proof in {*sample.headers.values(), *sample.secrets.values()}:
        beside = dict.fromkeys((*HEADERS, "x-signature", "signature", "x-hub-signature"), proof)
        beside = {name: value for name, value in beside.items() if name not in sample.headers}
        call = Request("POST", beside, {**dict.fromkeys(("token", "signature", "hub.verify_token"), proof)}, sample.raw)
        with pytest.raises(InvalidSignature):
            channel.receiver.verify(call, sample.credentials)


def test_a_claim_alone_changes_nothing_and_has_the_platform_asked(stack: Stack, monkeypatch: Any) -> None:
    thread = {"visibility": Visibility.PUBLIC, "thread_id": "90", "message_id": "501", "author": Author("31", "Mira")}
    here, at = ("facebook", "demo"), 1_790_000_000_000
    received_facts.add(*here, [Fact(kind=Kind.MESSAGE, at=at, text="Hm?", **thread)], at)
    stack.dispatch()
    before = stack.messages()
    claim = Fact(kind=Kind.CLAIMED, at=at + 1, payload=str(Kind.REMOVED), **thread)
    asked: list[Fact] = []
    answers: list[Fact | None] = [None, replace(claim, kind=Kind.REMOVED, payload=None)]

    def complete(_: object, fact: Fact, __: object) -> Fact | None:
        asked.append(fact)
        return answers.pop(0) if fact.kind is Kind.CLAIMED else None

    monkeypatch.setattr(type(channels.get("facebook").receiver), "complete", complete)
    for place, is_so in enumerate((False, True)):
        received_facts.add(*here, [replace(claim, at=at + 1 + place)], at + 1 + place)
        stack.dispatch()
        assert stack.messages() == before
        stack.settle()
        assert [each.kind for each in asked[-1:]] == [Kind.CLAIMED]
        assert stack.messages()[0].deleted is is_so
    received_facts.add(*here, [claim], at + 2)  # the same call once more is the same item, and nobody is asked
    assert stack.dispatch() == 0
