"""The API refuses bodies that the schema of an operation refuses, in the words of its generated check, and no other."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from console.errors import ApiError
from console.http import checked_body
from tests.functional.console_api import Answer, Console
from tests.support import request_samples
from tests.support.stack import Stack

NAMES = {"team": "service", "language": "de", "channel": "facebook", "connection": "demo", "conversation_id": "a" * 26}
"""Values of parameters of paths; others are ``x``."""
every_operation = pytest.mark.parametrize(("method", "path"), request_samples.operations(), ids=str)


def ask(admin: Console, method: str, path: str, body: Any) -> Answer:
    """Send a body to an operation."""
    where = re.sub(r"\{(\w+)\}", lambda name: NAMES.get(name[1], "x"), path)
    return admin.ask(method, where, json.dumps(body), headers={})


def message_of_check(method: str, path: str, body: Any) -> str:
    """Return the words in which the generated check refuses a body."""
    with pytest.raises(ApiError) as refused:
        checked_body(method, f"/api{path}", json.dumps(body).encode())
    return refused.value.body("en")["message"]


@every_operation
def test_body_that_the_schema_refuses_is_refused_by_the_generated_check(
    stack: Stack, admin: Console, method: str, path: str
) -> None:
    schema = request_samples.schema_of(method, path)
    decides, longest = request_samples.oracle(schema), "x" * 5000
    for complete in request_samples.complete(schema):
        for body in request_samples.changed(complete, [7, [], longest]):
            if not decides.is_valid(body):
                answer = ask(admin, method, path, body)
                assert (answer.status, answer.body["error"]) == (400, "malformed"), body
                assert answer.body["message"] == message_of_check(method, path, body)


@every_operation
def test_body_that_the_schema_permits_is_not_malformed(stack: Stack, admin: Console, method: str, path: str) -> None:
    for complete in request_samples.complete(request_samples.schema_of(method, path)):
        assert ask(admin, method, path, complete).status != 400, complete
