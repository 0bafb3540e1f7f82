"""Tokens of the Page and of the app."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from infra.square.platforms._graph.errors import GraphError
from infra.square.platforms._graph.signing import check_proof

if TYPE_CHECKING:
    from infra.square.platforms._graph.call import Call
    from infra.square.platforms.facebook.account import FacebookAccount


def require_page(call: Call, account: FacebookAccount) -> None:
    """Admit only the Page's own token, and only while it lives; raises ``GraphError``."""
    if call.token is None:
        raise GraphError(104)
    if not hmac.compare_digest(call.token.encode(), str(account.config["page_token"]).encode()):
        raise GraphError(190)
    if account.token_error is not None:
        raise GraphError(190, account.token_error)
    check_proof(call, str(account.config["app_secret"]))


def require_app(call: Call, account: FacebookAccount) -> None:
    """Admit only the app's token; raises ``GraphError``."""
    if call.token is None:
        raise GraphError(104)
    if call.token != f"{account.config['app_id']}|{account.config['app_secret']}":
        raise GraphError(190, message="Invalid OAuth access token signature.")
    check_proof(call, str(account.config["app_secret"]))
