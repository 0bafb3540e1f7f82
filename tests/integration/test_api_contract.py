"""The running API does what its document says: for whatever the document lets one send, and for what it does not."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation

from infra.local.stack import Stack
from storage.teams import KEPT
from tests.integration.breaking import StackInternals
from tests.integration.driver import PATIENCE, AgentApi, Broken, Json, Square, wait_for
from tests.integration.test_proposals import find, say

GERMAN = {"Accept-Language": "de"}
QUIET = 2.0
"""Seconds to watch that something does not happen."""
OPEN: Json = {"members_only": False, "approve_offers": False, "customer_fields": []}
"""Rules of a team that stay as they are where a document leaves them out."""
DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
CONFIGURATION: dict[str, Any] = {
    "request-timeout": PATIENCE,
    "generation": {"max-examples": 12, "deterministic": True, "database": "none"},
    "phases": {"coverage": {"unexpected-methods": []}},
    "checks": {
        # API Gateway answers for methods it has no route for.
        "unsupported_method": {"enabled": False},
        # Of the right form is not yet possible: a promise in the past, a cursor from nowhere, a window that is over.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "422"]},
    },
}
api = schemathesis.openapi.from_path(DOCUMENT, config=SchemathesisConfig.from_dict(CONFIGURATION))


@pytest.fixture(scope="session")
def seeded(stack: Stack, agent_api: AgentApi) -> Iterator[str]:
    """The ids of conversations of all kinds in turn, so that requests reach something."""
    square = Square(stack.values)
    post = square.post(author={"name": "Vera Vertrag"}, text="Mein WLAN bricht ab 😢")["message_id"]
    square.post(to=post, author={"name": "Volker Vertrag"}, text="Bei mir auch!")
    done = square.post(author={"name": "Vito Vertrag"}, text="Meine Rechnung stimmt nicht.")["message_id"]
    private = square.post(private=True, author={"name": "Vanja Vertrag"}, text="Meine Kundennummer ist 4711.")[
        "message_id"
    ]
    found = [arrived(agent_api, each)["id"] for each in (post, done, private)]
    agent_api.call("POST", f"/conversations/{found[1]}/notes", text="Stimmt wirklich nicht.")
    promise = {"after": "P7D", "text": "Stimmt sie jetzt?"}
    agent_api.call("POST", f"/conversations/{found[1]}/replies", text="Korrigiert!", follow_up=promise, resolve=True)
    return itertools.cycle(found)


@pytest.fixture(scope="session")
def proposed(stack: Stack) -> Iterator[str]:
    """The ids of proposals in turn, so that requests reach something."""
    square = Square(stack.values)
    return itertools.cycle([find(stack, say(square, name), "nothing") for name in ("Mika Ruf", "Jona Ruf", "Kaya Ruf")])


def reset_rules(agent: httpx.Client) -> None:
    """Have the rules of the stack again, whatever the document let one set; those who kept others do for a moment."""
    assert agent.put("/routing", json={"rules": []}).is_success
    for team in agent.get("/teams").json()["items"]:
        assert agent.put(f"/teams/{team['name']}", json=OPEN).is_success
        assert agent.put(f"/teams/{team['name']}/notices", json={"items": []}).is_success


@pytest.fixture(scope="module", autouse=True)
def rules_as_before(agent: httpx.Client) -> Iterator[None]:
    """The others' tests begin with the rules of the stack."""
    yield
    reset_rules(agent)


@pytest.fixture
def post(square: Square, agent: httpx.Client) -> str:
    """A visitor's post, for which no rules hold that a test of an operation set before."""
    reset_rules(agent)
    return square.post(author={"name": "Mira"}, text="Grüß Gott! Nichts geht mehr 😢")["message_id"]


@pytest.fixture
def path(agent_api: AgentApi, post: str) -> str:
    """The conversation of that post, as an address."""
    return f"/conversations/{arrived(agent_api, post)['id']}"


def arrived(agent_api: AgentApi, message_id: str) -> Json:
    """The conversation of a message, once it is in the inbox."""
    return wait_for("the conversation", lambda: agent_api.find(message_id))


@api.parametrize()
def test_every_answer_is_as_the_document_says(
    case: schemathesis.Case, stack: Stack, agent: httpx.Client, seeded: Iterator[str], proposed: Iterator[str]
) -> None:
    # What is erased is gone for all the others: that is tried with ids that nobody has.
    erases = case.method == "DELETE" and case.path.endswith(("{conversation_id}", "/customer"))
    named = "conversation_id" in case.path_parameters and not case.meta.is_negative_at(ParameterLocation.PATH)
    if named and not erases:
        case.path_parameters["conversation_id"] = next(seeded)
    if "proposal_id" in case.path_parameters and not case.meta.is_negative_at(ParameterLocation.PATH):
        case.path_parameters["proposal_id"] = next(proposed)
    # The account stays connected, for the other tests.
    if "connection" in case.path_parameters and not case.meta.is_negative_at(ParameterLocation.PATH):
        case.path_parameters["connection"] = "nobody"
    # Nor is anybody called who is not on this machine.
    if case.path == "/connections" and case.method == "POST" and isinstance(case.body, dict):
        options = case.body.get("options")
        case.body["options"] = {**(options if isinstance(options, dict) else {}), "base_url": stack["square_url"]}
    case.call_and_validate(base_url=stack["api_url"], headers={"Authorization": agent.headers["Authorization"]})


@pytest.mark.parametrize("token", [None, "", "nonsense", "Bearer nonsense", "eyJhbGciOiJub25lIn0.e30."])
def test_caller_without_a_token_learns_nothing(stack: Stack, token: str | None) -> None:
    """Invariant 7, at the API: no token, no answer."""
    headers = {} if token is None else {"Authorization": token}
    for path in ("/me", "/conversations", f"/conversations/{'a' * 26}"):
        answer = httpx.get(stack["api_url"] + path, headers=headers, timeout=PATIENCE)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


def test_a_customer_who_writes_meanwhile_stops_the_answer(
    agent: httpx.Client, agent_api: AgentApi, square: Square, post: str, path: str
) -> None:
    """Invariant 10, on the running stack."""
    detail = square.post(to=post, author={"name": "Mira"}, text="Halt, es geht wieder!")["message_id"]
    wait_for("the comment", lambda: len(agent_api.call("GET", path)["messages"]) == 2)
    answer = agent.post(f"{path}/replies", json={"text": "Wird getauscht.", "seen": post}, headers=GERMAN)
    assert (answer.status_code, answer.json()["missed"]) == (409, [detail])
    assert answer.json()["message"].startswith("Nach Ihrem letzten Blick hat die Kundin oder der Kunde geschrieben.")
    assert agent.post(f"{path}/resolve", json={"seen": post}).status_code == 409
    assert agent.post(f"{path}/replies", json={"text": "Schön!", "seen": detail}).status_code == 201
    wait_for("the answer", lambda: texts(square.thread(post)) == ["Halt, es geht wieder!", "Schön!"])


def test_a_request_that_is_sent_again_is_posted_once(agent: httpx.Client, square: Square, post: str, path: str) -> None:
    """Invariant 3, from the agent's side: the answer to the first request was lost."""
    key = {"Idempotency-Key": "0f8b6c1e-9a55-4d0e"}
    with ThreadPoolExecutor() as hands:
        requests = [hands.submit(agent.post, f"{path}/replies", json={"text": "Einmal."}, headers=key) for _ in "123"]
        answers = [request.result() for request in requests]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = agent.post(f"{path}/replies", json={"text": "Zweimal."}, headers=key)
    assert (other.status_code, other.json()["error"]) == (422, "idempotency_mismatch")
    wait_for("the answer", lambda: square.thread(post))
    time.sleep(QUIET)
    assert texts(square.thread(post)) == ["Einmal."]


def test_two_agents_who_answer_at_once_are_both_posted_once(
    agent: httpx.Client, colleague: httpx.Client, square: Square, post: str, path: str
) -> None:
    """Invariants 3 and 4: neither overwrites the other, and the thread shows the order of the API."""
    with ThreadPoolExecutor() as hands:
        requests = [
            hands.submit(who.post, f"{path}/replies", json={"text": f"{name} schaut nach."})
            for name, who in (("Alex", agent), ("Kim", colleague))
        ]
        assert [request.result().status_code for request in requests] == [201, 201]
    shown = agent.get(path).json()["messages"]
    wait_for("both answers", lambda: len(square.thread(post)) == 2)
    assert texts(square.thread(post)) == [each["text"] for each in shown if each["direction"] == "outbound"]


def test_the_one_private_reply_is_one(
    agent: httpx.Client, agent_api: AgentApi, square: Square, post: str, path: str
) -> None:
    private = {"text": "Ihre Kundennummer?", "visibility": "private"}
    first = agent.post(f"{path}/replies", json=private).json()
    sent = wait_for("the private reply", lambda: message(agent_api, path, first["id"], "sent", "delivered", "read"))
    assert sent["visibility"] == "private"
    assert square.thread(post) == []
    again = agent.post(f"{path}/replies", json=private, headers=GERMAN)
    assert (again.status_code, again.json()["reason"]) == (422, "private_reply_used")


def test_a_note_never_leaves(agent: httpx.Client, square: Square, post: str, path: str) -> None:
    assert agent.post(f"{path}/notes", json={"text": "Kundin ist verärgert."}).json()["direction"] == "note"
    assert agent.post(f"{path}/replies", json={"text": "Wir sind dran."}).status_code == 201
    wait_for("the answer", lambda: square.thread(post))
    assert texts(square.thread(post)) == ["Wir sind dran."]
    assert "verärgert" not in str(square.call("GET", "/requests"))


def test_a_promise_has_a_schedule_until_it_is_taken_back(
    agent: httpx.Client, internals: StackInternals, path: str
) -> None:
    """Invariant 6."""
    conversation = path.rpartition("/")[2]
    answers: list[httpx.Response] = []

    def promised() -> Json | None:
        answers.append(agent.put(f"{path}/follow-up", json={"after": "P7D", "text": "Ist alles wieder gut?"}))
        return answers[-1].json() if answers[-1].is_success else None

    # Rules that the document lets one set may stand for half a minute more.
    try:
        assert wait_for("the promise", promised, patience=2 * KEPT)["follow_up"]["state"] == "planned"
    except Broken as error:
        error.add_note(answers[-1].text)
        raise
    # Asked for by its name, as a listing of all schedules, of every test on this stack, has several pages.
    wait_for("the schedule", lambda: internals.schedule(conversation))
    taken_back = agent.delete(f"{path}/follow-up")
    assert taken_back.is_success, taken_back.text
    assert taken_back.json()["follow_up"]["state"] == "cancelled"
    wait_for("the schedule to go", lambda: internals.schedule(conversation) is None)
    assert agent.delete(f"{path}/follow-up").status_code == 404


def test_pages_of_the_running_inbox_hold_each_conversation_once(agent_api: AgentApi, path: str, post: str) -> None:
    listed = [shown["id"] for shown in agent_api.inbox(limit="2")]
    assert len(listed) == len(set(listed))
    assert path.rpartition("/")[2] in listed
    statuses = [shown["status"] for shown in agent_api.inbox()]
    assert statuses == sorted(statuses, key=["open", "waiting", "snoozed", "resolved"].index)


def texts(thread: list[Json]) -> list[str]:
    return [comment["text"] for comment in thread]


def message(agent_api: AgentApi, path: str, message_id: str, *states: str) -> Json | None:
    """A message, if it is in one of these states."""
    found = next(each for each in agent_api.call("GET", path)["messages"] if each["id"] == message_id)
    return found if found["state"] in states else None
