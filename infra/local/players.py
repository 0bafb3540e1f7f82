"""Players of the story and of the integration tests: customers on the square, an agent in the inbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3
import httpx

PATIENCE = 120.0
"""Seconds a step may take, beyond the time it is meant to wait."""
GLANCE, LONGEST_GLANCE = 0.2, 1.0
"""Seconds between two looks, at first and after ten seconds: a look costs more than the moment that it may gain."""
SURELY_SAME = 5.0
"""Seconds for which a conversation whose entry in the list is the same is taken to have the same messages."""
LARGEST_PAGE = "100"
"""Number of conversations that the API lists at once."""
T = TypeVar("T")
Json = dict[str, Any]


class Broken(Exception):
    """A step did not happen."""


class SquarePlatform:
    """The customers of one of the square's platforms: the control API in infra/square/README.md."""

    def __init__(self, values: Json, name: str, transport: httpx.BaseTransport | None = None) -> None:
        self.name = name
        address = f"{values['square_url']}/_square"
        self._http = httpx.Client(base_url=address, timeout=PATIENCE, transport=transport)
        self._viewed: tuple[str, Json] = ("", {})
        """The latest view and its ``ETag``."""

    def post(self, **body: Any) -> Json:
        """Have somebody (``author``) write a text: in public, to a thread or message (``to``), or ``private``."""
        return self._tell("post", **body)

    def edit(self, **body: Any) -> Json:
        """Have somebody change a message of theirs."""
        return self._tell("edit", **body)

    def remove(self, **body: Any) -> Json:
        """Have somebody remove a message."""
        return self._tell("remove", **body)

    def react(self, **body: Any) -> Json:
        """Have somebody react to a message."""
        return self._tell("react", **body)

    def read(self, **body: Any) -> Json:
        """Have somebody read their chat."""
        return self._tell("read", **body)

    def do(self, action: str, **body: Any) -> Json:
        """Have somebody do what only this platform has."""
        return self._tell("do", action=action, **body)

    def view(self) -> Json:
        """Return everything that stands there, which is transferred only if something changed."""
        tag, known = self._viewed
        answer = self._answer("GET", f"/{self.name}/view", headers={"If-None-Match": tag} if tag else {})
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return known
        self._viewed = (answer.headers["ETag"], answer.json())
        return self._viewed[1]

    def messages(self, thread_id: str) -> list[Json]:
        """Return the messages of a thread that stand, in order."""
        threads = self.view()["threads"]
        messages: list[Json] = next((each["messages"] for each in threads if each["id"] == thread_id), [])
        return [message for message in messages if not message["removed"]]

    def ours(self, thread_id: str) -> list[str]:
        """Return what the company wrote in a thread."""
        return [message["text"] for message in self.messages(thread_id) if message["author"]["own"]]

    def call(self, method: str, path: str, **body: Any) -> Json:
        """Call the control API; what it refuses breaks the play."""
        return self._answer(method, path, json=body if method != "GET" else None).json()

    def _answer(self, method: str, path: str, **request: Any) -> httpx.Response:
        answer = self._http.request(method, path, **request)
        if answer.is_error:
            raise Broken(f"the square refused {method} {path}: {answer.text}")
        return answer

    def _tell(self, what: str, **body: Any) -> Json:
        return self.call("POST", f"/{self.name}/{what}", **body)


class Square(SquarePlatform):
    """The square's own switches, and the customers of Facebook."""

    def __init__(self, values: Json) -> None:
        super().__init__(values, "facebook")

    def thread(self, post_id: str) -> list[Json]:
        """Return the comments below a post, as everybody sees them."""
        return [message for message in self.messages(post_id) if message["id"] != post_id]

    def chat(self, person_id: str) -> list[Json]:
        """Return the messages of somebody's private chat."""
        threads = (each for each in self.view()["threads"] if each["person"] and each["person"]["id"] == person_id)
        return [message for thread in threads for message in thread["messages"] if not message["removed"]]


@dataclass(frozen=True)
class _Known:
    """The messages of a conversation when it was read, and its entry in the list at that time."""

    entry: Json
    messages: frozenset[str]
    """Their ids, ours and the platform's."""
    read_at: float


class AgentApi:
    """The API as an agent uses it, signed in."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self._known: dict[str, _Known] = {}

    def call(self, method: str, path: str, **body: Any) -> Json:
        """Call the API; raises ``Broken`` where it refuses."""
        answer = self.http.request(method, path, json=body or None)
        if answer.is_error:
            raise Broken(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json()

    def read(self, conversation: str) -> Json:
        """Return a conversation with its messages."""
        return self.call("GET", f"/conversations/{conversation}")

    def inbox(self, **filters: str) -> list[Json]:
        """Return all pages of the list."""
        items: list[Json] = []
        cursor: str | None = ""
        while cursor is not None:
            answer = self.http.get("/conversations", params=filters | ({"cursor": cursor} if cursor else {}))
            page = answer.raise_for_status().json()
            items += page["items"]
            cursor = page["cursor"]
        return items

    def find(self, message_id: str, status: str = "open") -> Json | None:
        """Return the conversation in the inbox that holds a message; the latest ones are read first.

        A conversation is read again only if its entry in the list changed, or after some seconds: this is called again
        and again to wait for a message.
        """
        listed = self.inbox(status=status, limit=LARGEST_PAGE)
        for entry in sorted(listed, key=lambda entry: entry["last_message_at"], reverse=True):
            if message_id in self._messages(entry):
                return self.read(entry["id"])
        return None

    def _messages(self, entry: Json) -> frozenset[str]:
        """Return the ids of the messages of a listed conversation."""
        known, now = self._known.get(entry["id"]), time.monotonic()
        if known is None or known.entry != entry or now > known.read_at + SURELY_SAME:
            messages = self.read(entry["id"])["messages"]
            ids = frozenset(each[name] for each in messages for name in ("id", "platform_id"))
            known = self._known[entry["id"]] = _Known(entry, ids, now)
        return known.messages


def sign_in(values: Json, email: str = "", password: str = "") -> httpx.Client:
    """Return a client of the API, signed in as an agent of a stack; the demo's, if none is named."""
    cognito = boto3.client(
        "cognito-idp",
        region_name=values["region"],
        endpoint_url=values["endpoint_url"],
        aws_access_key_id="unused",
        aws_secret_access_key="unused",  # noqa: S106 - signing in is not signed
    )
    answer = cognito.initiate_auth(
        ClientId=values["user_pool_client_id"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={
            "USERNAME": email or values["agent"]["email"],
            "PASSWORD": password or values["agent"]["password"],
        },
    )
    token = answer["AuthenticationResult"]["IdToken"]
    return httpx.Client(base_url=values["api_url"], timeout=PATIENCE, headers={"Authorization": token})


def wait_for(what: str, look: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Return what ``look`` finds, as soon as it finds something."""
    began = time.monotonic()
    while (waited := time.monotonic() - began) < patience:
        if found := look():
            return found
        time.sleep(min(max(GLANCE, waited / 10), LONGEST_GLANCE))
    raise Broken(f"waited {patience:.0f} s for {what}")
