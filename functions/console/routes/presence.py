"""The route that the page asks every few seconds: whether anything is new, and who else is there."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from chalice.app import Response

from console.actions import presence, replies
from console.errors import malformed
from console.http import Api, now
from console.times import when

if TYPE_CHECKING:
    from storage.change_counters import Pulse

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
    found, others = presence.look(api.agent(), conversation, typing == "1", now())
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
    times = [when(each.at) for each in others]
    present = [one | {"at": at} for one, at in zip(shown["present"], times, strict=True)]
    return Response(shown | {"present": present}, headers=headers)


def _conversation(conversation_id: str, pulse: Pulse) -> dict[str, Any] | None:
    if pulse.version is None:
        return None
    return {"id": conversation_id, "version": pulse.version, "changes": pulse.changes}
