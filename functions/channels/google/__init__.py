"""Google, where companies are talked to in public: reviews of a Business Profile, and comments on YouTube.

Sources: developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews (reviews, their one reply and
its state), …/my-business/content/notification-setup and cloud.google.com/pubsub/docs/authenticate-push-subscriptions
(what tells of a review, and who says so), developers.google.com/youtube/v3/docs/commentThreads, …/docs/comments,
…/docs/errors and …/v3/determine_quota_cost (comments, and what they cost),
developers.google.com/identity/protocols/oauth2/web-server (tokens).

Secrets: ``client_id``, ``client_secret``, ``refresh_token``; ``access_token`` and ``expires_at``, which ``renew``
brings.
Options: ``service`` (``reviews`` or ``youtube``), ``locations`` (their numbers, where ``account_id`` is an account and
not one location), ``daily_units`` (YouTube's quota), ``version``, and the addresses ``base_url``, ``token_url``,
``information_url``, ``accounts_url``, ``notifications_url``, ``certs_url``. For pushes by Pub/Sub ``topic``,
``push_audience``, ``push_email`` (the service account that signs), and ``push_keys``, the signing keys as a JWKS
document, on a machine that cannot fetch them.

A review has no thread: it is one question with one answer, which the next one replaces. A push says only that there is
something; the review is polled. YouTube pushes nothing about comments.
"""

from __future__ import annotations

from channels.base import (
    Capabilities,
    Channel,
)
from channels.google.account import GoogleAccount
from channels.google.searching import YouTubeSearcher
from channels.google.sending import GoogleSender
from channels.google.sign_in import GoogleSignIn
from channels.google.webhook import GoogleReceiver
from conversations.facts import Kind

channel = Channel(
    name="google",
    label="Google",
    capabilities=Capabilities(
        secret_names=("client_id", "client_secret", "refresh_token"),
        optional_secrets=("access_token", "expires_at"),
        option_names=(
            "service",
            "locations",
            "topic",
            "push_audience",
            "push_email",
            "push_keys",
            "daily_units",
            "version",
            "token_url",
            "information_url",
            "notifications_url",
            "certs_url",
        ),
        authenticates_body=False,
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.FAILED}),
        needs_account=True,
        poll_seconds=300,
        renews=True,
    ),
    receiver=GoogleReceiver(),
    sender=GoogleSender(),
    account=GoogleAccount(),
    sign_in=GoogleSignIn(),
    searcher=YouTubeSearcher(),
)
"""A Business Profile's reviews, or the comments on a YouTube channel."""
