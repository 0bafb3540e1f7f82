"""All routes of the console, which imports them one by one as they are asked for."""

from __future__ import annotations

from chalice.app import Chalice

from console import app
from console.route_modules import MODULES


def all_routes() -> Chalice:
    """Return the console's Chalice with every route registered."""
    for path in MODULES:
        app.routes.register(path)
    return app.app
