"""The state file: what stood on the square is still there after a restart."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DEBOUNCE_SECONDS = 0.2


class StateFile:
    """Writes a snapshot a moment after the last change, and never half of one."""

    def __init__(self, path: Path, snapshot: Callable[[], dict[str, Any]]) -> None:
        self._path = path
        self._snapshot = snapshot
        self._changed = asyncio.Event()

    def load(self) -> dict[str, Any]:
        try:
            return json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}

    def mark(self) -> None:
        self._changed.set()

    def save(self) -> None:
        self._changed.clear()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(self._path.name + ".draft")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(self._snapshot(), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)

    async def keep_saving(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(DEBOUNCE_SECONDS)
            try:
                self.save()
            except OSError as error:
                print(f"The square's state was not saved: {error}", file=sys.stderr, flush=True)
