"""Macros as the API shows them: what one would do in a conversation, with the values that it would have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.times import when
from console.views import conversations as conversation_views
from console.views import follow_up_plan

if TYPE_CHECKING:
    from console.actions.macros import Preview
    from console.times import Reader

Json = dict[str, Any]


def preview(shown: Preview, reader: Reader) -> Json:
    """Return the steps of a macro; null for what it leaves alone."""
    macro = shown.macro
    assign = (
        {"assignee": conversation_views.person(shown.assignee), "team": macro.assign.team or None}
        if macro.assign
        else None
    )
    return {
        "name": shown.name,
        "title": macro.title,
        "reply": None if shown.text is None else {"text": shown.text, "unfilled": list(shown.unfilled)},
        "tag": {"add": list(macro.tag.add), "remove": list(macro.tag.remove)} if macro.tag else None,
        "assign": assign,
        "follow_up": follow_up_plan.plan(shown.planned, reader) if shown.planned else None,
        "snooze": {"until": when(shown.until)} if shown.until else None,
        "resolve": macro.resolve,
        "zone": shown.zone,
    }
