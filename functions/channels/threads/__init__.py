"""Threads: answers to the company's posts, and posts that name it. All of it is public.

Sources: developers.facebook.com/documentation/threads/webhooks (payloads), …/threads/retrieve-and-manage-replies/
create-replies (two steps, who may answer), …/threads/reply-management (hide), …/threads/posts/delete-posts,
…/threads/reference/reply-management (fields), …/threads/overview (limits), …/threads/troubleshooting (states of what
is to be published), …/threads/get-started/long-lived-tokens (tokens).

Nothing is told of an author but the name, which is therefore the author's id; who takes another name is somebody else.
An answer below a post of ours names that post, and begins a conversation; a deeper one names only what it answers.

Secrets: ``app_secret`` (of the Threads app), ``verify_token``, ``access_token``, and ``expires_at`` once it is renewed.
Options: ``username`` (found by ``check``; by it our own posts are known), ``app_id``, ``client_id`` (the same, of
further profiles of an app, for the sign-in), ``version``, ``base_url``.
"""

from __future__ import annotations

from channels._profile_sign_in import ProfileSignIn
from channels.base import Capabilities, Channel
from channels.threads.account import ThreadsAccount
from channels.threads.searching import ThreadsSearcher
from channels.threads.sending import ThreadsSender
from channels.threads.sign_in import WINDOW
from channels.threads.webhook import ThreadsReceiver
from conversations.facts import Kind

DAY = 86_400_000

channel = Channel(
    name="threads",
    label="Threads",
    capabilities=Capabilities(
        secret_names=("app_secret", "verify_token", "access_token"),
        chosen_secrets=("verify_token",),
        optional_secrets=("expires_at",),
        option_names=("username", "app_id", "client_id", "version"),
        signing_secret="app_secret",  # noqa: S106 - a name
        reported_kinds=frozenset({Kind.MESSAGE, Kind.REMOVED}),
        thread_is_guess=True,
        replies_to_latest=True,
        poll_seconds=900,
        prepares=True,
        renews=True,
        renew_before=7 * DAY,
    ),
    receiver=ThreadsReceiver(),
    sender=ThreadsSender(),
    account=ThreadsAccount(),
    sign_in=ProfileSignIn(WINDOW),
    searcher=ThreadsSearcher(),
)
"""A Threads profile."""
