"""Calls of the API, read strictly, and the problems they are answered with."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, NamedTuple

from starlette.responses import JSONResponse, Response

from infra.square.core.web import parse_json

PROBLEMS = "https://api.twitter.com/2/problems/"


class Refused(Exception):
    """A problem as the platform tells it."""

    def __init__(self, status: int, detail: str, kind: str = "", code: int = 0, title: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind, self.code, self.title = status, detail, kind, code, title

    def answer(self) -> Response:
        titles = {400: "Invalid Request", 401: "Unauthorized", 402: "CreditsDepleted", 403: "Forbidden"}
        body: dict[str, Any] = {
            "title": self.title or titles.get(self.status, "Error"),
            "detail": self.detail,
            "type": PROBLEMS + self.kind if self.kind else "about:blank",
            "status": self.status,
        }
        if self.code:
            body["errors"] = [{"code": self.code, "message": self.detail}]
        return JSONResponse(body, status_code=self.status)


class Call(NamedTuple):
    """A call to the platform's API, read."""

    path: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]
    by_app: bool
    """With the app's own token, not the account's."""
    file: bytes = b""


def read_document(content: bytes) -> dict[str, Any]:
    try:
        body = parse_json(content) if content else {}
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "The body is not a JSON object.", "invalid-request")
    return body


def read_multipart(kind: str, body: bytes) -> tuple[dict[str, Any], bytes]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    fields: dict[str, Any] = {}
    file = b""
    for part in message.iter_parts():  # pyright: ignore[reportAttributeAccessIssue] - of an EmailMessage
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        content = value if isinstance(value, bytes) else b""
        if name == "media":
            file = content
        else:
            fields[str(name)] = content.decode()
    return fields, file


def fault_answer(error: dict[str, Any]) -> Response:
    """An error that was call for, in the platform's form."""
    status = error.get("http") or (429 if error["code"] == 88 else 403)
    answer = Refused(status, error.get("message") or "", error.get("name") or "", error["code"]).answer()
    answer.headers.update(error.get("headers") or {})
    return answer
