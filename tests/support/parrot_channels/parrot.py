"""The parrot: a platform that is only asked, says what it was taught, and names no threads. Only the tests know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.base import (
    Channel,
    Credentials,
    Outbound,
    Polled,
    Request,
    Route,
    Situation,
    TransientFailure,
    Way,
)
from conversations.model import Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conversations.model import Fact, Unreadable


class Parrot(Channel):
    """Says page after page of what it was taught; sends nothing that it does not remember."""

    name = "parrot"
    label = "Parrot"
    secret_names = ("token",)
    optional_secrets = ("expires_at",)
    tells = frozenset({Kind.MESSAGE})
    loose = True
    answers_last = True
    prepares = True
    poll_seconds = 60
    renews = True

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """A parrot that was taught nothing."""
        self.taught: list[list[Fact | Unreadable] | TransientFailure] = []
        self.good_token = "good"
        self.asked: list[str] = []
        self.renewed = 0
        self.found: str | None = None
        """What a look for a lost message finds."""
        self.whole: dict[str, Fact] = {}
        """What stands behind an announcement."""
        self.renewal: TransientFailure | None = None
        self.prepared: list[str] = []
        self.sent: list[Outbound] = []
        self.troubles: list[Exception] = []
        """What happens to the next sends."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        return []

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        self.asked.append(credentials.secrets["token"])
        if credentials.secrets["token"] != self.good_token:
            raise TransientFailure("auth")  # type: ignore[arg-type]
        page = int(cursor or 0)
        if page >= len(self.taught):
            return Polled([], str(page))
        said = self.taught[page]
        if isinstance(said, TransientFailure):
            raise said
        return Polled(said, str(page + 1), more=page + 1 < len(self.taught))

    def complete(self, fact: Fact, credentials: Credentials) -> Fact | None:
        return self.whole.get(fact.message_id)

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        if self.renewal:
            raise self.renewal
        self.renewed += 1
        return {"token": self.good_token, "expires_at": str(now + 7_200_000)}

    def routes(self, situation: Situation, now: int) -> list[Route]:
        return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, 500)]

    def prepare(self, message: Outbound, credentials: Credentials) -> str:
        self.prepared.append(message.id)
        return f"draft-{len(self.prepared)}"

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        self.sent.append(message)
        if self.troubles:
            raise self.troubles.pop(0)
        return f"p-{len(self.sent)}"

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        return self.found


channel = Parrot()
