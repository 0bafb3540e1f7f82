"""Errors as SES answers them."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response


class Refused(Exception):
    """An error as SES answers it."""

    def __init__(self, http: int, code: str, message: str) -> None:
        super().__init__(code)
        self.http, self.code, self.message = http, code, message

    def answer(self) -> Response:
        headers = {"x-amzn-ErrorType": self.code}
        return JSONResponse({"message": self.message}, status_code=self.http, headers=headers)
