"""Signatures of version 4, checked as AWS does: over the method, the path, the signed headers and the body."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from infra.square.platforms.email.answers import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.square.platforms.email.account import EmailAccount

AGE = 300
"""Seconds a signature may be old."""
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,]+)/(\d{8})/([^/,]+)/([^/,]+)/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)


class Signature:
    """Admits signed calls."""

    def __init__(self, account: EmailAccount) -> None:
        self.account = account

    def check(self, request: Request, raw: bytes) -> None:
        """Check the signature as AWS does: over the method, the path, the signed headers and the body."""
        if self.account.expired:
            raise Refused(403, "ExpiredTokenException", "The security token included in the request is expired")
        match = _SIGNED.fullmatch(request.headers.get("authorization", ""))
        if match is None:
            raise Refused(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        key, day, region, service, names, signature = match.groups()
        if key != self.account.config["access_key_id"]:
            raise Refused(403, "UnrecognizedClientException", "The security token included in the request is invalid.")
        moment = request.headers.get("x-amz-date", "")
        signed = _canonical(request, names, raw)
        to_sign = "\n".join(
            ("AWS4-HMAC-SHA256", moment, f"{day}/{region}/{service}/aws4_request", _sha(signed.encode()))
        )
        secret = f"AWS4{self.account.config['secret_access_key']}".encode()
        for part in (day, region, service, "aws4_request"):
            secret = hmac.digest(secret, part.encode(), "sha256")
        is_ours = hmac.compare_digest(hmac.digest(secret, to_sign.encode(), "sha256").hex(), signature)
        if not is_ours or service != "ses" or region != self.account.region or "host" not in names.split(";"):
            raise Refused(403, "InvalidSignatureException", "The request signature we calculated does not match")
        if not moment.startswith(day) or abs(_age(moment)) > AGE:
            raise Refused(403, "InvalidSignatureException", "Signature expired")


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _canonical(request: Request, names: str, raw: bytes) -> str:
    """The request in the one form that is signed. The path is encoded once more than it was sent."""
    path = quote(request.scope["raw_path"].decode().partition("?")[0], safe="/-_.~")
    heads = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names.split(";"))
    return "\n".join((request.method, path, request.url.query, heads, names, _sha(raw)))


def _age(moment: str) -> float:
    try:
        signed_at = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return float("inf")
    return (datetime.now(UTC) - signed_at).total_seconds()
