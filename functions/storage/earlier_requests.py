"""Requests that were carried out, by their idempotency keys: what each did, for a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from storage import table, writes
from storage.schema import Schema
from storage.writes import DAY

if TYPE_CHECKING:
    from storage.keys import Key
    from storage.writes import Write

KEPT = DAY


class EarlierRequest(Struct, frozen=True):
    """A request that was carried out: ``action_id`` is what it did and ``fingerprint`` what it asked for."""

    action_id: str
    fingerprint: str


class Repeated(Exception):
    """This request was carried out before, as ``earlier`` says."""

    def __init__(self, earlier: EarlierRequest) -> None:
        super().__init__(earlier)
        self.earlier = earlier


REQUEST = Schema(EarlierRequest, action_id="i", fingerprint="fp")


def find(key: str) -> EarlierRequest | None:
    """Return the result of an earlier request with this idempotency key, if there was one."""
    earlier = table.get(*_key(key))
    return REQUEST.read(earlier) if earlier else None


def put_write(request: tuple[str, str], action: str, now: int) -> Write:
    """Return the write that keeps an idempotency key and fingerprint, unless the key was used; milliseconds."""
    key, fingerprint = request
    item = REQUEST.item(_key(key), EarlierRequest(action, fingerprint), (now + KEPT) // 1000)
    return writes.put(item, "attribute_not_exists(pk)")


def _key(key: str) -> Key:
    return f"request#{key}", "#"
