"""Bluesky (AT protocol): posts in public, and chat in private where the account's owner permits it.

Sources: docs.bsky.app and the lexicons of github.com/bluesky-social/atproto (app.bsky.notification.listNotifications,
app.bsky.feed.post, com.atproto.repo.createRecord, chat.bsky.convo.*), atproto.com/specs/tid (record keys),
docs.bsky.app/docs/advanced-guides/rate-limits, …/post-richtext (facets).

The platform pushes nothing: it is asked. A post's id is its ``at://`` address; its thread is the post at the root,
which every answer names. Below a post of our own every top-level answer is a conversation, and so is a mention below
what somebody else began; what is deeper belongs to the message it answers.

Secrets: ``identifier`` (handle or DID) and ``app_password``; ``renew`` gives ``access_jwt``, ``refresh_jwt``,
``expires_at``. Options: ``base_url`` (where sessions are made), ``pds_url`` (where the account lives) and ``handle``
(both found by ``check``), ``chat`` (``yes``: private messages, too), ``chat_proxy``, ``cdn_url`` (pictures), ``langs``
(such as ``de,en``).
"""

from __future__ import annotations

from channels.base import (
    Capabilities,
    Channel,
)
from channels.bluesky.account import BlueskyAccount
from channels.bluesky.searching import BlueskySearcher
from channels.bluesky.sending import BlueskySender
from channels.bluesky.webhook import BlueskyReceiver
from conversations.facts import Kind

channel = Channel(
    name="bluesky",
    label="Bluesky",
    capabilities=Capabilities(
        secret_names=("identifier", "app_password"),
        optional_secrets=("access_jwt", "refresh_jwt", "expires_at"),
        option_names=("pds_url", "handle", "chat", "chat_proxy", "cdn_url", "langs"),
        reported_kinds=frozenset({Kind.MESSAGE, Kind.REMOVED, Kind.REACTION, Kind.UNREACTION}),
        thread_is_guess=True,
        replies_to_latest=True,
        poll_seconds=60,
        renews=True,
    ),
    receiver=BlueskyReceiver(),
    sender=BlueskySender(),
    account=BlueskyAccount(),
    searcher=BlueskySearcher(),
)
"""An account on Bluesky, or on any other server of its network."""
