"""X: posts that mention, answer or quote the company in public, direct messages in private.

Sources: docs.x.com/x-api/activity (events, subscriptions; the older shape is docs.x.com/x-api/account-activity),
docs.x.com/x-api/webhooks (registration, CRC, replay), docs.x.com/x-api/posts (create, delete, hide, mentions),
docs.x.com/x-api/direct-messages, docs.x.com/x-api/media, docs.x.com/fundamentals/authentication/oauth-2-0,
docs.x.com/x-api/fundamentals/response-codes-and-errors, docs.x.com/fundamentals/rate-limits.

Secrets: ``consumer_secret`` (the app's API key secret; signs webhooks), ``previous_consumer_secret`` while it is
rotated, ``access_token`` (OAuth 2.0, of the account), ``refresh_token`` and ``expires_at`` (renewed together),
``client_secret`` (of a confidential app), ``bearer_token`` (of the app alone; registers the webhook).
Options: ``base_url``, ``version``, ``client_id``, ``access`` (``enterprise`` where the contract permits every reply),
``text_limit`` (weighted; more than 280 for Premium accounts), ``handle`` (learnt from the platform).
"""

from __future__ import annotations

from channels.base import (
    Capabilities,
    Channel,
)
from channels.x.account import XAccount
from channels.x.searching import XSearcher
from channels.x.sending import XSender
from channels.x.sign_in import XSignIn
from channels.x.webhook import XReceiver
from conversations.facts import Kind

channel = Channel(
    name="x",
    label="X",
    capabilities=Capabilities(
        secret_names=("consumer_secret", "access_token"),
        optional_secrets=("refresh_token", "expires_at", "client_secret", "bearer_token"),
        option_names=("version", "client_id", "access", "text_limit", "handle"),
        signing_secret="consumer_secret",  # noqa: S106 - a name
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.READ}),
        thread_is_guess=True,
        poll_seconds=300,
        renews=True,
    ),
    receiver=XReceiver(),
    sender=XSender(),
    account=XAccount(),
    searcher=XSearcher(),
    sign_in=XSignIn(),
)
"""An account on X."""
