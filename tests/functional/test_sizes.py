"""Answers of the API stay below what Lambda gives back, whatever customers write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aws import secrets
from channels import email
from channels.base import Credentials
from console import sizes
from conversations.facts import Fact, Kind, Visibility
from storage import received_facts
from tests.functional.console_api import JANA, MINUTE, Console, now, private_message

LAMBDA_LIMIT = 6 * 1024 * 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
MAILS = 150
WORDS = {"plain": "Guten Tag ", "umlauts": "Über äußerst ", "quotes": '"\\"\n', "faces": "😀😃 "}
LONG = 40_000
"""Characters of a long mail."""


def correspondence(number: int, text: str) -> str:
    """A private conversation of so many long messages, a minute apart."""
    began = now() - number * MINUTE
    for each in range(number - 1):
        fact = Fact(
            Kind.MESSAGE, Visibility.PRIVATE, "t_1", began + each * MINUTE, f"m_{each}", author=JANA, text=text,
            customer_id=JANA.id,
        )  # fmt: skip
        received_facts.add("facebook", "demo", [fact], now())
    return private_message(f"m_{number - 1}", at=began + (number - 1) * MINUTE, text=text)


def as_lambda_counts(body: Any) -> int:
    """The bytes of the function's answer, with the headers that Chalice adds."""
    text = json.dumps(body, separators=(",", ":"))
    answer = {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "multiValueHeaders": {}, "body": text}
    return len(json.dumps(answer))


@pytest.mark.parametrize("words", ["umlauts", "quotes"])
def test_conversation_of_150_long_mails_is_read_page_by_page_and_nothing_is_left_out(
    console: Console, words: str
) -> None:
    text = (WORDS[words] * LONG)[: LONG if words != "faces" else LONG // 2]
    conversation = correspondence(MAILS, text)
    query: dict[str, str] = {}
    found: list[str] = []
    while True:
        page = console.get(f"/conversations/{conversation}", query)
        assert page.status == 200
        assert as_lambda_counts(page.body) < min(sizes.LARGEST + 1000, LAMBDA_LIMIT)
        assert all(each["text"] == text for each in page.body["messages"])
        found = [each["id"] for each in page.body["messages"]] + found
        if page.body["earlier"] is None:
            break
        query = {"before": page.body["earlier"]}
    assert found == [f"m_{each}" for each in range(MAILS)]


def test_message_that_was_edited_too_often_is_shown_as_it_is_now(console: Console) -> None:
    conversation = private_message("m_1", text="x" * LONG)
    for each in range(60):
        edit = Fact(
            Kind.EDITED, Visibility.PRIVATE, "t_1", now() + each + 1, "m_1", author=JANA,
            text=f"{each:03d}" + "ä" * LONG, customer_id=JANA.id,
        )  # fmt: skip
        received_facts.add("facebook", "demo", [edit], now())
    page = console.get(f"/conversations/{conversation}").body
    assert as_lambda_counts(page) < LAMBDA_LIMIT
    (message,) = page["messages"]
    assert message["text"].startswith("059")
    assert message["earlier"]


def test_weight_is_what_lambda_counts() -> None:
    for words in WORDS.values():
        body = {"text": words * 1000}
        assert abs(as_lambda_counts(body) - sizes.weight(body)) < 200


def test_list_is_built_again_with_fewer_items_until_it_fits() -> None:
    built: list[int] = []

    def build(limit: int) -> dict[str, Any]:
        built.append(limit)
        return {"items": ["ä" * 10_000] * limit}

    answer = sizes.within(build, 100)
    assert sizes.weight(answer) <= sizes.LARGEST
    assert len(answer["items"]) >= 0.8 * sizes.LARGEST / 70_000
    assert len(built) == 2


@pytest.mark.parametrize(
    ("variables", "option", "region"),
    [
        ({"AWS_REGION": "eu-west-1"}, {}, "eu-west-1"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, {}, "eu-west-1"),
        ({"AWS_REGION": "eu-west-1"}, {"region": "ap-southeast-2"}, "ap-southeast-2"),
    ],
)
def test_mail_is_sent_in_the_region_of_the_stack_unless_the_connection_names_another(
    environment: None, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], option: dict[str, str], region: str
) -> None:
    document = {"account_id": "service@example.com", "secrets": {}, "options": option}
    secrets.put("email", "service", document)
    secrets.forget()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = Credentials.of(secrets.read("email", "service"))
    assert email.api.ses_region(found) == region


def test_region_is_not_kept_with_the_secrets(environment: None, client: Any) -> None:
    secrets.put("email", "service", {"account_id": "a@example.com", "secrets": {}, "options": {}})
    read = secrets.fetch("email", "service")
    secrets.put("email", "service", read)
    pages = client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/", Recursive=True)
    names = [each["Name"] for page in pages for each in page["Parameters"] if "email/service" in each["Name"]]
    kept = [client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] for name in names]
    assert kept
    assert all("region" not in json.loads(each) for each in kept)
