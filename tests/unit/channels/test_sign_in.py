"""The platforms' own sign-in: proofs, questions, and what the answers of token endpoints mean."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

import channels
from channels import _sign_in
from channels._sign_in import Question
from channels._transport import Answer
from channels.base import Credentials, Reason

WITH_SIGN_IN = [name for name in channels.names() if channels.get(name).sign_in is not None]
QUESTION = Question("https://inbox.example/connected", "state-1", "challenge-1")


def answer(status: int, body: dict[str, object] | None) -> Answer:
    return Answer(status, {}, body, body, "" if body is None else "{}")


def test_challenge_is_that_of_the_standards_example() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert _sign_in.challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_question_keeps_what_stands_in_its_values() -> None:
    question = Question("https://inbox.example/connected?a=b&c", "s&t=1", "c#1")
    asked = parse_qs(urlsplit(_sign_in.page("https://p.example/auth", question, "id/1", scope="a b")).query)
    assert {name: values[0] for name, values in asked.items()} == {
        "response_type": "code",
        "client_id": "id/1",
        "redirect_uri": question.redirect_uri,
        "state": question.state,
        "code_challenge": question.challenge,
        "code_challenge_method": "S256",
        "scope": "a b",
    }


@pytest.mark.parametrize(
    ("status", "body", "reason", "code"),
    [
        (400, {"error": "invalid_grant", "error_description": "…"}, Reason.AUTH, "invalid_grant"),
        (401, {"error": "invalid_client"}, Reason.AUTH, "invalid_client"),
        (200, {"error": "invalid_grant"}, Reason.AUTH, "invalid_grant"),
        (200, {"error": "something_else"}, Reason.BAD, "200"),
        (400, {"error": {"message": "a customer's words"}}, Reason.BAD, "400"),
        (403, None, Reason.PERMISSION, "403"),
        (429, None, Reason.RATE, "429"),
        (503, {"error": "temporarily_unavailable"}, Reason.RETRY, "temporarily_unavailable"),
    ],
)
def test_refusal_of_a_token_endpoint_has_a_reason_and_no_words_of_others(
    status: int, body: dict[str, object] | None, reason: Reason, code: str
) -> None:
    refusal = _sign_in.classify(answer(status, body))
    assert refusal is not None
    assert (refusal.reason, refusal.code) == (reason, code)


def test_token_endpoint_with_a_token_is_no_refusal() -> None:
    assert _sign_in.classify(answer(200, {"access_token": "t"})) is None


@pytest.mark.parametrize("name", WITH_SIGN_IN)
def test_fields_of_a_sign_in_are_fields_of_the_channel(name: str) -> None:
    channel = channels.get(name)
    assert channel.sign_in is not None
    capabilities = channel.capabilities
    assert set(channel.sign_in.secret_names) <= {*capabilities.secret_names, *capabilities.optional_secrets}
    assert set(channel.sign_in.option_names) <= {*capabilities.option_names, *capabilities.required_options}


@pytest.mark.parametrize("name", WITH_SIGN_IN)
def test_page_is_asked_over_tls_with_the_state_and_the_address_and_no_secret(name: str) -> None:
    sign_in = channels.get(name).sign_in
    assert sign_in is not None
    secrets = {each: f"secret-{each}" for each in (*sign_in.secret_names, "client_secret")} | {"client_id": "client-1"}
    options = {each: "12345" for each in sign_in.option_names if each != "base_url"}
    options |= {"base_url": "https://nord.example"} if "base_url" in sign_in.option_names else {}
    address = sign_in.address(Credentials("", secrets, options), QUESTION)
    asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    assert urlsplit(address).scheme == "https"
    assert (asked["state"], asked["redirect_uri"]) == (QUESTION.state, QUESTION.redirect_uri)
    assert asked["response_type"] == "code"
    assert "secret-" not in address
