"""Facebook Login: a person allows the app, and connects one of the Pages that they manage, or its Instagram account.

Sources: developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow (page, code, errors),
…/docs/facebook-login/guides/access-tokens/get-long-lived (a Page's token does not end when it is had with a long-lived
one of a person), …/docs/graph-api/reference/user/accounts (Pages), …/docs/permissions. The app's secret identifies the
server, so there is no PKCE; the documents send it in the address, and we in the body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels import _meta, _options, _sign_in, _transport
from channels._sign_in import Candidate, Grant, Question, SignIn
from channels._transport import Answer, Call, Refusal
from channels._values import as_id, as_text
from channels.base import Credentials, PermanentFailure, Reason, TransientFailure, json_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PAGE_URL = "https://www.facebook.com"
USER_TOKEN = "user_token"  # noqa: S105 - a name
MOST_PAGES = 5
"""Pages of the list of Pages, of a hundred each."""
FIELDS = "id,name,access_token,instagram_business_account{id,username}"


class MetaSignIn(SignIn):
    """The sign-in of one of the two channels; ``for_instagram`` connects the account that is linked to a Page."""

    secret_names = ("app_secret",)
    option_names = ("app_id",)

    def __init__(self, scopes: Sequence[str], *, for_instagram: bool = False) -> None:
        self._scopes = scopes
        self._for_instagram = for_instagram

    def missing(self, credentials: Credentials, *, renews: bool) -> list[str]:
        """A further account of an app names the app by ``client_id``."""
        return without_known_app(super().missing(credentials, renews=renews), credentials)

    def address(self, credentials: Credentials, question: Question) -> str:
        base = (credentials.options.get("base_url") or PAGE_URL).rstrip("/")
        page = f"{base}/{_version(credentials)}/dialog/oauth"
        return _sign_in.page(page, question, _app_id(credentials), proves=False, scope=",".join(self._scopes))

    def redeem(self, credentials: Credentials, grant: Grant, now: int) -> Mapping[str, str]:
        """The person's token, for as long as there is one."""
        app = {"client_id": _app_id(credentials), "client_secret": credentials.secrets["app_secret"]}
        first = _token(credentials, {**app, "redirect_uri": grant.redirect_uri, "code": grant.code})
        return {USER_TOKEN: _token(credentials, {**app, "grant_type": "fb_exchange_token", "fb_exchange_token": first})}

    def accounts(self, credentials: Credentials) -> Sequence[Candidate]:
        token = credentials.secrets[USER_TOKEN]
        person = replace(credentials, secrets={**credentials.secrets, "access_token": token})
        params = {"fields": FIELDS, "limit": "100"}
        pages = (page for some in _meta.pages("me/accounts", person, params, MOST_PAGES) for page in some)
        return [found for page in pages if (found := self._candidate(page))]

    def options(self, options: Mapping[str, str], others: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
        return options_beside(options, others)

    def _candidate(self, page: Mapping[str, Any]) -> Candidate | None:
        page_id, token, name = as_id(page.get("id")), page.get("access_token"), as_text(page.get("name")) or ""
        if page_id is None or not isinstance(token, str) or not token:
            return None
        secrets = {"access_token": token}
        if not self._for_instagram:
            return Candidate(page_id, name or page_id, secrets)
        linked = json_object(page.get("instagram_business_account"))
        account_id = as_id(linked.get("id"))
        if account_id is None:
            return None
        shown = as_text(linked.get("username")) or name or account_id
        return Candidate(account_id, shown, secrets, {"flavour": "facebook", "page_id": page_id})


def without_known_app(missing: Sequence[str], credentials: Credentials) -> list[str]:
    """Leave the app's id out of what is missing where ``client_id`` names the app."""
    return [name for name in missing if name != "app_id" or not credentials.options.get("client_id")]


def options_beside(options: Mapping[str, str], others: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    """An app has one webhook for all its accounts: the first connection registers it, and the others only name the
    app."""
    app_id = options.get("app_id")
    if not app_id or all(other.get("app_id") != app_id for other in others):
        return options
    return {**{name: value for name, value in options.items() if name != "app_id"}, "client_id": app_id}


def _app_id(credentials: Credentials) -> str:
    app_id = credentials.options.get("app_id") or credentials.options.get("client_id")
    if not app_id:
        raise PermanentFailure(Reason.BAD, "no_app_id")
    return app_id


def _version(credentials: Credentials) -> str:
    return _options.part(credentials.options, "version", _meta.FACEBOOK.version)


def _token(credentials: Credentials, form: Mapping[str, str]) -> str:
    base = (credentials.options.get("base_url") or _meta.FACEBOOK.base_url).rstrip("/")
    request = Call("POST", f"{base}/{_version(credentials)}/oauth/access_token", {}, {}, form)
    answer = _transport.call(request, channel="facebook", repeatable=True, classify=classify)
    token = (answer.body or {}).get("access_token")
    if not isinstance(token, str) or not token:
        raise TransientFailure(Reason.RETRY, "no_token")
    return token


def classify(answer: Answer) -> Refusal | None:
    """Return why there is no token: 1 is here said of a wrong app secret, and 100 of a code that does not hold."""
    refusal = _meta.classify(answer)
    if refusal is None or refusal.code.partition("/")[0] not in ("1", "100"):
        return refusal
    return Refusal(Reason.AUTH, refusal.code)
