"""Microsoft Teams' workflows ("When a Teams webhook request is received"): a message with one Adaptive Card.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using says that workflows
take Adaptive Cards only. A ``TextBlock`` reads a little Markdown, so what could be Markdown is made harmless.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notices.wording import Words

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#])")


def body(words: Words) -> dict[str, Any]:
    """What is posted."""
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "text": _plain(words.team), "weight": "Bolder", "wrap": True},
            {"type": "TextBlock", "text": _plain(words.text), "wrap": True},
        ],
    }
    if words.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": words.label, "url": words.link}]
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
