"""Runs a module that ends when its parent process ends: ``python -m infra.local.tether MODULE [ARGUMENT …]``.

The parent holds the other end of standard input. When the parent dies, however it dies, reading ends and the module
gets the same SIGTERM that the parent would have sent.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Watch standard input, then become the module that is named."""
    threading.Thread(target=_watch, args=(sys.stdin.fileno(),), daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
