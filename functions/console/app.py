"""Everything under /api: signed-in agents read, answer, promise and resolve."""

from __future__ import annotations

from chalice.app import Chalice

from console import api, follow_ups, teams
from shared.telemetry import logger

app = Chalice(app_name="console", configure_logs=False)
app.log = logger  # pyright: ignore[reportAttributeAccessIssue] - Powertools' logger quacks like one
for part in (api, follow_ups, teams):
    app.register_blueprint(part.api)

lambda_handler = app
