"""Webhook subscriptions: the app's, with Meta's handshake, and the Page's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.platforms._graph.errors import GraphError
from infra.square.platforms._graph.handshake import shake_hands
from infra.square.platforms.facebook.tokens import require_app

if TYPE_CHECKING:
    from infra.square.platforms._graph.call import Call
    from infra.square.platforms.facebook.account import FacebookAccount


async def app_subscriptions(call: Call, account: FacebookAccount) -> dict[str, Any]:
    """Answer ``/{app-id}/subscriptions``, with the app's token."""
    require_app(call, account)
    if call.method == "POST":
        await _subscribe(call, account)
        return {"success": True}
    if call.method == "DELETE":
        account.hook = {}
        return {"success": True}
    if not account.hook:
        return {"data": []}
    fields = [{"name": name, "version": "v26.0"} for name in account.hook["fields"]]
    entry = {"object": "page", "callback_url": account.hook["url"], "active": True, "fields": fields}
    return {"data": [entry]}


async def _subscribe(call: Call, account: FacebookAccount) -> None:
    if call.text("object") != "page":
        raise GraphError(100, message="(#100) Param object must be page on this square")
    url, token = call.text("callback_url"), call.text("verify_token")
    await shake_hands(url, token)
    account.hook = {"url": url, "verify_token": token, "fields": call.names("fields")}


def page_subscription(call: Call, account: FacebookAccount) -> dict[str, Any]:
    """Answer ``/{page-id}/subscribed_apps``, with the Page's token."""
    if call.method == "POST":
        fields = call.names("subscribed_fields")
        if not fields:
            raise GraphError(100, message="(#100) The parameter subscribed_fields is required.")
        account.subscribed_fields = fields
        return {"success": True}
    if call.method == "DELETE":
        account.subscribed_fields = None
        return {"success": True}
    if account.subscribed_fields is None:
        return {"data": []}
    app = {"id": account.config["app_id"], "name": "Nachfrage", "subscribed_fields": account.subscribed_fields}
    return {"data": [app]}
