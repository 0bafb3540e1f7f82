"""Makes MiniStack's sign-in pages behave as Cognito's: they remember who signed in, and ask for a second factor.

Without the first, every reload of the inbox would ask for the password again; without the second, an agent who set one
up would not be asked for it. All of it hangs on names inside the one version that requirements/stack.txt pins.
"""

from __future__ import annotations

import html
import secrets
import time
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

COOKIE = "cognito"
REMEMBERED_SECONDS = 3600
PATIENCE_SECONDS = 180
PAGE = {"Content-Type": "text/html; charset=utf-8"}
Answer = tuple[int, dict[str, str], bytes]


class SignInPages:
    """The pages of ``cognito``, MiniStack's module, with what they lack."""

    def __init__(self, cognito: Any) -> None:
        self._cognito = cognito
        self._authorize = cognito.handle_oauth2_authorize
        self._submit = cognito.handle_login_submit
        self._logout = cognito.handle_logout
        self._issue = cognito._issue_auth_code_redirect
        self._remembered: dict[str, tuple[str, str, float]] = {}
        self._asked: dict[str, tuple[tuple[Any, ...], float]] = {}

    def install(self) -> None:
        """Take the place of MiniStack's own."""
        self._cognito.handle_oauth2_authorize = self.authorize
        self._cognito.handle_login_submit = self.submit
        self._cognito.handle_logout = self.logout
        self._cognito._issue_auth_code_redirect = self.issue

    def authorize(self, method: str, path: str, headers: Any, query: Any) -> Answer:
        """Return the sign-in form, or straight back to the page for a browser that has signed in within the hour."""
        answer = self._authorize(method, path, headers, query)
        known = self._remembered.get(_cookie(headers))
        if answer[0] != 200 or known is None or known[2] < time.time():
            return answer
        given = {name: self._cognito._qp(query, name) for name in ("client_id", "redirect_uri", "scope", "state")}
        pool_id, pool, _client = self._cognito._find_pool_by_client_id(given["client_id"])
        user = pool["_users"].get(known[1])
        if pool_id != known[0] or user is None or self._cognito._hosted_ui_user_status_error(user):
            return answer
        more = [self._cognito._qp(query, name) for name in ("nonce", "code_challenge", "code_challenge_method")]
        where = (given["client_id"], pool_id, given["redirect_uri"], given["scope"], known[1])
        return self._issue(*where, *more, given["state"])

    def submit(self, method: str, path: str, headers: Any, body: bytes, query: Any) -> Answer:
        """A form that was sent; the code of the second factor is ours, the others MiniStack's."""
        form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
        if "mfa_token" not in form:
            return self._submit(method, path, headers, body, query)
        arguments, deadline = self._asked.get(form["mfa_token"], ((), 0.0))
        if deadline < time.time():
            return self._cognito._oauth2_error("invalid_request", "Session has expired. Please sign in again.")
        secret = self._user(arguments).get("_totp_secret", "")
        if not self._cognito._totp_matches(secret, form.get("code", "").strip()):
            return 200, dict(PAGE), self._code_page(form["mfa_token"], "The code is not right.")
        del self._asked[form["mfa_token"]]
        return self._remember(arguments)

    def issue(self, *arguments: Any) -> Answer:
        """The way back with a code, after the second factor where one is set up."""
        if "SOFTWARE_TOKEN_MFA" not in self._user(arguments).get("_mfa_enabled", []):
            return self._remember(arguments)
        token = secrets.token_urlsafe(24)
        self._asked[token] = (arguments, time.time() + PATIENCE_SECONDS)
        return 200, dict(PAGE), self._code_page(token)

    def logout(self, method: str, path: str, headers: Any, query: Any) -> Answer:
        """The way back, with nobody remembered."""
        status, answered, body = self._logout(method, path, headers, query)
        self._remembered.pop(_cookie(headers), None)
        return status, {**answered, "Set-Cookie": f"{COOKIE}=; Path=/; Max-Age=0"}, body

    def _remember(self, arguments: tuple[Any, ...]) -> Answer:
        status, headers, body = self._issue(*arguments)
        if status != 302 or "code=" not in headers["Location"]:
            return status, headers, body
        session = secrets.token_urlsafe(24)
        self._remembered[session] = (arguments[1], arguments[4], time.time() + REMEMBERED_SECONDS)
        cookie = f"{COOKIE}={session}; Path=/; Max-Age={REMEMBERED_SECONDS}; HttpOnly; SameSite=Lax"
        return status, {**headers, "Set-Cookie": cookie}, body

    def _user(self, arguments: tuple[Any, ...]) -> dict[str, Any]:
        pool = self._cognito._get_pool_unscoped(arguments[1]) or {"_users": {}}
        return pool["_users"].get(arguments[4], {})

    def _code_page(self, token: str, wrong: str = "") -> bytes:
        form = f"""{f'<div class="error">{html.escape(wrong)}</div>' if wrong else ""}
<form method="POST" action="/login">
<input type="hidden" name="mfa_token" value="{html.escape(token)}">
<label for="code">Code of your authenticator app</label>
<input type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus>
<button type="submit">Sign in</button>
</form>"""
        return self._cognito._page_shell("Sign in", "Enter your code", form).encode()


def _cookie(headers: Any) -> str:
    cookies = SimpleCookie(headers.get("cookie", ""))
    return cookies[COOKIE].value if COOKIE in cookies else ""
