"""Refusals of the API: a code for programs, a sentence for people, and figures for both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.facts import Author
    from conversations.messages import Message


class ApiError(Exception):
    """A refusal. ``code`` names its text under ``error.``; ``detail_key`` a text that says more."""

    def __init__(self, status: int, code: str, detail: str = "", detail_key: str = "", **details: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.details = details
        self._detail = detail
        self._detail_key = detail_key

    @property
    def reason(self) -> str:
        """The most exact code there is."""
        return self.details.get("reason", self.code)

    def body(self, language: str) -> dict[str, Any]:
        """Return the body of the answer: the code, a sentence for a person, and the figures."""
        detail = texts.text(self._detail_key, language) if self._detail_key else self._detail
        fields = self.details | {"detail": detail}
        if "unit" in fields:
            fields["unit"] = texts.text(f"unit.{fields['unit']}", language)
        return {"error": self.code, "message": texts.text(f"error.{self.code}", language, **fields), **self.details}


class Overtaken(ApiError):
    """A refusal since somebody was faster: who, if it was a colleague, and the messages that came since."""

    def __init__(self, code: str, by: Author | None, messages: Sequence[Message] = (), **details: Any) -> None:
        name = by.name if by and by.name else ""
        detail_key = "error.somebody"
        super().__init__(409, code, name, "" if name else detail_key, **details)
        self.messages = messages
        if by:
            self.details["by"] = {"id": by.id, "name": by.name}


def malformed(detail: str) -> ApiError:
    """The request has not the form that the API document asks for."""
    return ApiError(400, "malformed", detail=detail)
