"""Microsoft Teams' workflows ("When a Teams webhook request is received"): a message with one Adaptive Card.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using says that workflows
take Adaptive Cards only. What is said stands in ``TextRun``s, which show a text as it is; a ``TextBlock`` would read
Markdown, with links in it (https://adaptivecards.io/explorer/TextRun.html, https://adaptivecards.io/explorer/TextBlock.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notifications.notice_texts import Words


def body(words: Words) -> dict[str, Any]:
    """Return what is posted."""
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words.team, "weight": "Bolder"}]},
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words.text}]},
        ],
    }
    if words.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": words.label, "url": words.link}]
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}
