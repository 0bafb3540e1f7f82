"""Errors of the platform, with its codes and words."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

WORDS = {
    4: "Application request limit reached",
    100: "Invalid parameter",
    190: "Error validating access token: Session has expired",
    130429: "(#130429) Rate limit hit",
    131000: "(#131000) Something went wrong",
    131009: "(#131009) Parameter value is not valid",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131051: "Unsupported message type",
    131056: "(#131056) (Business Account, Consumer Account) pair rate limit hit",
    132000: "(#132000) Number of parameters does not match the expected number of params",
    132001: "(#132001) Template name does not exist in the translation",
    132012: "(#132012) Parameter format does not match format in the created template",
}


class Refused(Exception):
    """An error of the platform."""

    def __init__(self, code: int, details: str = "", subcode: int | None = None, status: int | None = None) -> None:
        super().__init__(details)
        self.code, self.details, self.subcode = code, details, subcode
        self.status = status or {190: 401, 132001: 404}.get(code, 400)


def error_answer(refused: Refused) -> Response:
    words = WORDS.get(refused.code, "An error")
    error: dict[str, Any] = {"message": words, "type": "OAuthException", "code": refused.code, "fbtrace_id": "Asquare"}
    if refused.subcode:
        error["error_subcode"] = refused.subcode
    if refused.details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": refused.details}
    return JSONResponse({"error": error}, status_code=refused.status)


def fault_answer(error: dict[str, Any]) -> Response:
    """An error that a test asked for."""
    answer = error_answer(Refused(error["code"], error["message"] or "", error["subcode"], error["http"]))
    answer.headers.update(error["headers"])
    return answer
