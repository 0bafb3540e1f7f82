"""The errors of the Graph API, as data: what it says, and with which HTTP status."""

from __future__ import annotations

import json
import secrets
from typing import Any

from starlette.responses import Response

MESSAGES: dict[tuple[int, int | None], str] = {
    (1, None): "An unknown error occurred",
    (2, None): "An unexpected error has occurred. Please retry your request later.",
    (4, None): "(#4) Application request limit reached",
    (10, None): "(#10) Application does not have permission for this action",
    (10, 2018278): "(#10) This message is sent outside of allowed window.",
    (10, 1893063): "(#10) The Page is temporarily restricted from sending messages.",
    (100, None): "(#100) Invalid parameter",
    (100, 33): (
        "Unsupported request. Object does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation"
    ),
    (100, 2018001): "(#100) No matching user found",
    (100, 2018218): "(#100) Unable to get the profile of this user.",
    (104, None): "An access token is required to request this resource.",
    (190, None): "Invalid OAuth access token - Cannot parse access token",
    (190, 463): "Error validating access token: Session has expired.",
    (368, None): "The action attempted has been deemed abusive or is otherwise disallowed",
    (506, None): "Duplicate status message",
    (551, None): "(#551) This person isn't available right now.",
    (613, None): "(#613) Calls to this api have exceeded the rate limit.",
    (2200, None): "(#2200) Callback verification failed",
    (2500, None): "Unknown path components",
    (10900, None): "(#10900) Activity already replied to",
    (10903, None): "(#10903) This user cannot reply to this activity",
    (80001, None): "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
    (80006, None): "(#80006) There have been too many calls to this Messenger account. Wait a bit and try again.",
}
HTTP_STATUS = {1: 500, 2: 503, 4: 403, 10: 403, 368: 403, 1200: 503}
RATE_CODES = {4, 17, 32, 341, 613, 80001, 80002, 80006}
TRANSIENT_CODES = {1, 2, 1200} | RATE_CODES


class GraphError(Exception):
    """A refusal, to be answered in the Graph API's form."""

    def __init__(self, code: int, subcode: int | None = None, message: str | None = None) -> None:
        super().__init__(message or message_of(code, subcode))
        self.code = code
        self.subcode = subcode

    def describe(self) -> dict[str, Any]:
        return {"code": self.code, "subcode": self.subcode, "message": str(self)}


def message_of(code: int, subcode: int | None) -> str:
    return MESSAGES.get((code, subcode)) or MESSAGES.get((code, None)) or f"(#{code}) An error occurred"


def http_status(code: int, *, bearer: bool) -> int:
    """Mostly 400. A bad token has been seen with 400 (sent as a parameter) and with 401 (sent as a header)."""
    if code == 190:
        return 401 if bearer else 400
    if 200 <= code <= 299:
        return 403
    return HTTP_STATUS.get(code, 400)


def error_response(error: dict[str, Any], *, bearer: bool, usage: dict[str, str]) -> Response:
    """The answer to a call that failed. ``error``: code, subcode, and perhaps message, http, headers, is_transient."""
    code, subcode = error["code"], error.get("subcode")
    body: dict[str, Any] = {
        "message": error.get("message") or message_of(code, subcode),
        "type": "OAuthException",
        "code": code,
    }
    if subcode is not None:
        body["error_subcode"] = subcode
    transient = error.get("is_transient")
    if transient is None:
        transient = code in TRANSIENT_CODES
    if transient:
        body["is_transient"] = True
    body["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    headers = {**usage, **(error.get("headers") or {})}
    status = error.get("http") or http_status(code, bearer=bearer)
    return Response(meta_json({"error": body}), status, headers, "application/json; charset=UTF-8")


def meta_json(value: Any) -> bytes:
    r"""JSON in Meta's manner: ASCII with ``\uXXXX``, and a backslash before every slash."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode("ascii")
