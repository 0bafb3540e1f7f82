"""Sends requests over the network, and tells what it means when a connection breaks.

::

    NoAnswer
    ├── NotReached     the request never left: it can be sent again
    │   └── Refused    … and never will, as its address is not a public one (shared/http_guard.py)
    └── AnswerLost     it may have arrived: look before sending again

    NotGiven           a file that was asked for did not come
    └── TooLarge       … because there is more of it than is taken

``requests`` takes 0.17 s to import, and a webhook never sends: it is imported on the first call.
"""

from __future__ import annotations

import json
import time
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from msgspec import Struct, field

from channels._calls import Answer, Call
from shared import http_guard
from shared.hidden import repr_without

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from channels._results import Media

CONNECT_SECONDS, READ_SECONDS = 3.05, 10
ANSWER_SECONDS = 25
"""Within which an answer must be there as a whole."""
LONGEST_ANSWER = 16_000_000
"""Bytes. What is longer is not read to its end."""
LONGEST_TEXT = 100_000
"""Characters of an answer that is no JSON."""
FETCH_SECONDS = 60
"""Within which a file must be there as a whole."""
MOST_REDIRECTS = 5
_IDLE_SECONDS = 20
_PIECE = 65_536


class NoAnswer(Exception):
    """No answer came back. Carries no text: addresses and headers hold secrets."""


class NotReached(NoAnswer):
    """The request never left this machine, or never reached the other one."""


class Refused(NotReached):
    """Nothing is sent to this address, now or later: it is not one that the public can reach, or not over TLS."""


class AnswerLost(NoAnswer):
    """The request went out, and the connection broke or nothing came back in time."""


class NotGiven(Exception):
    """A file did not come: the HTTP status, and the seconds to wait where the server told them."""

    def __init__(self, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(str(status))
        self.status = status
        self.retry_after = retry_after


class TooLarge(NotGiven):
    """There is more of the file than is taken."""


class Downloaded(Struct, frozen=True):
    """A file as a server gave it. Its type and name are what the server says, and not to be believed."""

    content: bytes
    mime: str = ""
    """Lower case, without parameters; empty where it was not said."""
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""

    def __repr__(self) -> str:
        return repr_without(self, "content", "name", "headers")


def send(call: Call) -> Answer:
    """Make the call once, without redirects; raises ``NotReached`` (or ``Refused``) or ``AnswerLost``.

    An id that leads upwards in the path is refused: it would make this another call.
    """
    from requests import RequestException

    if _leads_upwards(call.url):
        raise Refused
    try:
        with (
            _line()
            .session()
            .request(
                call.method,
                call.url,
                params=call.params,
                headers=call.headers,
                data=call.form if call.content is None else call.content,
                json=call.json,
                files=call.files,
                timeout=(CONNECT_SECONDS, call.read_seconds or READ_SECONDS),
                allow_redirects=False,
                stream=True,
            )
        ) as response:
            content = _content(response, LONGEST_ANSWER, ANSWER_SECONDS)
            text = content[: 4 * LONGEST_TEXT].decode("utf-8", "replace")[:LONGEST_TEXT]
            found = _json(content)
            body = found if isinstance(found, dict) else None
            return Answer(response.status_code, _lower(response.headers), body, found, text)
    except RequestException as error:
        failure = _failure(error)
    except TooLarge:
        failure = AnswerLost
    raise failure  # outside the except block, so that the address and the headers are not in any traceback


def _leads_upwards(url: str) -> bool:
    try:
        path = urlsplit(url).path
    except ValueError:
        return False  # no address: the request says so
    return any(unquote(part) in (".", "..") for part in path.split("/"))


def download(media: Media, limit: int, *, seconds: float = FETCH_SECONDS, beginning: bool = False) -> Downloaded:
    """Get a file of at most ``limit`` bytes, or its ``beginning``, following redirects to public addresses alone.

    The headers, which may hold a token, go to the server that ``media`` names and to no other. Raises ``NotGiven``
    (or ``TooLarge``), ``NotReached`` (or ``Refused``), or ``AnswerLost``.
    """
    deadline = time.monotonic() + seconds
    url, headers = media.url, {**media.headers, "Accept-Encoding": "identity"}
    for _ in range(MOST_REDIRECTS + 1):
        found = _fetch(url, headers, limit, deadline, beginning)
        if isinstance(found, Downloaded):
            return found
        try:
            onward = urljoin(url, found)
        except ValueError:  # no address, such as a bracket that is not closed
            raise NotGiven(310) from None
        if _origin(onward) != _origin(url):
            headers = {"Accept-Encoding": "identity"}
        url = onward
    raise NotGiven(310)


def _fetch(url: str, headers: Mapping[str, str], limit: int, deadline: float, beginning: bool) -> Downloaded | str:
    """The file, or where else it is."""
    from requests import RequestException

    try:
        with (
            _line()
            .session()
            .get(
                url, headers=headers, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False, stream=True
            ) as response
        ):
            if response.is_redirect:
                return response.headers["Location"]
            if response.status_code != 200:
                raise NotGiven(response.status_code, _seconds(response.headers.get("Retry-After", "")))
            length = response.headers.get("Content-Length", "")
            if length.isdecimal() and int(length[:20]) > limit and not beginning:
                raise TooLarge(200)
            content = _content(response, limit, max(0.0, deadline - time.monotonic()), beginning)
            mime = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            name = _file_name(response.headers.get("Content-Disposition", ""), url)
            return Downloaded(content, mime, name, _lower(response.headers))
    except RequestException as error:
        failure = _failure(error)
    raise failure


def _content(response: Any, limit: int, seconds: float, beginning: bool = False) -> bytes:
    """The body as it arrives; raises ``TooLarge``, or ``requests``' own error when it takes too long.

    Of the ``beginning``, all that came is returned.
    """
    from requests import ConnectionError as Broken

    deadline = time.monotonic() + seconds
    pieces, size = [], 0
    for piece in _pieces(response):
        size += len(piece)
        if size > limit and not beginning:
            raise TooLarge(response.status_code)
        if time.monotonic() > deadline:
            raise Broken
        pieces.append(piece)
        if size >= limit and beginning:
            break
    return b"".join(pieces)[:limit]


def _pieces(response: Any) -> Iterator[bytes]:
    """Yield what is there, as soon as it is there: a server that sends a byte at a time must not hold us up unseen."""
    from requests import ConnectionError as Broken
    from urllib3.exceptions import HTTPError

    try:
        while piece := response.raw.read1(_PIECE, decode_content=True):
            yield piece
        # What was compressed may still hold something back.
        yield response.raw.read(decode_content=True) or b""
    except (HTTPError, OSError) as error:
        raise Broken from error


class _Line:
    """A session whose connections are dropped after a pause: the other side has closed them, and a frozen
    Lambda has not heard it, so that a send over them would end without an answer."""

    def __init__(self) -> None:
        self._session = http_guard.session()
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


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _seconds(header: str) -> float | None:
    return float(header) if header.isascii() and header.isdecimal() and len(header) < 8 else None


def _file_name(disposition: str, url: str) -> str:
    """Return what the server calls the file, or the last part of its address."""
    from email.message import Message

    message = Message()
    message["Content-Disposition"] = disposition
    try:
        name = message.get_filename() or ""
    except (LookupError, UnicodeError, ValueError):
        name = ""
    return name or unquote(urlsplit(url).path.rpartition("/")[2])


def _failure(error: Exception) -> type[NoAnswer]:
    if http_guard.refused(error):
        return Refused
    return NotReached if _never_left(error) else AnswerLost


def _never_left(error: Exception) -> bool:
    """Return whether the failure came before a byte of the request was sent."""
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
