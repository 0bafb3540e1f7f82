"""Sign-in on X: OAuth 2.0 with PKCE, and a refresh token (docs.x.com/fundamentals/authentication/oauth-2-0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels import _sign_in
from channels._sign_in import Grant, Question, SignIn
from channels.x.api import TOKEN_SECONDS, client_headers, token_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.base import Credentials

PAGE_URL = "https://x.com"
SCOPES = "tweet.read tweet.write tweet.moderate.write users.read dm.read dm.write media.write offline.access"


class XSignIn(SignIn):
    """The sign-in of an app of the kind that keeps a secret."""

    secret_names = ("consumer_secret", "client_secret")
    option_names = ("client_id",)

    def address(self, credentials: Credentials, question: Question) -> str:
        base = (credentials.options.get("base_url") or PAGE_URL).rstrip("/")
        return _sign_in.page(f"{base}/i/oauth2/authorize", question, credentials.options["client_id"], scope=SCOPES)

    def redeem(self, credentials: Credentials, grant: Grant, now: int) -> Mapping[str, str]:
        form = _sign_in.form_of(grant, client_id=credentials.options["client_id"])
        request = token_request(credentials, client_headers(credentials), form)
        return _sign_in.secrets_of(_sign_in.token(request, "x"), now, TOKEN_SECONDS)
