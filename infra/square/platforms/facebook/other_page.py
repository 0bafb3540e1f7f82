"""A second Page of the same people, where nobody writes: so that there is one to choose from after a sign-in."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from infra.square.platforms._graph.errors import GraphError
from infra.square.platforms._graph.signing import check_proof

if TYPE_CHECKING:
    from infra.square.platforms._graph.call import Call
    from infra.square.platforms.facebook.account import FacebookAccount

NAME = "Nordlicht Technik"
LISTS = frozenset({"feed", "posts", "conversations", "ratings", "tagged", "blocked"})


def token_of(account: FacebookAccount) -> str:
    return f"{account.config['page_token']}2"


def is_own(call: Call, account: FacebookAccount) -> bool:
    """Return whether a call comes with the second Page's token."""
    return call.token is not None and hmac.compare_digest(call.token.encode(), token_of(account).encode())


def id_of(account: FacebookAccount) -> str:
    return f"{account.id}2"


def answer(call: Call, account: FacebookAccount) -> dict[str, Any]:
    """Answer a call with the second Page's token; raises ``GraphError``."""
    check_proof(call, str(account.config["app_secret"]))
    node, edge = call.path[0], call.path[1] if len(call.path) == 2 else ""
    if node not in ("me", id_of(account)):
        raise GraphError(100, 33)
    if edge == "subscribed_apps":
        if call.method == "GET":
            fields = account.other_fields
            return {"data": [{"id": account.config["app_id"], "subscribed_fields": fields}] if fields else []}
        account.other_fields = call.names("subscribed_fields") if call.method == "POST" else []
        return {"success": True}
    if call.method == "GET" and edge in LISTS:
        return {"data": []}
    if call.method == "GET" and not edge:
        return {"id": id_of(account), "name": NAME}
    raise GraphError(100, 33)
