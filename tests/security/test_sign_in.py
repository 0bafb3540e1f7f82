"""The way to the agents' API: foreign tokens, missing roles, keys of colleagues, and who somebody says to be."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aws import accounts
from infra import templates
from tests.functional.console_api import Console, body_of, document, examples_of, now, visitor_post
from tests.support.console_routes import all_routes
from tests.support.embedded_aws import CLIENT_ID
from tests.support.stack import Stack

WITHOUT_SIGN_IN = {("GET", "/"), ("GET", "/assets/{name}"), ("GET", "/connected")}
"""The page, which shows nothing of a customer, and the way back to it from the sign-in of a platform."""
WITHOUT_ROLE = {("GET", "/api/me")}
"""Routes for accounts without a role: they may learn that no role was given yet."""
PATHS = {"channel": "facebook", "connection": "demo", "team": "service", "language": "de"}


def routes() -> list[tuple[str, str]]:
    """Every route, by method and path."""
    return sorted((method, path) for path, methods in all_routes().routes.items() for method in methods)


def filled(path: str) -> str:
    """A path that leads somewhere."""
    names = re.findall(r"\{(\w+)\}", path)
    return path.removeprefix("/api").format(**{name: PATHS.get(name, "a" * 26) for name in names})


API = [each for each in routes() if each not in WITHOUT_SIGN_IN]


@pytest.mark.parametrize(
    "claims",
    [
        {"token_use": "access", "aud": CLIENT_ID},
        {"token_use": "access", "aud": "", "client_id": CLIENT_ID},
        {"token_use": "", "aud": CLIENT_ID},
        {"token_use": "ID", "aud": CLIENT_ID},
        {"token_use": "id", "aud": "another-application"},
        {"token_use": "id", "aud": ""},
        {"token_use": "id", "aud": f"{CLIENT_ID},x"},
        {"token_use": "id", "aud": [CLIENT_ID]},
        {"token_use": "id", "aud": [CLIENT_ID, "x"]},
        {"token_use": "id", "aud": {CLIENT_ID: True}},
        {"token_use": "id", "aud": None, "client_id": CLIENT_ID},
        {"token_use": ["id"], "aud": CLIENT_ID},
        {"token_use": None, "aud": CLIENT_ID},
    ],
)
def test_token_of_another_kind_or_application_opens_no_route(admin: Console, claims: dict[str, Any]) -> None:
    attacker = Console(admin.context, admin.claims | claims)
    for method, path in API:
        answer = attacker.ask(method, filled(path), headers={})
        assert (answer.status, answer.body) == (401, {"message": "Unauthorized"}), path


ODD_GROUPS: list[Any] = [
    *("", "customers", "Admin", "administrator", "adminlead", "[]"),
    *(
        "customers\nadmin",
        "customers\u00a0admin",
        "customers\u2028admin",
        "customers\x1fadmin",
        "admin\u200b",
        "\tadmin",
    ),
    *("[[admin]]", "]admin[", "[admin", "admin]", '["admin"]', "admin;lead", "admin|", "\uff41dmin"),
    *(None, 5, True, ["admin"], {"admin": True}, [["admin"]]),
]
"""Values of a claim that name no role of ours; a list is no form in which the gateway hands one on."""


@pytest.mark.parametrize("groups", ODD_GROUPS)
def test_signed_in_without_a_role_opens_no_route(admin: Console, groups: Any) -> None:
    nobody = Console(admin.context, admin.claims | {"cognito:groups": groups})
    for method, path in API:
        if (method, path) not in WITHOUT_ROLE:
            assert nobody.ask(method, filled(path), headers={}).status == 403, path


@pytest.mark.parametrize(
    "claim", ["custom:groups", "groups", "roles", "cognito:roles", "custom:cognito:groups", "scope"]
)
def test_attribute_that_looks_like_the_groups_gives_no_role(admin: Console, claim: str) -> None:
    nobody = Console(admin.context, admin.claims | {"cognito:groups": "customers", claim: "admin"})
    assert nobody.get("/audit").status == nobody.get("/conversations").status == 403


def test_each_route_without_a_sign_in_or_role_is_known(admin: Console) -> None:
    """A route that is opened to everybody has to be written down here, too."""
    nobody = Console(admin.context, admin.claims | {"cognito:groups": ""})
    opened = {each for each in API if nobody.ask(each[0], filled(each[1]), headers={}).status != 403}
    assert opened == WITHOUT_ROLE
    assert set(routes()) - set(API) == WITHOUT_SIGN_IN


FOR_ADMINS = {
    ("GET", "/api/audit"),
    ("GET", "/api/checks"),
    ("POST", "/api/connections"),
    ("PATCH", "/api/connections/{channel}/{connection}"),
    ("DELETE", "/api/connections/{channel}/{connection}"),
    ("POST", "/api/connections/{channel}/{connection}/check"),
    ("POST", "/api/teams"),
    ("DELETE", "/api/teams/{team}"),
}


@pytest.mark.parametrize(("method", "path"), sorted(FOR_ADMINS))
def test_lead_does_nothing_that_is_for_administrators(lead: Console, method: str, path: str) -> None:
    assert lead.ask(method, filled(path), headers={}).status == 403


# -- the second step --------------------------------------------------------------------------------------------------


@pytest.fixture
def pool(client: Callable[[str], Any], environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A pool with two administrators, in a stack that asks them for a second step."""
    cognito = client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="agents", MfaConfiguration="OPTIONAL")["UserPool"]["Id"]
    for name in ("ada", "bea"):
        cognito.admin_create_user(UserPoolId=pool, Username=name)
    monkeypatch.setenv("USER_POOL_ID", pool)
    monkeypatch.setenv("REQUIRE_MFA", "admins")
    accounts._proven.clear()
    yield lambda name, on: cognito.admin_set_user_mfa_preference(
        UserPoolId=pool, Username=name, SoftwareTokenMfaSettings={"Enabled": on, "PreferredMfa": on}
    )
    accounts._proven.clear()


@pytest.mark.parametrize(("method", "path"), sorted(FOR_ADMINS))
def test_administrator_with_a_password_alone_does_nothing_that_is_for_administrators(
    admin: Console, pool: Any, method: str, path: str
) -> None:
    answer = Console(admin.context, admin.claims | {"cognito:username": "ada"}).ask(method, filled(path), headers={})
    assert (answer.status, answer.body["error"]) == (403, "second_step")


def test_administrator_is_admitted_with_a_second_step_and_told_how_without(admin: Console, pool: Any) -> None:
    ada = Console(admin.context, admin.claims | {"cognito:username": "ada"})
    bea = Console(admin.context, admin.claims | {"cognito:username": "bea"})
    assert "Konto" in ada.get("/audit", accept_language="de").body["message"]
    pool("ada", True)
    assert ada.get("/audit").status == 200
    assert bea.get("/audit").status == 403
    assert bea.get("/conversations").status == 200, "what every agent does needs none"


def test_account_that_is_gone_is_no_administrator(admin: Console, pool: Any) -> None:
    gone = Console(admin.context, admin.claims | {"cognito:username": "nobody"})
    assert gone.get("/audit").status == 403


# -- who one says to be -----------------------------------------------------------------------------------------------


def resource(name: str) -> dict[str, Any]:
    """The properties of a resource of the template."""
    template: Any = templates.template()
    return template["Resources"][name]["Properties"]


def test_nobody_changes_by_which_colleagues_and_the_audit_know_them() -> None:
    written = set(resource("UserPoolClient")["WriteAttributes"])
    assert written, "an empty list means every attribute"
    assert not written & {"name", "email", "email_verified", "preferred_username", "nickname", "given_name", "profile"}
    assert not [each for each in written if each.startswith("custom:")]


def test_new_address_counts_only_once_it_is_verified() -> None:
    settings = resource("UserPool")["UserAttributeUpdateSettings"]
    assert settings["AttributesRequireVerificationBeforeUpdate"] == ["email"]
    assert resource("UserPool")["AccountRecoverySetting"]["RecoveryMechanisms"][0]["Name"] == "verified_email"


def test_audit_tells_two_agents_of_the_same_name_apart(admin: Console, lead: Console, stack: Stack) -> None:
    """A name is what somebody is called; the id is who it is."""
    conversation = visitor_post()
    for sub in ("kim", "not-kim"):
        Console(admin.context, lead.claims | {"sub": sub}).put(f"/conversations/{conversation}/opt-out")
    noted = admin.get("/audit", {"kind": "opt_out"}).body["items"]
    assert {each["by"]["id"] for each in noted} == {"kim", "not-kim"}
    assert {each["by"]["name"] for each in noted} == {"Kim"}


# -- keys and fields --------------------------------------------------------------------------------------------------


def test_key_of_a_colleagues_request_replays_nothing(console: Console, lead: Console, stack: Stack) -> None:
    conversation, key = visitor_post(), {"idempotency_key": "0f8b6c1e-9a55"}
    body = {"text": "Nur von mir."}
    first = console.post(f"/conversations/{conversation}/notes", body, **key)
    other = lead.post(f"/conversations/{conversation}/notes", body, **key)
    assert (first.status, other.status) == (201, 201)
    assert first.body["id"] != other.body["id"]
    assert other.body["author"]["name"] == "Kim"
    again = console.post(f"/conversations/{conversation}/notes", body, **key)
    assert again.body["id"] == first.body["id"]


def test_key_of_another_conversation_replays_nothing(console: Console, stack: Stack) -> None:
    one, two = visitor_post("1055_1"), visitor_post("1055_2")
    made = [console.post(f"/conversations/{each}/notes", {"text": "x"}, idempotency_key="a-key") for each in (one, two)]
    assert len({answer.body["id"] for answer in made}) == 2


def test_key_of_a_request_for_one_thing_does_not_stand_for_another(
    console: Console, lead: Console, stack: Stack
) -> None:
    """The path alone may distinguish two requests: the same body, and another macro."""
    conversation = visitor_post()
    for macro in ("one", "two"):
        body = {"title": macro, "actions": [{"tag": {"add": [macro]}}]}
        assert lead.put(f"/teams/service/macros/{macro}", body).status < 300
    made = [
        console.post(f"/conversations/{conversation}/macros/{macro}", {}, idempotency_key="a-key")
        for macro in ("one", "one", "two")
    ]
    assert [answer.status for answer in made] == [200, 200, 422], made
    assert console.get(f"/conversations/{conversation}").body["tags"] == ["one"]


WITH_BODY = [
    (method, path)
    for method, path in API
    if "requestBody" in document()["paths"][path.removeprefix("/api")][method.lower()]
]


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_field_that_nobody_asked_for_is_refused(admin: Console, stack: Stack, method: str, path: str) -> None:
    described = document()["paths"][path.removeprefix("/api")][method.lower()]
    body = (examples_of(body_of(described)) or [{}])[0]
    assert isinstance(body, dict)
    where = filled(path).replace("a" * 26, visitor_post(at=now()), 1)
    for field in ("id", "author", "agent", "sub", "groups", "role", "__class__", "state", "unproven"):
        answer = admin.ask(method, where, body | {field: "admin"}, headers={})
        assert answer.status in (400, 422), (field, answer)


def places_within(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where objects stand within a body."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(inner, dict):
            yield (*path, key)
        yield from places_within(inner, (*path, key))


INNER = [
    (method, path, example, place)
    for method, path in WITH_BODY
    for example in examples_of(body_of(document()["paths"][path.removeprefix("/api")][method.lower()]))
    for place in places_within(example)
    if place[-1] not in ("secrets", "options")  # names that the platform's form gives
]


@pytest.mark.parametrize(("method", "path", "example", "place"), INNER)
def test_field_within_a_field_that_nobody_asked_for_is_refused(
    admin: Console, stack: Stack, method: str, path: str, example: Any, place: tuple[Any, ...]
) -> None:
    body = copy.deepcopy(example)
    inner = body
    for key in place:
        inner = inner[key]
    inner["__proto__"] = "admin"
    where = filled(path).replace("a" * 26, visitor_post(at=now()), 1)
    assert admin.ask(method, where, body, headers={}).status in (400, 422)
