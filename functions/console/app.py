"""The agents' API, under /api, and the page that works with it."""

from __future__ import annotations

from chalice.app import Chalice

from console.routes import (
    advocates,
    agents,
    attachments,
    attention,
    audit,
    availability,
    checks,
    collaboration,
    connections,
    conversation_bulk,
    conversation_detail,
    conversations,
    customers,
    follow_ups,
    for_me,
    forwards,
    left_out_mails,
    live,
    logged_calls,
    macros,
    moderation,
    notifications,
    page,
    posts,
    presence,
    proposals,
    quarantine,
    reading,
    reports,
    rich_text,
    saved_views,
    search,
    searches,
    sign_ins,
    speakers,
    team_settings,
    teams,
    template_files,
)
from shared import http_responses
from shared.telemetry import logger

PARTS = (
    conversations,
    attachments,
    attention,
    checks,
    search,
    searches,
    follow_ups,
    connections,
    sign_ins,
    macros,
    moderation,
    speakers,
    posts,
    advocates,
    notifications,
    conversation_detail,
    audit,
    page,
    presence,
    proposals,
    live,
    reports,
    conversation_bulk,
    teams,
    collaboration,
    team_settings,
    template_files,
    quarantine,
    left_out_mails,
    agents,
    reading,
    rich_text,
    for_me,
    saved_views,
    availability,
    customers,
    logged_calls,
    forwards,
)

app = Chalice(app_name="console", configure_logs=False)
app.log = logger  # pyright: ignore[reportAttributeAccessIssue] - Powertools' logger quacks like one
for part in PARTS:
    app.register_blueprint(part.api)

lambda_handler = http_responses.private(app)
