"""Reddit: the company's own subreddits, answers to what it wrote elsewhere, and mentions of it.

Sources: reddit.com/dev/api (listings, comment, editusertext, del, remove, approve, info),
github.com/reddit-archive/reddit/wiki/OAuth2 and …/wiki/API (tokens, user agent, rate headers), and PRAW's endpoints and
issues 2077, 2081, 2092 (what became of private messages). Access needs a contract since November 2025, so that the
channel is off unless asked for by name.

The platform pushes nothing: it is asked. Ids are fullnames (``t1_`` a comment, ``t3_`` a post, ``t4_`` a private
message). A post of somebody else is one conversation with all its comments; below a post of our own, and below posts in
other places, every comment begins one of its own, unless it answers a message whose conversation is known.

Secrets: ``client_id``, ``client_secret``, and either ``refresh_token`` or ``username`` and ``password`` (an app of the
kind "script"); ``renew`` gives ``access_token`` and ``expires_at``. Options: ``base_url``, ``auth_url`` (where tokens
are made), ``user_agent``, ``subreddits`` (own ones, at most three, with commas).
"""

from __future__ import annotations

from channels.base import (
    Capabilities,
    Channel,
)
from channels.reddit.account import RedditAccount
from channels.reddit.searching import RedditSearcher
from channels.reddit.sending import RedditSender
from channels.reddit.sign_in import RedditSignIn
from channels.reddit.webhook import RedditReceiver
from conversations.facts import Kind

channel = Channel(
    name="reddit",
    label="Reddit",
    capabilities=Capabilities(
        secret_names=("client_id", "client_secret"),
        optional_secrets=("refresh_token", "username", "password", "access_token", "expires_at"),
        option_names=("auth_url", "user_agent", "subreddits"),
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED}),
        thread_is_guess=True,
        replies_to_latest=True,
        poll_seconds=120,
        renews=True,
        on_request=True,
    ),
    receiver=RedditReceiver(),
    sender=RedditSender(),
    account=RedditAccount(),
    searcher=RedditSearcher(),
    sign_in=RedditSignIn(),
)
"""An account on Reddit, with the subreddits that it moderates."""
