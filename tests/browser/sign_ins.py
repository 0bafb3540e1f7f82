"""Sign-ins of agents who have signed in before: Cognito's cookie, and the way back from its pages.

The page of an agent whom Cognito remembers is loaded, leaves for Cognito, and is loaded again with a code. A test that
is not about signing in begins with the second load: it asks Cognito what the page would have asked, and hands the page
the answer. What follows is the page's own: it exchanges the code for tokens.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Page

from infra.local.sign_in_pages import COOKIE
from infra.local.stack import Stack
from tests.browser.people import Person

ATTEMPT = "nachfrage.sign-in"
"""The name under which the page keeps what it needs when it comes back (lib/session.js)."""
KEEP_ATTEMPT = """
if (new URLSearchParams(location.search).get("state") === %s) sessionStorage.setItem(%s, %s);
"""


class SignIns:
    """The agents whom Cognito remembers."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._cookies: dict[str, list[Any]] = {}
        """By an agent's address."""

    def give_cookie(self, context: BrowserContext, agent: Person) -> None:
        """Let Cognito remember the agent in this context, if it has asked for the password before."""
        context.add_cookies(self._cookies.get(agent.email, []))

    def keep_cookie(self, context: BrowserContext, agent: Person) -> None:
        """Keep the cookie of an agent who is signed in."""
        self._cookies[agent.email] = [cookie for cookie in context.cookies() if cookie.get("name") == COOKIE]

    def way_back(self, page: Page, agent: Person, place: str) -> str | None:
        """Return the address to which Cognito sends the page with a code; none if it would ask for the password."""
        if not self._cookies.get(agent.email):
            return None
        attempt = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")} | {"place": place}
        answer = page.context.request.get(
            f"{self._stack['endpoint_url']}/oauth2/authorize", params=self._question(attempt), max_redirects=0
        )
        address = answer.headers.get("location", "")
        if not parse_qs(urlsplit(address).query).get("code"):
            return None
        page.add_init_script(KEEP_ATTEMPT % tuple(map(json.dumps, (attempt["state"], ATTEMPT, json.dumps(attempt)))))
        return address

    def _question(self, attempt: dict[str, str]) -> dict[str, str | float | bool]:
        digest = hashlib.sha256(attempt["verifier"].encode()).digest()
        return {
            "response_type": "code",
            "client_id": self._stack["user_pool_client_id"],
            "scope": "openid email profile aws.cognito.signin.user.admin",
            "redirect_uri": self._stack["console_url"],
            "state": attempt["state"],
            "nonce": attempt["nonce"],
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
