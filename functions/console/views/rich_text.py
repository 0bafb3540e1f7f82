"""Mails with their formatting as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conversations import mime
from storage import files

if TYPE_CHECKING:
    from console.actions.rich_text import RichText


def page(rich_text: RichText) -> dict[str, Any]:
    """Return the page, and links to those of its pictures that a browser may show."""
    shown = {name: files.link(each) for name, each in rich_text.pictures.items() if each.mime in mime.SHOWN}
    return {"html": rich_text.html, "pictures": shown}
