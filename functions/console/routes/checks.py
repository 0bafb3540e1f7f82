"""The route of the checks: is everything in order, as far as the console's role may see it?"""

from __future__ import annotations

from chalice.app import Response

from console.actions import checks
from console.authorization import ADMINS
from console.http import Api, now
from console.paging import page_of
from console.views import checks as check_views

api = Api(__name__)


@api.at("/api/checks", "GET", ADMINS)
def list_checks() -> Response:
    """Return the outcome of each check, and the next step for each finding."""
    query, language = api.query("cursor"), api.language()
    shown = [check_views.check(outcome, language) for outcome in checks.look(now())]
    return Response(page_of("checks", shown, query.get("cursor")))
