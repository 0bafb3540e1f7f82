"""A mail made to hold the mail function goes the whole way: put aside, shown to a person, while others are read."""

from __future__ import annotations

import base64
import secrets

from infra.local.players import SquarePlatform
from infra.local.stack import Stack
from tests.integration.driver import AgentApi, Json, wait_for

PATIENCE = 120.0


def test_a_mail_that_cannot_be_read_is_shown_while_others_are_read(stack: Stack, agent_api: AgentApi) -> None:
    platform, mark = SquarePlatform(stack.values, "email"), secrets.token_hex(4)
    address = platform.view()["account"]["id"]
    heads = f"From: Mira {mark} <mira@mail.example>\r\nTo: {address}\r\nSubject: Netz {mark}\r\n"
    raw = f'{heads}Content-Type: multipart/mixed; a="{";" * 60_000}\r\n\r\nx'
    platform.do("raw_mail", content=base64.b64encode(raw.encode()).decode())
    text = f"Seit gestern geht bei {mark} das WLAN nicht."
    platform.post(author={"name": f"Kai {mark}"}, text=text, private=True, title="WLAN")

    def shown() -> Json | None:
        items = agent_api.call("GET", "/unread")["items"]
        return next((each for each in items if each["subject"] == f"Netz {mark}"), None)

    entry = wait_for("the mail that could not be read", shown, PATIENCE)
    assert entry["from"] == f"Mira {mark} <mira@mail.example>"
    assert entry["original"].startswith("http")
    wait_for("the other mail in the inbox", lambda: any(text in str(each) for each in agent_api.inbox()), PATIENCE)
