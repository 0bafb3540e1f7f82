"""Runs moto as a server: ``python -m infra.local.tether tests.support.moto_server HOST PORT``.

Its own command would do, but for two things that hang on the one version that requirements/dev.txt pins:

* Requests are carried out one after the other, as if DynamoDB's transactions were isolated from what happens beside
  them. moto keeps a copy of the table for a transaction and puts it back if that fails, with what others wrote
  meanwhile gone.
* What was deleted is forgotten. moto lists every object that it ever made, each copy of an item too, for a page that
  shows them; a thousand tests would fill some gigabytes with them.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from typing import Any

from moto.core.common_models import BaseModel
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

_turn = threading.Lock()


class OneAtATime(DomainDispatcherApplication):
    """moto, with one request under way at any time."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with _turn:
            return super().__call__(environ, start_response)


def main(host: str, port: int) -> None:
    """Serve until a signal ends it."""
    BaseModel.__new__ = _unlisted
    run_simple(host, port, OneAtATime(create_backend_app), threaded=True, request_handler=MotoRequestHandler)


def _unlisted(cls: type[BaseModel], *_: Any, **__: Any) -> BaseModel:
    return object.__new__(cls)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
