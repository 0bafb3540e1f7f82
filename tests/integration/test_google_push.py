"""Google announces a review by a signed push: the review is asked for at once, and not when the clock comes round.

No test here calls ListenFunction, and the connection's own clock stands still: what arrives came by its announcement.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from conversations.identity import thread_key
from infra.local import platforms
from infra.local.players import SquarePlatform
from infra.local.stack import Stack
from tests.integration.driver import AgentApi, Json, wait_for

PATIENCE = 120.0
KEY = thread_key("google", platforms.CONNECTION, "")
CLOCK, SOON = f"listen-{KEY}", f"soon-{KEY}"


class Clocks:
    """The schedules of the connection."""

    def __init__(self, stack: Stack) -> None:
        self._scheduler = stack.client("scheduler")

    def named(self, name: str) -> Json | None:
        found = self._scheduler.list_schedules(NamePrefix=name)["Schedules"]
        return found[0] if found else None

    def turn(self, state: str) -> None:
        """Have the connection's own clock go on, or stand still."""
        shown = wait_for("the connection's clock", lambda: self.named(CLOCK), PATIENCE)
        whole = self._scheduler.get_schedule(GroupName=shown["GroupName"], Name=CLOCK)
        kept = ("GroupName", "Name", "Description", "ScheduleExpression", "FlexibleTimeWindow", "Target")
        self._scheduler.update_schedule(**{name: whole[name] for name in kept}, State=state)


@pytest.fixture
def clocks(stack: Stack) -> Iterator[Clocks]:
    clocks = Clocks(stack)
    table = stack.client("dynamodb")
    key = {"pk": {"S": "cursors"}, "sk": {"S": f"google/{platforms.CONNECTION}"}}
    # What was there before the first look is no news.
    wait_for("the first look", lambda: table.get_item(TableName=stack["table_name"], Key=key).get("Item"), PATIENCE)
    clocks.turn("DISABLED")
    yield clocks
    clocks.turn("ENABLED")


@pytest.fixture
def platform(stack: Stack) -> SquarePlatform:
    return SquarePlatform(stack.values, "google")


@pytest.fixture
def address(stack: Stack) -> str:
    return stack["webhook_url"].format(channel="google", connection=platforms.CONNECTION)


@pytest.mark.usefixtures("square")
def test_an_announced_review_is_in_the_inbox_without_waiting_for_the_clock(
    platform: SquarePlatform, agent_api: AgentApi, clocks: Clocks
) -> None:
    text = "Das WLAN ist schnell, aber am Telefon hebt niemand ab."
    review = platform.post(author={"name": "Jonna Angesagt"}, text=text)
    wait_for("the one-time schedule", lambda: clocks.named(SOON), PATIENCE)
    found = wait_for("the review in the inbox", lambda: _find(agent_api, text), PATIENCE)
    assert found["visibility"] == "public"
    wait_for("the one-time schedule gone", lambda: clocks.named(SOON) is None, PATIENCE)

    changed = "Inzwischen hebt jemand ab."
    platform.edit(message_id=review["message_id"], text=changed)
    assert wait_for("the change in the inbox", lambda: _find(agent_api, changed), PATIENCE)["id"] == found["id"]


def test_a_push_that_google_did_not_sign_is_refused_and_nobody_is_asked(
    stack: Stack, address: str, clocks: Clocks
) -> None:
    before = _nudged(stack)
    for headers in ({}, {"Authorization": "Bearer of.no.one"}, {"Authorization": f"Bearer {_forged(stack)}"}):
        answer = httpx.post(address, json=_push(), headers=headers, timeout=120)
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_signature"})
    assert _nudged(stack) == before
    assert clocks.named(SOON) is None


def _find(agent_api: AgentApi, text: str) -> Json | None:
    for shown in agent_api.inbox(channel="google"):
        whole = agent_api.read(shown["id"])
        if any(text in (each["text"] or "") for each in whole["messages"]):
            return whole
    return None


def _nudged(stack: Stack) -> Json | None:
    """Return what is kept of the last push that was believed."""
    key = {"pk": {"S": "nudged"}, "sk": {"S": f"google/{platforms.CONNECTION}"}}
    return stack.client("dynamodb").get_item(TableName=stack["table_name"], Key=key).get("Item")


def _push() -> Json:
    told = {"review_name": "accounts/104200000000001/locations/7300000000000001/reviews/none"}
    data = base64.b64encode(json.dumps(told).encode()).decode()
    return {"message": {"data": data, "messageId": "1"}, "subscription": "projects/nordlicht/subscriptions/reviews"}


def _forged(stack: Stack) -> str:
    """A token that says all the right things, of the key that Google names, signed with another one."""
    (kid,) = (each["kid"] for each in httpx.get(f"{stack['square_url']}/google/certs", timeout=PATIENCE).json()["keys"])
    now = int(time.time())
    claims = {
        "iss": "https://accounts.google.com",
        "aud": "nachfrage",
        "email": "push@nordlicht.iam.example",
        "email_verified": True,
        "iat": now,
        "exp": now + 3600,
    }
    signed = ".".join(_packed(json.dumps(each).encode()) for each in ({"alg": "RS256", "kid": kid}, claims))
    signature = generate_private_key(65537, 2048).sign(signed.encode(), PKCS1v15(), SHA256())
    return f"{signed}.{_packed(signature)}"


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
