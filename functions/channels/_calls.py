"""A request to a platform, and the platform's answer, as the transport passes them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shared.hidden import repr_without

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Call(Struct, frozen=True):
    """A request to a platform: with a ``form``, with ``json``, with raw ``content``, with ``files``, or bare.

    ``params`` stand in the address: no secrets. With ``files`` (multipart), the ``form`` goes along as its fields;
    with ``content``, the caller says in ``headers`` of which type it is.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, str | Sequence[str]]
    form: Mapping[str, str | Sequence[str]] | None = None
    json: Any = None
    """A JSON object, or a list."""
    content: bytes | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    """Name of the field → name of the file, its bytes, its MIME type."""
    read_seconds: float | None = None
    """Seconds to wait for an answer, where that is longer than usual."""

    def __repr__(self) -> str:
        return repr_without(self, "content", "files")


class Answer(Struct, frozen=True):
    """An HTTP answer: header names in lower case, and the body if it is a JSON object."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any] | None
    json: Any = None
    """The body, whatever JSON it is; None where it is none."""
    text: str = ""
    """The beginning of the body."""

    def __repr__(self) -> str:
        return repr_without(self, "json", "text")

    @property
    def is_success(self) -> bool:
        """A status of 2xx."""
        return 200 <= self.status < 300

    @property
    def has_result(self) -> bool:
        """A success with a JSON object, or with nothing at all; anything else came from something on the way."""
        return self.is_success and (self.body is not None or not self.text.strip())

    @property
    def is_unclear(self) -> bool:
        """A status after which the call may have been carried out: a success, or a fault of the server."""
        return self.status < 300 or self.status >= 500
