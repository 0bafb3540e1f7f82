"""The agents' API, under /api, and the page that works with it.

A request needs one of some forty modules of routes, and with what they need these take longer to import than all else.
So each is imported and registered with the first request for one of its paths.
"""

from __future__ import annotations

from importlib import import_module
from threading import Lock
from typing import Any

from chalice.app import Chalice

from console.route_modules import MODULES
from shared import http_responses
from shared.telemetry import logger

app = Chalice(app_name="console", configure_logs=False)
app.log = logger  # pyright: ignore[reportAttributeAccessIssue] - Powertools' logger quacks like one

_registered: set[str] = set()
_REGISTERING = Lock()


def register(path: str) -> None:
    """Import the modules that answer a path, and register their routes, each once."""
    with _REGISTERING:
        for name in MODULES.get(path, ()):
            if name not in _registered:
                app.register_blueprint(import_module(f"console.routes.{name}").api)
                _registered.add(name)


def _handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    register(event.get("requestContext", {}).get("resourcePath", ""))
    return app(event, context)


lambda_handler = http_responses.private(_handle)
