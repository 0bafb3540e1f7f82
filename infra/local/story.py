"""Plays the mission against a running stack, or one of its own, and tells it as a dialogue.

Every line is something that was seen to happen; a step that does not happen ends the story with an error.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import httpx

from infra import build

from .players import PATIENCE, AgentApi, Broken, Json, Square, sign_in, wait_for
from .stack import start_stack

OWN_WEEK = "PT6S"
"""The length of a week in a stack that the story starts itself."""
QUIET = 3.0
"""Seconds to watch that something does not happen."""
WIDTH = 76


class Teller:
    """Prints the dialogue with the time that each step took."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def chapter(self, title: str) -> None:
        """Begin a part."""
        print(f"\n── {title} {'─' * (WIDTH - len(title) - 4)}")

    def says(self, who: str, text: str, where: str = "") -> None:
        """Print what somebody writes."""
        self._line(f"{who}{f' ({where})' if where else ''}:")
        print(f"         “{text}”")

    def sees(self, what: str) -> None:
        """Print an observation."""
        self._line(f"→ {what}")

    def _line(self, text: str) -> None:
        now = time.monotonic()
        print(f"{now - self._since:6.2f} s {text}", flush=True)
        self._since = now


def main() -> int:
    """Tell the story; returns the exit code."""
    try:
        with _stack() as stack:
            tell(stack)
    except Broken as broken:
        print(f"\nThe story broke: {broken}", file=sys.stderr)
        return 1
    return 0


def tell(stack: Json) -> None:
    """Play the story against a running stack; raises ``Broken`` for a step that does not happen."""
    _tell(stack, Square(stack), AgentApi(sign_in(stack)), Teller())


def _tell(stack: Json, square: Square, agent_api: AgentApi, teller: Teller) -> None:
    agent = agent_api.call("GET", "/me")["name"]
    print(f"The market square: {stack['square_url']}   The API: {stack['api_url']}")

    teller.chapter("A Page on Facebook, somewhere in Germany")
    complaint = "Grüß Gott! Seit gestern bricht mein WLAN ständig ab 😢 Können Sie helfen?"
    post = square.post(author={"name": "Jana"}, text=complaint)["message_id"]
    teller.says("Jana", complaint, "on the Page, for all to see")
    first = wait_for("the post to show up in the inbox", lambda: agent_api.find(post))
    _require(first["messages"][0]["text"] == complaint, "the post arrived letter by letter")
    teller.sees(f"an open conversation, {first['unread']} unread, customer {first['customer']['name']}")

    square.post(to=post, author={"name": "Ole"}, text="Bei mir auch, seit dem letzten Update!")
    teller.says("Ole", "Bei mir auch, seit dem letzten Update!", "a third party")
    detail = square.post(to=post, author={"name": "Jana"}, text="Router: FritzBox, Fehler E04.")
    teller.says("Jana", "Router: FritzBox, Fehler E04.")
    seen = wait_for("all three in one conversation", lambda: _with(agent_api.read(first["id"]), 3))
    teller.sees(f"one conversation with {len(seen['messages'])} messages, of which {seen['unread']} are unread")

    teller.chapter("The team answers, and promises to ask back")
    answer = "Liebe Jana, danke! Bitte einmal den Router neu starten, dann lädt er das neue Update. 🙂"
    question = "Wie sieht's denn aus? Konnte der Fehlerteufel gefunden werden?"
    plan = agent_api.call("POST", "/follow-ups/plan", conversation=first["id"], text=question)
    _require(plan["by"] == "machine", "nobody is needed to ask in public")
    teller.sees(f"the plan: {plan['explanation']}")
    _answer(agent_api, first["id"], answer, seen=detail["message_id"], follow_up={"text": question})
    teller.says(agent, answer, "publicly")
    wait_for("the answer in the public thread", lambda: _count(square.thread(post), answer) == 1)
    teller.sees("the answer stands in the thread, once")
    resolved = agent_api.call("POST", f"/conversations/{first['id']}/resolve", seen=detail["message_id"])
    _require(resolved["status"] == "resolved", "the conversation is resolved")
    teller.sees(f"resolved; the promise stands for {resolved['follow_up']['at']}")

    teller.chapter("Beside it: a customer who writes before the week is over")
    other = square.post(author={"name": "Lars"}, text="Meine Rechnung stimmt nicht.")["message_id"]
    teller.says("Lars", "Meine Rechnung stimmt nicht.")
    second = wait_for("Lars's conversation", lambda: agent_api.find(other))
    _answer(
        agent_api, second["id"], "Lieber Lars, ist korrigiert!", follow_up={"text": "Stimmt sie jetzt?"}, resolve=True
    )
    wait_for("the answer to Lars", lambda: _count(square.thread(other), "Lieber Lars, ist korrigiert!") == 1)
    teller.says(agent, "Lieber Lars, ist korrigiert!")
    square.post(to=other, author={"name": "Lars"}, text="Danke, passt!")
    teller.says("Lars", "Danke, passt!")
    cancelled = wait_for("the promise to be cancelled", lambda: _promise(agent_api.read(second["id"]), "cancelled"))
    teller.sees(f"the follow-up is cancelled: {cancelled['follow_up']['reason']}")

    teller.chapter("In private: Messenger")
    wrote = square.post(private=True, author={"name": "Aylin"}, text="Meine Kundennummer ist 4711.")
    teller.says("Aylin", "Meine Kundennummer ist 4711.", "in private")
    third = wait_for("the private conversation", lambda: agent_api.find(wrote["message_id"]))
    _require(third["visibility"] == "private", "it is private")
    reply = "Danke, Aylin. Ich schaue nach."
    _answer(agent_api, third["id"], reply, seen=wrote["message_id"])
    wait_for("the private answer", lambda: _count(square.chat(wrote["author_id"]), reply) == 1)
    teller.says(agent, reply, "in private")
    named = wait_for("the customer's name", lambda: _named(agent_api.read(third["id"]), "Aylin"))
    teller.sees(f"the answer stands in the chat, once; the customer is {named['customer']['name']}")
    plan = agent_api.call("POST", "/follow-ups/plan", conversation=third["id"], after="P7D")
    _require((plan["by"], plan["reason"]) == ("person", "person_must_write"), "in private a person has to ask")
    teller.sees(f"asking back in a week? {plan['explanation']}")

    teller.chapter("A week later")
    due = _seconds_until(resolved["follow_up"]["at"])
    wait_for("the follow-up", lambda: _count(square.thread(post), question) == 1, patience=PATIENCE + max(due, 0))
    teller.says("Telefunk", question, "publicly, by itself")
    time.sleep(QUIET)
    _require(_count(square.thread(post), question) == 1, "the question stands there once")
    _require(_count(square.thread(other), "Stimmt sie jetzt?") == 0, "Lars is not asked")
    teller.sees("asked exactly once; Lars, who wrote first, is not asked")
    broken = square.post(to=post, author={"name": "Jana"}, text="Leider immer noch kaputt.")
    teller.says("Jana", "Leider immer noch kaputt.")
    again = wait_for("the conversation to open again", lambda: _outcome(agent_api.read(first["id"])))
    _require(again["status"] == "open", "it is open again")
    _require(again["assignee"]["name"] == agent, "it is the same agent's")
    _require(again["follow_up"]["outcome"]["message_id"] == broken["message_id"], "it is the outcome of the follow-up")
    above = list(takewhile(lambda shown: shown["id"] != first["id"], agent_api.inbox()))
    _require(all(map(_outcome, above)), "only other answers to follow-ups stand above it in the inbox")
    read = wait_for("the answer to be read", lambda: _read_as(agent_api.read(first["id"]), "still_broken"))
    teller.sees(f"open again, at the top, with {read['assignee']['name']}: read as still broken")

    teller.chapter("And once more")
    _answer(
        agent_api,
        first["id"],
        "Dann tauschen wir den Router.",
        seen=broken["message_id"],
        follow_up={"text": "Und nun?"},
    )
    teller.says(agent, "Dann tauschen wir den Router.", "publicly, and promises to ask again")
    due = _seconds_until(agent_api.read(first["id"])["follow_up"]["at"])
    asked = wait_for("the second question", lambda: _find(square.thread(post), "Und nun?"), PATIENCE + max(due, 0))
    teller.says("Telefunk", "Und nun?", "publicly, by itself")
    square.react(message_id=asked["id"], author={"name": "Jana"}, reaction="love")
    teller.says("Jana", "❤", "a heart on the question")
    wait_for("the heart to be read", lambda: _read_as(agent_api.read(first["id"]), "solved"))
    confirmed = agent_api.call("PUT", f"/conversations/{first['id']}/follow-up/outcome", outcome="solved", resolve=True)
    _require(confirmed["status"] == "resolved", "one click confirms it and closes the conversation")
    wait_for(
        "the success to be counted", lambda: agent_api.call("GET", "/reports/follow-ups")["totals"]["solved_in_public"]
    )
    teller.sees("read as solved, confirmed with one click, and counted as the team's success")
    print("\nThat is Nachfrage.")


def _answer(agent_api: AgentApi, conversation: str, text: str, **more: Any) -> None:
    agent_api.call("POST", f"/conversations/{conversation}/replies", text=text, **more)


def _with(conversation: Json, messages: int) -> Json | None:
    return conversation if len(conversation["messages"]) == messages else None


def _promise(conversation: Json, state: str) -> Json | None:
    return conversation if (conversation["follow_up"] or {}).get("state") == state else None


def _outcome(conversation: Json) -> Json | None:
    return conversation if (conversation["follow_up"] or {}).get("outcome") else None


def _read_as(conversation: Json, kind: str) -> Json | None:
    return conversation if _outcome(conversation) and conversation["follow_up"]["outcome"]["kind"] == kind else None


def _find(messages: list[Json], text: str) -> Json | None:
    return next((message for message in messages if message["text"] == text), None)


def _named(conversation: Json, name: str) -> Json | None:
    shown = conversation["customer"]["name"] or ""
    return conversation if shown.startswith(name) else None


def _count(messages: list[Json], text: str) -> int:
    return sum(message["text"] == text for message in messages)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(f"it does not hold that {what}")


def _seconds_until(due_at: str) -> float:
    from datetime import UTC, datetime

    return (datetime.fromisoformat(due_at) - datetime.now(UTC)).total_seconds()


@contextlib.contextmanager
def _stack() -> Iterator[Json]:
    """Yield the running stack's values, or those of one that is started for the story alone."""
    file = build.ROOT / ".local" / "stack.json"
    if file.exists():
        values = json.loads(file.read_text())
        if _answers(values):
            yield values
            return
    print("No stack is running; starting one for the story …", flush=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        start_stack(Path(folder), free_ports=True, persist=False, follow_up_delay=OWN_WEEK) as stack,
    ):
        yield stack.values


def _answers(values: Json) -> bool:
    try:
        os.kill(values["pids"]["self"], 0)
        return httpx.get(f"{values['square_url']}/_square/health", timeout=2).is_success
    except (OSError, httpx.HTTPError):
        return False


if __name__ == "__main__":
    sys.exit(main())
