"""The route that the page asks every few seconds: whether anything is new, and who else is there."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from chalice.app import Response

from console.actions import replies
from console.errors import malformed
from console.http import Api, now
from console.views import conversations as conversation_views
from storage import change_counters

api = Api(__name__)
FLAGS = ("0", "1")


@api.at("/api/pulse", "GET")
def read_pulse() -> Response:
    """Return the change counters; with a conversation also its agents, and note this agent as present."""
    query = api.query("conversation", "typing")
    conversation, typing = query.get("conversation", ""), query.get("typing", "0")
    if "conversation" in query and not replies.is_id(conversation):
        raise malformed("conversation: an id")
    if typing not in FLAGS:
        raise malformed(f"typing: {', '.join(FLAGS)}")
    moment, agent = now(), api.agent().author
    found = change_counters.read(conversation, moment)
    if found.version is not None:
        change_counters.mark_present(conversation, agent, typing == "1", found.present, moment)
    others = [each for each in found.present if each.agent.id != agent.id and moment - each.at < change_counters.AWAY]
    shown = {
        "teams": dict(found.teams),
        "conversation": _conversation(conversation, found),
        "present": [
            {"agent": {"id": each.agent.id, "name": each.agent.name}, "typing": each.typing} for each in others
        ],
    }
    tag = f'"{hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]}"'
    headers: dict[str, str | list[str]] = {"ETag": tag, "Cache-Control": "no-store"}
    if tag in api.request().headers.get("if-none-match", ""):
        return Response("", status_code=304, headers=headers)
    times = [conversation_views.when(each.at) for each in others]
    present = [one | {"at": at} for one, at in zip(shown["present"], times, strict=True)]
    return Response(shown | {"present": present}, headers=headers)


def _conversation(conversation_id: str, found: change_counters.Pulse) -> dict[str, Any] | None:
    if found.version is None:
        return None
    return {"id": conversation_id, "version": found.version, "changes": found.changes}
