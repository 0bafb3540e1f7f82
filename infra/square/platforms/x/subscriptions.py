"""The app's webhook and its subscriptions, as the API manages them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from infra.square.core import http_clients
from infra.square.core.deliveries import reachable
from infra.square.platforms.x.account import iso
from infra.square.platforms.x.call import Call, Refused

if TYPE_CHECKING:
    from infra.square.platforms.x.account import XAccount
    from infra.square.platforms.x.webhook import XWebhook

MINUTE = 60_000
REPLAY_KEPT, REPLAY_SPAN, REPLAY_YOUNGEST, REPLAY_SETTLED = 24 * 60, 120, 31, 10
"""Minutes."""
PRIVATE_EVENTS = ("post.mention.", "post.reply.", "post.quote.", "dm.", "chat.", "oauth.")
CRC_SECONDS = 5


class Subscriptions:
    """Answers the calls about webhooks and subscriptions."""

    def __init__(self, account: XAccount, webhook: XWebhook) -> None:
        self.account = account
        self.webhook = webhook

    def _app(self, call: Call) -> None:
        if not call.by_app:
            detail = "Authenticating with OAuth 2.0 User Context is forbidden for this endpoint."
            raise Refused(403, detail, "unsupported-authentication", title="Unsupported Authentication")

    def hooks(self, call: Call) -> dict[str, Any]:
        self._app(call)
        listed = [self.account.hook] if self.account.hook else []
        return {"data": listed, "meta": {"result_count": len(listed)}} if listed else {"meta": {"result_count": 0}}

    async def add_hook(self, call: Call) -> dict[str, Any]:
        self._app(call)
        if self.account.hook:
            name = "DuplicateUrlFailed" if self.account.hook["url"] == call.body.get("url") else "WebhookLimitExceeded"
            raise Refused(400, name, "invalid-request", title=name)
        url = str(call.body.get("url", ""))
        if not await self._answers(url):
            raise Refused(400, "CrcValidationFailed", "invalid-request", title="CrcValidationFailed")
        self.account.hook = {
            "id": self.account.new_id("hook"),
            "url": url,
            "valid": True,
            "created_at": iso(self.account.clock.now()),
        }
        return {"data": self.account.hook}

    async def check_hook(self, call: Call) -> dict[str, Any]:
        self._app(call)
        self._must_know_hook(call.path["id"])
        self.account.hook["valid"] = await self._answers(self.account.hook["url"])
        return {"data": {"valid": self.account.hook["valid"]}}

    def drop_hook(self, call: Call) -> dict[str, Any]:
        self._app(call)
        self._must_know_hook(call.path["id"])
        self.account.hook = {}
        return {"data": {"deleted": True}}

    def replay(self, call: Call) -> dict[str, Any]:
        """Everything that was told, or should have been, between two minutes; at the end, that it is done."""
        self._app(call)
        self._must_know_hook(str(call.body.get("webhook_id", "")))
        begin, end = (_from_minute(call.body.get(name)) for name in ("from_date", "to_date"))
        ago = [(self.account.clock.now() - each) / MINUTE for each in (begin, end)]
        if not (REPLAY_YOUNGEST <= ago[0] <= REPLAY_KEPT and REPLAY_SETTLED <= ago[1] < ago[0]):
            raise Refused(400, "The dates are not within what can be replayed.", "invalid-request")
        if end - begin > REPLAY_SPAN * MINUTE:
            raise Refused(400, "The span is too long.", "invalid-request")
        if not self.account.hook.get("valid"):
            raise Refused(400, "The webhook is not valid.", "invalid-request")
        for at, update in self.account.kept["told"]:
            if begin <= at < end:
                self.account.deliver(update)
        job = {"webhook_id": self.account.hook["id"], "job_id": self.account.new_id("job")}
        state = {"job_state": "Complete", "job_state_description": "Job completed successfully"}
        self.account.deliver({"replay_job_status": job | state})
        return {"data": {"job_id": job["job_id"], "created_at": iso(self.account.clock.now())}}

    def _must_know_hook(self, hook_id: str) -> None:
        if self.account.hook.get("id") != hook_id:
            raise Refused(404, "Could not find the webhook.", "resource-not-found")

    async def _answers(self, url: str) -> bool:
        """Tell whether an address answers the challenge, which takes the app's secret."""
        token = secrets.token_urlsafe(16)
        try:
            address, host = reachable(url)
            async with http_clients.client(CRC_SECONDS) as client:
                params = {"crc_token": token, "nonce": secrets.token_urlsafe(8)}
                answer = await client.get(address, params=params, headers={"Host": host})
            return answer.status_code == 200 and answer.json()["response_token"] == self.webhook.signature(
                token.encode()
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
            return False

    def subscriptions(self, call: Call) -> dict[str, Any]:
        self._app(call)
        listed = self.account.kept["subscriptions"]
        return {"data": listed, "meta": {"total_subscriptions": len(listed)}}

    def subscribe(self, call: Call) -> dict[str, Any]:
        kind, about = str(call.body.get("event_type", "")), call.body.get("filter") or {}
        if kind.startswith(PRIVATE_EVENTS) and call.by_app:
            raise Refused(403, "This event needs the user's own authorization.", "client-forbidden")
        self._must_know_hook(str(call.body.get("webhook_id", "")))
        if any(each["event_type"] == kind and each["filter"] == about for each in self.account.kept["subscriptions"]):
            raise Refused(400, "DuplicateSubscriptionFailed", "invalid-request")
        made = {
            "subscription_id": self.account.new_id("subscription"),
            "event_type": kind,
            "filter": about,
            "webhook_id": self.account.hook["id"],
            "created_at": iso(self.account.clock.now()),
            "updated_at": iso(self.account.clock.now()),
        }
        self.account.kept["subscriptions"].append(made)
        return {"data": {"subscription": made}}

    def unsubscribe(self, call: Call) -> dict[str, Any]:
        listed = self.account.kept["subscriptions"]
        self.account.kept["subscriptions"] = [each for each in listed if each["subscription_id"] != call.path["id"]]
        return {"data": {"deleted": True}, "meta": {"total_subscriptions": len(self.account.kept["subscriptions"])}}


def _from_minute(value: object) -> int:
    """``yyyymmddhhmm`` in milliseconds."""
    try:
        return int(datetime.strptime(str(value), "%Y%m%d%H%M").replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        raise Refused(400, "A date is yyyymmddhhmm.", "invalid-request") from None
