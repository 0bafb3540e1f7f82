"""The delivery of messages: how far each came, written on the condition that nothing changed it meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import keys, table, writes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.model import Action
    from storage.writes import Write


def change(conversation: str, before: Action, after: Action) -> None:
    """Write the delivery's state of a message, if it still stands as ``before``; raises ``Conflict`` otherwise."""
    table.write(_delivery(conversation, before, after))


def change_all(conversation: str, changes: Sequence[tuple[Action, Action]]) -> None:
    """Write the states of several messages, each before and after: all, or none and ``Conflict``."""
    if len(changes) == 1:
        return change(conversation, *changes[0])
    if changes:
        table.transact(*(_delivery(conversation, *change) for change in changes))
    return None


def _delivery(conversation: str, before: Action, after: Action) -> Write:
    """Return the write of a delivery's state."""
    condition = "#st = :was AND " + (
        "#le = :had" if before.lease_until else "(attribute_not_exists(#le) OR #le = :had)"
    )
    values = {
        "st": str(after.state),
        "pid": after.platform_id,
        "rs": after.reason,
        "at": after.attempts,
        "ta": after.attempted_at,
        "le": after.lease_until,
        "rt": after.retries,
        "nb": after.not_before,
        "dr": after.draft,
        "was": str(before.state),
        "had": before.lease_until,
    }
    return writes.update(
        keys.action_key(conversation, before.id),
        "SET #st = :st, pid = :pid, rs = :rs, #at = :at, ta = :ta, #le = :le, rt = :rt, nb = :nb, dr = :dr",
        condition,
        {"#st": "st", "#at": "at", "#le": "le"},
        **values,
    )
