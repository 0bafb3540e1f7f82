"""Facebook Pages: posts, comments and reviews in public, Messenger in private.

Sources: developers.facebook.com/docs/graph-api/webhooks/reference/page (feed, mention, ratings),
…/docs/messenger-platform/reference/webhook-events (messaging), …/docs/messenger-platform/reference/send-api,
…/docs/messenger-platform/policy/policy-overview (windows), …/docs/graph-api/reference/comment (hide, delete, edit,
``source`` for a photo), …/docs/graph-api/reference/page/blocked (block), …/docs/permissions (visitors' posts can be
deleted, but not hidden), …/docs/graph-api/reference/page/subscribed_apps, …/docs/graph-api/reference/page/feed.

Secrets: ``app_secret``, ``previous_app_secret`` (while it is rotated), ``verify_token``, ``access_token`` (the Page's).
Options: ``app_id`` (with it the app's webhook is entered for it), ``client_id`` (the same number, for the sign-in of
further Pages alone), ``base_url``, ``version`` of the Graph API.
"""

from __future__ import annotations

from channels._meta_sign_in import MetaSignIn
from channels.base import (
    Capabilities,
    Channel,
    Way,
)
from channels.facebook.account import FacebookAccount
from channels.facebook.sending import FacebookSender
from channels.facebook.webhook import FacebookReceiver
from conversations.facts import Kind

SCOPES = (
    "pages_show_list",
    "pages_manage_metadata",
    "pages_messaging",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
    "business_management",
)
"""Permissions that a sign-in asks for."""

channel = Channel(
    name="facebook",
    label="Facebook",
    capabilities=Capabilities(
        secret_names=("app_secret", "verify_token", "access_token"),
        chosen_secrets=("verify_token",),
        option_names=("app_id", "client_id", "version"),
        signing_secret="app_secret",  # noqa: S106 - a name
        # Meta: "disclose that a person is interacting with an automated service" where the law asks for it (Germany).
        disclosed_ways=frozenset({Way.PRIVATE_MESSAGE, Way.PRIVATE_REPLY}),
        reported_kinds=frozenset(
            {
                Kind.MESSAGE,
                Kind.EDITED,
                Kind.REMOVED,
                Kind.HIDDEN,
                Kind.SHOWN,
                Kind.REACTION,
                Kind.UNREACTION,
                Kind.DELIVERED,
                Kind.READ,
            }
        ),
        poll_seconds=900,
    ),
    receiver=FacebookReceiver(),
    sender=FacebookSender(),
    account=FacebookAccount(),
    sign_in=MetaSignIn(SCOPES),
)
"""A Facebook Page."""
