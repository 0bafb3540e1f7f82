"""Everything under /api: signed-in agents read, answer, promise and resolve."""

from __future__ import annotations

from chalice.app import Chalice

from console.api import api
from shared.telemetry import logger

app = Chalice(app_name="console", configure_logs=False)
app.log = logger  # pyright: ignore[reportAttributeAccessIssue] - Powertools' logger quacks like one
app.register_blueprint(api)

lambda_handler = app
