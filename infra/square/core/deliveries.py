"""Deliveries of webhooks: signed, in the background, tried again, and faulty on request.

A platform's ``Webhook`` says where to, how updates become a body and how a body is signed; everything else is the same
for all of them.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections import deque
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

import httpx

from infra.square.core import http_clients

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from infra.square.core.webhook import Webhook

LONGEST_WAIT = 15.0
GIVE_UP_AFTER = 36 * 3600
ANSWER_WITHIN = 20.0
GATHERING_SECONDS = 0.25
"""Time for which updates that are to be batched or shuffled wait for each other."""


@dataclass
class Settings:
    """Ways in which deliveries misbehave; the defaults are a platform without faults."""

    repeat: int = 1
    delay_seconds: float = 0
    shuffle: bool = False
    batch: int = 1
    corrupt: str | None = None
    hold: bool = False

    def must_gather(self) -> bool:
        return self.shuffle or self.batch > 1


@dataclass
class Delivery:
    """One POST: its updates, and its very bytes once they went out for the first time."""

    platform: str
    updates: list[dict[str, Any]]
    due: float
    created: float = field(default_factory=time.time)
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    body: str | None = None
    attempts: int = 0
    last: str = "waiting"


class Deliveries:
    """Everything that is still to be delivered, and a log of what was."""

    def __init__(self, webhooks: Mapping[str, Webhook], changed: Callable[[], None]) -> None:
        self.settings = Settings()
        self.delivered = 0
        self.dropped = 0
        self._webhooks = webhooks
        self._changed = changed
        self._pending: list[Delivery] = []
        self._log: deque[dict[str, Any]] = deque(maxlen=500)
        self._wake = asyncio.Event()
        self._round = asyncio.Lock()

    def post(self, platform: str, update: dict[str, Any]) -> None:
        """Take an update in; returns at once."""
        wait = max(self.settings.delay_seconds, GATHERING_SECONDS if self.settings.must_gather() else 0)
        for _ in range(self.settings.repeat):
            self._pending.append(Delivery(platform, [update], time.time() + wait))
        self._wake.set()
        self._changed()

    def configure(self, settings: Settings) -> None:
        self.settings = settings
        self._wake.set()

    def clear(self) -> None:
        self._pending = []
        self._log.clear()
        self.delivered = self.dropped = 0
        self.configure(Settings())

    async def flush(self) -> None:
        """Deliver what waits now, whatever it waits for; a failure waits for its next turn as always."""
        async with self._round:
            await self._deliver(list(self._pending))

    async def keep_delivering(self) -> None:
        while True:
            self._wake.clear()
            async with self._round:
                await self._deliver(self._due())
            try:
                await asyncio.wait_for(self._wake.wait(), self._seconds_to_next())
            except TimeoutError:
                continue

    def describe(self) -> dict[str, Any]:
        waiting = [{key: value for key, value in asdict(each).items() if key != "body"} for each in self._pending]
        return {
            "settings": asdict(self.settings),
            "delivered": self.delivered,
            "dropped": self.dropped,
            "pending": len(waiting),
            "waiting": waiting[:200],
            "recent": list(self._log),
        }

    def snapshot(self) -> list[dict[str, Any]]:
        return [asdict(delivery) for delivery in self._pending]

    def restore(self, stored: Iterable[dict[str, Any]]) -> None:
        known = {each.name for each in fields(Delivery)}
        self._pending = [Delivery(**{k: v for k, v in each.items() if k in known}) for each in stored]
        for delivery in self._pending:
            delivery.due = min(delivery.due, time.time() + LONGEST_WAIT)

    def _due(self) -> list[Delivery]:
        if self.settings.hold:
            return []
        return [delivery for delivery in self._pending if delivery.due <= time.time()]

    def _seconds_to_next(self) -> float | None:
        if self.settings.hold or not self._pending:
            return None
        return max(0.01, min(delivery.due for delivery in self._pending) - time.time())

    async def _deliver(self, due: list[Delivery]) -> None:
        if not due:
            return
        if self.settings.shuffle:
            random.shuffle(due)
        async with http_clients.client(ANSWER_WITHIN) as client:
            for delivery in self._batched(due):
                await self._attempt(client, delivery)

    def _batched(self, due: list[Delivery]) -> list[Delivery]:
        """Join deliveries that never went out; one that did keeps its bytes."""
        joined: list[Delivery] = []
        for delivery in due:
            last = joined[-1] if joined else None
            if last and self._can_join(last, delivery) and len(last.updates) < self.settings.batch:
                last.updates += delivery.updates
                self._forget(delivery)
            else:
                joined.append(delivery)
        return joined

    def _can_join(self, first: Delivery, second: Delivery) -> bool:
        together = first.platform == second.platform and self._webhooks[first.platform].batches
        return together and not first.attempts and not second.attempts

    async def _attempt(self, client: httpx.AsyncClient, delivery: Delivery) -> None:
        webhook = self._webhooks[delivery.platform]
        body = delivery.body.encode() if delivery.body is not None else webhook.compose(delivery.updates)
        delivery.body = body.decode()
        delivery.attempts += 1
        started = time.time()
        status: int | None = None
        try:
            status = await _send(client, webhook, delivery, self.settings.corrupt)
            delivery.last = str(status)
        except (httpx.HTTPError, httpx.InvalidURL, NotSubscribed) as error:
            delivery.last = type(error).__name__
        self._note(delivery, status, started)
        self._settle(delivery, accepted=status is not None and 200 <= status < 300, repeats=webhook.repeats)
        self._changed()

    def _settle(self, delivery: Delivery, *, accepted: bool, repeats: bool) -> None:
        if accepted:
            self.delivered += 1
            self._forget(delivery)
        elif not repeats or time.time() - delivery.created > GIVE_UP_AFTER:
            self.dropped += 1
            self._forget(delivery)
        else:
            delivery.due = time.time() + min(2.0 ** (delivery.attempts - 1), LONGEST_WAIT)

    def _forget(self, delivery: Delivery) -> None:
        # The square may have been emptied while this one was under way.
        self._pending = [each for each in self._pending if each is not delivery]

    def _note(self, delivery: Delivery, status: int | None, started: float) -> None:
        self._log.append(
            {
                "id": delivery.id,
                "platform": delivery.platform,
                "at": round(started, 3),
                "seconds": round(time.time() - started, 3),
                "status": status,
                "outcome": delivery.last,
                "attempt": delivery.attempts,
                "updates": len(delivery.updates),
                "corrupt": self.settings.corrupt,
            }
        )


class NotSubscribed(Exception):
    """Nobody listens any more; the update waits, since a restart of the stack subscribes again."""


async def _send(client: httpx.AsyncClient, webhook: Webhook, delivery: Delivery, corrupt: str | None) -> int:
    url = webhook.callback_url()
    if url is None:
        raise NotSubscribed
    body = (delivery.body or "").encode()
    headers = {"Content-Type": "application/json", **webhook.headers(delivery.updates), **webhook.sign(body)}
    if corrupt == "signature":
        headers = {name: _other_end(value) if _proves(name) else value for name, value in headers.items()}
    if corrupt == "body":
        # One more blank: the same JSON, and no longer the signed bytes.
        body = body.replace(b":", b": ", 1)
    address, host = reachable(url)
    return (await client.post(address, content=body, headers={**headers, "Host": host})).status_code


def _proves(header: str) -> bool:
    return any(word in header.lower() for word in ("signature", "secret", "authorization"))


def reachable(url: str) -> tuple[httpx.URL, str]:
    """The address to call and the Host header to send: ``*.localhost`` is always this machine."""
    address = httpx.URL(url)
    host = address.netloc.decode()
    if address.host.endswith(".localhost"):
        address = address.copy_with(host="127.0.0.1")
    return address, host


def _other_end(signature: str) -> str:
    return signature[:-1] + ("0" if signature[-1] != "0" else "1")
