"""A platform of the tests that is only polled: it answers the pages a test prepared, and names no threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.base import (
    AccountManager,
    Capabilities,
    Channel,
    Credentials,
    Outbound,
    Polled,
    Receiver,
    Request,
    Route,
    Sender,
    Situation,
    TransientFailure,
    Way,
)
from conversations.facts import Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conversations.facts import Fact, Unreadable


class FakePollPlatform(Receiver, Sender, AccountManager):
    """Answers one prepared page after another, and keeps what it is asked to send: all three parts of the channel."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything a test prepared or sent."""
        self.pages: list[list[Fact | Unreadable] | TransientFailure] = []
        self.good_token = "good"
        self.asked: list[str] = []
        self.renewed = 0
        self.found_message_id: str | None = None
        """The id that a search for a lost message finds."""
        self.complete_facts: dict[str, Fact] = {}
        """The complete fact of each message that was only announced."""
        self.renewal_failure: TransientFailure | None = None
        self.prepared: list[str] = []
        self.sent: list[Outbound] = []
        self.send_failures: list[Exception] = []
        """The errors that the next sends raise, in order."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        return []

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        self.asked.append(credentials.secrets["token"])
        if credentials.secrets["token"] != self.good_token:
            raise TransientFailure("auth")  # type: ignore[arg-type]
        page = int(cursor or 0)
        if page >= len(self.pages):
            return Polled([], str(page))
        answer = self.pages[page]
        if isinstance(answer, TransientFailure):
            raise answer
        return Polled(answer, str(page + 1), more=page + 1 < len(self.pages))

    def complete(self, fact: Fact, credentials: Credentials) -> Fact | None:
        return self.complete_facts.get(fact.message_id)

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        if self.renewal_failure:
            raise self.renewal_failure
        self.renewed += 1
        return {"token": self.good_token, "expires_at": str(now + 7_200_000)}

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, 500)]

    def prepare(self, message: Outbound, credentials: Credentials) -> str:
        self.prepared.append(message.id)
        return f"draft-{len(self.prepared)}"

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        self.sent.append(message)
        if self.send_failures:
            raise self.send_failures.pop(0)
        return f"p-{len(self.sent)}"

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        return self.found_message_id


_platform = FakePollPlatform()
channel = Channel(
    name="fake_poll",
    label="Fake poll",
    capabilities=Capabilities(
        secret_names=("token",),
        optional_secrets=("expires_at",),
        reported_kinds=frozenset({Kind.MESSAGE}),
        thread_is_guess=True,
        replies_to_latest=True,
        prepares=True,
        poll_seconds=60,
        renews=True,
    ),
    receiver=_platform,
    sender=_platform,
    account=_platform,
)
