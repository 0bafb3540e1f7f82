"""A platform's own sign-in: an administrator allows the app there, and a code comes back that becomes a token.

Sources: RFC 6749 (authorization code, errors), RFC 7636 (PKCE), RFC 9700 (state, redirect addresses). All of this is
short, and every call has to go through ``_transport``; so there is no library for it (docs/decisions/security.md).
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from msgspec import Struct, field

from channels import _transport
from channels._failures import Reason, TransientFailure
from channels._transport import Answer, Call, CodeTable, Refusal, whole
from shared.hidden import repr_without

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from channels.base import Credentials


class Question(Struct, frozen=True):
    """The request to a platform's authorization page, as far as all platforms have it in common."""

    redirect_uri: str
    state: str
    challenge: str
    """The digest of the verifier, by method ``S256``."""

    def __repr__(self) -> str:
        return repr_without(self, "state")


class Grant(Struct, frozen=True):
    """The code that a platform sent back, and what proves that it is ours."""

    code: str
    verifier: str
    redirect_uri: str

    def __repr__(self) -> str:
        return repr_without(self, "code", "verifier")


class Candidate(Struct, frozen=True):
    """An account that may be connected with a token; without an id, the one that the token belongs to."""

    account_id: str = ""
    name: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return repr_without(self, "secrets")


class SignIn(ABC):
    """The sign-in of one platform. ``credentials`` hold the app's secrets, and options such as a server's address."""

    secret_names: tuple[str, ...] = ()
    """Secrets of the app that a person brings; all others come from the platform or are made up."""
    option_names: tuple[str, ...] = ()
    """Options that a person must give."""

    def missing(self, credentials: Credentials, *, renews: bool) -> list[str]:
        """Return the names of what is not given; with ``renews`` of a connection that is there."""
        given = {name for pairs in (credentials.secrets, credentials.options) for name, value in pairs.items() if value}
        return [name for name in (*self.secret_names, *self.option_names) if name not in given]

    def prepare(self, credentials: Credentials, redirect_uri: str) -> Mapping[str, str]:
        """Return secrets of an app that is registered now, where every server wants its own.

        Raises ``PermanentFailure`` or ``TransientFailure``, as the other methods do.
        """
        return {}

    @abstractmethod
    def address(self, credentials: Credentials, question: Question) -> str:
        """Return the address of the authorization page."""

    @abstractmethod
    def redeem(self, credentials: Credentials, grant: Grant, now: int) -> Mapping[str, str]:
        """Return the secrets that a code gives; it gives them once. ``now`` in milliseconds."""

    def accounts(self, credentials: Credentials) -> Sequence[Candidate]:
        """Return the accounts that can be connected with the redeemed secrets, which ``credentials`` hold."""
        return [Candidate()]

    def options(self, options: Mapping[str, str], others: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
        """Return the options with which an account is connected beside ``others`` of the channel."""
        return options


def challenge_of(verifier: str) -> str:
    """Return the challenge of a verifier (RFC 7636 4.2, ``S256``)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def page(address: str, question: Question, client_id: str, *, proves: bool = True, **more: str) -> str:
    """Return the address of an authorization page with its question; ``proves`` adds the challenge of PKCE."""
    proof = {"code_challenge": question.challenge, "code_challenge_method": "S256"} if proves else {}
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": question.redirect_uri,
        "state": question.state,
    }
    return f"{address}?{urlencode({**parameters, **proof, **more})}"


def token(request: Call, channel: str) -> dict[str, Any]:
    """Return the answer of a token endpoint, which holds an ``access_token``.

    A lost answer cannot be asked for again, as a code holds once: the sign-in begins again. Raises
    ``PermanentFailure`` or ``TransientFailure``.
    """
    body = _transport.call(request, channel=channel, repeatable=True, classify=classify).body or {}
    if not isinstance(body.get("access_token"), str) or not body["access_token"]:
        raise TransientFailure(Reason.RETRY, "no_token")
    return body


def form_of(grant: Grant, **more: str) -> dict[str, str]:
    """Return the form that changes a code for a token (RFC 6749 4.1.3, RFC 7636 4.5)."""
    form = {"grant_type": "authorization_code", "code": grant.code, "redirect_uri": grant.redirect_uri}
    return {**form, "code_verifier": grant.verifier, **more}


def secrets_of(body: Mapping[str, Any], now: int, lasts: int = 3600) -> dict[str, str]:
    """Return the secrets of a token that ends: ``access_token``, ``expires_at``, and a ``refresh_token`` if given.

    ``lasts`` are the seconds where the platform names none.
    """
    seconds = whole(body.get("expires_in")) or lasts
    found = {"access_token": body["access_token"], "expires_at": str(now + seconds * 1000)}
    onward = body.get("refresh_token")
    return found | ({"refresh_token": onward} if isinstance(onward, str) and onward else {})


CODES = CodeTable(
    codes={
        "invalid_request": Reason.BAD,
        "invalid_client": Reason.AUTH,
        "invalid_grant": Reason.AUTH,
        "unauthorized_client": Reason.AUTH,
        "unsupported_grant_type": Reason.BAD,
        "invalid_scope": Reason.PERMISSION,
        "access_denied": Reason.PERMISSION,
        "server_error": Reason.RETRY,
        "temporarily_unavailable": Reason.RETRY,
    },
    statuses={401: Reason.AUTH, 403: Reason.PERMISSION, 404: Reason.GONE, 429: Reason.RATE},
)
"""By ``error`` (RFC 6749 5.2), also in an answer that looks like success."""


def classify(answer: Answer) -> Refusal | None:
    """Return why a token endpoint's answer holds no token."""
    error = (answer.body or {}).get("error")
    if answer.is_success and answer.body is not None and error is None:
        return None
    code = error if isinstance(error, str) and error in CODES.codes else str(answer.status)
    return CODES.refusal(answer, code, CODES.meaning(code) or (Reason.BAD if answer.is_success else None))
