"""Sign-in on Reddit, for a permanent token (github.com/reddit-archive/reddit/wiki/OAuth2). There is no PKCE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels import _sign_in
from channels._sign_in import Grant, Question, SignIn
from channels.base import Credentials, PermanentFailure, Reason, TransientFailure
from channels.reddit.api import AUTH_URL, Client

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPES = "identity read privatemessages submit edit history modposts"


class RedditSignIn(SignIn):
    """The sign-in of an app of the kind "web app"."""

    secret_names = ("client_id", "client_secret")

    def address(self, credentials: Credentials, question: Question) -> str:
        base = (credentials.options.get("auth_url") or AUTH_URL).rstrip("/")
        client = credentials.secrets["client_id"]
        page = f"{base}/api/v1/authorize"
        return _sign_in.page(page, question, client, proves=False, scope=SCOPES, duration="permanent")

    def redeem(self, credentials: Credentials, grant: Grant, now: int) -> Mapping[str, str]:
        form = {"grant_type": "authorization_code", "code": grant.code, "redirect_uri": grant.redirect_uri}
        body = Client(credentials).token(form)
        if not isinstance(body.get("access_token"), str):
            raise TransientFailure(Reason.RETRY, "no_token")
        found = _sign_in.secrets_of(body, now)
        if "refresh_token" not in found:
            raise PermanentFailure(Reason.PERMISSION, "no_refresh_token")
        return found
