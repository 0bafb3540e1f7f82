"""The client of a team's webhook: one POST, over TLS, to a public address and nowhere else.

A lead enters the address, and this function runs inside the company's account: so it must not call what only we can
reach. ``shared/http_guard.py`` ensures that, both when the address is resolved and when it is called.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from shared import http_guard, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_SECONDS, READ_SECONDS = 3.05, 5
_LATER = frozenset({408, 425, 429})


class Refused(Exception):
    """It will not be taken, now or later. Carries a reason and no address."""


class NotNow(Exception):
    """It was certainly not taken; later it may be."""


class Unsure(Exception):
    """It went out, and no answer came back."""


def check(address: str) -> None:
    """Raise ``ValueError`` for an address that nothing is sent to."""
    http_guard.permit(settings.network())
    http_guard.check(address)


def post(address: str, body: Mapping[str, Any]) -> None:
    """POST a JSON body once, without redirects. Raises ``Refused``, ``NotNow`` or ``Unsure``."""
    try:
        check(address)
    except http_guard.NoSuchHost:
        raise NotNow("host") from None
    except ValueError:
        raise Refused("address") from None
    status = _status(address, body)
    if status in _LATER or status >= 500:
        raise NotNow(str(status))
    if not 200 <= status < 300:
        raise Refused(str(status))


def _status(address: str, body: Mapping[str, Any]) -> int:
    from requests import RequestException

    try:
        with _session().post(
            address,
            json=body,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as answer:
            return answer.status_code
    except RequestException as error:
        failure = NotNow("connection") if _never_left(error) else Unsure("connection")
    raise failure  # outside the except block, so that the address is in no traceback


@cache
def _session() -> Any:
    session = http_guard.session()
    session.headers["Connection"] = "close"
    return session


def _never_left(error: Exception) -> bool:
    """Return whether the failure came before a byte of the request was sent."""
    from requests import exceptions
    from urllib3.exceptions import NewConnectionError

    if isinstance(error, exceptions.ConnectTimeout | exceptions.SSLError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)
