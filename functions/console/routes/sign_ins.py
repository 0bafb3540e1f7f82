"""The routes of the platforms' own sign-in: to the platform's page, and back with its answer.

Codes and tokens come in and never go out: no answer, no entry of the audit log and no line of the log holds one.
"""

from __future__ import annotations

from chalice.app import Response

from console.actions import sign_ins
from console.authorization import ADMINS
from console.bodies import sign_ins as sign_in_bodies
from console.http import Api, now
from console.views import sign_ins as sign_in_views

api = Api(__name__)
_ALL = "/api/connections/sign-in"
_ONE = _ALL + "/{state}"


@api.at(_ALL, "POST", ADMINS)
def begin_sign_in() -> Response:
    """Return the address of the platform's page on which an administrator allows the app."""
    page = sign_ins.begin(api.agent(), sign_in_bodies.new(api.body()), now())
    return Response(sign_in_views.page(page), status_code=201)


@api.at(_ONE, "POST", ADMINS)
def finish_sign_in(state: str) -> Response:
    """Take the platform's answer, and connect the account or offer the accounts there are."""
    finished = sign_ins.finish(api.agent(), state, sign_in_bodies.answer(api.body()), now)
    return Response(sign_in_views.finished(finished, api.language()))


@api.at(_ONE + "/account", "POST", ADMINS)
def choose_account(state: str) -> Response:
    """Connect one of the accounts that were offered."""
    finished = sign_ins.choose(api.agent(), state, api.body()["account_id"], now)
    return Response(sign_in_views.finished(finished, api.language()))
