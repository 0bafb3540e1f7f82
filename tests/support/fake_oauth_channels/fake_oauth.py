"""A platform of the tests with everything a connection can have; served by ``tests/support/fake_oauth_platform.py``."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from channels import _http
from channels.base import (
    Account,
    Channel,
    Credentials,
    InvalidSignature,
    Outbound,
    PermanentFailure,
    Reason,
    Request,
    Route,
    Situation,
    TransientFailure,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conversations.model import Fact, Unreadable


class FakeOauthChannel(Channel):
    """Signs with a secret, says who one is, is told where to call, is asked what is new, and has tokens that end."""

    name = "fake_oauth"
    label = "Fake OAuth"
    secret_names = ("token", "webhook_secret")
    optional_secrets = ("refresh_token", "expires_at")
    option_names = ("shelf",)
    signing_secret = "webhook_secret"
    poll_seconds = 300
    renews = True

    def verify(self, request: Request, credentials: Credentials) -> None:
        given = request.headers.get("x-webhook-secret", "")
        known = [credentials.secrets.get(name, "") for name in ("webhook_secret", "previous_webhook_secret")]
        if not any(each and hmac.compare_digest(each, given) for each in known):
            raise InvalidSignature

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        return []

    def routes(self, situation: Situation, now: int) -> list[Route]:
        return []

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        raise PermanentFailure(Reason.BAD)

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        return None

    def check(self, credentials: Credentials) -> Account:
        found = _call("GET", "/me", credentials)
        return Account(found["id"], found["name"], {"motto": found["motto"]})

    def register(self, credentials: Credentials, url: str) -> None:
        _call("PUT", "/hook", credentials, {"url": url, "secret": credentials.secrets["webhook_secret"]})

    def unregister(self, credentials: Credentials, url: str) -> None:
        _call("DELETE", "/hook", credentials)

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        return _call("GET", "/hook", credentials).get("url") == url

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        renewed = _call("POST", "/renew", credentials, {"refresh_token": credentials.secrets.get("refresh_token", "")})
        return {
            "token": renewed["token"],
            "refresh_token": renewed["refresh_token"],
            "expires_at": str(now + 7_200_000),
        }


def _call(method: str, path: str, credentials: Credentials, json: dict[str, Any] | None = None) -> dict[str, Any]:
    address = credentials.options.get("base_url", "https://fake-oauth.example") + path
    headers = {"Authorization": credentials.secrets.get("token", "")}
    try:
        answer = _http.send(_http.Call(method, address, headers, {}, json=json))
    except _http.NoAnswer:
        raise TransientFailure(Reason.RETRY, "no_answer") from None
    reasons = {401: Reason.AUTH, 429: Reason.RATE, 503: Reason.RETRY}
    if answer.status in reasons:
        raise TransientFailure(reasons[answer.status], str(answer.status))
    if answer.status >= 400:
        raise PermanentFailure(Reason.PERMISSION, str(answer.status))
    return answer.body or {}


channel = FakeOauthChannel()
