"""Players of the story and of the integration tests: customers on the square, an agent in the inbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import boto3
import httpx

PATIENCE = 120.0
"""Seconds a step may take, beyond the time it is meant to wait."""
GLANCE = 0.2
T = TypeVar("T")
Json = dict[str, Any]


class Broken(Exception):
    """A step did not happen."""


class SquarePlatform:
    """The customers of one of the square's platforms: the control API in infra/square/README.md."""

    def __init__(self, values: Json, name: str) -> None:
        self.name = name
        self._http = httpx.Client(base_url=f"{values['square_url']}/_square", timeout=PATIENCE)

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
        """Return everything that stands there."""
        return self.call("GET", f"/{self.name}/view")

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
        answer = self._http.request(method, path, json=body if method != "GET" else None)
        if answer.is_error:
            raise Broken(f"the square refused {method} {path}: {answer.text}")
        return answer.json()

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


class AgentApi:
    """The API as an agent uses it, signed in."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

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
        """Return the conversation in the inbox that holds a message; the latest ones are read first."""
        for item in sorted(self.inbox(status=status), key=lambda item: item["last_message_at"], reverse=True):
            conversation = self.read(item["id"])
            if any(message_id in (message["id"], message["platform_id"]) for message in conversation["messages"]):
                return conversation
        return None


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
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(GLANCE)
    raise Broken(f"waited {patience:.0f} s for {what}")
