"""Pushes of Cloud Pub/Sub, signed as OpenID tokens."""

from __future__ import annotations

import base64
import json
import secrets
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from infra.square.core.webhook import Webhook
from infra.square.platforms.google.account import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from starlette.requests import Request

    Handler = Callable[[Request, dict[str, Any]], dict[str, Any] | None]
    from infra.square.platforms.google.account import GoogleAccount


class GoogleWebhook(Webhook):
    """Delivers one announcement in each push."""

    def __init__(self, account: GoogleAccount) -> None:
        self.account = account

    @cached_property
    def _key(self) -> RSAPrivateKey:
        from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

        return generate_private_key(65537, 2048)

    @cached_property
    def _key_id(self) -> str:
        return secrets.token_hex(8)

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        data = base64.b64encode(json.dumps(updates[0]).encode()).decode()
        message = {
            "data": data,
            "messageId": str(secrets.randbelow(10**16)),
            "publishTime": iso(self.account.clock.now()),
        }
        frame = {"message": message, "subscription": "projects/nordlicht/subscriptions/reviews"}
        return json.dumps(frame).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        now = int(time.time())
        claims = {
            "iss": "https://accounts.google.com",
            "aud": self.account.hook.get("audience"),
            "email": self.account.hook.get("email"),
            "email_verified": True,
            "iat": now,
            "exp": now + 3600,
        }
        parts = [{"alg": "RS256", "kid": self._key_id, "typ": "JWT"}, claims]
        signed = ".".join(packed(json.dumps(part).encode()) for part in parts)
        return {"Authorization": f"Bearer {signed}.{packed(self._key.sign(signed.encode(), PKCS1v15(), SHA256()))}"}

    async def certificates(self, _request: Request) -> Response:
        numbers = self._key.public_key().public_numbers()
        n, e = (packed(each.to_bytes(size, "big")) for each, size in ((numbers.n, 256), (numbers.e, 3)))
        key = {"kid": self._key_id, "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": e}
        return JSONResponse({"keys": [key]}, headers={"Cache-Control": "public, max-age=20000"})


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
