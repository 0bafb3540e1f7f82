"""Request bodies: the generated checks decide as JSON Schema does, and no code reads a body without them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from console.bodies.generated import CHECKS
from console.errors import ApiError
from console.http import checked_body
from conversations.actions import Moderation
from conversations.send_options import Way
from infra import api_routes, request_bodies
from tests.support import request_samples, syntax

CONSOLE = api_routes.ROOT / "functions" / "console"
READERS = {"console/http.py", "console/paging.py", "console/routes/page.py"}
"""Modules that parse JSON: a body, a cursor, the page's own manifest."""
REPLY, MACRO = "POST /conversations/{conversation_id}/replies", "PUT /teams/{team}/macros/{macro}"
every_operation = pytest.mark.parametrize(("method", "path"), request_samples.operations(), ids=str)


def refusal(method: str, path: str, body: Any) -> str:
    """Return why a body is refused, or nothing."""
    try:
        checked_body(method, f"/api{path}", json.dumps(body).encode())
    except ApiError as error:
        assert (error.status, error.code) == (400, "malformed")
        return error.body("en")["message"].partition(": ")[2]
    return ""


@every_operation
def test_checks_decide_as_the_schema_does(method: str, path: str) -> None:
    schema = request_samples.schema_of(method, path)
    decides, probes = request_samples.oracle(schema), request_samples.probes(schema)
    for complete in request_samples.complete(schema):
        assert not refusal(method, path, complete), complete
        for body in request_samples.changed(complete, probes):
            assert bool(refusal(method, path, body)) != decides.is_valid(body), body


@every_operation
def test_samples_of_a_schema_have_all_its_fields(method: str, path: str) -> None:
    schema = request_samples.schema_of(method, path)
    named = {name for body in request_samples.complete(schema) for name in body}
    assert named or schema == {"$ref": "#/components/schemas/Nothing"}


def test_each_operation_with_a_body_has_a_check() -> None:
    assert CHECKS.keys() == {(method, f"/api{path}") for method, path in request_samples.operations()}


@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        (REPLY, {}, "text or files is missing"),
        (REPLY, {"files": []}, "text or files is missing"),
        (REPLY, {"text": 1}, "text: string expected"),
        (REPLY, {"text": "x", "private": {}}, "private.text is missing"),
        (
            REPLY,
            {"text": "x", "follow_up": {"after": "P1D", "at": "2030-01-31T09:00:00Z"}},
            "follow_up: after or at, not both",
        ),
        (REPLY, [], "the body: object expected"),
        (REPLY, {"text": "x", "visibility": "secret"}, "visibility: public, private"),
        (REPLY, {"text": "x", "hold_seconds": 11}, "hold_seconds: 0 to 10"),
        (REPLY, {"text": "x", "x" * 99: 1}, f"unknown field {'x' * 50}"),
        ("POST /conversations/{conversation_id}/reopen", {"text": "x"}, "unknown field text"),
        ("PUT /conversations/{conversation_id}/tags", {"add": ["a", " "]}, "add[1]: not blank"),
        ("POST /conversations/bulk", {"ids": [], "action": "tag"}, "ids: 1 to 50 items"),
        ("POST /conversations/bulk", {"ids": ["a"], "action": "dance"}, "action: assign, tag, snooze, resolve, reopen"),
        ("POST /conversations/bulk", {"ids": ["a"], "action": "tag", "team": "x"}, "unknown field team"),
        (MACRO, {"title": "x", "actions": [{"reply": {}}]}, "actions[0].reply.text is missing"),
        (
            MACRO,
            {"title": "x", "actions": [{"dance": 1}]},
            "actions[0]: an object with one of reply, resolve, follow_up, tag, assign, snooze",
        ),
        (MACRO, {"title": "x", "actions": [{"resolve": False}]}, "actions[0].resolve: true"),
        ("PUT /teams/{team}", {"hours": {"week": {"mon": ["9-5"]}}}, "hours.week.mon[0]: of the form"),
        ("PATCH /connections/{channel}/{connection}", {}, "the body: a field is needed"),
        ("POST /connections", {"channel": "x", "name": "x", "team": "x" * 201}, "team: at most 200 characters"),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_message_names_the_field(operation: str, body: Any, message: str) -> None:
    method, _, path = operation.partition(" ")
    assert refusal(method, path, body).startswith(message)


def test_message_repeats_no_secret() -> None:
    secret = "s3cret" * 700
    for secrets in ({"token": secret}, {secret[:60]: 1}, secret, [secret]):
        message = refusal("POST", "/connections", {"channel": "x", "name": "x", "secrets": secrets})
        assert message.startswith("secrets")
        assert "s3cret" not in message


@pytest.mark.parametrize("batch", ["abcdefgh\n", "abcdefg\u0663"])
def test_form_is_that_of_the_whole_text_in_ascii(batch: str) -> None:
    assert refusal("POST", "/follow-ups/bulk", {"batch": batch, "conversations": ["a"]}).startswith("batch: ")
    times = {"hours": {"quiet": [f"0{batch[-1]}:00-08:00"]}}
    assert refusal("PUT", "/teams/{team}", times).startswith("hours.quiet[0]: ")


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff", b'{"text": "\\ud800"}', b"[" * 100_000, b'{"text": ' + b"9" * 5000 + b"}"]
)
def test_body_that_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ApiError, match="malformed"):
        checked_body("POST", "/api/conversations/{conversation_id}/replies", raw)


def test_body_that_may_be_left_out_is_empty() -> None:
    assert checked_body("POST", "/api/conversations/{conversation_id}/resolve", b"") == {}


def test_operation_without_a_schema_takes_no_field() -> None:
    assert checked_body("DELETE", "/api/teams/{team}", b"") == {}
    with pytest.raises(ApiError, match="malformed"):
        checked_body("DELETE", "/api/teams/{team}", b'{"name": "sales"}')


def test_bodies_are_read_in_one_place() -> None:
    """A route gets a body from ``Api.body``, which hands the request's bytes to the generated checks."""
    used = {path.relative_to(CONSOLE.parent).as_posix(): _attributes(path) for path in CONSOLE.rglob("*.py")}
    assert [name for name, attributes in used.items() if "self.request().raw_body" in attributes] == ["console/http.py"]
    for name, attributes in used.items():
        ends = {attribute.rpartition(".")[2] for attribute in attributes}
        assert "json_body" not in ends
        assert name == "console/http.py" or not {"raw_body", "_raw_body"} & ends, name
        assert name in READERS or "json.loads" not in attributes, name


def _attributes(path: Path) -> list[str]:
    return [ast.unparse(node) for node in syntax.nodes(path) if isinstance(node, ast.Attribute)]


def test_description_has_the_values_of_the_code() -> None:
    schemas = request_samples.description()["components"]["schemas"]
    assert schemas["Way"]["enum"] == list(Way)
    assert schemas["Moderation"]["enum"] == list(Moderation)


# -- the generator ----------------------------------------------------------------------------------------------------


def generate(schema: Any, **components: Any) -> str:
    """Return the code for one operation with a schema."""
    operation = {"operationId": "try", "requestBody": {"content": {"application/json": {"schema": schema}}}}
    return request_bodies.generated({"paths": {"/x": {"post": operation}}, "components": {"schemas": components}})


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "string", "contentEncoding": "base64"},
        {"type": "number"},
        {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        {"type": "array", "items": {"type": ["string", "null"]}},
        {"type": "array"},
        {"type": ["string", "integer"]},
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        {"oneOf": [{"type": "object", "properties": {"a": {}, "b": {}}}, {"type": "object", "properties": {"a": {}}}]},
        {"type": "object", "properties": {}, "patternProperties": {"x": {}}},
        {"type": "object", "properties": {}, "anyOf": [{"required": ["a"], "properties": {"a": {"maxLength": 1}}}]},
        {"type": "object", "properties": {}, "anyOf": [{"required": ["a", "b"], "properties": {}}]},
        {"type": "object", "properties": {}, "allOf": [{"if": {}}]},
        {"type": "object", "properties": {}, "allOf": [{"not": {"required": ["a"], "properties": {}}}]},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": ["string", "null"]}}},
    ],
    ids=str,
)
def test_rule_that_is_not_translated_ends_the_build(rule: Any) -> None:
    with pytest.raises(request_bodies.Unsupported):
        generate({"type": "object", "properties": {"field": rule}})


def test_two_schemas_of_one_name_end_the_build() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/try"}}}
    with pytest.raises(request_bodies.Unsupported, match="two schemas"):
        generate(schema, **{"try": {"type": "string"}})


def test_module_is_written_only_when_it_changes(tmp_path: Path) -> None:
    target = tmp_path / "generated.py"
    request_bodies.write(target)
    before = target.stat().st_mtime_ns
    request_bodies.write(target)
    assert (target.read_text(), target.stat().st_mtime_ns) == (request_bodies.TARGET.read_text(), before)
