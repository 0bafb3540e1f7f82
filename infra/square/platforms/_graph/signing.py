"""Signatures of Meta's webhooks, and proofs of calls."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from infra.square.platforms._graph.errors import GraphError

if TYPE_CHECKING:
    from infra.square.platforms._graph.call import Call


def signature_headers(app_secret: str, body: bytes) -> dict[str, str]:
    """Return both headers that prove that the app's platform sent a body."""
    key = app_secret.encode()
    return {
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }


def check_proof(call: Call, app_secret: str) -> None:
    """Refuse a call whose ``appsecret_proof`` is not made of its token and the app's secret; raises ``GraphError``."""
    proof = call.params.get("appsecret_proof")
    if proof is None:
        return
    right = hmac.new(app_secret.encode(), (call.token or "").encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), str(proof).encode()):
        raise GraphError(100, message="Invalid appsecret_proof provided in the API argument")
