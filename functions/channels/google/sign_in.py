"""Sign-in on Google, for a refresh token, and the locations or channels that may be connected with it.

Sources: developers.google.com/identity/protocols/oauth2/web-server (``access_type=offline``, PKCE),
developers.google.com/my-business/reference/accountmanagement/rest/v1/accounts/list,
…/businessinformation/rest/v1/accounts.locations/list, developers.google.com/youtube/v3/docs/channels/list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from channels import _sign_in
from channels._sign_in import Candidate, Grant, Question, SignIn
from channels._transport import Call
from channels._values import as_id, as_text
from channels.base import Credentials, PermanentFailure, Reason, json_list, json_object
from channels.google.account import INFORMATION_URL
from channels.google.api import TOKEN_URL, YOUTUBE, call, get, service_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PAGE_URL = "https://accounts.google.com/o/oauth2/v2/auth"
ACCOUNTS_URL = "https://mybusinessaccountmanagement.googleapis.com"
SCOPES = {
    "reviews": "https://www.googleapis.com/auth/business.manage",
    "youtube": "https://www.googleapis.com/auth/youtube.force-ssl",
}
MOST_ACCOUNTS = 20
"""Accounts of the Business Profile whose locations are read."""
LISTED = "100"


class GoogleSignIn(SignIn):
    """The sign-in for one of the two services."""

    secret_names = ("client_id", "client_secret")
    option_names = ("service",)

    def missing(self, credentials: Credentials, *, renews: bool) -> list[str]:
        """A connection without ``service`` is one to reviews."""
        missing = super().missing(credentials, renews=renews)
        return [name for name in missing if name != "service" or not renews]

    def address(self, credentials: Credentials, question: Question) -> str:
        """Consent is asked for each time: without it, no second refresh token is given."""
        override = credentials.options.get("token_url")
        page = f"{override.removesuffix('/token')}/o/oauth2/v2/auth" if override else PAGE_URL
        scope, client_id = SCOPES[service_of(credentials.options)], credentials.secrets["client_id"]
        return _sign_in.page(page, question, client_id, scope=scope, access_type="offline", prompt="consent")

    def redeem(self, credentials: Credentials, grant: Grant, now: int) -> Mapping[str, str]:
        app = {name: credentials.secrets[name] for name in ("client_id", "client_secret")}
        url = credentials.options.get("token_url") or TOKEN_URL
        request = Call("POST", url, {}, {}, _sign_in.form_of(grant, **app))
        found = _sign_in.secrets_of(_sign_in.token(request, "google"), now)
        if "refresh_token" not in found:
            raise PermanentFailure(Reason.PERMISSION, "no_refresh_token")
        return found

    def accounts(self, credentials: Credentials) -> Sequence[Candidate]:
        if service_of(credentials.options) == YOUTUBE:
            body = get("channels", credentials, {"part": "snippet", "mine": "true"})
            found = [json_object(item) for item in json_list(body.get("items"))]
            named = [(as_id(item.get("id")), as_text(json_object(item.get("snippet")).get("title"))) for item in found]
        else:
            named = list(_locations(credentials))
        return [Candidate(account_id, name or account_id) for account_id, name in named if account_id]


def _locations(credentials: Credentials) -> Iterator[tuple[str | None, str | None]]:
    """Yield the full names and titles of the locations of all accounts."""
    options = credentials.options
    accounts_url = options.get("accounts_url") or ACCOUNTS_URL
    information_url = options.get("information_url") or INFORMATION_URL
    listed = call("GET", "v1/accounts", credentials, {"pageSize": str(MOST_ACCOUNTS)}, root=accounts_url)
    for account in map(json_object, json_list(listed.get("accounts"))[:MOST_ACCOUNTS]):
        name = as_text(account.get("name")) or ""
        if not name.startswith("accounts/"):
            continue
        path = f"v1/{quote(name)}/locations"
        params = {"readMask": "name,title", "pageSize": LISTED}
        body = call("GET", path, credentials, params, root=information_url)
        for place in map(json_object, json_list(body.get("locations"))):
            if short := as_text(place.get("name")):
                yield f"{name}/{short}", as_text(place.get("title"))
