"""The console in memory: its handler with API Gateway's events, and conversations written as if they had come in."""

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
from msgspec.structs import replace

from application import projection
from console.app import lambda_handler
from conversations.conversation import Conversation
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import Identity
from infra import api_routes
from storage import conversations, keys, received_facts

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events" / "console"
MINUTE = 60_000
DAY = 86_400_000
JANA = Author("jana", "Jana")
OLE = Author("ole", "Ole")
Json = dict[str, Any]


def now() -> int:
    """The time, in milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Answer:
    """An answer of the API."""

    status: int
    body: Json
    headers: Json = field(default_factory=dict)


@dataclass
class Console:
    """The handler of the function, called as an agent's request would call it."""

    context: object
    claims: Json = field(default_factory=dict)

    def get(self, path: str, query: Mapping[str, str | list[str]] | None = None, **headers: str) -> Answer:
        return self.ask("GET", path, query=query, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("POST", path, body, headers=headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("PUT", path, body, headers=headers)

    def delete(self, path: str, query: Mapping[str, str | list[str]] | None = None, **headers: str) -> Answer:
        return self.ask("DELETE", path, query=query, headers=headers)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str | list[str]] | None = None,
        headers: Json,
    ) -> Answer:
        """Send one request; headers are named with underscores. Every answer is held to the API document."""
        event = sample("reply")
        template, parameters = _match(path)
        event["requestContext"] |= {"httpMethod": method, "resourcePath": f"/api{template}"}
        event["requestContext"]["authorizer"]["claims"] |= self.claims
        event |= {
            "httpMethod": method,
            "pathParameters": parameters,
            "multiValueQueryStringParameters": {
                name: [value] if isinstance(value, str) else value for name, value in (query or {}).items()
            }
            or None,
            "body": body if body is None or isinstance(body, str) else json.dumps(body),
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        }
        raw = lambda_handler(event, self.context)
        answer = Answer(raw["statusCode"], json.loads(raw["body"] or "null"), raw["headers"])
        hold_to_document(template, method, answer)
        return answer


def sample(name: str) -> Json:
    """A sample event."""
    return copy.deepcopy(_sample(name))


@cache
def _sample(name: str) -> Json:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


@cache
def document() -> Json:
    """The API's document."""
    return api_routes.described()


def operation(template: str, method: str) -> Json:
    """Return the API document's operation for one route."""
    return document()["paths"][template][method.lower()]


def operations() -> list[Json]:
    """Return the API document's operations."""
    paths = document()["paths"].values()
    return [described for path in paths for method, described in path.items() if method != "parameters"]


def body_of(described: Json) -> Json:
    """The schema and examples of what an operation takes."""
    return described["requestBody"]["content"]["application/json"]


def content_of(answer: Json) -> Json:
    """The schema and examples of one answer, wherever the document describes it."""
    if "$ref" in answer:
        answer = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return answer["content"]["application/json"]


def examples_of(content: Json) -> list[Any]:
    """The examples that stand beside a schema."""
    several = [each["value"] for each in content.get("examples", {}).values()]
    return [*several, *([content["example"]] if "example" in content else [])]


def hold_to_document(template: str, method: str, answer: Answer) -> None:
    """Fail unless the document describes this answer of this route."""
    responses = operation(template, method)["responses"]
    if answer.status == 403 and answer.body["error"] == "no_role":  # said once, for all routes
        return hold_to_schema(answer.body, {"$ref": "#/components/schemas/Forbidden"})
    assert str(answer.status) in responses, answer
    described = responses[str(answer.status)]
    if "$ref" in described or "content" in described:
        hold_to_schema(answer.body, content_of(described)["schema"])
    else:
        assert answer.body is None
    return None


def hold_to_schema(value: Any, schema: Json) -> None:
    """Fail unless a value has the form of a schema of the document."""
    decides, explains = _validators(json.dumps(schema))
    if not decides.is_valid(value):
        raise jsonschema.exceptions.best_match(explains.iter_errors(value)) or AssertionError(f"invalid: {value}")


@cache
def _validators(schema: str) -> tuple[jsonschema_rs.Draft202012Validator, jsonschema.Draft202012Validator]:
    """Return what holds values to a schema of the document, quickly, and what says where one has another form.

    The schema is checked itself, once.
    """
    rules = {"allOf": [json.loads(schema)], "components": document()["components"]}
    jsonschema.Draft202012Validator.check_schema(rules)
    return jsonschema_rs.Draft202012Validator(rules), jsonschema.Draft202012Validator(rules)


def _match(path: str) -> tuple[str, Json | None]:
    """The route of a path, as API Gateway finds it, and what stands in its variable places."""
    if path in document()["paths"]:
        return path, None
    for template in document()["paths"]:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        if found := re.fullmatch(pattern, path):
            return template, found.groupdict()
    raise AssertionError(f"no route leads to {path}")


# -- conversations ----------------------------------------------------------------------------------------------------


def visitor_post(
    post_id: str = "1055_1",
    *,
    at: int = 0,
    author: Author = JANA,
    connection: str = "demo",
    text: str = "Mein WLAN bricht ab.",
) -> str:
    """A post of a visitor came in; returns the conversation's id."""
    post = Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        post_id,
        at or now() - MINUTE,
        post_id,
        author=author,
        text=text,
    )
    return come_in(post, connection)


def comment(
    comment_id: str,
    *,
    post_id: str = "1055_1",
    author: Author = JANA,
    at: int = 0,
    text: str = "Router: FritzBox, Fehler E04.",
) -> str:
    """A comment below a post came in; returns the conversation's id."""
    return come_in(
        Fact(Kind.MESSAGE, Visibility.PUBLIC, post_id, at or now(), comment_id, comment_id, author, text=text)
    )


def private_message(
    message_id: str = "m_1",
    *,
    at: int = 0,
    author: Author = JANA,
    thread: str = "t_1",
    text: str = "Meine Kundennummer ist 4711.",
) -> str:
    """A private message came in; returns the conversation's id."""
    at = at or now() - MINUTE
    return come_in(
        Fact(Kind.MESSAGE, Visibility.PRIVATE, thread, at, message_id, author=author, text=text, customer_id=author.id)
    )


def come_in(fact: Fact, connection: str = "demo") -> str:
    """A fact is stored and folded, as webhook and dispatch do it; returns the conversation's id."""
    received_facts.add("facebook", connection, [fact], now())
    who = Identity("facebook", connection, fact.visibility, fact.thread_id, fact.branch_id)
    projection.take_in(who, [fact], now())
    whole = keys.id_of(replace(who, branch_id=""))
    return whole if conversations.head(whole) else keys.id_of(who)


def head(conversation: str) -> Conversation:
    """The head of a conversation as it lies in the table."""
    found = conversations.head(conversation)
    assert found is not None
    return found
