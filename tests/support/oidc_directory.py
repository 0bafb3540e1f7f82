"""A company's directory that speaks OpenID Connect on loopback: discovery, the code flow, and an ID token with groups.

https://openid.net/specs/openid-connect-core-1_0.html, https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.serving import serving

CLIENT_ID, CLIENT_SECRET = "inbox", "secret-of-the-inbox"


@dataclass
class Directory:
    """The person who signs in, the directory's claims about them, and the requests it got."""

    redirect_uri: str
    issuer: str = ""
    claims: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """The grant of each code that was given out; a code is used once."""
    refusals: list[str] = field(default_factory=list)

    def metadata(self) -> dict[str, Any]:
        """Return the discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["HS256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser goes after the sign-in. Raises ``PermissionError`` for an odd request."""
        expected = {"client_id": CLIENT_ID, "redirect_uri": self.redirect_uri, "response_type": "code"}
        self._hold(asked, expected)
        if not {"openid", "email", "profile"} <= set(asked.get("scope", "").split()):
            raise PermissionError("scope")
        code = secrets.token_urlsafe(16)
        self.codes[code] = dict(self.claims)
        return f"{self.redirect_uri}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, asked: dict[str, str]) -> dict[str, Any]:
        """Return the tokens for a code. Raises ``PermissionError`` for a code or a client that is not ours."""
        expected = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": self.redirect_uri}
        self._hold(asked, expected | {"grant_type": "authorization_code"})
        claims = self.codes.pop(asked.get("code", ""), None)
        if claims is None:
            raise PermissionError("code")
        now = int(time.time())
        told = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300} | claims
        return {
            "access_token": "of-the-directory",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": _signed(told),
        }

    def _hold(self, asked: dict[str, str], expected: dict[str, str]) -> None:
        for name, value in expected.items():
            if asked.get(name) != value:
                self.refusals.append(name)
                raise PermissionError(name)


class _Handler(BaseHTTPRequestHandler):
    directory: Directory

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        if where.path == "/.well-known/openid-configuration":
            self._answer(200, self.directory.metadata())
        elif where.path == "/authorize":
            self._try(lambda: self._redirect(self.directory.authorize(_pairs(where.query))))
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._try(lambda: self._answer(200, self.directory.token(_pairs(body))))

    def _try(self, answer: Any) -> None:
        try:
            answer()
        except PermissionError as refused:
            self._answer(400, {"error": "invalid_request", "error_description": str(refused)})

    def _redirect(self, location: str) -> None:
        self.send_response(302)
        self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


@contextlib.contextmanager
def running(redirect_uri: str) -> Iterator[Directory]:
    """Run a directory that knows one application, which is sent back to ``redirect_uri``."""
    directory = Directory(redirect_uri)
    with serving(_Handler, directory=directory) as port:
        directory.issuer = f"http://127.0.0.1:{port}"
        yield directory


def _pairs(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


def _signed(claims: dict[str, Any]) -> str:
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    body = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return f"{body}.{_encoded(hmac.new(CLIENT_SECRET.encode(), body.encode(), hashlib.sha256).digest())}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
