"""Problems of a page while a test looks elsewhere: errors in its console, exceptions, requests that fail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page

NOT_OURS = re.compile(r"/favicon\.ico$")
"""Of the embedded AWS's sign-in pages."""
BLOCKED = "Service Worker registration blocked by Playwright"
"""Most tests have no service worker: it would fetch all files of the page for each of their browsers."""


@dataclass
class Problems:
    """All that went wrong, and what a test expects to."""

    seen: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def expect(self, *patterns: str) -> None:
        """Problems in which one of these regular expressions is found are part of the test."""
        self._expected += patterns

    def watch(self, page: Page) -> None:
        """Note what goes wrong in a page from now on."""
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.seen.append(f"exception: {error.message}\n{error.stack or ''}"))

    def unexpected(self) -> list[str]:
        """Return the problems that no test expected."""
        return [each for each in self.seen if not any(re.search(pattern, each) for pattern in self._expected)]

    def _note_message(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        if message.type in {"error", "warning"} and not NOT_OURS.search(url) and BLOCKED not in message.text:
            self.seen.append(f"{message.type}: {message.text} ({url})")
