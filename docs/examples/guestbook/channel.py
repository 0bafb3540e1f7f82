"""Guestbook: the public guestbook of a shop's own website. A visitor writes an entry, and the shop answers below it.

An example for CONTRIBUTING.md; the platform is invented. A real channel names its sources here.

Secrets: ``signing_secret`` (signs webhooks), ``access_token``. Options: ``base_url``.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels import _payload, _transport
from channels._payload import UnreadableUpdate, as_object
from channels._values import as_id, as_millis, as_text
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
    Way,
    json_list,
    json_object,
)
from conversations.facts import Author, Fact, Kind, Visibility

if TYPE_CHECKING:
    from channels._payload import Events

LIMIT = 1_000
CODES = _transport.CodeTable(
    codes={},
    statuses={401: Reason.AUTH, 403: Reason.PERMISSION, 404: Reason.GONE, 429: Reason.RATE},
    pauses={Reason.RATE: 60.0},
)


class GuestbookReceiver(Receiver):
    """Reads signed webhooks."""

    def verify(self, request: Request, credentials: Credentials) -> None:
        given = request.headers.get("x-guestbook-signature", "").encode("utf-8", "replace")
        for name in ("signing_secret", "previous_signing_secret"):  # both are valid during a rotation
            secret = credentials.secrets.get(name)
            if secret and hmac.compare_digest(given, _signature(secret, request.body)):
                return
        raise InvalidSignature

    def parse(self, request: Request, credentials: Credentials) -> Events:
        document = json_object(_payload.document(request))
        return _payload.read_list("guestbook", document, "entries", _read, credentials)


class GuestbookSender(Sender):
    """Answers below an entry."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PRIVATE:
            return []
        return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, LIMIT, "characters")]

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        answer = _call("POST", _entries(message), credentials, json={"text": message.text, "client_id": message.id})
        return _transport.sent_id(json_object(answer.body).get("id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        answer = _call("GET", _entries(message), credentials)
        entries = json_list(json_object(answer.body).get("entries"))
        return next((as_id(entry.get("id")) for entry in entries if entry.get("client_id") == message.id), None)


class GuestbookAccount(AccountManager):
    """The account of the website."""

    def check(self, credentials: Credentials) -> Account:
        body = json_object(_call("GET", "/me", credentials).body)
        account_id, name = as_id(body.get("id")), as_text(body.get("name"))
        if account_id is None or not name:
            raise PermanentFailure(Reason.BAD, "no_account")
        return Account(account_id, name)

    def register(self, credentials: Credentials, url: str) -> None:
        _call("PUT", "/webhook", credentials, json={"url": url})


def _read(entry: dict[str, Any], credentials: Credentials) -> Events:
    author = as_object(entry.get("author"))
    entry_id, author_id = as_id(entry.get("id")), as_id(author.get("id"))
    if entry_id is None:
        raise UnreadableUpdate("no_id")
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PUBLIC,
            thread_id=as_id(entry.get("thread")) or entry_id,
            at=as_millis(entry.get("written_at")) or 0,
            message_id=entry_id,
            author=Author(author_id, as_text(author.get("name"))),
            own=author_id == credentials.account_id,
            text=as_text(entry.get("text")),
            reference=as_id(entry.get("client_id")),
        )
    ]


def _entries(message: Outbound) -> str:
    return f"/threads/{quote(message.thread_id, safe='')}/entries"


def _call(method: str, path: str, credentials: Credentials, json: Any = None) -> _transport.Answer:
    """Make a call. Only writing an entry twice would have two effects."""
    base_url = credentials.options.get("base_url", "").rstrip("/")
    call = _transport.Call(method, f"{base_url}{path}", _transport.bearer(credentials), {}, json=json)
    return _transport.call(call, channel="guestbook", repeatable=method != "POST", classify=_refusal)


def _refusal(answer: _transport.Answer) -> _transport.Refusal | None:
    return None if answer.is_success else CODES.refusal(answer, str(answer.status))


def _signature(secret: str, body: bytes) -> bytes:
    return hmac.digest(secret.encode(), body, "sha256").hex().encode()


channel = Channel(
    name="guestbook",
    label="Guestbook",
    capabilities=Capabilities(
        secret_names=("signing_secret", "access_token"),
        chosen_secrets=("signing_secret",),
        required_options=("base_url",),
        signing_secret="signing_secret",  # noqa: S106 - a name
    ),
    receiver=GuestbookReceiver(),
    sender=GuestbookSender(),
    account=GuestbookAccount(),
)
