"""Contexts of the browser that one test after the other uses.

A context of its own for each test would fetch and compile all files of the page again, for each of 400 tests. Here the
files stay in the browser's cache, as between two visits of an agent, and nothing else stays: cookies, storage, routes
and pages are gone when the next test gets the context.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.hearing import keep_sockets

STORED = "local_storage,indexeddb,cache_storage,file_systems,service_workers"
"""Kinds of what a page may have stored, as named in Chrome's DevTools protocol, ``Storage.clearDataForOrigin``."""


class Contexts:
    """The contexts of one browser: those that tests share one after the other, and those of one test alone."""

    def __init__(self, browser: Browser, origins: Sequence[str]) -> None:
        self._browser = browser
        self._origins = origins
        """Addresses under which pages store something."""
        self._free: dict[str, list[BrowserContext]] = defaultdict(list)

    def new_page(self, options: Mapping[str, Any], *, shared: bool) -> Page:
        """Return an empty page in a context that nobody uses; a ``shared`` one may have the page's files already."""
        free = self._free[repr(options)] if shared else []
        if not free:
            context = self._browser.new_context(**options)
            keep_sockets(context)
            return context.new_page()
        page = free.pop().new_page()
        self._forget_stored(page)
        return page

    def take_back(self, context: BrowserContext, options: Mapping[str, Any], *, shared: bool) -> None:
        """End what a test did in a context, and keep it for the next one if it is ``shared``."""
        for page in context.pages:
            # A request that a test holds in its hand may be under way.
            page.unroute_all(behavior="ignoreErrors")
        if not shared:
            context.close()
            return
        for page in context.pages:
            page.close()
        context.unroute_all(behavior="ignoreErrors")
        context.clear_cookies()
        context.set_offline(False)
        self._free[repr(options)].append(context)

    def _forget_stored(self, page: Page) -> None:
        """Remove what earlier pages stored: only now, as a page may store something while it is closed."""
        session = page.context.new_cdp_session(page)
        for origin in self._origins:
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
        session.detach()
