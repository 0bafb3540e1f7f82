"""The sign-in of a Threads profile or an Instagram account by itself, without a Page: a code, and a token of 60 days.

Sources: developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions and …/long-lived-tokens;
…/docs/instagram-platform/instagram-api-with-instagram-login/business-login (page, code, exchange, both tokens). The
app's secret identifies the server, so there is no PKCE. The short token is changed at once for one that lives 60 days:
its call has the secret in the address, the only documented way. Codes live an hour and hold once; ``#_`` stands behind
them in the address, and never reaches the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from channels import _meta, _meta_sign_in, _sign_in, _transport
from channels._sign_in import Grant, Question, SignIn
from channels._transport import Answer, Call, Refusal
from channels._values import as_text
from channels.base import Credentials, PermanentFailure, Reason, TransientFailure, json_list, json_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Window(Struct, frozen=True):
    """Places of a platform's sign-in, and what it asks for."""

    graph: _meta.Graph
    page_url: str
    token_url: str
    """The host that changes codes for tokens."""
    scopes: tuple[str, ...]
    exchange: str
    """The grant type that changes a short token for a long one."""
    id_options: tuple[str, ...]
    """The options that may hold the app's id, the first that is given."""
    secret: str = "app_secret"  # noqa: S105 - a name


class ProfileSignIn(SignIn):
    """The sign-in of one platform whose accounts allow an app themselves."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.secret_names = (window.secret,)
        self.option_names = window.id_options[:1]

    def missing(self, credentials: Credentials, *, renews: bool) -> list[str]:
        missing = super().missing(credentials, renews=renews)
        return _meta_sign_in.without_known_app(missing, credentials)

    def address(self, credentials: Credentials, question: Question) -> str:
        page = f"{_host(credentials, self._window.page_url)}/oauth/authorize"
        scope = ",".join(self._window.scopes)
        return _sign_in.page(page, question, self._app_id(credentials), proves=False, scope=scope)

    def redeem(self, credentials: Credentials, grant: Grant, now: int) -> Mapping[str, str]:
        secret = credentials.secrets[self._window.secret]
        form = {"grant_type": "authorization_code", "code": grant.code, "redirect_uri": grant.redirect_uri}
        form |= {"client_id": self._app_id(credentials), "client_secret": secret}
        code_url = f"{_host(credentials, self._window.token_url)}/oauth/access_token"
        short = self._token(Call("POST", code_url, {}, {}, form))
        params = {"grant_type": self._window.exchange, "client_secret": secret, "access_token": short["access_token"]}
        long_url = f"{_host(credentials, self._window.graph.base_url)}/access_token"
        return _sign_in.secrets_of(self._token(Call("GET", long_url, {}, params)), now)

    def options(self, options: Mapping[str, str], others: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
        return _meta_sign_in.options_beside(options, others)

    def _app_id(self, credentials: Credentials) -> str:
        app_id = next((value for name in self._window.id_options if (value := credentials.options.get(name))), None)
        if not app_id:
            raise PermanentFailure(Reason.BAD, "no_app_id")
        return app_id

    def _token(self, request: Call) -> dict[str, Any]:
        """Return what holds a token: the answer, or (Instagram's document has both) the one object of its list."""
        answer = _transport.call(request, channel=self._window.graph.channel, repeatable=True, classify=classify)
        body = answer.body or {}
        token = next((json_object(each) for each in json_list(body.get("data"))), body)
        if not as_text(token.get("access_token")):
            raise TransientFailure(Reason.RETRY, "no_token")
        return token


def classify(answer: Answer) -> Refusal | None:
    """Return why there is no token. Beside the Graph API's errors, the token's host has flat ones: ``error_type``,
    ``code`` and ``error_message``, of a code or an app secret that does not hold."""
    if isinstance((answer.body or {}).get("error_type"), str):
        return Refusal(Reason.AUTH if answer.status < 500 else Reason.RETRY, str(answer.status))
    return _meta_sign_in.classify(answer)


def _host(credentials: Credentials, usual: str) -> str:
    return (credentials.options.get("base_url") or usual).rstrip("/")
