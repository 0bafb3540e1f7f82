"""Roles by the company's directory: groups of one's own writing, forged lists, tokens of another client."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aws import accounts
from infra import templates
from single_sign_on import groups
from single_sign_on.app import lambda_handler
from tests.functional.console_api import Console
from tests.functional.test_single_sign_on import event
from tests.support.chosen_template import ChosenTemplate
from tests.support.embedded_aws import CLIENT_ID

TEMPLATE: dict[str, Any] = templates.template()
MAPPING = {"SingleSignOnGroups": "Support=agent;IT=admin"}
OIDC = MAPPING | {
    "OidcIssuer": "https://login.example.com/realms/all",
    "OidcClientId": "inbox",
    "OidcSecretName": "sso",
}
SAML = MAPPING | {"SamlMetadataUrl": "https://login.example.com/metadata.xml"}


def chosen(parameters: dict[str, str]) -> ChosenTemplate:
    return ChosenTemplate(TEMPLATE, {"Stage": "dev"} | parameters)


def made(parameters: dict[str, str], name: str) -> dict[str, Any]:
    properties = chosen(parameters).resource(name)
    assert properties is not None
    return properties


@pytest.fixture(autouse=True)
def directory(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_PROVIDER", "Oidc")
    monkeypatch.setenv("SINGLE_SIGN_ON_GROUPS", MAPPING["SingleSignOnGroups"])


@pytest.mark.parametrize("parameters", [OIDC, SAML])
def test_account_of_the_directory_gets_no_token_that_writes_attributes(parameters: dict[str, str]) -> None:
    """UpdateUserAttributes wants this scope, which any sign-in beside the pages would give."""
    client = made(parameters, "DirectoryClient")
    assert "aws.cognito.signin.user.admin" not in client["AllowedOAuthScopes"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert "COGNITO" not in client["SupportedIdentityProviders"]
    assert made(parameters, "UserPool")["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


@pytest.mark.parametrize("parameters", [{}, OIDC, SAML])
def test_account_with_a_password_writes_neither_groups_nor_name(parameters: dict[str, str]) -> None:
    client = made(parameters, "UserPoolClient")
    assert client["WriteAttributes"] == ["locale"]
    assert client["SupportedIdentityProviders"] == ["COGNITO"]


@pytest.mark.parametrize("parameters", [OIDC, SAML])
def test_client_writes_what_the_directory_maps_and_nothing_else(parameters: dict[str, str]) -> None:
    """Cognito refuses a sign-in whose mapped attributes the client may not write."""
    mapped = made(parameters, "OidcDirectory" if parameters is OIDC else "SamlDirectory")["AttributeMapping"]
    assert set(made(parameters, "DirectoryClient")["WriteAttributes"]) == mapped.keys()


def test_groups_that_an_account_of_the_pool_has_are_not_believed(lambda_context: Any) -> None:
    asked = event("TokenGeneration_Authentication", "IT", identities="")
    assert lambda_handler(asked, lambda_context)["response"] == {"claimsOverrideDetails": None}


@pytest.mark.parametrize(
    "identities",
    [
        "",
        "[]",
        "null",
        "{",
        '"Oidc"',
        '{"providerName": "Oidc"}',
        json.dumps([{"providerName": "Facebook"}]),
        json.dumps([{"providerName": "oidc"}]),
        json.dumps(["Oidc"]),
    ],
)
def test_identity_of_another_provider_gets_no_role_of_the_directory(identities: str, lambda_context: Any) -> None:
    asked = event("TokenGeneration_HostedAuth", "IT", identities=identities)
    assert lambda_handler(asked, lambda_context)["response"] == {"claimsOverrideDetails": None}


@pytest.mark.parametrize(
    "value",
    [
        "[Cooks%2C+IT, Painters]",
        "[Cooks%2CIT, Painters]",
        "[%5BIT%5D, Painters]",
        "[IT%3Dadmin]",
        "[%22IT%22]",
        "Cooks, IT",
        "Cooks,IT",
        "IT=admin",
        "IT;",
        '{"a": "IT"}',
        '[["IT"]]',
        "[it]",
        "[I%2554]",
    ],
)
def test_group_whose_name_looks_like_others_gives_no_role(value: str, lambda_context: Any) -> None:
    """An administrator of the directory chooses the groups' names; Cognito encodes those of a list."""
    details = lambda_handler(event("TokenGeneration_HostedAuth", value), lambda_context)["response"]
    given = details["claimsOverrideDetails"]["groupOverrideDetails"]["groupsToOverride"]
    assert given == [groups.NOBODY]


def test_token_without_a_role_opens_nothing(admin: Console) -> None:
    nobody = Console(admin.context, admin.claims | {"cognito:groups": groups.NOBODY})
    assert nobody.get("/conversations").status == 403


def test_token_of_the_directorys_client_is_the_inboxs_where_there_is_a_directory(
    admin: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_directory = Console(admin.context, admin.claims | {"aud": "directory-client"})
    assert of_directory.get("/me").status == 401
    sign_in = {"client_id": CLIENT_ID, "directory_client_id": "directory-client"}
    monkeypatch.setattr(accounts, "sign_in", lambda: sign_in)
    assert of_directory.get("/me").status == admin.get("/me").status == 200
    for client in ("", "another", "directory"):
        assert Console(admin.context, admin.claims | {"aud": client}).get("/me").status == 401


def test_secret_of_the_directory_stands_in_no_parameter() -> None:
    secret = made(OIDC, "OidcDirectory")["ProviderDetails"]["client_secret"]
    assert secret == "{{resolve:secretsmanager:sso:SecretString:client_secret}}"
    assert not [name for name in TEMPLATE["Parameters"] if "Secret" in name and name != "OidcSecretName"]


def test_nothing_of_single_sign_on_is_there_without_a_directory() -> None:
    template = chosen({})
    assert template.refusals() == []
    names = ("OidcDirectory", "SamlDirectory", "DirectoryClient", "SingleSignOnFunction", "SingleSignOnPolicy")
    assert [template.resource(name) for name in names] == [None] * len(names)
    assert "LambdaConfig" not in made({}, "UserPool")
    assert json.loads(made({}, "SignInParameter")["Value"]).keys() == {
        "client_id",
        "sign_in_url",
        "cognito_url",
        "page_url",
    }


@pytest.mark.parametrize(("parameters", "name"), [(OIDC, "Oidc"), (SAML, "Saml")])
def test_directory_is_known_to_the_pool_the_function_and_the_page(parameters: dict[str, str], name: str) -> None:
    assert chosen(parameters).refusals() == []
    assert made(parameters, f"{name}Directory")["ProviderName"] == name
    assert made(parameters, "SingleSignOnFunction")["Environment"]["Variables"]["IDENTITY_PROVIDER"] == name
    assert set(made(parameters, "UserPool")["LambdaConfig"]) == {"PreAuthentication", "PreTokenGeneration"}
    document = json.loads(made(parameters, "SignInParameter")["Value"])
    assert (document["directory"], document["directory_client_id"]) == (name, "<DirectoryClient>")


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        (SAML | {"SingleSignOnGroups": ""}, "SingleSignOnGroups"),
        (MAPPING, "SamlMetadataUrl"),
        (OIDC | {"OidcSecretName": ""}, "OidcSecretName"),
        (OIDC | {"OidcClientId": ""}, "OidcClientId"),
        (SAML | {"OidcClientId": "inbox"}, "OidcIssuer"),
        (OIDC | SAML, "one directory"),
        (SAML | {"SingleSignOnGroups": "IT=root"}, "pairs"),
        (SAML | {"SingleSignOnGroups": "=admin"}, "pairs"),
        (SAML | {"SamlMetadataUrl": "http://login.example.com/metadata.xml"}, "https"),
    ],
)
def test_half_a_directory_is_refused(parameters: dict[str, str], named: str) -> None:
    (refusal,) = chosen(parameters).refusals()
    assert named in refusal
