"""Attacks on the platforms' own sign-in by the address to which platforms send administrators back.

Those on its state and codes are in tests/functional/settings/test_sign_ins.py.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest

from console.app import lambda_handler
from tests.functional.console_api import sample

STATE, CODE = "s" * 43, "an.invented/code-1_2~3=="


def come_back(context: object, **query: str) -> tuple[str, dict[str, Any]]:
    """Open the address with which a platform answers; return where it leads, and the headers."""
    event = sample("list_conversations")
    event["requestContext"] |= {"resourcePath": "/connected", "path": "/live/connected", "httpMethod": "GET"}
    event |= {"path": "/connected", "httpMethod": "GET", "pathParameters": None}
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()} or None
    del event["requestContext"]["authorizer"]
    answer = lambda_handler(event, context)
    assert answer["statusCode"] == 303
    headers = answer["headers"] | {name: values[0] for name, values in answer.get("multiValueHeaders", {}).items()}
    return headers["Location"], headers


def test_answer_goes_behind_the_hash_which_no_server_is_told(environment: None, lambda_context: object) -> None:
    location, headers = come_back(lambda_context, state=STATE, code=CODE, scope="read")
    place, _, asked = location.partition("?")
    assert place == "./#/settings/connections"
    assert {name: values[0] for name, values in parse_qs(asked).items()} == {"state": STATE, "code": CODE}
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"state": STATE},
        {"code": CODE},
        {"state": "https://evil.example", "code": CODE},
        {"state": STATE, "code": "two words"},
        {"state": STATE, "code": "x" * 4001},
        {"state": STATE, "error": "<script>"},
        {"redirect": "https://evil.example", "next": "//evil.example"},
        {"state": STATE, "code": "a\r\nSet-Cookie: b=c"},
    ],
)
def test_odd_answer_leads_to_the_page_and_nowhere_else(
    environment: None, lambda_context: object, query: dict[str, str]
) -> None:
    assert come_back(lambda_context, **query)[0] == "./#/settings/connections"


def test_error_of_a_platform_is_taken_along_as_its_word_alone(environment: None, lambda_context: object) -> None:
    told = {"state": STATE, "error": "access_denied", "error_description": "Call us: +49 30 …"}
    assert come_back(lambda_context, **told)[0] == f"./#/settings/connections?state={STATE}&error=access_denied"
