"""The document in which the secrets of a connection are kept, with its account and its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from application.connections.refusal import Refused, Why
from aws import secrets
from channels.base import Credentials
from shared import settings
from shared.hidden import repr_without

if TYPE_CHECKING:
    from collections.abc import Mapping


class Document(Struct, frozen=True):
    """The secret parameter of a connection."""

    account_id: str
    secrets: Mapping[str, str]
    options: Mapping[str, str]

    def __repr__(self) -> str:
        return repr_without(self, "secrets")

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.account_id, self.secrets, self.options, settings.region())


def read(channel: str, name: str) -> Document:
    """Return what is kept of a connection in secret; raises ``secrets.UnknownConnection``."""
    kept = secrets.fetch(channel, name)
    return Document(kept["account_id"], kept["secrets"], kept.get("options", {}))


def keep(channel: str, name: str, document: Document) -> None:
    """Keep a document; raises ``Refused`` where it is too long."""
    whole = {"account_id": document.account_id, "secrets": dict(document.secrets), "options": dict(document.options)}
    try:
        secrets.put(channel, name, whole)
    except secrets.TooLong:
        raise Refused(Why.TOO_LARGE) from None
