"""Many customers and agents at once who do not let themselves be put off: what fails is done again."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from conversations.identity import thread_key
from tests.integration.driver import Json, Square

PATIENCE = 120.0
"""Seconds for which an agent repeats a request that is not answered, and a customer's message may take."""
PAUSE = 0.5
GLANCE = 1.0
"""Seconds between two looks whether a conversation is there."""
AGENTS = 6
"""Number of agents who work at the same time."""
FAR = 90
"""Seconds until a promise comes due that is not left to come due."""


class Plan(StrEnum):
    """The courses of a promise after it was made."""

    LEFT = "nobody touches it"
    ANSWERED = "the customer writes first"
    RACED = "the customer writes when it comes due"
    CANCELLED = "the agent takes it back"
    MOVED = "the agent makes another"
    WINDOW = "the platform lets only a person write"
    BLOCKED = "the customer blocks the Page"


PRIVATE_ONLY = frozenset({Plan.WINDOW, Plan.BLOCKED})
NOT_LEFT = frozenset({Plan.ANSWERED, Plan.CANCELLED, Plan.MOVED})


class StubbornAgent:
    """An agent's program: what is not answered is asked again, with the same ``Idempotency-Key``."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._agents = threading.BoundedSemaphore(AGENTS)
        self._noting = threading.Lock()
        self.refusals: Counter[str] = Counter()
        """Counts of statuses and names of errors that came instead of an answer."""

    def call(self, method: str, path: str, **body: object) -> Json:
        """A request to the API, repeated until it is answered; an answer that is a refusal fails the test."""
        headers, deadline = {"Idempotency-Key": uuid.uuid4().hex}, time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = self._try(method, path, body, headers)
            if answer is not None:
                assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
                return answer.json()
            time.sleep(PAUSE)
        raise AssertionError(f"{method} {path} was not answered within {PATIENCE:.0f} s")

    def _try(self, method: str, path: str, body: Json, headers: dict[str, str]) -> httpx.Response | None:
        try:
            with self._agents:
                answer = self._http.request(method, path, json=body or None, headers=headers)
        except httpx.TransportError as error:
            refusal = type(error).__name__
        else:
            if not answer.is_server_error:
                return answer
            refusal = str(answer.status_code)
        with self._noting:
            self.refusals[refusal] += 1
        return None


@dataclass
class Dialogue:
    """One customer and the promise made to them. ``place`` is the post, or in private the customer."""

    number: int
    plan: Plan
    private: bool
    due: int
    """Seconds from the promise to the question."""
    conversation: str = ""
    place: str = ""
    wrote: list[str] = field(default_factory=list)
    """The platform's ids of what the customer wrote."""
    answers: list[str] = field(default_factory=list)
    promises: list[str] = field(default_factory=list)
    """The texts to ask with, each its own, in the order in which they were promised."""

    @property
    def customer(self) -> str:
        """The customer's name."""
        return f"Ida Nummer{self.number}"


class Crowd:
    """Plays dialogues up to the point from which on the promise stands alone."""

    def __init__(self, square: Square, agent: StubbornAgent, connection: Json, is_there: Callable[[str], bool]) -> None:
        self._square = square
        self._agent = agent
        self._connection = connection
        self._is_there = is_there
        """Returns whether there is a conversation of this id."""

    def play(self, dialogue: Dialogue) -> None:
        """The customer writes, an agent answers and promises, and the promise meets what the dialogue's plan says."""
        self._begin(dialogue)
        path = f"/conversations/{dialogue.conversation}"
        self._agent.call("GET", path)
        self._answer(dialogue, "Bitte einmal neu starten.")
        if dialogue.number % 2:
            self._answer(dialogue, "Und danach zwei Minuten warten.")
        far = dialogue.plan in NOT_LEFT
        self._answer(dialogue, "Wir fragen nach.", follow_up=_promise(dialogue, FAR if far else dialogue.due))
        if dialogue.plan == Plan.ANSWERED:
            self._write(dialogue, "Es läuft schon wieder.")
        elif dialogue.plan == Plan.RACED:
            time.sleep(dialogue.due)
            self._write(dialogue, "Moment, ich sehe gerade nach.")
        elif dialogue.plan == Plan.CANCELLED:
            self._agent.call("DELETE", f"{path}/follow-up")
        elif dialogue.plan == Plan.MOVED:
            self._agent.call("PUT", f"{path}/follow-up", **_promise(dialogue, dialogue.due))
        elif dialogue.plan == Plan.BLOCKED:
            self._square.do("person", author={"name": dialogue.customer}, blocked=True)

    def _begin(self, dialogue: Dialogue) -> None:
        if dialogue.plan == Plan.WINDOW:
            self._write_long_ago(dialogue)
        else:
            self._write(dialogue, "Guten Tag, das WLAN geht nicht.")
        thread = f"{self._connection['page_id']}:{dialogue.place}" if dialogue.private else dialogue.place
        dialogue.conversation = thread_key("facebook", self._connection["name"], thread)
        deadline = time.monotonic() + PATIENCE
        while not self._is_there(dialogue.conversation):
            assert time.monotonic() < deadline, f"what {dialogue.customer} wrote is not there"
            time.sleep(GLANCE)

    def _write(self, dialogue: Dialogue, text: str) -> None:
        author = {"name": dialogue.customer}
        if dialogue.private:
            wrote = self._square.post(private=True, author=author, text=text)
            dialogue.place = wrote["author_id"]
            dialogue.wrote.append(wrote["message_id"])
        elif dialogue.place:
            wrote = self._square.post(to=dialogue.place, author=author, text=text)
            dialogue.wrote.append(wrote["message_id"])
        else:
            dialogue.place = self._square.post(author=author, text=text)["message_id"]
            dialogue.wrote.append(dialogue.place)

    def _write_long_ago(self, dialogue: Dialogue) -> None:
        """A message that is two days old: from then on only a person may write."""
        dialogue.place = self._square.do("person", author={"name": dialogue.customer})["author_id"]
        dialogue.wrote.append(f"m_long_ago_{dialogue.number}")
        event = {
            "sender": {"id": dialogue.place},
            "recipient": {"id": self._connection["page_id"]},
            "timestamp": int(time.time() - 2 * 86_400) * 1000,
            "message": {"mid": dialogue.wrote[-1], "text": "Ist da jemand?"},
        }
        self._square.do("event", field="messages", messaging=event)

    def _answer(self, dialogue: Dialogue, text: str, **more: object) -> None:
        dialogue.answers.append(f"{text} ({dialogue.number})")
        self._agent.call("POST", f"/conversations/{dialogue.conversation}/replies", text=dialogue.answers[-1], **more)


def _promise(dialogue: Dialogue, after: int) -> Json:
    dialogue.promises.append(f"Läuft es wieder? ({dialogue.number}.{len(dialogue.promises)})")
    return {"after": f"PT{after}S", "text": dialogue.promises[-1]}
