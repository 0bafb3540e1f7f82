"""The square's platforms beside Facebook: which there are, with which secrets, and how the demo connects them.

A platform can be played when the square has a package for it (``infra/square/platforms/<name>``) and the functions a
channel of that name. Connecting goes the way it goes for people: the platform is asked whose the secrets are, and told
what to call.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from infra import build
from infra.square.core import registry

from .processes import StartFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONNECTION = "demo"
ON_REQUEST = frozenset({"reddit"})
"""Access is by contract: played only when it is asked for by name."""
ALWAYS = "facebook"
"""Played in any case; the demo connects it by itself."""

# Run with the very code that is deployed, as a connection is the functions' own.
CONNECT = """
import json, sys, time
from channels.base import Credentials
from application.connections import registration, webhooks
from application.connections.refusal import Refused, Why
from shared import http_guard
from aws import secrets
http_guard.permit("any")
wanted, webhook, now = json.load(sys.stdin), sys.argv[1], time.time_ns() // 1_000_000
for each in wanted:
    try:
        registration.connect(registration.New(**each), webhook, now)
    except Refused as refused:
        if refused.why != Why.EXISTS:
            sys.exit(f"{each['channel']}: {refused}")
        document = Credentials.of(secrets.read(each["channel"], each["name"]))
        webhooks.announce(registration.channel_of(each["channel"]), each["name"], document, webhook, now)
"""


def names() -> list[str]:
    """Return all platforms that can be played beside Facebook, sorted."""
    channels = build.SOURCES / "channels"
    return [name for name in registry.names() if name != ALWAYS and _has_channel(channels, name)]


def usual() -> list[str]:
    """Return those that are played unless somebody says otherwise."""
    return [name for name in names() if name not in ON_REQUEST]


def sections(kept: Mapping[str, dict[str, Any]], wanted: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the configuration of each wanted platform: the kept one, or a new one with secrets of its own."""
    return {name: kept[name] if name in kept else registry.load(name).invented(_secret) for name in wanted}


def connect(
    platforms: Mapping[str, dict[str, Any]], square_url: str, webhook_url: str, environment: dict[str, str]
) -> None:
    """Connect the platforms, or tell them again what to call; raises ``StartFailure``."""
    wanted = []
    for name, section in platforms.items():
        connection = registry.load(name).connection(section, square_url)
        fields = {key: connection.get(key, {} if key in ("secrets", "options") else "") for key in _FIELDS}
        wanted.append({"channel": name, "name": CONNECTION, **fields})
    done = subprocess.run(
        [sys.executable, "-c", CONNECT, webhook_url],
        input=json.dumps(wanted),
        # The artifact brings its libraries along, which the stack's own environment does not have.
        env={**environment, "PYTHONPATH": str(build.LOCAL), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StartFailure(f"The square's platforms could not be connected.\n{done.stderr[-2000:]}")


def set_up(platforms: Mapping[str, dict[str, Any]], values: Mapping[str, Any], root: Mapping[str, str]) -> None:
    """Do what people set up by hand at a platform itself: where mails go, and who is told of reviews.

    ``root`` are the credentials with which the square plays Amazon SES.
    """
    options = (
        registry.load("google").connection(platforms["google"], values["square_url"])["options"]
        if "google" in platforms
        else {}
    )
    by_hand = {
        "email": {
            "action": "rule",
            "aws_url": values["endpoint_url"],
            "bucket": values["mail_bucket"],
            "queue": values["queues"]["MailQueue"],
            **root,
        },
        "google": {
            "action": "subscribe",
            "url": values["webhook_url"].format(channel="google", connection=CONNECTION),
            "audience": options.get("push_audience"),
            "email": options.get("push_email"),
        },
    }
    for name in set(platforms) & by_hand.keys():
        httpx.post(f"{values['square_url']}/_square/{name}/do", json=by_hand[name], timeout=60).raise_for_status()


_FIELDS = ("account_id", "account_name", "secrets", "options")


def _has_channel(channels: Path, name: str) -> bool:
    """Tell whether the functions have a channel of this name: a module, or a package."""
    return (channels / f"{name}.py").exists() or (channels / name / "__init__.py").exists()


def _secret() -> str:
    return secrets.token_hex(20)
