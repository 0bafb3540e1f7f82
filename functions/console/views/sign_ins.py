"""Sign-ins on platforms as the API shows them. No code and no token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.times import when
from console.views import connections as connection_views
from storage.outreach_budgets import Budget

if TYPE_CHECKING:
    from application.connections.sign_ins import Page
    from console.actions.sign_ins import Finished


def page(page: Page) -> dict[str, Any]:
    return {"address": page.address, "until": when(page.until)}


def finished(finished: Finished, language: str) -> dict[str, Any]:
    made = finished.connection
    accounts = [
        {
            "id": each.account_id,
            "name": each.name or each.account_id,
            "connected": each.account_id in finished.connected,
        }
        for each in finished.candidates
    ]
    return {"connection": connection_views.connection(made, language, Budget()) if made else None, "accounts": accounts}
