"""Answers that anybody may ask a channel for: none of them proves anything about a body, on any channel."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import pytest

import channels
from channels.base import Credentials, InvalidSignature, Receiver, Request
from tests.unit.channels.samples import samples

NAMES = channels.names()
VERIFY_TOKEN = "let-me-in"
KNOWN = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN}
"""Parameters that a handshake may need, so that as much as possible is answered."""
ODD_BODIES = (
    b"{}",
    b"[]",
    b"0",
    b"-1.5e9",
    b"true",
    b"null",
    b"NaN",
    b"Infinity",
    b'"text"',
    b" {}",
    b"{}\n",
    b"\xef\xbb\xbf{}",
    '{"a":1}'.encode("utf-16"),
    '{"a":1}'.encode("utf-32-le"),
    b"challenge_string",
    b"1158201444",
    b"a" * 256,
    b"1" * 256,
    b"1" * 257,
    b"",
)


class Anything(dict[str, str]):
    """A mapping that holds one value under every name but the known ones: whatever is asked for, it is this."""

    def __init__(self, value: str, known: dict[str, str] | None = None) -> None:
        super().__init__(known or {})
        self._value = value

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, self._value)

    def __missing__(self, key: str) -> str:
        return self._value

    def __contains__(self, key: object) -> bool:
        return True


def secrets_of(name: str) -> Credentials:
    """Everything that the channel may have as a secret, and the options of its signed sample."""
    channel = channels.get(name)
    secrets = {
        each: f"secret-{each}" for each in (*channel.capabilities.secret_names, *channel.capabilities.optional_secrets)
    }
    signed = next((sample for sample in samples(name) if sample.headers), None)
    options = dict(signed.options) if signed else {}
    return Credentials("1", secrets | {"verify_token": VERIFY_TOKEN}, options)


def forms_of(answer: str) -> set[str]:
    """An answer as somebody would present it: whole, each text in it, each with and without its algorithm, in hex and
    in base64."""
    texts = {answer, *_texts(_read(answer))}
    bare = {text.rpartition("=")[2] if text.startswith("sha") and "=" in text else text for text in texts}
    bare |= {text.partition("=")[2] for text in texts}
    coded = {form for text in bare for form in _codings(text)}
    algorithms = ("", "sha256=", "sha1=", "SHA256=", "v1=", "Bearer ")
    return {f"{algorithm}{text}" for text in texts | bare | coded for algorithm in algorithms}


def _read(answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return answer


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else [str(value)]


def _codings(text: str) -> list[str]:
    """The bytes behind a text in hex or base64, in each of the ways they are written."""
    found = []
    for decode in (binascii.unhexlify, base64.b64decode, base64.urlsafe_b64decode):
        try:
            raw = decode(text)
        except ValueError:
            continue
        plain, safe = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()
        found += [raw.hex(), raw.hex().upper(), plain, safe, plain.rstrip("="), safe.rstrip("=")]
    return found


def bodies(name: str) -> list[bytes]:
    """Return bodies that an attacker would like to have signed: the platform's deliveries, and others."""
    return [*(sample.raw for sample in samples(name)), *ODD_BODIES]


@pytest.mark.invariant(15)
@pytest.mark.parametrize("name", NAMES)
def test_no_answer_to_a_challenge_is_the_signature_of_a_body(name: str) -> None:
    """Whatever is asked for in the place of the challenge, the answer verifies neither it nor another body."""
    channel, credentials = channels.get(name), secrets_of(name)
    for body in bodies(name):
        query = Anything(body.decode("utf-8", "surrogateescape"), KNOWN)
        try:
            answer = channel.receiver.handshake(Request("GET", {}, query), credentials)
        except InvalidSignature:
            continue
        for form in forms_of(answer) if answer else ():
            with pytest.raises(InvalidSignature):
                channel.receiver.verify(Request("POST", Anything(form), {}, body), credentials)


@pytest.mark.invariant(15)
@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_one_word_or_an_object_of_words(name: str) -> None:
    """A stranger's challenge is handed back in no form that a browser or a program would take for more."""
    channel, credentials = channels.get(name), secrets_of(name)
    asked = [b"<script>alert(1)</script>", b"a b", b"a\nb", "ä".encode(), b"a\r\nX: y", b"%00", b"1" * 9000, b"\0"]
    for body in [*asked, *bodies(name)]:
        query = Anything(body.decode("utf-8", "surrogateescape"), KNOWN)
        try:
            answer = channel.receiver.handshake(Request("GET", {}, query), credentials)
        except InvalidSignature:
            continue
        for text in _texts(_read(answer or "")):
            assert len(text) <= 300
            assert not set(text) & set("<>\"'&\\ \t\r\n\0{}[]")
            assert text.isascii()


def test_the_forms_of_an_answer_hold_what_each_platform_would_send() -> None:
    """Or the tests above would look for nothing."""
    raw = bytes(range(32))
    plain = base64.b64encode(raw).decode()
    for answer in (json.dumps({"response_token": f"sha256={plain}"}), f"sha256={raw.hex()}", raw.hex(), plain):
        found = forms_of(answer)
        assert {f"sha256={raw.hex()}", f"sha256={plain}", raw.hex(), plain} <= found


@pytest.mark.parametrize("name", NAMES)
def test_only_the_channels_that_have_a_handshake_answer_one(name: str) -> None:
    """Also shows that the challenges above are answered where they may be."""
    channel, credentials = channels.get(name), secrets_of(name)
    answer = channel.receiver.handshake(Request("GET", {}, Anything("1158201444", KNOWN)), credentials)
    assert bool(answer) == (type(channel.receiver).handshake is not Receiver.handshake)
