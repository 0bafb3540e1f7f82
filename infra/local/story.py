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
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

import httpx

from infra import build

from . import advice_story
from .advice_story import AdviceStory
from .players import PATIENCE, AgentApi, Broken, Json, Square, sign_in, wait_for
from .stack import start_stack
from .teller import Teller

OWN_WEEK = "PT6S"
"""The length of a week in a stack that the story starts itself."""
QUIET = 3.0
"""Seconds to watch that something does not happen."""
COMPLAINT = "Grüß Gott! Seit gestern bricht mein WLAN ständig ab 😢 Können Sie helfen?"
ANSWER = "Liebe Jana, danke! Bitte einmal den Router neu starten, dann lädt er das neue Update. 🙂"
QUESTION = "Wie sieht's denn aus? Konnte der Fehlerteufel gefunden werden?"
SECOND_QUESTION = "Und nun?"
CANCELLED_QUESTION = "Stimmt sie jetzt?"


class Story:
    """The chapters about customers in their order; each leaves what a later one needs as attributes."""

    def __init__(self, square: Square, agent_api: AgentApi, teller: Teller) -> None:
        self._square = square
        self._api = agent_api
        self._teller = teller
        self._agent: str = agent_api.call("GET", "/me")["name"]
        self._post = self._other_post = ""
        """Ids of Jana's and Lars's posts."""
        self._conversation: Json = {}
        self._broken = ""
        """Id of the message in which Jana says that it is still broken."""

    def tell(self) -> None:
        """Play all chapters; raises ``Broken`` for a step that does not happen."""
        self._customers_write()
        self._team_answers()
        self._customer_writes_before_the_follow_up()
        self._private_conversation()
        self._follow_up_is_sent()
        self._second_follow_up_succeeds()

    def _customers_write(self) -> None:
        self._teller.chapter("A Page on Facebook, somewhere in Germany")
        self._post = self._square.post(author={"name": "Jana"}, text=COMPLAINT)["message_id"]
        self._teller.says("Jana", COMPLAINT, "on the Page, for all to see")
        first = wait_for("the post to show up in the inbox", lambda: self._api.find(self._post))
        _require(first["messages"][0]["text"] == COMPLAINT, "the post arrived letter by letter")
        self._teller.sees(f"an open conversation, {first['unread']} unread, customer {first['customer']['name']}")
        self._comment("Ole", "Bei mir auch, seit dem letzten Update!", "a third party")
        self._comment("Jana", "Router: FritzBox, Fehler E04.")
        self._conversation = wait_for(
            "all three in one conversation", lambda: _with(self._api.read(first["id"]), messages=3)
        )
        count, unread = len(self._conversation["messages"]), self._conversation["unread"]
        self._teller.sees(f"one conversation with {count} messages, of which {unread} are unread")

    def _team_answers(self) -> None:
        self._teller.chapter("The team answers, and promises to ask back")
        conversation = self._conversation["id"]
        seen = self._conversation["messages"][-1]["id"]
        plan = self._plan(conversation, text=QUESTION)
        _require(plan["by"] == "machine", "nobody is needed to ask in public")
        self._teller.sees(f"the plan: {plan['explanation']}")
        self._answer(conversation, ANSWER, seen=seen, follow_up={"text": QUESTION})
        self._teller.says(self._agent, ANSWER, "publicly")
        wait_for("the answer in the public thread", lambda: self._published(self._post, ANSWER) == 1)
        self._teller.sees("the answer stands in the thread, once")
        self._conversation = self._api.call("POST", f"/conversations/{conversation}/resolve", seen=seen)
        _require(self._conversation["status"] == "resolved", "the conversation is resolved")
        self._teller.sees(f"resolved; the promise stands for {self._conversation['follow_up']['at']}")

    def _customer_writes_before_the_follow_up(self) -> None:
        self._teller.chapter("Beside it: a customer who writes before the week is over")
        question, answer, thanks = "Meine Rechnung stimmt nicht.", "Lieber Lars, ist korrigiert!", "Danke, passt!"
        self._other_post = self._square.post(author={"name": "Lars"}, text=question)["message_id"]
        self._teller.says("Lars", question)
        conversation = wait_for("Lars's conversation", lambda: self._api.find(self._other_post))["id"]
        self._answer(conversation, answer, follow_up={"text": CANCELLED_QUESTION}, resolve=True)
        wait_for("the answer to Lars", lambda: self._published(self._other_post, answer) == 1)
        self._teller.says(self._agent, answer)
        self._square.post(to=self._other_post, author={"name": "Lars"}, text=thanks)
        self._teller.says("Lars", thanks)
        cancelled = wait_for("the promise to be cancelled", lambda: _promise(self._api.read(conversation), "cancelled"))
        self._teller.sees(f"the follow-up is cancelled: {cancelled['follow_up']['reason']}")

    def _private_conversation(self) -> None:
        self._teller.chapter("In private: Messenger")
        text, reply = "Meine Kundennummer ist 4711.", "Danke, Aylin. Ich schaue nach."
        message = self._square.post(private=True, author={"name": "Aylin"}, text=text)
        self._teller.says("Aylin", text, "in private")
        found = wait_for("the private conversation", lambda: self._api.find(message["message_id"]))
        conversation = found["id"]
        _require(found["visibility"] == "private", "it is private")
        self._answer(conversation, reply, seen=message["message_id"])
        wait_for("the private answer", lambda: _count(self._square.chat(message["author_id"]), reply) == 1)
        self._teller.says(self._agent, reply, "in private")
        named = wait_for("the customer's name", lambda: _named(self._api.read(conversation), "Aylin"))
        self._teller.sees(f"the answer stands in the chat, once; the customer is {named['customer']['name']}")
        plan = self._plan(conversation, after="P7D")
        _require((plan["by"], plan["reason"]) == ("person", "person_must_write"), "in private a person has to ask")
        self._teller.sees(f"asking back in a week? {plan['explanation']}")

    def _follow_up_is_sent(self) -> None:
        self._teller.chapter("A week later")
        conversation = self._conversation["id"]
        self._wait_for_question(QUESTION, self._conversation["follow_up"]["at"])
        time.sleep(QUIET)
        _require(self._published(self._post, QUESTION) == 1, "the question stands there once")
        _require(self._published(self._other_post, CANCELLED_QUESTION) == 0, "Lars is not asked")
        self._teller.sees("asked exactly once; Lars, who wrote first, is not asked")
        self._broken = self._comment("Jana", "Leider immer noch kaputt.")
        again = wait_for("the conversation to open again", lambda: _outcome(self._api.read(conversation)))
        _require(again["status"] == "open", "it is open again")
        _require(again["assignee"]["name"] == self._agent, "it is the same agent's")
        answered_by = again["follow_up"]["outcome"]["message_id"]
        _require(answered_by == self._broken, "it is the outcome of the follow-up")
        above = list(takewhile(lambda shown: shown["id"] != conversation, self._api.inbox()))
        _require(all(map(_outcome, above)), "only other answers to follow-ups stand above it in the inbox")
        read = wait_for("the answer to be read", lambda: _read_as(self._api.read(conversation), "still_broken"))
        self._teller.sees(f"open again, at the top, with {read['assignee']['name']}: read as still broken")

    def _second_follow_up_succeeds(self) -> None:
        self._teller.chapter("And once more")
        conversation, answer = self._conversation["id"], "Dann tauschen wir den Router."
        self._answer(conversation, answer, seen=self._broken, follow_up={"text": SECOND_QUESTION})
        self._teller.says(self._agent, answer, "publicly, and promises to ask again")
        asked = self._wait_for_question(SECOND_QUESTION, self._api.read(conversation)["follow_up"]["at"])
        self._square.react(message_id=asked["id"], author={"name": "Jana"}, reaction="love")
        self._teller.says("Jana", "❤", "a heart on the question")
        wait_for("the heart to be read", lambda: _read_as(self._api.read(conversation), "solved"))
        path = f"/conversations/{conversation}/follow-up/outcome"
        confirmed = self._api.call("PUT", path, outcome="solved", resolve=True)
        _require(confirmed["status"] == "resolved", "one click confirms it and closes the conversation")
        wait_for("the success to be counted", self._solved_in_public)
        self._teller.sees("read as solved, confirmed with one click, and counted as the team's success")

    def _comment(self, name: str, text: str, where: str = "") -> str:
        """Comment below Jana's post; returns the comment's id."""
        comment = self._square.post(to=self._post, author={"name": name}, text=text)
        self._teller.says(name, text, where)
        return str(comment["message_id"])

    def _wait_for_question(self, question: str, due_at: str) -> Json:
        """Wait until a follow-up stands in the thread; returns the comment."""
        patience = PATIENCE + max(_seconds_until(due_at), 0)
        asked = wait_for("the follow-up", lambda: _find(self._square.thread(self._post), question), patience)
        self._teller.says("Nordlicht Netz", question, "publicly, by itself")
        return asked

    def _published(self, post: str, text: str) -> int:
        return _count(self._square.thread(post), text)

    def _plan(self, conversation: str, **fields: Any) -> Json:
        return self._api.call("POST", "/follow-ups/plan", conversation=conversation, **fields)

    def _answer(self, conversation: str, text: str, **fields: Any) -> None:
        self._api.call("POST", f"/conversations/{conversation}/replies", text=text, **fields)

    def _solved_in_public(self) -> int:
        totals = self._api.call("GET", "/reports/follow-ups")["totals"]
        return int(totals["solved_in_public"])


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
    print(f"The market square: {stack['square_url']}   The API: {stack['api_url']}")
    api, teller = AgentApi(sign_in(stack)), Teller()
    colleague = AgentApi(sign_in(stack, stack["colleague"]["email"], stack["colleague"]["password"]))
    Story(Square(stack), api, teller).tell()
    AdviceStory(stack, api, colleague, teller).tell()
    print("\nThat is Nachfrage.")


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
        start_stack(
            Path(folder), free_ports=True, persist=False, follow_up_delay=OWN_WEEK, platforms=advice_story.PLATFORMS
        ) as stack,
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
