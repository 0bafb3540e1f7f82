"""Starts MiniStack with our corrections, and keeps its state every few seconds, not only at an orderly end."""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

from . import corrections, web_server

SAVE_SECONDS = 10.0


def main() -> None:
    """Run MiniStack until a signal ends it."""
    from ministack import app

    corrections.apply()
    web_server.install()
    if os.environ.get("PERSIST_STATE") == "1":
        threading.Thread(target=_save_often, args=(app,), daemon=True).start()
    app.main()


def _save_often(app: Any) -> None:
    logging.getLogger("persistence").setLevel(logging.WARNING)
    pause = threading.Event()
    while not pause.wait(SAVE_SECONDS):
        app.save_all(app._build_persistence_save_dict())


if __name__ == "__main__":
    main()
