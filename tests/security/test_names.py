"""Attacks by names: whatever becomes part of a parameter's name, a key or an address is that part and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

import console.app
import webhook.app
from aws import notification_addresses, parameters, secrets
from channels import _http
from shared import settings
from tests.functional.console_api import Console, sample
from tests.support import payloads
from tests.support.stack import CONNECTION, Stack, sign

OTHER_NAMES = [
    "demo:1",
    "demo:99",
    "demo:live",
    "demo%3A1",
    "demo/x",
    "demo%2Fx",
    "demo%252Fx",
    "../facebook/demo",
    "..",
    ".",
    "demo.",
    "demo\n",
    "\ndemo",
    "demo\0",
    "demo ",
    " demo",
    "Demo",
    "DEMO",
    "dem\N{CYRILLIC SMALL LETTER O}",
    "dem\N{FULLWIDTH LATIN SMALL LETTER O}",
    "demo\N{ZERO WIDTH SPACE}",
    "dem\N{COMBINING ACUTE ACCENT}o",
    "demo#1",
    "demo*",
    "demo?x=1",
    "-demo",
    "_demo",
    "demo\\x",
    "demo,x",
    "",
    "a" * 64,
    "a" * 3000,
    "\ud83d",
]
"""Names that might be read as the connection ``demo``, as a version of its secrets, or as something else entirely."""
OTHER_CHANNELS = [
    "facebook/demo",
    "facebook:1",
    "Facebook",
    "facebook\n",
    "../facebook",
    "_meta",
    "base",
    "",
    "a" * 3000,
]


@pytest.mark.invariant(15)
@pytest.mark.parametrize("name", OTHER_NAMES)
def test_signing_with_a_secret_that_was_rotated_away_by_naming_its_version(stack: Stack, name: str) -> None:
    """A parameter's name with a colon selects a version of it; what it selects is in use no more."""
    document = stack.platform.document
    document["secrets"]["app_secret"] = "new"
    before = sign(json.dumps(payloads.delivery(payloads.message("m1"))).encode())
    secrets.put("facebook", CONNECTION, document)
    answer = stack.post(payloads.delivery(payloads.message("m1")), connection=name, **{"x-hub-signature-256": before})
    assert (answer["statusCode"], json.loads(answer["body"])) == (404, {"error": "not_found"})
    assert stack.call(webhook.app.lambda_handler, "GET", name, None)["statusCode"] == 404
    assert stack.items() == []


@pytest.mark.parametrize("channel", OTHER_CHANNELS)
def test_naming_a_channel_that_leads_elsewhere(stack: Stack, channel: str) -> None:
    answer = stack.call(webhook.app.lambda_handler, "POST", CONNECTION, "{}", channel=channel)
    assert answer["statusCode"] == 404


@pytest.mark.invariant(15)
@pytest.mark.parametrize("name", OTHER_NAMES)
def test_every_use_of_secrets_refuses_what_is_no_name(stack: Stack, name: str) -> None:
    """Names are checked where the parameter's name is put together, whatever the caller."""
    document = {"account_id": "1", "secrets": {}, "options": {}}
    for use in (secrets.read, secrets.fetch, secrets.drop):
        with pytest.raises(secrets.UnknownConnection):
            use("facebook", name)
    with pytest.raises(secrets.UnknownConnection):
        secrets.put("facebook", name, document)
    assert secrets.read("facebook", CONNECTION)


@pytest.mark.parametrize("channel", OTHER_CHANNELS)
def test_every_use_of_secrets_refuses_what_is_no_channel(stack: Stack, channel: str) -> None:
    if channel == "base":
        return  # could be one; there are no secrets below it
    with pytest.raises(secrets.UnknownConnection):
        secrets.put(channel, CONNECTION, {"account_id": "1", "secrets": {}})


@pytest.mark.parametrize("part", [each for each in OTHER_NAMES if each not in ("Demo", "DEMO", "a" * 64)])
def test_a_team_or_target_that_leads_to_another_parameter(stack: Stack, part: str) -> None:
    for team, target in ((part, "1"), ("service", part)):
        with pytest.raises(notification_addresses.NoAddress):
            notification_addresses.read(team, target)
        with pytest.raises(notification_addresses.NoAddress):
            notification_addresses.put(team, target, "https://example.org")
        notification_addresses.drop(team, target)
    with pytest.raises(parameters.NoParameter):
        parameters.name(settings.notices_path(), part)


@pytest.mark.parametrize(
    ("method", "end", "body"),
    [("PATCH", "", {"held": True}), ("PATCH", "", {"team": "service"}), ("DELETE", "", None), ("POST", "/check", None)],
)
def test_an_administrator_cannot_name_what_is_no_connection(
    stack: Stack, admin: Console, method: str, end: str, body: dict[str, Any] | None
) -> None:
    """Names as API Gateway hands them over: decoded once."""
    for name in OTHER_NAMES:
        event = sample("reply")
        path = f"/api/connections/{{channel}}/{{connection}}{end}"
        event["requestContext"] |= {"httpMethod": method, "resourcePath": path}
        event["requestContext"]["authorizer"]["claims"] |= admin.claims
        event |= {"httpMethod": method, "pathParameters": {"channel": "facebook", "connection": name}}
        event |= {"body": json.dumps(body) if body else None, "multiValueQueryStringParameters": None}
        assert console.app.lambda_handler(event, admin.context)["statusCode"] == 404, name
    assert secrets.read("facebook", CONNECTION)


@pytest.mark.invariant(15)
@pytest.mark.parametrize("part", [".", "..", "%2e%2e", "%2E.", ".%2e"])
def test_an_id_that_leads_upwards_makes_no_other_call(stack: Stack, part: str) -> None:
    """An id of a platform that is two dots would have the path end elsewhere."""
    url = f"http://127.0.0.1:{stack.platform.port}/v1/accounts/{part}/block"
    with pytest.raises(_http.Refused):
        _http.send(_http.Call("POST", url, {}, {}))
    assert stack.platform.asked == []
