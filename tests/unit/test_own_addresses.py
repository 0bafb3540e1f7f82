"""A domain of one's own: what the template makes of it, and which half-given parameters it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra import templates
from tests.support.chosen_template import ChosenTemplate

TEMPLATE: dict[str, Any] = templates.template()
DEFAULT = "https://<Api>.execute-api.<AWS::Region>.<AWS::URLSuffix>/live/"
OWN = {
    "DomainName": "inbox.example.com",
    "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/0f1e-2d3c",
}
SIGN_IN = {
    "SignInDomainName": "sign-in.example.com",
    "SignInCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0f1e-2d3c",
}
CLOSED = {"CloseDefaultEndpoint": "true"}


def chosen(**parameters: str) -> ChosenTemplate:
    return ChosenTemplate(TEMPLATE, {"Stage": "dev"} | parameters)


def made(template: ChosenTemplate, name: str) -> dict[str, Any]:
    properties = template.resource(name)
    assert properties is not None
    return properties


def test_without_a_domain_everything_is_at_the_default_endpoint() -> None:
    template = chosen()
    assert template.refusals() == []
    assert template.resource("OwnDomain") is template.resource("OwnDomainMapping") is None
    assert template.resource("OwnSignInPages") is None
    assert made(template, "Api")["DisableExecuteApiEndpoint"] is False
    assert template.outputs()["ConsoleUrl"] == DEFAULT
    assert not {"DomainTarget", "DomainTargetZone", "SignInDomainTarget"} & template.outputs().keys()
    assert made(template, "UserPoolClient")["CallbackURLs"] == [DEFAULT]


def test_domain_is_regional_takes_tls_1_2_at_least_and_leads_to_the_stage() -> None:
    template = chosen(**OWN)
    assert template.refusals() == []
    assert made(template, "OwnDomain") == {
        "DomainName": OWN["DomainName"],
        "RegionalCertificateArn": OWN["CertificateArn"],
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "SecurityPolicy": "TLS_1_2",
    }
    mapping = made(template, "OwnDomainMapping")
    assert mapping == {"DomainName": "<OwnDomain>", "RestApiId": "<Api>", "Stage": "<Api.Stage>"}


def test_everything_that_names_an_address_names_the_domain() -> None:
    template = chosen(**OWN)
    outputs = template.outputs()
    assert outputs["ConsoleUrl"] == "https://inbox.example.com/"
    assert outputs["ApiUrl"] == "https://inbox.example.com/api"
    webhook = "https://inbox.example.com/webhooks/{channel}/{connection}"
    assert outputs["WebhookUrl"] == made(template, "WebhookParameter")["Value"] == webhook
    assert outputs["DomainTarget"] == "<OwnDomain.RegionalDomainName>"
    notices = made(template, "WatchFunction")["Environment"]["Variables"]
    assert notices["CONSOLE_URL"] == "https://inbox.example.com/"


@pytest.mark.parametrize(
    ("parameters", "page"),
    [
        ({}, DEFAULT),
        (OWN, "https://inbox.example.com/"),
        ({"ConsoleUrl": "https://page.example.com/"}, "https://page.example.com/"),
        ({**OWN, "ConsoleUrl": "https://page.example.com/"}, "https://page.example.com/"),
    ],
)
def test_platforms_send_administrators_back_to_the_page(parameters: dict[str, str], page: str) -> None:
    """The console tells platforms this address; it must be one to which Cognito sends people back, too."""
    template = chosen(**parameters)
    assert json.loads(made(template, "SignInParameter")["Value"])["page_url"] == page
    assert page in made(template, "UserPoolClient")["CallbackURLs"]


@pytest.mark.parametrize("urls", ["CallbackURLs", "LogoutURLs"])
def test_signing_in_leads_back_to_the_domain_and_to_no_closed_endpoint(urls: str) -> None:
    assert made(chosen(**OWN), "UserPoolClient")[urls] == [DEFAULT, "https://inbox.example.com/"]
    assert made(chosen(**OWN, **CLOSED), "UserPoolClient")[urls] == ["https://inbox.example.com/"]


def test_default_endpoint_closes_beside_a_domain() -> None:
    template = chosen(**OWN, **CLOSED)
    assert template.refusals() == []
    assert made(template, "Api")["DisableExecuteApiEndpoint"] is True


def test_sign_in_pages_move_to_their_domain_and_stay_at_the_prefix() -> None:
    template = chosen(**SIGN_IN)
    assert template.refusals() == []
    pages = made(template, "OwnSignInPages")
    assert (pages["Domain"], pages["CustomDomainConfig"]["CertificateArn"]) == tuple(SIGN_IN.values())
    document = json.loads(made(template, "SignInParameter")["Value"])
    assert document["sign_in_url"] == "https://sign-in.example.com"
    assert template.resource("SignInPages") is not None
    assert template.outputs()["SignInDomainTarget"] == "<OwnSignInPages.CloudFrontDistribution>"
    before = json.loads(made(chosen(), "SignInParameter")["Value"])
    assert before["sign_in_url"] == "https://<SignInPages>.auth.<AWS::Region>.amazoncognito.com"


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"DomainName": OWN["DomainName"]}, "CertificateArn"),
        ({"CertificateArn": OWN["CertificateArn"]}, "DomainName"),
        ({"SignInDomainName": SIGN_IN["SignInDomainName"]}, "SignInCertificateArn"),
        ({"SignInCertificateArn": SIGN_IN["SignInCertificateArn"]}, "SignInDomainName"),
        (SIGN_IN | {"SignInCertificateArn": OWN["CertificateArn"]}, "us-east-1"),
        (OWN | {"ConsoleUrl": "https://other.example.com/"}, "ConsoleUrl"),
        (OWN | SIGN_IN | {"SignInDomainName": OWN["DomainName"]}, "two different domains"),
        (CLOSED, "DomainName"),
        (CLOSED | {"ConsoleUrl": "https://other.example.com/"}, "DomainName"),
        (OWN | {"DomainName": "https://inbox.example.com"}, "without https"),
        (OWN | {"DomainName": "Inbox.example.com"}, "lower case"),
        (OWN | {"DomainName": "inbox.example.com/"}, "without https"),
        (OWN | {"DomainName": "*.example.com"}, "lower case"),
        (OWN | {"DomainName": "localhost"}, "domain"),
    ],
)
def test_parameters_that_do_not_make_an_address_are_refused(parameters: dict[str, str], named: str) -> None:
    refusals = chosen(**parameters).refusals()
    assert len(refusals) == 1
    assert named in refusals[0]
