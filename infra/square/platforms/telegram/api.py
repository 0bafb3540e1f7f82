"""The Bot API: methods by name, the webhook's settings, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from infra.square.core.files import PLACE
from infra.square.platforms.telegram.answers import Refused, error_answer, fault_answer
from infra.square.platforms.telegram.files import FILE_METHODS, PICTURE
from infra.square.platforms.telegram.messages import CAPTION_LIMIT, TEXT_LIMIT
from infra.square.platforms.telegram.params import read_params, without_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from infra.square.core.calls import Calls
    from infra.square.core.world import World
    from infra.square.platforms.telegram.account import TelegramAccount
    from infra.square.platforms.telegram.messages import Messages
    from infra.square.platforms.telegram.views import Views


class Api:
    """Answers calls with the bot's token."""

    def __init__(self, account: TelegramAccount, world: World, calls: Calls, views: Views, messages: Messages) -> None:
        self.account = account
        self.world = world
        self.calls = calls
        self.views = views
        self.messages = messages

    async def handle(self, request: Request) -> Response:
        method = request.path_params["method"]
        params = await read_params(request)
        # The address holds the token.
        self.calls.note(request, without_tokens(params), f"/telegram/bot/{method}")
        kind = "send" if method.startswith("send") and method != "sendChatAction" else "read"

        async def handler() -> Response:
            try:
                self._permit(request.path_params["token"])
                return JSONResponse({"ok": True, "result": self._run(method, params)})
            except Refused as refused:
                return error_answer(refused)

        return await self.calls.answer(request, "profile" if method == "getChat" else kind, handler, fault_answer)

    def _permit(self, token: str) -> None:
        if ":" not in token:
            raise Refused(404)
        if self.account.expired or token != self.account.config["bot_token"]:
            raise Refused(401)

    def _run(self, method: str, params: dict[str, Any]) -> Any:
        run = {
            "getme": lambda _: {**self.views.bot(), "can_join_groups": True, "can_read_all_group_messages": True},
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": lambda _: self._webhook_info(),
            "getupdates": self._get_updates,
            "sendmessage": lambda params: self.messages.send(params, "text", TEXT_LIMIT),
            "editmessagetext": lambda params: self.messages.edit(params, "text", TEXT_LIMIT),
            "editmessagecaption": lambda params: self.messages.edit(params, "caption", CAPTION_LIMIT),
            "deletemessage": self.messages.delete,
            "deletebusinessmessages": self.messages.delete_business,
            "setmessagereaction": self.messages.set_reaction,
            "answercallbackquery": self._answer_callback,
            "getchat": self._get_chat,
            "getfile": self._get_file,
            "sendchataction": lambda params: bool(self.messages.thread(params)),
            **{name.lower(): self._sender_of(part) for name, part in FILE_METHODS.items()},
        }.get(method.lower())
        if run is None:
            raise Refused(404)
        return run(params)

    def _sender_of(self, part: str) -> Callable[[dict[str, Any]], Any]:
        return lambda params: self.messages.send(params, "caption", CAPTION_LIMIT, part)

    def _set_webhook(self, params: dict[str, Any]) -> bool:
        url, secret = str(params.get("url", "")), str(params.get("secret_token", ""))
        if len(secret) > 256 or any(not (each.isalnum() and each.isascii()) and each not in "_-" for each in secret):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        # The real one wants HTTPS; on one machine there is none.
        if url and not url.startswith(("https://", "http://")):
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        allowed = params.get("allowed_updates") or []
        self.account.hook = {"url": url, "secret_token": secret, "allowed_updates": allowed} if url else {}
        return True

    def _delete_webhook(self, _params: dict[str, Any]) -> bool:
        self.account.hook = {}
        return True

    def _webhook_info(self) -> dict[str, Any]:
        info = {"url": self.account.hook.get("url", ""), "has_custom_certificate": False, "pending_update_count": 0}
        allowed = self.account.hook.get("allowed_updates")
        return {**info, **({"allowed_updates": allowed} if allowed else {}), "max_connections": 40}

    def _get_updates(self, _params: dict[str, Any]) -> list[Any]:
        if self.account.hook:
            raise Refused(409)
        return []

    def _answer_callback(self, params: dict[str, Any]) -> bool:
        self.account.extra["answered"].append(str(params.get("callback_query_id")))
        return True

    def _get_chat(self, params: dict[str, Any]) -> dict[str, Any]:
        thread = self.world.threads.get(str(params.get("chat_id")))
        if thread is None:
            raise Refused(400, "Bad Request: chat not found")
        return {**self.views.chat(thread), "accent_color_id": 1, "max_reaction_count": 11}

    def _get_file(self, params: dict[str, Any]) -> dict[str, Any]:
        file_id = str(params.get("file_id", ""))
        if not file_id.startswith("AgAC_"):
            raise Refused(400, "Bad Request: invalid file_id")
        return {"file_id": file_id, "file_unique_id": "u", "file_size": len(PICTURE), "file_path": f"files/{file_id}"}

    async def file(self, request: Request) -> Response:
        try:
            self._permit(request.path_params["token"])
        except Refused as refused:
            return error_answer(refused)
        url = self._url_of(request.url.path.rpartition("/")[2])
        return RedirectResponse(url) if PLACE in url else Response(PICTURE, media_type="application/octet-stream")

    def _url_of(self, file_id: str) -> str:
        """Return where a file lies that a customer sent; its id names the message and the place in it."""
        for post in self.world.posts.values():
            start = f"AgAC_{post.id.replace(':', '_')}_"
            if file_id.startswith(start) and post.attachments:
                position = file_id.removeprefix(start).partition("_")[0]
                known = post.attachments[int(position) :] if position.isdecimal() else []
                return str(known[0].get("url", "")) if known else ""
        return ""
