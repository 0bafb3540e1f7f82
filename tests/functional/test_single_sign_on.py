"""Answers to Cognito before it signs in somebody of the company's directory, and before it makes a token.

The events have the shapes of Cognito's documents:
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from aws import clients
from single_sign_on import groups
from single_sign_on.app import lambda_handler

MAPPING = "Support=agent;Support leads=lead;IT=admin;CN=Bosses,OU=Berlin=admin;CN=Bosses,OU=Berlin=lead"
NAME = "Oidc_00u1a2b3"


def event(source: str, value: str | None = None, pool: str = "eu-central-1_Pool", **attributes: str) -> dict[str, Any]:
    """Return Cognito's event for an account of the directory, whose groups came as ``value``."""
    identities = json.dumps(
        [{"userId": "00u1a2b3", "providerName": "Oidc", "providerType": "OIDC", "issuer": None, "primary": "true"}]
    )
    known = {
        "sub": "5b1f0c6e-0000-4000-8000-000000000000",
        "identities": identities,
        "cognito:user_status": "EXTERNAL_PROVIDER",
        "email": "mara.lind@example.com",
        "email_verified": "false",
    }
    told = {} if value is None else {"custom:groups": value}
    kept = {name: each for name, each in (known | told | attributes).items() if each}
    return {
        "version": "1",
        "triggerSource": source,
        "region": "eu-central-1",
        "userPoolId": pool,
        "userName": NAME,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "directory-client"},
        "request": {
            "userAttributes": kept,
            "groupConfiguration": {
                "groupsToOverride": ["eu-central-1_Pool_Oidc"],
                "iamRolesToOverride": [],
                "preferredRole": None,
            },
        },
        "response": {"claimsOverrideDetails": None},
    }


@pytest.fixture(autouse=True)
def directory(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_PROVIDER", "Oidc")
    monkeypatch.setenv("SINGLE_SIGN_ON_GROUPS", MAPPING)


def roles(asked: dict[str, Any], context: Any) -> list[str]:
    """The groups that stand in the token."""
    details = lambda_handler(asked, context)["response"]["claimsOverrideDetails"]
    assert details["claimsToSuppress"] == ["custom:groups"]
    return details["groupOverrideDetails"]["groupsToOverride"]


@pytest.mark.parametrize("source", ["TokenGeneration_HostedAuth", "TokenGeneration_RefreshTokens"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Support", ["agent"]),
        ("Support leads", ["lead"]),
        ("[Support, Support+leads]", ["lead", "agent"]),
        ("[Support,Support+leads,IT]", ["admin", "lead", "agent"]),
        ("[Support]", ["agent"]),
        ('["Support", "IT"]', ["admin", "agent"]),
        ("[Cooks, CN%3DBosses%2COU%3DBerlin]", ["admin", "lead"]),
        ("CN=Bosses,OU=Berlin", ["admin", "lead"]),
    ],
)
def test_mapped_groups_give_their_roles(source: str, value: str, expected: list[str], lambda_context: Any) -> None:
    assert roles(event(source, value), lambda_context) == expected


@pytest.mark.parametrize(
    "value",
    [None, "", "[]", "[ ]", "Cooks", "[Cooks, Painters]", "support", "SUPPORT", "admin", "[admin, lead, agent]", "*"],
)
def test_account_without_a_mapped_group_has_no_role(value: str | None, lambda_context: Any) -> None:
    assert roles(event("TokenGeneration_HostedAuth", value), lambda_context) == [groups.NOBODY]


def test_groups_of_the_pool_give_an_account_of_the_directory_no_role(lambda_context: Any) -> None:
    asked = event("TokenGeneration_HostedAuth", "Cooks")
    asked["request"]["groupConfiguration"]["groupsToOverride"] = ["eu-central-1_Pool_Oidc", "admin"]
    assert roles(asked, lambda_context) == [groups.NOBODY]


def test_account_of_the_pool_keeps_the_groups_of_the_pool(lambda_context: Any) -> None:
    asked = event("TokenGeneration_Authentication", identities="")
    assert lambda_handler(asked, lambda_context) == asked


@pytest.fixture
def cognito(client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Cognito's client, held to its model: the embedded AWS does not know the operation."""
    real = client("cognito-idp")
    monkeypatch.setattr(clients, "client", lambda service: real)
    with Stubber(real) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_groups_that_the_directory_told_before_are_forgotten_before_the_next_sign_in(
    cognito: Stubber, lambda_context: Any
) -> None:
    """Cognito leaves an attribute as it was when the directory tells it no more: lost groups would stay for ever."""
    asked = {"UserPoolId": "eu-central-1_Pool", "Username": NAME, "UserAttributeNames": ["custom:groups"]}
    cognito.add_response("admin_delete_user_attributes", {}, asked)
    before = event(groups.BEFORE_SIGN_IN, "IT")
    assert lambda_handler(before, lambda_context) == before


def test_sign_in_fails_where_the_groups_cannot_be_forgotten(cognito: Stubber, lambda_context: Any) -> None:
    cognito.add_client_error("admin_delete_user_attributes", "TooManyRequestsException")
    with pytest.raises(ClientError):
        lambda_handler(event(groups.BEFORE_SIGN_IN, "IT"), lambda_context)


def test_account_of_the_pool_signs_in_without_a_request(cognito: Stubber, lambda_context: Any) -> None:
    before = event(groups.BEFORE_SIGN_IN, identities="")
    assert lambda_handler(before, lambda_context) == before


@pytest.mark.parametrize("text", ["Support", "Support=boss", "=admin", "Support=agent;IT"])
def test_mapping_that_is_none_lets_nobody_in(text: str, lambda_context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINGLE_SIGN_ON_GROUPS", text)
    with pytest.raises(ValueError, match="Not a group and a role"):
        lambda_handler(event("TokenGeneration_HostedAuth", "Support"), lambda_context)
