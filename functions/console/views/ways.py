"""Ways in which a message can go out, as the API shows them: each with its limits and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.times import when
from console.views import attachments as attachment_views
from console.views import costs
from conversations import prices

if TYPE_CHECKING:
    from conversations.send_options import Route


def way(route: Route, channel: str, now: int) -> dict[str, Any]:
    """Return a permitted way with its limits, and its price at a time (milliseconds)."""
    return {
        "way": route.way,
        "visibility": route.visibility,
        "limit": route.limit,
        "unit": route.unit,
        "person_only": route.person_only,
        "until": when(route.until),
        "files": attachment_views.rule(route.files),
        "price": costs.message(prices.message_price(channel, route.way, now)),
    }
