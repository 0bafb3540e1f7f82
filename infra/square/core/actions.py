"""Actions that only one platform has: ``POST /_square/<name>/do``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.web import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.square.core.web import Fields

    Action = Callable[[Fields], dict[str, Any]]


class Actions:
    """The actions of one platform, by name; a platform overrides ``actions`` and may show more of itself."""

    def actions(self) -> dict[str, Action]:
        """Return the function of each action, which reads its fields and returns what came of it."""
        return {}

    def run(self, action: str, fields: Fields) -> dict[str, Any]:
        """Carry an action out; raises ``BadInput`` for one that is not known."""
        actions = self.actions()
        if action not in actions:
            raise BadInput(f"action must be one of {', '.join(sorted(actions)) or 'none: there are none here'}")
        return actions[action](fields)

    def shown(self) -> dict[str, Any]:
        """Return what ``GET view`` shows beside people and threads."""
        return {}
