"""Signing in with the company's directory, through Cognito's pages to the API, on a stack of its own.

The embedded CloudFormation knows no identity provider, so what the template has of it is made here by Cognito's API,
with the template's own properties. docs/emulators.md says what the embedded Cognito does otherwise than AWS.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from samtranslator.yaml_helper import yaml_parse

from infra import build
from infra.local.stack import Stack, start_stack
from tests.integration.driver import PATIENCE, wait_for
from tests.support import oidc_directory
from tests.support.chosen_template import ChosenTemplate
from tests.support.oidc_directory import CLIENT_ID, CLIENT_SECRET, Directory

Json = dict[str, Any]
GROUPS = "Support=agent;IT=admin"
TEMPLATE = ChosenTemplate(
    yaml_parse((build.ROOT / "template.yaml").read_text()),
    {
        "Stage": "dev",
        "OidcIssuer": "https://directory.example.com",
        "OidcClientId": CLIENT_ID,
        "OidcSecretName": "sso",
        "SingleSignOnGroups": GROUPS,
    },
)
MARA = {"sub": "00u1a2b3", "email": "mara.lind@example.com", "name": "Mara Lind"}


@dataclass
class SignIn:
    """A stack whose user pool knows a directory."""

    stack: Stack
    directory: Directory
    client_id: str
    sign_in_url: str

    def tokens(self, **claims: str) -> Json:
        """Go through the pages as a browser does, as somebody of whom the directory tells this; returns the tokens."""
        self.directory.claims = MARA | claims
        home, state, nonce = self.stack["console_url"], secrets.token_hex(8), secrets.token_hex(8)
        question = {
            "response_type": "code",
            "client_id": self.client_id,
            "identity_provider": "Oidc",
            "scope": "openid email profile",
            "redirect_uri": home,
            "state": state,
            "nonce": nonce,
        }
        endpoint = self.stack["endpoint_url"]
        to_directory = self._redirected(httpx.get(f"{endpoint}/oauth2/authorize", params=question))
        assert to_directory.startswith(f"{self.directory.issuer}/authorize?")
        back = self._redirected(httpx.get(to_directory))
        assert back.startswith(self.directory.redirect_uri)
        home_again = self._redirected(httpx.get(f"{endpoint}/oauth2/idpresponse?{urlsplit(back).query}"))
        assert home_again.partition("?")[0] == home
        answer = {name: values[0] for name, values in parse_qs(urlsplit(home_again).query).items()}
        assert answer["state"] == state
        grant = {"grant_type": "authorization_code", "client_id": self.client_id, "redirect_uri": home}
        tokens = httpx.post(f"{endpoint}/oauth2/token", data=grant | {"code": answer["code"]}).raise_for_status().json()
        assert claims_of(tokens["id_token"])["nonce"] == nonce
        return tokens

    def api(self, tokens: Json) -> httpx.Client:
        """Return a client of the API with somebody's token."""
        return httpx.Client(
            base_url=self.stack["api_url"], headers={"Authorization": tokens["id_token"]}, timeout=PATIENCE
        )

    @staticmethod
    def _redirected(answer: httpx.Response) -> str:
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


@pytest.fixture(scope="module")
def sign_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignIn]:
    """A stack with what ``OidcIssuer`` and its parameters would have made of it."""
    with start_stack(tmp_path_factory.mktemp("stack"), free_ports=True, persist=False, square=False) as stack:
        cognito, pool = stack.client("cognito-idp"), stack["user_pool_id"]
        domain = cognito.describe_user_pool(UserPoolId=pool)["UserPool"].get("Domain", "")
        pages = f"https://{domain}.auth.{stack['region']}.amazoncognito.com"
        with oidc_directory.running(f"{pages}/oauth2/idpresponse") as directory:
            cognito.update_user_pool(UserPoolId=pool, LambdaConfig={"PreTokenGeneration": deployed_function(stack)})
            client_id = connected(stack, directory)
            yield SignIn(stack, directory, client_id, pages)


def deployed_function(stack: Stack) -> str:
    """Deploy the function as the template would, and return its ARN."""
    functions = stack.client("lambda")
    console = functions.get_function(FunctionName=stack["functions"]["ConsoleFunction"])["Configuration"]
    own = TEMPLATE.resource("SingleSignOnFunction")
    assert own is not None
    made = functions.create_function(
        FunctionName="single-sign-on",
        Runtime=console["Runtime"],
        Role=console["Role"],
        Handler=own["Handler"],
        Timeout=own["Timeout"],
        Code={"ZipFile": build.LOCAL_ZIP.read_bytes()},
        Environment={"Variables": console["Environment"]["Variables"] | own["Environment"]["Variables"]},
    )
    return made["FunctionArn"]


def connected(stack: Stack, directory: Directory) -> str:
    """Make the directory known to the pool, its client, and the console; returns the client's id."""
    cognito, pool = stack.client("cognito-idp"), stack["user_pool_id"]
    provider, client = TEMPLATE.resource("OidcDirectory"), TEMPLATE.resource("DirectoryClient")
    assert provider is not None
    assert client is not None
    secret = {"oidc_issuer": directory.issuer, "client_secret": CLIENT_SECRET}
    provider |= {"UserPoolId": pool, "ProviderDetails": provider["ProviderDetails"] | secret}
    cognito.create_identity_provider(**provider)
    here = [stack["console_url"]]
    client |= {"UserPoolId": pool, "ClientName": "directory", "CallbackURLs": here, "LogoutURLs": here}
    client |= {"SupportedIdentityProviders": [provider["ProviderName"]]}
    made = cognito.create_user_pool_client(**client)["UserPoolClient"]["ClientId"]
    ssm, name = stack.client("ssm"), f"/{stack['stack_name']}/console/sign-in"
    document = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    document |= {"directory": provider["ProviderName"], "directory_client_id": made}
    ssm.put_parameter(Name=name, Value=json.dumps(document), Type="String", Overwrite=True)
    return made


def claims_of(token: str) -> Json:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_somebody_of_the_directory_signs_in_with_the_role_of_their_group(sign_in: SignIn) -> None:
    tokens = sign_in.tokens(groups="Support")
    claims = claims_of(tokens["id_token"])
    assert claims["cognito:groups"] == ["agent"]
    assert "custom:groups" not in claims
    with sign_in.api(tokens) as api:
        me = wait_for("the console to know the directory's client", lambda: ok(api.get("/me")))
        assert (me["name"], me["roles"]) == ("Mara Lind", {"lead": False, "admin": False})
        assert api.get("/conversations").status_code == 200
        assert api.get("/audit").status_code == 403


def ok(answer: httpx.Response) -> Json | None:
    return answer.json() if answer.status_code == 200 else None


@pytest.mark.parametrize(
    ("groups", "roles"), [("IT", ["admin"]), ("[Support, IT]", ["admin", "agent"]), ("Cooks", ["no-role"])]
)
def test_groups_of_the_directory_at_this_sign_in_decide(sign_in: SignIn, groups: str, roles: list[str]) -> None:
    tokens = sign_in.tokens(groups=groups)
    assert claims_of(tokens["id_token"])["cognito:groups"] == roles
    with sign_in.api(tokens) as api:
        expected = {"admin": 200, "no-role": 403}[roles[0]]
        wait_for("the answer", lambda: api.get("/audit").status_code == expected)


def test_codes_of_the_directory_are_redeemed_and_no_request_of_cognito_is_refused(sign_in: SignIn) -> None:
    sign_in.tokens(groups="Support")
    assert sign_in.directory.codes == {}
    assert sign_in.directory.refusals == []


def test_client_of_passwords_does_not_reach_the_directory(sign_in: SignIn) -> None:
    """It writes nothing of what a directory maps, and Cognito would refuse it."""
    supported = sign_in.stack.client("cognito-idp").describe_user_pool_client(
        UserPoolId=sign_in.stack["user_pool_id"], ClientId=sign_in.stack["user_pool_client_id"]
    )
    assert supported["UserPoolClient"]["SupportedIdentityProviders"] == ["COGNITO"]
