"""Bodies about sign-ins on platforms, read into values. None of it is repeated in a refusal."""

from __future__ import annotations

from msgspec import Struct

from application.connections.sign_ins import Wanted
from console.bodies.connections import line, pairs
from console.bodies.json_types import Body
from console.errors import ApiError
from shared.hidden import repr_without
from storage.team_names import DEFAULT_TEAM


class Answer(Struct, frozen=True):
    """An answer of a platform: a code, or the reason why there is none."""

    code: str
    error: str

    def __repr__(self) -> str:
        return repr_without(self, "code")


def new(body: Body) -> Wanted:
    """The body of ``POST /connections/sign-in``."""
    return Wanted(
        line(body, "channel"),
        line(body, "name"),
        line(body, "team") or DEFAULT_TEAM,
        pairs(body, "secrets"),
        pairs(body, "options"),
        body.get("renews") is True,
    )


def answer(body: Body) -> Answer:
    """The body of ``POST /connections/sign-in/{state}``; raises a 422 where it says both or neither."""
    found = Answer(body.get("code") or "", body.get("error") or "")
    if bool(found.code) == bool(found.error):
        raise ApiError(422, "sign_in_failed")
    return found
