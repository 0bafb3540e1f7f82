"""A platform of the tests with everything a connection can have; served by ``tests/support/fake_oauth_platform.py``."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from channels import _transport
from channels._transport import Answer, Call, CodeTable, Refusal
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    Credentials,
    InvalidSignature,
    Outbound,
    PermanentFailure,
    Reason,
    Receiver,
    Request,
    Route,
    Sender,
    Situation,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conversations.facts import Fact, Unreadable


class FakeOauthChannelReceiver(Receiver):
    """Receives from Fake OAuth."""

    def verify(self, request: Request, credentials: Credentials) -> None:
        given = request.headers.get("x-webhook-secret", "")
        known = [credentials.secrets.get(name, "") for name in ("webhook_secret", "previous_webhook_secret")]
        if not any(each and hmac.compare_digest(each, given) for each in known):
            raise InvalidSignature

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        return []


class FakeOauthChannelSender(Sender):
    """Sends to Fake OAuth."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        return []

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        raise PermanentFailure(Reason.BAD)

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        return None


class FakeOauthChannelAccount(AccountManager):
    """The account on Fake OAuth."""

    app_option = "app_id"

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
    request = Call(method, address, {"Authorization": credentials.secrets.get("token", "")}, {}, json=json)
    return _transport.call(request, channel="fake_oauth", repeatable=True, classify=classify).body or {}


CODES = CodeTable(codes={}, statuses={401: Reason.AUTH, 429: Reason.RATE, 503: Reason.RETRY})


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no result."""
    meaning = Reason.PERMISSION if answer.status >= 400 and answer.status not in CODES.statuses else None
    return None if answer.is_success else CODES.refusal(answer, str(answer.status), meaning)


channel = Channel(
    name="fake_oauth",
    label="Fake OAuth",
    capabilities=Capabilities(
        secret_names=("token", "webhook_secret"),
        optional_secrets=("refresh_token", "expires_at"),
        option_names=("shelf", "app_id"),
        signing_secret="webhook_secret",
        poll_seconds=300,
        renews=True,
    ),
    receiver=FakeOauthChannelReceiver(),
    sender=FakeOauthChannelSender(),
    account=FakeOauthChannelAccount(),
)
"""Signs with a secret, says who one is, is told where to call, is asked what is new, and has tokens that end."""
