"""Uploads of pictures in three steps."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from infra.square.platforms.x.call import Call, Refused

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.square.platforms.x.account import XAccount


class Media:
    """Answers the calls about uploads."""

    def __init__(self, account: XAccount) -> None:
        self.account = account

    def begin(self, call: Call) -> dict[str, Any]:
        if not str(call.body.get("media_type", "")).startswith("image/"):
            raise Refused(400, "media type unrecognized.", "invalid-request")
        media_id = self.account.new_id("media")
        about = {"mime": call.body["media_type"], "size": call.body.get("total_bytes"), "bytes": "", "done": False}
        self.account.kept["media"][media_id] = about
        return {"data": {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86_400}}

    def append(self, call: Call) -> dict[str, Any]:
        self._upload(call)["bytes"] += base64.b64encode(call.file).decode()
        return {"data": {"expires_at": self.account.clock.now() // 1000 + 86_400}}

    def end(self, call: Call) -> dict[str, Any]:
        upload = self._upload(call)
        if len(base64.b64decode(upload["bytes"])) != upload["size"]:
            raise Refused(400, "Segments do not add up to provided total file size.", "invalid-request")
        upload["done"] = True
        return {"data": {"id": call.path["id"], "media_key": f"3_{call.path['id']}", "size": upload["size"]}}

    def _upload(self, call: Call) -> dict[str, Any]:
        upload = self.account.kept["media"].get(call.path["id"])
        if upload is None:
            raise Refused(404, "media not found", "resource-not-found")
        return upload

    def attachment(self, media_id: str) -> dict[str, Any]:
        upload = self.account.kept["media"].get(media_id)
        if upload is None or not upload["done"]:
            raise Refused(400, "Your media IDs are invalid.", "invalid-request")
        return {"type": "image", "url": f"/x/media/{media_id}", "media_id": media_id}

    async def picture(self, request: Request) -> Response:
        upload = self.account.kept["media"].get(str(request.path_params["id"]))
        if upload is None:
            return Response(status_code=404)
        return Response(base64.b64decode(upload["bytes"]), media_type=upload["mime"])
