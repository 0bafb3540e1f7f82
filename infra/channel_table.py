"""Write the table of channels into README.md, from the channels' code: ``python -m infra.channel_table``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from infra import build, marked_text

sys.path.append(str(build.SOURCES))

import channels
from conversations.conversation import Conversation, Window
from conversations.facts import Author, Kind, Visibility
from conversations.identity import Identity
from conversations.planning import Case, Wish, plan
from conversations.promise import Doer
from conversations.send_options import Situation, Way

if TYPE_CHECKING:
    from channels.base import Channel
    from conversations.planning import Plan

README = build.ROOT / "README.md"
BEGIN, END = "<!-- channels: made by infra/channel_table.py -->", "<!-- /channels -->"
NOW = 1_790_000_000_000
DAY = 86_400_000
NOT = "no"
HEADS = ("Channel", "Public", "Private", "Edits", "Deletes", "Receipts", "Follow-up after a week")
SET_UP = {"template_name": "asking", "template_language": "de", "chat": "yes"}
"""Settings that open ways which are closed without them."""


def table() -> str:
    """The table, one row per channel, in the order of their labels."""
    spoken = sorted((channels.get(name) for name in channels.names()), key=lambda each: each.label.lower())
    rows = [HEADS, tuple("---" for _ in HEADS), *(row(each) for each in spoken)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def row(channel: Channel) -> tuple[str, ...]:
    """Return the cells of one channel."""
    link = f"[{channel.label}](docs/channels/{channel.name}.md)"
    told = channel.capabilities.reported_kinds
    return (
        f"{link} (on request)" if channel.capabilities.on_request else link,
        _mark(_opens(channel, Visibility.PUBLIC)),
        _mark(_opens(channel, Visibility.PRIVATE)),
        _mark(Kind.EDITED in told),
        _mark(Kind.REMOVED in told),
        _receipts(channel),
        week_later(channel),
    )


def week_later(channel: Channel) -> str:
    """Return the ways of a follow-up a week after the customer's last message."""
    found = [
        _in_words(_planned(channel, visibility))
        for visibility in (Visibility.PUBLIC, Visibility.PRIVATE)
        if _opens(channel, visibility)
    ]
    return "; ".join(dict.fromkeys(found))


def _planned(channel: Channel, visibility: Visibility) -> Plan:
    who = Identity(channel.name, "demo", visibility, "thread", "" if visibility == Visibility.PRIVATE else "branch")
    head = Conversation(who, customer=Author("customer"), window=Window(NOW), inbound=1, heard=1, outbound=1)
    case = Case(head, lambda at: channel.sender.send_options(_situation(visibility, SET_UP, answered=True), at))
    return plan(case, Wish(NOW + 7 * DAY), NOW)


def _in_words(planned: Plan) -> str:
    if planned.doer == Doer.PERSON:
        return "in private by a person" if planned.way else "in private no way is open: a person decides"
    if planned.way == Way.TEMPLATE:
        return "in private by an approved template"
    if planned.way == Way.REPLACE:
        return "in public, replacing the answer"
    return "in public" if planned.visibility == Visibility.PUBLIC else "in private"


def _opens(channel: Channel, visibility: Visibility) -> bool:
    situation = _situation(visibility, SET_UP)
    return any(route.visibility == visibility for route in channel.sender.send_options(situation, NOW))


def _situation(visibility: Visibility, options: dict[str, str], answered: bool = False) -> Situation:
    return Situation(visibility, NOW, "customer", thread_id="thread", answered=answered, options=options)


def _receipts(channel: Channel) -> str:
    known = {Kind.DELIVERED: "delivered", Kind.READ: "read", Kind.FAILED: "failed"}
    return ", ".join(word for kind, word in known.items() if kind in channel.capabilities.reported_kinds) or NOT


def _mark(can: bool) -> str:
    return "yes" if can else NOT


def written(readme: str) -> str:
    """The document with the table as it is now."""
    return marked_text.replaced(readme, BEGIN, END, f"\n{table()}\n")


def main(path: Path = README) -> None:
    """Write it."""
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
