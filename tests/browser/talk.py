"""A conversation of a test's own, and how a page shows it."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from infra.local.players import AgentApi, Square, wait_for

Json = dict[str, Any]

ARRIVED = {"sent", "delivered", "read"}
"""The states of an answer that stands on the platform."""


@dataclass(frozen=True)
class Talk:
    """A customer who wrote, in public or in private, and the conversation that came of it."""

    square: Square
    agent_api: AgentApi
    customer: str
    id: str
    thread: str
    """The post, or whom the chat is with."""

    @property
    def place(self) -> str:
        """The address of the conversation on the page."""
        return f"#/c/{self.id}"

    def read(self) -> Json:
        """The conversation as the API has it."""
        return self.agent_api.read(self.id)

    def comment(self, text: str, name: str = "", parent: str = "") -> str:
        """Have somebody comment, the customer if nobody is named; return the comment's id, once the inbox has it."""
        author = {"name": name or self.customer}
        comment = self.square.post(to=parent or self.thread, author=author, text=text)["message_id"]
        wait_for("the comment", lambda: self.said(comment))
        return comment

    def said(self, message: str) -> Json | None:
        """A message by an id."""
        return next((each for each in self.read()["messages"] if message in (each["id"], each["platform_id"])), None)

    def asked_back(self) -> None:
        """The agent answers and asks back at once; returns when the question stands there.

        Before that it may still be cancelled: customers who write first are not asked (invariant 5).
        """
        wish = {"after": "PT1S"}
        self.agent_api.call("POST", f"/conversations/{self.id}/replies", text="Bitte neu starten.", follow_up=wish)
        self.until(
            "the question",
            lambda whole: any(each["follow_up"] and each["state"] in ARRIVED for each in whole["messages"]),
        )

    def until(self, what: str, holds: Callable[[Json], Any]) -> Json:
        """The conversation, as soon as something holds of it."""
        return wait_for(what, lambda: next((each for each in [self.read()] if holds(each)), None))


def surname() -> str:
    """Return a name that nobody else has, of letters alone: a name of many digits does not go out by itself."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(10)).capitalize()


def begin(square: Square, agent_api: AgentApi, text: str = "Mein WLAN geht nicht.", *, private: bool = False) -> Talk:
    """Have somebody new write, and return the talk once the inbox has it."""
    name = f"Jana {surname()}"
    answer = square.post(private=private, author={"name": name}, text=text)
    thread = answer["author_id"] if private else answer["message_id"]

    def found() -> Json | None:
        return next((each for each in agent_api.inbox() if (each["customer"] or {}).get("name") == name), None)

    return Talk(square, agent_api, name, wait_for(f"the conversation with {name}", found)["id"], thread)


def altered(page: Page, talk: Talk, change: Callable[[Json], None]) -> None:
    """Change what the page reads of a conversation: for what a platform would take weeks to do."""

    def answer(route: Route) -> None:
        response = route.fetch()
        whole = response.json()
        if response.ok:
            change(whole)
        route.fulfill(response=response, body=json.dumps(whole))

    page.route(f"**/api/conversations/{talk.id}?messages=*", answer)


def message(page: Page, text: str) -> Locator:
    """The message in the thread that says this."""
    return page.locator(".message").filter(has=page.locator(".message-text", has_text=text))


def answer_field(page: Page) -> Locator:
    """Return the field for a reply, once the conversation is there."""
    field = page.locator("#answer")
    expect(field).to_be_visible()
    return field
