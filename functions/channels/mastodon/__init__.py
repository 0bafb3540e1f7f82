"""Mastodon, and servers that speak its API: posts that mention the company, in public and addressed to it alone.

Sources: docs.joinmastodon.org/methods/notifications (what is asked for), …/methods/statuses (answer, edit, several at
once, ``Idempotency-Key``), …/entities/Status and …/entities/Notification, …/methods/instance (limits),
…/api/rate-limits, …/user/posting (length, visibility), github.com/mastodon/mastodon
``app/validators/status_length_validator.rb``.

Only polled: new mentions from a cursor, our own posts (an answer given in the app counts, too), and now and then the
latest mentions once more, since nobody tells of an edit or a deletion. A post names its parent and not its thread, so a
public fact's thread is a guess. What is not public (``direct``, and posts for an author's followers) belongs to the
chat with the person who wrote it: a chain of such posts breaks when one of them is deleted, and may begin below a
public one, so its root would be no name to trust; and answers go to that person alone, even if others were addressed.

Secrets: ``access_token``. Options: ``base_url`` (the server's address), ``max_characters``, ``reserved_per_url`` (the
server's limits, as ``check`` reads them), ``handle``.
"""

from __future__ import annotations

from channels.base import (
    Capabilities,
    Channel,
)
from channels.mastodon.account import MastodonAccount
from channels.mastodon.searching import MastodonSearcher
from channels.mastodon.sending import MastodonSender
from channels.mastodon.sign_in import MastodonSignIn
from channels.mastodon.webhook import MastodonReceiver
from conversations.facts import Kind

channel = Channel(
    name="mastodon",
    label="Mastodon",
    capabilities=Capabilities(
        secret_names=("access_token",),
        required_options=("base_url",),
        option_names=("max_characters", "reserved_per_url", "handle"),
        poll_seconds=60,
        thread_is_guess=True,
        replies_to_latest=True,
        repeatable=55 * 60_000,  # the server keeps an Idempotency-Key for an hour
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.REACTION}),
    ),
    receiver=MastodonReceiver(),
    sender=MastodonSender(),
    account=MastodonAccount(),
    sign_in=MastodonSignIn(),
    searcher=MastodonSearcher(),
)
"""An account on a server."""
