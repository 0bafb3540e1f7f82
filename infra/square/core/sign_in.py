"""A platform's own sign-in: the page on which the company's account allows an app, and the codes that follow.

As every platform does it (RFC 6749 4.1, RFC 7636): what differs are addresses, names of parameters, and errors.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from starlette.responses import HTMLResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from infra.square.core.clock import Clock

CODE_MILLISECONDS = 600_000
STYLE = (
    "html{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}"
    "button{font:inherit;padding:.6rem 1.4rem;min-height:44px;margin-right:.5rem}"
)
POLICY = f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


class BadCode(Exception):
    """A code is not known, was used, has ended, or was asked for by somebody else; the text says which."""


@dataclass
class Issued:
    """A code, and the request that it answers."""

    client_id: str
    redirect_uri: str
    challenge: str
    scope: str
    ends: int


@dataclass(frozen=True)
class App:
    """An app that asks to be allowed, and the addresses to which its people may be sent back; empty for any."""

    client_id: str
    name: str = "Nachfrage"
    redirect_uris: tuple[str, ...] = ()


class SignInPage:
    """The authorization page of one platform. ``find_app`` knows the apps by their client ids.

    ``mark`` stands behind the address of return, as Meta's platforms have it."""

    def __init__(
        self,
        clock: Clock,
        label: str,
        account_name: Callable[[], str],
        find_app: Callable[[str], App | None],
        *,
        needs_proof: bool = False,
        denial: Mapping[str, str] | None = None,
        mark: str = "",
    ) -> None:
        self._clock = clock
        self._label = label
        self._account_name = account_name
        self._find_app = find_app
        self._needs_proof = needs_proof
        self._denial = {"error": "access_denied", **(denial or {})}
        self._mark = mark
        self._codes: dict[str, Issued] = {}

    async def handle(self, request: Request) -> Response:
        """Show the page, or send the browser back with the decision that was made on it."""
        query = request.query_params
        app, redirect_uri = self._find_app(query.get("client_id", "")), query.get("redirect_uri", "")
        if app is None or not _is_permitted(app, redirect_uri):
            # Nobody is sent to an address that the app did not register.
            return self._shown("<p>The app or its redirect address is not known here.</p>", 400)
        if query.get("response_type") != "code":
            return _back(redirect_uri, {"error": "unsupported_response_type"}, query.get("state"))
        challenge = query.get("code_challenge", "")
        if (self._needs_proof and not challenge) or (challenge and query.get("code_challenge_method") != "S256"):
            return _back(redirect_uri, {"error": "invalid_request"}, query.get("state"))
        if request.method == "GET":
            return self._shown(self._question(app, query.get("scope", "")))
        form = await request.form()
        if form.get("decision") != "allow":
            return _back(redirect_uri, self._denial, query.get("state"))
        code = secrets.token_urlsafe(24)
        ends = self._clock.now() + CODE_MILLISECONDS
        self._codes[code] = Issued(app.client_id, redirect_uri, challenge, query.get("scope", ""), ends)
        return _back(redirect_uri, {"code": code}, query.get("state"), self._mark)

    def redeem(self, params: Mapping[str, str], client_id: str) -> Issued:
        """Return what a code was issued for, once; raises ``BadCode``."""
        issued = self._codes.pop(params.get("code", ""), None)
        if issued is None or issued.ends <= self._clock.now():
            raise BadCode("the code is not known")
        if issued.client_id != client_id or issued.redirect_uri != params.get("redirect_uri"):
            raise BadCode("another app asked for it, or another address")
        if issued.challenge and not hmac.compare_digest(issued.challenge, _challenge(params.get("code_verifier", ""))):
            raise BadCode("the verifier is another one")
        return issued

    def _question(self, app: App, scope: str) -> str:
        listed = "".join(f"<li>{html.escape(each)}</li>" for each in scope.replace(",", " ").split())
        return (
            f"<p>You are signed in as <strong>{html.escape(self._account_name())}</strong>.</p>"
            f"<p><strong>{html.escape(app.name)}</strong> wants to act for this account:</p><ul>{listed}</ul>"
            '<form method="post"><button name="decision" value="allow">Allow</button>'
            '<button name="decision" value="deny">Deny</button></form>'
        )

    def _shown(self, body: str, status: int = 200) -> Response:
        title = html.escape(self._label)
        page = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
            f'<meta name="viewport" content="width=device-width"></head><body><h1>{title}</h1>{body}</body></html>'
        )
        headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
        return HTMLResponse(page, status, headers)


def _is_permitted(app: App, redirect_uri: str) -> bool:
    """Return whether the app registered the address: exactly, or over TLS or on this machine where it names none."""
    if app.redirect_uris:
        return redirect_uri in app.redirect_uris
    parts = urlsplit(redirect_uri)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)


def _back(redirect_uri: str, answer: Mapping[str, str], state: str | None, mark: str = "") -> Response:
    joint = "&" if urlsplit(redirect_uri).query else "?"
    told = {**answer, **({"state": state} if state else {})}
    return RedirectResponse(f"{redirect_uri}{joint}{urlencode(told)}{mark}", 303)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
