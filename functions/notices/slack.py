"""Slack's incoming webhooks: ``text`` in mrkdwn, in which three characters have a meaning and are escaped.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
https://docs.slack.dev/messaging/formatting-message-text (both from memory of their state in 2026, and from libraries
that speak to them; nothing was sent to Slack itself).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notices.wording import Words


def body(words: Words) -> dict[str, Any]:
    """What is posted."""
    text = f"*{_escaped(words.team)}*: {_escaped(words.text)}"
    if words.link:
        text += f"\n<{_escaped(words.link)}|{_escaped(words.label)}>"
    return {"text": text, "unfurl_links": False, "unfurl_media": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
