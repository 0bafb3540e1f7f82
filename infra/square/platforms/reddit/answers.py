"""Errors and listings of the API."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response


class Refused(Exception):
    """An error by its HTTP status."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or {}


class Wrong(Exception):
    """An error in an answer that is 200."""

    def __init__(self, name: str, message: str, field: str | None = None) -> None:
        super().__init__(name)
        self.error = [name, message, field]


def listing(items: list[dict[str, Any]], params: dict[str, str]) -> dict[str, Any]:
    """A page, newest first. An ``after`` or ``before`` that is not there any more gives nothing, as it really does."""
    limit = min(int(params.get("limit", "25")), 100)
    names = [item["data"]["name"] for item in items]
    if after := params.get("after"):
        items = items[names.index(after) + 1 :] if after in names else []
    elif before := params.get("before"):
        items = items[: names.index(before)][-limit:] if before in names else []
    page = items[:limit]
    more = page[-1]["data"]["name"] if len(items) > limit else None
    return {"kind": "Listing", "data": {"after": more, "before": None, "dist": len(page), "children": page}}


def fault_answer(error: dict[str, Any]) -> Response:
    """With a name and no status, the platform's answer is 200 and says inside what is wrong."""
    status, name = error.get("http"), error.get("name")
    headers = {key: str(value) for key, value in error.get("headers", {}).items()}
    if name and not status:
        return JSONResponse({"json": {"errors": [[name, error.get("message") or "", None]]}}, headers=headers)
    problem = {"message": error.get("message") or "as asked for", "error": status or 500}
    return JSONResponse(problem | ({"reason": name} if name else {}), status_code=status or 500, headers=headers)
