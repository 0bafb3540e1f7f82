"""The agents' API, under /api, and the page that works with it."""

from __future__ import annotations

from chalice.app import Chalice

from console import (
    api,
    attachments,
    checkup,
    finding,
    follow_ups,
    linking,
    macros,
    moderating,
    notices,
    opening,
    oversight,
    pages,
    presence,
    reports,
    several,
    structure,
    team_work,
    teams,
    unread,
)
from shared import answers
from shared.telemetry import logger

PARTS = (
    api,
    attachments,
    checkup,
    finding,
    follow_ups,
    linking,
    macros,
    moderating,
    notices,
    opening,
    oversight,
    pages,
    presence,
    reports,
    several,
    structure,
    team_work,
    teams,
    unread,
)

app = Chalice(app_name="console", configure_logs=False)
app.log = logger  # pyright: ignore[reportAttributeAccessIssue] - Powertools' logger quacks like one
for part in PARTS:
    app.register_blueprint(part.api)

lambda_handler = answers.private(app)
