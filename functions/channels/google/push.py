"""Proof that a push of Pub/Sub comes from Google."""

from __future__ import annotations

import binascii
import json
import re
from base64 import urlsafe_b64decode
from typing import Any, NamedTuple

from channels import _transport
from channels._transport import Call
from channels._values import as_text
from channels.base import (
    ChannelError,
    Credentials,
    InvalidSignature,
    Request,
    json_list,
    json_object,
)
from channels.google.api import classify

CERTS_URL = "https://www.googleapis.com/oauth2/v3/certs"
LONGEST_PAUSE = 86_400
_ISSUERS = ("https://accounts.google.com", "accounts.google.com")
LEEWAY = 60
"""Seconds by which clocks may differ."""
LONGEST_TOKEN = 8192
KEYS_KEPT = 3600
"""Seconds for which keys are kept where ``Cache-Control`` says nothing."""
KEYS_ASKED = 60
"""Seconds between two questions for keys, however many calls come."""


class _Keys(NamedTuple):
    """Google's public keys by id, as they were told, and when to ask again."""

    asked_at: float = -KEYS_ASKED
    until: float = 0
    by_id: dict[str, dict[str, Any]] = {}


_keys: dict[str, _Keys] = {}
"""By address, kept for as long as the process lives."""


def verify_push(request: Request, credentials: Credentials, now: float) -> None:
    """Raise ``InvalidSignature`` unless Google signed the token for our service account and our audience."""
    audience, email = (credentials.options.get(name, "") for name in ("push_audience", "push_email"))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not audience or not email or scheme.lower() != "bearer" or len(token) > LONGEST_TOKEN or not request.body:
        raise InvalidSignature
    head, claims, signed, signature = _taken_apart(token)
    if head.get("alg") != "RS256" or not _is_meant(claims, audience, email, now):
        raise InvalidSignature
    key = _key(as_text(head.get("kid")) or "", credentials, now)
    if not _is_signed(key, signed, signature):
        raise InvalidSignature


def _taken_apart(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    parts = token.split(".")
    try:
        head, claims, signature = (_unpacked(part) for part in parts)
        return json_object(json.loads(head)), json_object(json.loads(claims)), ".".join(parts[:2]).encode(), signature
    except (ValueError, RecursionError):
        raise InvalidSignature from None


def _unpacked(part: str) -> bytes:
    """Strictly: what is not the one way of writing these bytes is refused."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", part):
        raise ValueError
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise ValueError from None


def _is_meant(claims: dict[str, Any], audience: str, email: str, now: float) -> bool:
    expires, issued = (_seconds(claims.get(name)) for name in ("exp", "iat"))
    return (
        claims.get("iss") in _ISSUERS
        and claims.get("aud") == audience
        and claims.get("email") == email
        and claims.get("email_verified") is True
        and expires is not None
        and now < expires + LEEWAY
        and (issued is None or issued < now + LEEWAY)
    )


def _seconds(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _key(kid: str, credentials: Credentials, now: float) -> dict[str, Any]:
    """The public key of this id; keys are asked for when they are old, or do not hold it."""
    if pinned := credentials.options.get("push_keys"):
        return _by_id(pinned).get(kid, {})
    url = credentials.options.get("certs_url") or CERTS_URL
    kept = _keys.get(url, _Keys())
    if (now >= kept.until or kid not in kept.by_id) and now >= kept.asked_at + KEYS_ASKED:
        kept = _keys[url] = _fetched_keys(url, now, kept)
    return kept.by_id.get(kid, {})


def _fetched_keys(url: str, now: float, kept: _Keys) -> _Keys:
    """The keys as they are now; those of before where nobody answers."""
    before = kept._replace(asked_at=now)
    try:
        answer = _transport.call(Call("GET", url, {}, {}), channel="google", repeatable=True, classify=classify)
    except ChannelError:
        return before
    if answer.status != 200 or answer.body is None:
        return before
    lifetime = re.search(r"max-age=(\d{1,8})", answer.headers.get("cache-control", ""))
    seconds = min(int(lifetime[1]), LONGEST_PAUSE) if lifetime else KEYS_KEPT
    return _Keys(now, now + seconds, _by_id(json.dumps(answer.body)))


def _by_id(document: str) -> dict[str, Any]:
    try:
        keys = json_list(json_object(json.loads(document)).get("keys"))
    except (ValueError, RecursionError):
        return {}
    return {str(key["kid"]): key for key in keys if isinstance(key, dict) and "kid" in key}


def _is_signed(key: dict[str, Any], signed: bytes, signature: bytes) -> bool:
    """Return whether RS256 holds. Only this imports ``cryptography``; without it nothing is believed."""
    try:
        from cryptography.exceptions import InvalidSignature as Wrong
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
        from cryptography.hazmat.primitives.hashes import SHA256
    except ImportError:
        return False
    try:
        modulus, exponent = (int.from_bytes(_unpacked(str(key.get(name))), "big") for name in ("n", "e"))
        RSAPublicNumbers(exponent, modulus).public_key().verify(signature, signed, PKCS1v15(), SHA256())
    except (Wrong, ValueError):
        return False
    return True
