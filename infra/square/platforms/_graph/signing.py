"""Signatures of Meta's webhooks."""

from __future__ import annotations

import hashlib
import hmac


def signature_headers(app_secret: str, body: bytes) -> dict[str, str]:
    """Return both headers that prove that the app's platform sent a body."""
    key = app_secret.encode()
    return {
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }
