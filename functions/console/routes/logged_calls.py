"""The route that logs a phone call or a visit."""

from __future__ import annotations

from chalice.app import Response

from console.actions import logged_calls
from console.bodies import conversations as conversation_bodies
from console.bodies import customers as customer_bodies
from console.http import Api, now
from console.views import conversations as conversation_views

api = Api(__name__)


@api.at("/api/conversations", "POST")
def log_call() -> Response:
    """Log a call or visit as a conversation of its own."""
    call = customer_bodies.new_call(api.body())
    key = conversation_bodies.idempotency_key(api.request().headers.get("idempotency-key"))
    head = logged_calls.log(api.agent(), call, key, now())
    return Response(conversation_views.conversation(head, api.language()), status_code=201)
