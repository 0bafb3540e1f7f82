"""Bodies about customers' cards and logged calls, read into values."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from console.bodies.collaboration import tag_name
from console.bodies.fields import moment_of, text_of, unique
from console.bodies.json_types import Body
from console.errors import ApiError

DETAILS = ("name", "number", "address", "language")


class CardChange(Struct, frozen=True):
    """The changes of a card; None for what stays as it is."""

    details: Mapping[str, str] = field(default_factory=dict)
    """Name, number, address and language; empty for one that is taken away."""
    fields: tuple[tuple[str, str, str | None], ...] = ()
    """Team, name and value; None for a value that is taken away."""
    tags: tuple[str, ...] | None = None
    vip: bool | None = None
    note: str = ""
    remove_note: str = ""
    opt_out: bool | None = None

    @property
    def names(self) -> list[str]:
        """Return the names of what is changed, for the audit log."""
        named = {"tags": self.tags is not None, "vip": self.vip is not None, "opt_out": self.opt_out is not None}
        named |= {"note": bool(self.note), "remove_note": bool(self.remove_note)}
        changed = [name for name, is_changed in named.items() if is_changed]
        return [*self.details, *(f"{team}/{name}" for team, name, _ in self.fields), *changed]


class NewCall(Struct, frozen=True):
    """A phone call or a visit that is logged."""

    kind: str
    team: str
    summary: str
    name: str = ""
    number: str = ""
    customer: str = ""
    """The card of a customer who is known already; empty for another person."""
    at: int | None = None
    """Milliseconds; None for now."""
    resolve: bool = False


def card_change(body: Body) -> CardChange:
    """The body of ``PATCH /customers/{customer_id}``; raises a 422 for a tag that cannot be seen."""
    details = {name: body[name].strip() for name in DETAILS if body.get(name) is not None}
    fields = tuple((each["team"], each["name"], each["value"].strip() or None) for each in body.get("fields") or ())
    tags = None if body.get("tags") is None else unique(map(tag_name, body["tags"]))
    return CardChange(
        details,
        fields,
        tags,
        body.get("vip"),
        (body.get("note") or "").strip(),
        body.get("remove_note") or "",
        body.get("opt_out"),
    )


def new_call(body: Body) -> NewCall:
    """The body of ``POST /conversations``; raises a 422 where nothing says who it was."""
    name, number, customer = ((body.get(each) or "").strip() for each in ("name", "number", "customer"))
    if not (name or number or customer):
        raise ApiError(422, "nobody")
    at = moment_of(body["at"]) if body.get("at") is not None else None
    summary = text_of(body, "summary")
    return NewCall(body["kind"], body["team"], summary, name, number, customer, at, bool(body.get("resolve")))
