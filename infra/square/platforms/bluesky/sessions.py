"""Sessions of the personal data server: signed tokens for two hours, and such that renew them."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from infra.square.platforms.bluesky.call import Refused, bearer_token

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.square.platforms.bluesky.account import BlueskyAccount

SESSION, REFRESH = 2 * 3600, 90 * 86_400


class Sessions:
    """Makes and checks tokens."""

    def __init__(self, account: BlueskyAccount) -> None:
        self.account = account

    def create(self, params: dict[str, Any]) -> dict[str, Any]:
        known = params.get("identifier") in (self.account.config["handle"], self.account.id)
        if not known or not hmac.compare_digest(str(params.get("password")), self.account.config["app_password"]):
            raise Refused("AuthenticationRequired", "Invalid identifier or password", 401)
        return {**self.describe(), **self._tokens()}

    def refresh(self, params: dict[str, Any]) -> dict[str, Any]:
        claims = self._claims(params["token"])
        if claims["scope"] != "com.atproto.refresh":
            raise Refused("InvalidToken", "Invalid token type")
        return {**self.describe(), **self._tokens()}

    def describe(self) -> dict[str, Any]:
        here = str(self.account.config.get("url", ""))
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": here}
        return {
            "did": self.account.id,
            "handle": self.account.config["handle"],
            "active": True,
            "emailConfirmed": True,
            **({"didDoc": {"id": self.account.id, "service": [service]}} if here else {}),
        }

    def _tokens(self) -> dict[str, str]:
        return {
            "accessJwt": self.token("com.atproto.appPassPrivileged"),
            "refreshJwt": self.token("com.atproto.refresh"),
        }

    def token(self, scope: str) -> str:
        now = self.account.clock.now() // 1000
        life = REFRESH if scope.endswith("refresh") else SESSION
        claims = {
            "scope": scope,
            "sub": self.account.id,
            "iat": now,
            "exp": now + life,
            "gen": self.account.flags["generation"],
        }
        head = f"{_base64({'typ': 'at+jwt', 'alg': 'HS256'})}.{_base64({**claims, 'jti': secrets.token_hex(8)})}"
        return f"{head}.{self._signature(head)}"

    def _signature(self, head: str) -> str:
        key = str(self.account.config["session_secret"]).encode()
        return urlsafe_b64encode(hmac.digest(key, head.encode(), hashlib.sha256)).decode().rstrip("=")

    def _claims(self, token: str) -> dict[str, Any]:
        if not token:
            raise Refused("AuthMissing", "Authentication Required", 401)
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(head), signature):
            raise Refused("InvalidToken", "Token could not be verified")
        part = head.partition(".")[2]
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        if claims["exp"] * 1000 <= self.account.clock.now():
            raise Refused("ExpiredToken", "Token has expired")
        return claims

    def check(self, request: Request, nsid: str) -> None:
        claims = self._claims(bearer_token(request))
        if claims["scope"] == "com.atproto.refresh":
            raise Refused("InvalidToken", "Bad token scope")
        if self.account.expired and claims["gen"] < self.account.flags["generation"]:
            raise Refused("ExpiredToken", "Token has expired")
        if nsid.startswith("chat."):
            if not request.headers.get("atproto-proxy", "").endswith("#bsky_chat"):
                raise Refused("XRPCNotSupported", "XRPCNotSupported", 404)
            if not self.account.flags["chat"]:
                raise Refused("InvalidToken", "Bad token method")


def _base64(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
