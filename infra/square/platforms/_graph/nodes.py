"""Objects and lists as a Graph API answers them: the fields that were asked for, page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from infra.square.platforms._graph.errors import GraphError
from infra.square.platforms._graph.fields import Wanted, parse_fields
from infra.square.platforms._graph.paging import page_of

if TYPE_CHECKING:
    from infra.square.platforms._graph.call import Call

SECRETS = ("access_token", "appsecret_proof")

Makers = Mapping[str, Callable[[Wanted], Any]]
"""The function that makes the value of each field."""
Edges = Mapping[tuple[str, str], Callable[["Call"], dict[str, Any]]]
"""The function that answers each method and edge of a node."""


def show_node(node_id: str, makers: Makers, wanted: Sequence[Wanted]) -> dict[str, Any]:
    """Return an object with the wanted fields; a value that is not there is left out. Raises ``GraphError``."""
    shown: dict[str, Any] = {}
    for field in wanted:
        if field.name == "id":
            continue
        if field.name not in makers:
            raise GraphError(100, message=f"(#100) Tried accessing nonexisting field ({field.name})")
        value = makers[field.name](field)
        if value is not None:
            shown[field.name] = value
    return {**shown, "id": node_id}


def list_nodes(items: Sequence[Any], show: Callable[[Any], dict[str, Any]], call: Call) -> dict[str, Any]:
    """Return one page of a list."""
    page, paging = page_of(items, lambda item: item.id, plain_params(call), call.address)
    return {"data": [show(item) for item in page], **({"paging": paging} if paging else {})}


def plain_params(call: Call) -> dict[str, Any]:
    """Return the parameters of a call without its token and proof."""
    return {name: value for name, value in call.params.items() if name not in SECRETS}


def wanted_fields(call: Call, default: str) -> list[Wanted]:
    """Return the fields that a call asks for."""
    return parse_fields(call.text("fields", default) or default)


def run_edge(edges: Edges, call: Call, edge: str) -> dict[str, Any]:
    """Answer a call of a node's edge; raises ``GraphError`` where there is none."""
    action = edges.get((call.method, edge))
    if action is None:
        raise GraphError(100, 33) if not edge else GraphError(2500, message=f"Unknown path components: /{edge}")
    return action(call)
