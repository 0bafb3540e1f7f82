"""The Cloud API: the number, its webhook, files and blocked people."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from infra.square.core.files import PLACE
from infra.square.platforms._graph.errors import GraphError
from infra.square.platforms._graph.handshake import shake_hands
from infra.square.platforms.whatsapp.answers import Refused, error_answer, fault_answer
from infra.square.platforms.whatsapp.events import media_id
from infra.square.platforms.whatsapp.params import read_params

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.square.core.calls import Calls
    from infra.square.platforms.whatsapp.account import WhatsAppAccount
    from infra.square.platforms.whatsapp.sending import Sending

PICTURE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class Api:
    """Answers calls with the company's token."""

    def __init__(self, account: WhatsAppAccount, calls: Calls, sending: Sending) -> None:
        self.account = account
        self.calls = calls
        self.sending = sending

    async def handle(self, request: Request) -> Response:
        node, edge = request.path_params["node"], request.path_params.get("edge", "")
        params = await read_params(request)
        self.calls.note(request, params)
        is_send = edge == "messages" and params.get("status") != "read"

        async def handler() -> Response:
            try:
                self._permit(request, params)
                return JSONResponse(await self._run(request, node, edge, params))
            except Refused as refused:
                return error_answer(refused)

        return await self.calls.answer(request, "send" if is_send else "read", handler, fault_answer)

    def _permit(self, request: Request, params: dict[str, Any]) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ") or params.get("access_token", "")
        if self.account.expired or token != self.account.config["access_token"]:
            raise Refused(190, subcode=463)
        proof = request.query_params.get("appsecret_proof")
        if (
            proof
            and proof
            != hmac.new(self.account.config["app_secret"].encode(), token.encode(), hashlib.sha256).hexdigest()
        ):
            raise Refused(100, "Invalid appsecret_proof provided in the API argument")

    async def _run(self, request: Request, node: str, edge: str, params: dict[str, Any]) -> dict[str, Any]:
        method = request.method
        if node == self.account.config["waba_id"] and edge == "subscribed_apps":
            return self._subscribe(method)
        if node != self.account.id:
            return self._media(node, edge, f"{request.url.scheme}://{request.url.netloc}/whatsapp/")
        if edge == "messages":
            return self.sending.take(params)
        if edge == "media":
            return self._upload(params)
        if edge == "block_users":
            return self._block(method, params)
        if not edge and method == "POST":
            return await self._configure(params)
        return self._shown_number(params)

    def _subscribe(self, method: str) -> dict[str, Any]:
        if method == "GET":
            app = {
                "id": self.account.config["app_id"],
                "name": "Nachfrage",
                "link": "https://www.facebook.com/games/?app_id=",
            }
            return {"data": [{"whatsapp_business_api_data": app}] if self.account.extra["subscribed"] else []}
        self.account.extra["subscribed"] = method == "POST"
        return {"success": True}

    async def _configure(self, params: dict[str, Any]) -> dict[str, Any]:
        """Set where this number's events go; the address is asked for the challenge first."""
        hook = params.get("webhook_configuration") or {}
        url, token = str(hook.get("override_callback_uri", "")), str(hook.get("verify_token", ""))
        if url:
            try:
                await shake_hands(url, token)
            except GraphError as error:
                raise Refused(2200, str(error)) from error
        self.account.hook = {"url": url} if url else {}
        return {"success": True}

    def _shown_number(self, params: dict[str, Any]) -> dict[str, Any]:
        whole = {
            "display_phone_number": self.account.config["display_phone_number"],
            "verified_name": self.account.config["account_name"],
            "quality_rating": "GREEN",
            "webhook_configuration": {"phone_number": self.account.hook["url"]} if self.account.hook else {},
        }
        named = str(params.get("fields") or "display_phone_number,verified_name,quality_rating").split(",")
        return {**{name: whole[name] for name in named if name in whole}, "id": self.account.id}

    def _media(self, node: str, edge: str, here: str) -> dict[str, Any]:
        if edge or not (node.startswith("media-") or node in self.account.extra["uploads"]):
            raise Refused(100, "Unsupported get request. Object does not exist", subcode=33)
        kind = self.account.extra["uploads"].get(node, {}).get("type", "image/png")
        shown = {"url": f"{here}files/{node}", "mime_type": kind, "sha256": "0", "file_size": len(PICTURE), "id": node}
        return {"messaging_product": "whatsapp", **shown}

    async def file(self, request: Request) -> Response:
        if (
            request.headers.get("authorization") != f"Bearer {self.account.config['access_token']}"
            or self.account.expired
        ):
            return Response(status_code=401)
        url = self._url_of(request.url.path.rpartition("/")[2])
        return RedirectResponse(url) if PLACE in url else Response(PICTURE, media_type="image/png")

    def _url_of(self, node: str) -> str:
        """Return where a file lies that a customer sent."""
        posts = (post for post in self.sending.world.posts.values() if post.attachments and media_id(post) == node)
        return next((str(post.attachments[0].get("url", "")) for post in posts), "")

    def _upload(self, params: dict[str, Any]) -> dict[str, Any]:
        file = params.get("file")
        if params.get("messaging_product") != "whatsapp" or not isinstance(file, dict):
            raise Refused(100, "(#100) Param file must be a file")
        media_id = str(10**15 + secrets.randbelow(10**15))
        self.account.extra["uploads"][media_id] = file
        return {"id": media_id}

    def _block(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        done, blocked = [], set(self.account.extra["blocked"])
        for each in params.get("block_users") or []:
            person = self.sending.find_person(str(each.get("user_id") or each.get("user")))
            if person is None:
                raise Refused(139100, "Failed to block/unblock some users")
            blocked = blocked | {person.id} if method == "POST" else blocked - {person.id}
            done.append({"input": each.get("user_id") or each.get("user"), "user_id": person.id})
        self.account.extra["blocked"] = sorted(blocked)
        return {
            "messaging_product": "whatsapp",
            "block_users": {"added_users" if method == "POST" else "removed_users": done},
        }
