"""Everything under /api: signed-in agents read, answer, promise and resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Chalice, Response

from console.api import api
from console.errors import ApiError
from shared import texts
from shared.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable

app = Chalice(app_name="console", configure_logs=False)
app.log = logger  # pyright: ignore[reportAttributeAccessIssue] - Powertools' logger quacks like one
app.register_blueprint(api)


@app.middleware("http")
def explain(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """Answer an ``ApiError`` as JSON, with a sentence in the agent's language."""
    try:
        return get_response(event)
    except ApiError as error:
        language = texts.language_of(event.headers.get("accept-language", ""))
        body = {"error": error.code, "message": error.message(language), **error.details}
        return Response(body, status_code=error.status)


lambda_handler = app
