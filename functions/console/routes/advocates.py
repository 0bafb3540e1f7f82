"""Route of people who speak for the company in public."""

from __future__ import annotations

from chalice.app import Response

from console.actions import advocates
from console.http import Api, name_of, now
from console.views import advocates as advocate_views

api = Api(__name__)


@api.at("/api/advocates", "GET")
def list_advocates() -> Response:
    """Return people who spoke for the company in the last 90 days, who did so last first."""
    found = advocates.listed(api.agent(), name_of(api.query("team"), "team"), now())
    items = [advocate_views.advocate(each) for each in found.people]
    return Response({"items": items, "conversations": found.conversations, "complete": found.is_complete})
