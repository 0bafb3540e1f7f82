"""The one road to a platform's servers, and what it means when it breaks.

::

    NoAnswer
    ├── NotReached     the request never left: it can be sent again
    └── AnswerLost     it may have arrived: look before sending again

``requests`` takes 0.17 s to import, and a webhook never sends: it is imported on the first call.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_SECONDS, READ_SECONDS = 3.05, 10
_IDLE_SECONDS = 20


class NoAnswer(Exception):
    """No answer came back. Carries no text: addresses and headers hold secrets."""


class NotReached(NoAnswer):
    """The request never left this machine, or never reached the other one."""


class AnswerLost(NoAnswer):
    """The request went out, and the connection broke or nothing came back in time."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a platform, as a ``form``, as ``json`` or bare. ``params`` stand in the address: no secrets."""

    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, str]
    form: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case, and the body if it is a JSON object."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any] | None


def send(call: Call) -> Answer:
    """Make the call once, without redirects; raises ``NotReached`` or ``AnswerLost``."""
    from requests import RequestException

    try:
        response = (
            _line()
            .session()
            .request(
                call.method,
                call.url,
                params=call.params,
                headers=call.headers,
                data=call.form,
                json=call.json,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
        )
        return Answer(response.status_code, _lower(response.headers), _json_object(response))
    except RequestException as error:
        failure = NotReached if _never_left(error) else AnswerLost
    raise failure  # outside the except block, so that the address and the headers are not in any traceback


class _Line:
    """A session whose connections are dropped after a pause: the other side has closed them, and a frozen
    Lambda has not heard it, so that a send over them would end without an answer."""

    def __init__(self) -> None:
        import requests

        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc or proxy variable must not change where a token goes
        self._used_at = 0.0

    def session(self) -> Any:
        # Wall time, because the monotonic clock may stand still in a frozen Lambda.
        if abs(time.time() - self._used_at) > _IDLE_SECONDS:
            self._session.close()
        self._used_at = time.time()
        return self._session


@cache
def _line() -> _Line:
    return _Line()


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _json_object(response: Any) -> dict[str, Any] | None:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _never_left(error: Exception) -> bool:
    """Whether the failure came before a byte of the request was sent."""
    from requests import exceptions
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    # Bad addresses and headers are ValueErrors as well, and are refused before anything is sent.
    if isinstance(error, exceptions.ConnectTimeout) or _is_refused_here(error):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, ConnectTimeoutError | NewConnectionError) or _is_bad_certificate(reason)


def _is_refused_here(error: Exception) -> bool:
    from requests import exceptions

    return isinstance(error, ValueError) and not isinstance(error, exceptions.JSONDecodeError)


def _is_bad_certificate(reason: object) -> bool:
    from ssl import SSLCertVerificationError

    return any(isinstance(cause, SSLCertVerificationError) for cause in getattr(reason, "args", ()))
