"""Slack's incoming webhooks: blocks, of which plain text is shown as it is written; no sign in it formats or links.

``text`` is what notifications show, in mrkdwn, in which three characters have a meaning and are escaped.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
https://docs.slack.dev/messaging/formatting-message-text (both from memory of their state in 2026, and from libraries
that speak to them; nothing was sent to Slack itself), and
https://docs.slack.dev/reference/block-kit/composition-objects/text-object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notifications.notice_texts import Words

LONGEST = 3000
"""Characters of a block's text."""


def body(words: Words) -> dict[str, Any]:
    """Return what is posted."""
    text = f"*{_escaped(words.team)}*: {_escaped(words.text)}"
    plain = {"type": "plain_text", "text": f"{words.team}: {words.text}"[:LONGEST], "emoji": False}
    blocks: list[dict[str, Any]] = [{"type": "section", "text": plain}]
    if words.link:
        link = f"<{_escaped(words.link)}|{_escaped(words.label)}>"
        text += f"\n{link}"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": link, "verbatim": True}})
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
