"""The routes of saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

from console.actions import saved_views
from console.bodies import list_filters
from console.errors import ApiError
from console.http import Api, now

if TYPE_CHECKING:
    from console.actions.saved_views import Counted

api = Api(__name__)
LONGEST = 80


@api.at("/api/views", "GET")
def list_views() -> Response:
    """This agent's views, and those of teams, with counts."""
    api.query()
    views = saved_views.counted(api.agent(), lambda view: list_filters.of_document(view.filters), now())
    return Response({"items": [_view(each) for each in views]})


@api.at("/api/views", "POST")
def save_view() -> Response:
    """Keep filters and an order under a name."""
    body = api.body()
    name = " ".join(body["name"].split())
    if not name or not name.isprintable():
        raise ApiError(422, "view_name")
    _check(body["filters"])
    saved_views.put(api.agent(), name, body["filters"], body.get("team") or "")
    return list_views()


def _check(filters: dict[str, Any]) -> None:
    """Raise a 422 for filters that do not go together."""
    try:
        list_filters.of_document(filters)
    except ApiError:
        raise ApiError(422, "view_filters") from None


@api.at("/api/views/{view_id}", "DELETE")
def delete_view(view_id: str) -> Response:
    """Remove a view."""
    api.no_body()
    saved_views.remove(api.agent(), view_id)
    return Response({"deleted": True})


def _view(counted: Counted) -> dict[str, Any]:
    view = counted.view
    return {
        "id": view.id,
        "name": view.name,
        "team": view.team or None,
        "filters": view.filters,
        "count": counted.count,
        "complete": counted.is_complete,
    }
