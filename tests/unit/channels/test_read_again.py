"""Second readings on every channel: an update that could not be read is read from its source, into the same facts."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from channels import _payload
from channels._payload import UnreadableUpdate
from channels.base import Credentials, MalformedPayload, Request
from conversations.facts import Fact, Source, Unreadable
from tests.unit.channels.samples import Sample
from tests.unit.channels.test_contract import READABLE
from tests.unit.channels.test_mangled import mangled, readable

NAMES = channels.names()
FORCED = "forced"
MAIL = "Received"


class Breaking:
    """A parser of an older version: it fails at one of the updates that it comes upon, those within others included."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
        self.met = 0
        self.at = at
        whole = _payload.as_object

        def as_object(value: object) -> dict[str, Any]:
            self.met += 1
            if self.met == self.at:
                raise UnreadableUpdate(FORCED)
            return whole(value)

        monkeypatch.setattr(_payload, "as_object", as_object)


def read(sample: Sample) -> list[Any]:
    return list(channels.get(sample.channel).receiver.parse(sample.request, sample.credentials))


def read_source(channel: str, source: Source, credentials: Credentials) -> list[Any]:
    """Return what the channel reads in a source, as it is after it was stored."""
    request = Request("POST", source.headers, {}, json.dumps(source.document).encode())
    return list(channels.get(channel).receiver.parse(request, credentials))


def forced(sample: Sample) -> Iterator[list[Any]]:
    """Yield what a sample is read to, each time with another update that cannot be read."""
    at = 0
    while True:
        at += 1
        with pytest.MonkeyPatch.context() as monkeypatch:
            breaking = Breaking(monkeypatch, at)
            found = read(sample)
        if breaking.met < at:
            return
        if any(isinstance(one, Unreadable) and one.reason == FORCED for one in found):
            yield found


@pytest.mark.parametrize("sample", READABLE, ids=str)
def test_an_update_that_was_put_aside_is_read_again_to_the_facts_of_the_direct_way(sample: Sample) -> None:
    direct = {one for one in read(sample) if isinstance(one, Fact)}
    for found in forced(sample):
        (aside,) = [one for one in found if isinstance(one, Unreadable) and one.reason == FORCED]
        if aside.source is None:
            assert is_inline_mail(sample)
            continue
        if sample.channel == "email" and sample_kind(sample) == MAIL:
            continue  # the mail itself lies in the bucket: tests/functional/test_quarantine_again.py
        again = read_source(sample.channel, aside.source, sample.credentials)
        facts = {one for one in [*found, *again] if isinstance(one, Fact)}
        assert facts == direct


def sample_kind(sample: Sample) -> str:
    return str(json.loads(sample.raw).get("notificationType"))


def is_inline_mail(sample: Sample) -> bool:
    return sample.channel == "email" and sample_kind(sample) == MAIL


@pytest.mark.parametrize("name", NAMES)
def test_every_channel_has_updates_that_can_be_read_again(name: str) -> None:
    found = [one for sample in READABLE if sample.channel == name for one in forced(sample)]
    assert found


@pytest.mark.parametrize("name", NAMES)
def test_update_that_still_cannot_be_read_is_reported_again_with_its_reason(name: str) -> None:
    """The source leads to the same place of the parser, however a payload is mangled."""
    chance = random.Random(name)
    for sample in readable(name):
        for body in [json.loads(sample.raw), *mangled(json.loads(sample.raw), chance)]:
            told_again(replace(sample, raw=json.dumps(body).encode()))


def told_again(sample: Sample) -> None:
    try:
        found = read(sample)
    except MalformedPayload:
        return
    for aside in (one for one in found if isinstance(one, Unreadable)):
        if aside.source is None:
            assert sample.channel == "email"
            continue
        before = copy.deepcopy(aside.source)
        if sample.channel == "email" and json_kind(aside.source) == MAIL:
            continue
        again = read_source(sample.channel, aside.source, sample.credentials)
        assert aside in again, (aside, again)
        assert aside.source == before


def json_kind(source: Source) -> str:
    return str(source.document.get("notificationType")) if isinstance(source.document, dict) else ""


@pytest.mark.parametrize("sample", READABLE, ids=str)
def test_a_source_holds_no_other_update(sample: Sample) -> None:
    """Words of others in the same call would outlive their erasure."""
    for found in forced(sample):
        (aside,) = [one for one in found if isinstance(one, Unreadable) and one.reason == FORCED]
        others = {one.text for one in found if isinstance(one, Fact) and one.text and len(one.text) > 8}
        written = json.dumps(aside.source.document if aside.source else None, ensure_ascii=False)
        own = json.dumps(aside.raw, ensure_ascii=False)
        assert not [text for text in others if text in written and text not in own]
