"""Instagram professional accounts: comments and mentions in public, direct messages in private.

Sources: developers.facebook.com/documentation/instagram-platform/webhooks/examples (payloads),
…/docs/graph-api/webhooks/reference/instagram (fields of a comment), …/instagram-platform/instagram-graph-api/reference
(ig-comment: hide, replies; ig-user/mentions, mentioned_comment, mentioned_media), …/docs/messenger-platform/instagram
and …/instagram-platform/private-replies (private messages, windows), …/reference/refresh_access_token (tokens).

A connection is of one of two flavours (option ``flavour``): ``instagram`` (Instagram Login, graph.instagram.com, a user
token of 60 days that is renewed) or ``facebook`` (Facebook Login, graph.facebook.com, the token of the linked Page).

Secrets: ``app_secret``, ``verify_token``, ``access_token``; ``instagram_app_secret``, since it is not documented which
of the two signs with Instagram Login; each signing secret as ``previous_…`` while it is rotated; ``expires_at``.
Options: ``flavour``, ``username`` (found by ``check``), ``page_id`` (of the linked Page, found by ``check``),
``app_id`` (with it the app's webhook is entered for it), ``client_id`` (the same number, for the sign-in of further
accounts alone), ``instagram_app_id`` (of Instagram's own login), ``version`` of the Graph API, ``base_url``.
"""

from __future__ import annotations

from channels.base import (
    Capabilities,
    Channel,
    Way,
)
from channels.instagram.account import InstagramAccount
from channels.instagram.sending import InstagramSender
from channels.instagram.sign_in import InstagramSignIn
from channels.instagram.webhook import InstagramReceiver
from conversations.facts import Kind

DAY = 86_400_000

channel = Channel(
    name="instagram",
    label="Instagram",
    capabilities=Capabilities(
        secret_names=("app_secret", "verify_token", "access_token"),
        chosen_secrets=("verify_token",),
        optional_secrets=("instagram_app_secret", "expires_at"),
        option_names=("flavour", "username", "page_id", "app_id", "client_id", "instagram_app_id", "version"),
        signing_secret="app_secret",  # noqa: S106 - a name
        # Meta: "disclose that a person is interacting with an automated service" where the law asks for it (Germany).
        disclosed_ways=frozenset({Way.PRIVATE_MESSAGE, Way.PRIVATE_REPLY}),
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.REACTION, Kind.UNREACTION, Kind.READ}),
        poll_seconds=900,
        renews=True,
        renew_before=7 * DAY,
    ),
    receiver=InstagramReceiver(),
    sender=InstagramSender(),
    account=InstagramAccount(),
    sign_in=InstagramSignIn(),
)
"""An Instagram professional account."""
