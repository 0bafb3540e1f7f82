"""The agents' API, under /api, and the page that works with it."""

from __future__ import annotations

from chalice.app import Chalice

from console.http import RoutesOnDemand
from console.route_modules import MODULES
from shared import http_responses
from shared.telemetry import logger

app = Chalice(app_name="console", configure_logs=False)
app.log = logger  # pyright: ignore[reportAttributeAccessIssue] - Powertools' logger quacks like one

routes = RoutesOnDemand(app, "console.routes", MODULES)
lambda_handler = http_responses.private(routes.answer)
