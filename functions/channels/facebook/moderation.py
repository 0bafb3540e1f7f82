"""Moderation of messages on Facebook and of their authors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels import _meta
from channels._values import as_text
from channels.base import (
    Credentials,
    Moderation,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _block(target: str, credentials: Credentials, text: str) -> object:
    path = _meta.node(credentials.account_id, "blocked")
    return _meta.post(path, credentials, form={"psid": f"[{target}]"}).get(target)


def _unblock(target: str, credentials: Credentials, text: str) -> object:
    return _meta.delete(_meta.node(credentials.account_id, "blocked"), credentials, {"psid": target}).get("success")


def _delete(target: str, credentials: Credentials, text: str) -> object:
    return _meta.delete(_meta.node(target), credentials, {}).get("success")


def _hide(target: str, credentials: Credentials, text: str) -> object:
    return _meta.post(_meta.node(target), credentials, form={"is_hidden": "true"}).get("success")


def _show(target: str, credentials: Credentials, text: str) -> object:
    return _meta.post(_meta.node(target), credentials, form={"is_hidden": "false"}).get("success")


def _like(target: str, credentials: Credentials, text: str) -> object:
    return _meta.post(_meta.node(target, "likes"), credentials, form={}).get("success")


def _unlike(target: str, credentials: Credentials, text: str) -> object:
    return _meta.delete(_meta.node(target, "likes"), credentials, {}).get("success")


def _edit(target: str, credentials: Credentials, text: str) -> object:
    return _meta.post(_meta.node(target), credentials, form={"message": as_text(text) or ""}).get("success")


ACTIONS: dict[Moderation, Callable[[str, Credentials, str], object]] = {
    Moderation.BLOCK: _block,
    Moderation.UNBLOCK: _unblock,
    Moderation.DELETE: _delete,
    Moderation.HIDE: _hide,
    Moderation.SHOW: _show,
    Moderation.LIKE: _like,
    Moderation.UNLIKE: _unlike,
    Moderation.EDIT: _edit,
}
