"""Sign-in on a Mastodon server: an app is registered there, and an account of it allows the app.

Sources: docs.joinmastodon.org/methods/apps (registration), …/methods/oauth (page, token, PKCE since 4.3, which older
servers ignore), …/api/oauth-scopes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels import _sign_in, _transport
from channels._sign_in import Grant, Question, SignIn
from channels._transport import Call
from channels._values import as_text
from channels.base import Credentials, Reason, TransientFailure
from channels.mastodon.api import classify

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPES = "read write:statuses write:media write:favourites write:blocks"
APP = "Nachfrage"


class MastodonSignIn(SignIn):
    """The sign-in of a server that ``base_url`` names."""

    option_names = ("base_url",)

    def prepare(self, credentials: Credentials, redirect_uri: str) -> Mapping[str, str]:
        form = {"client_name": APP, "redirect_uris": redirect_uri, "scopes": SCOPES}
        request = Call("POST", f"{_server(credentials)}/api/v1/apps", {}, {}, form)
        body = _transport.call(request, channel="mastodon", repeatable=True, classify=classify).body or {}
        client, secret = as_text(body.get("client_id")), as_text(body.get("client_secret"))
        if not client or not secret:
            raise TransientFailure(Reason.RETRY, "no_app")
        return {"client_id": client, "client_secret": secret}

    def address(self, credentials: Credentials, question: Question) -> str:
        client = credentials.secrets["client_id"]
        return _sign_in.page(f"{_server(credentials)}/oauth/authorize", question, client, scope=SCOPES)

    def redeem(self, credentials: Credentials, grant: Grant, now: int) -> Mapping[str, str]:
        """The token does not end."""
        app = {name: credentials.secrets[name] for name in ("client_id", "client_secret")}
        request = Call("POST", f"{_server(credentials)}/oauth/token", {}, {}, _sign_in.form_of(grant, **app))
        return {"access_token": _sign_in.token(request, "mastodon")["access_token"]}


def _server(credentials: Credentials) -> str:
    return credentials.options["base_url"].rstrip("/")
