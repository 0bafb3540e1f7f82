"""The two ways in which an account is reached: by its own login, or by its Page."""

from __future__ import annotations

from typing import Any

from channels import _meta
from channels._values import as_id
from channels.base import (
    Credentials,
)


def is_by_page(credentials: Credentials) -> bool:
    """Return whether the account is reached through its Page, with Facebook Login."""
    return credentials.options.get("flavour") == "facebook"


def graph_of(credentials: Credentials) -> _meta.Graph:
    return _meta.FACEBOOK if is_by_page(credentials) else _meta.INSTAGRAM


def mailbox(credentials: Credentials) -> str:
    """Return whose private messages: the Page's (``me`` to its own token), or the account's."""
    return credentials.options.get("page_id") or "me" if is_by_page(credentials) else credentials.account_id


def is_ours(person: dict[str, Any], credentials: Credentials) -> bool:
    """Return whether the platform names the account itself, by its id or by its name there."""
    if as_id(person.get("id")) == credentials.account_id:
        return True
    username, ours = person.get("username"), credentials.options.get("username")
    return bool(ours) and isinstance(username, str) and username.casefold() == str(ours).casefold()
