"""Sign-in of a profile on Threads."""

from __future__ import annotations

from channels import _meta
from channels._profile_sign_in import Window

SCOPES = ("basic", "content_publish", "manage_replies", "read_replies", "manage_mentions", "keyword_search", "delete")
WINDOW = Window(
    graph=_meta.THREADS,
    page_url="https://threads.net",
    token_url=_meta.THREADS.base_url,
    scopes=tuple(f"threads_{scope}" for scope in SCOPES),
    exchange="th_exchange_token",
    id_options=("app_id", "client_id"),
)
