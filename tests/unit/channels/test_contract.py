"""Contract of all channels, found by walking over the folder: a new one is examined before it has tests."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

import channels
from channels.base import Credentials, InvalidSignature, MalformedPayload, Request
from conversations.facts import Fact, Nudge, Unreadable, Visibility
from tests.unit.channels.samples import FOLDER, Sample, samples, told

NAMES = channels.names()
ALL = [sample for name in NAMES for sample in samples(name)]
SIGNED = [sample for sample in ALL if sample.headers]
ENOUGH = 15
"""Sample events of each channel, the odd ones included."""
READABLE = [sample for sample in ALL if not sample.malformed]


@pytest.mark.parametrize("name", NAMES)
def test_name_is_the_name_of_the_file(name: str) -> None:
    assert channels.get(name).name == name


def test_unknown_and_private_names_are_no_channels() -> None:
    for name in ("nonesuch", "base", "_meta", "", "../facebook"):
        with pytest.raises(KeyError):
            channels.get(name)


@pytest.mark.parametrize("name", NAMES)
def test_channel_has_sample_events(name: str) -> None:
    found = samples(name)
    assert found, f"write {FOLDER / name / 'message.json'}"
    if channels.get(name).receives:
        assert any(sample.headers for sample in found), f"one of {FOLDER / name} needs headers and secrets"


@pytest.mark.parametrize("name", NAMES)
def test_samples_hold_all_that_a_channel_says_it_tells_and_nothing_else(name: str) -> None:
    spoken = channels.get(name)
    found = [one for sample in READABLE if sample.channel == name for one in _told(sample)]
    assert {one.kind for one in found if isinstance(one, Fact)} == spoken.capabilities.reported_kinds
    assert len(samples(name)) >= ENOUGH


def _told(sample: Sample) -> list[Fact | Unreadable | Nudge]:
    return list(channels.get(sample.channel).receiver.parse(sample.request, sample.credentials))


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_good_signature_is_accepted(sample: Sample) -> None:
    channels.get(sample.channel).receiver.verify(sample.request, sample.credentials)


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_call_that_is_not_from_the_platform_is_refused(sample: Sample) -> None:
    channel, request = channels.get(sample.channel), sample.request
    header, signature = next(iter(sample.headers.items()))
    forged = [
        replace(request, headers={}),
        *(
            [replace(request, body=request.body + b" "), replace(request, body=b"")]
            if channel.capabilities.authenticates_body
            else []
        ),
        *(
            replace(request, headers={header: odd})
            for odd in (
                "",
                " ",
                "sha256=",
                "=",
                "ü",
                "\udcff",
                "\0",
                signature[:-1],
                signature + "0",
                "sha512=00",
                "0" * 9000,
            )
        ),
    ]
    for call in forged:
        with pytest.raises(InvalidSignature):
            channel.receiver.verify(call, sample.credentials)


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_without_a_secret_nothing_is_accepted(sample: Sample) -> None:
    channel = channels.get(sample.channel)
    for secrets in ({}, dict.fromkeys(sample.secrets, "")):
        with pytest.raises(InvalidSignature):
            channel.receiver.verify(sample.request, Credentials(sample.account_id, secrets))


@pytest.mark.parametrize("sample", READABLE, ids=str)
def test_sample_tells_what_is_expected(sample: Sample) -> None:
    found = channels.get(sample.channel).receiver.parse(sample.request, sample.credentials)
    padded = [*sample.expect, *[{}] * (len(found) - len(sample.expect))]
    assert [told(one, expected) for one, expected in zip(found, padded, strict=False)] == sample.expect


@pytest.mark.parametrize("sample", READABLE, ids=str)
def test_redelivery_gives_the_same_facts(sample: Sample) -> None:
    channel = channels.get(sample.channel)
    assert channel.receiver.parse(sample.request, sample.credentials) == channel.receiver.parse(
        sample.request, sample.credentials
    )


@pytest.mark.parametrize("sample", READABLE, ids=str)
def test_facts_can_be_stored(sample: Sample) -> None:
    for one in channels.get(sample.channel).receiver.parse(sample.request, sample.credentials):
        if isinstance(one, Unreadable):
            json.dumps(one.raw)
        elif isinstance(one, Fact):
            assert_storable(one)


def assert_storable(fact: Fact) -> None:
    """Ids are strings, times whole milliseconds, texts valid UTF-8, and a private fact has a customer."""
    assert fact.thread_id
    assert all(isinstance(one, str) for one in (fact.thread_id, fact.branch_id, fact.message_id))
    assert type(fact.at) is int and 0 <= fact.at < 10**13
    assert (fact.visibility == Visibility.PRIVATE) == bool(fact.customer_id)
    author = fact.author
    texts = (author.id, author.name, fact.text, fact.payload, fact.parent_id, fact.permalink, fact.reference)
    shown = [part for file in fact.attachments for part in (file.type, file.url, file.title, file.id)]
    for text in (fact.thread_id, fact.branch_id, fact.message_id, *texts, *shown):
        assert text is None or text.encode() is not None
    assert author.id is None or author.id


@pytest.mark.parametrize("name", [name for name in NAMES if channels.get(name).receives])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5000], ids=len)
def test_body_that_is_not_json_is_malformed(name: str, body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        channels.get(name).receiver.parse(Request("POST", {}, {}, body), Credentials("1"))


@pytest.mark.parametrize("sample", [sample for sample in ALL if sample.malformed], ids=str)
def test_malformed_sample_is_told_apart(sample: Sample) -> None:
    with pytest.raises(MalformedPayload):
        channels.get(sample.channel).receiver.parse(sample.request, sample.credentials)


@pytest.mark.parametrize("name", NAMES)
def test_secrets_do_not_show(name: str) -> None:
    assert "hush" not in repr(Credentials("1", {"access_token": "hush"}))
