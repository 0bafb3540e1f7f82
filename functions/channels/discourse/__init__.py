"""Discourse: the topics of a forum in public, its personal messages in private.

Sources: github.com/discourse/discourse ``app/serializers/web_hook_post_serializer.rb`` (what a webhook holds),
``app/controllers/posts_controller.rb`` (reply, edit, delete, the two feeds of latest posts, what waits for approval),
``app/queries/latest_posts_query.rb`` (how ``before`` walks), docs.discourse.org (the API),
meta.discourse.org/t/available-settings-for-global-rate-limits (limits), the plugin discourse-solved (solutions).

A webhook signs its body; what happened stands in a header that anybody can write, and who has seen a call can send
it again under another name. So a post is read as its body says it is: new, edited, or taken back. What only the header
says (deleted, restored, accepted as the solution, or no more) is a claim, and the forum is asked (``complete``).

A conversation is a topic. A message is a post, under its id: likes and solutions name it, and it stays when the post is
moved. A post's parent is told as ``<topic>/<number>``: the webhook gives the number of the parent and not its id, and
what is read must not depend on what was read before. The topic is always told, so no thread has to be guessed.

Secrets: ``api_key``, ``webhook_secret``, ``previous_webhook_secret`` (while it is rotated).
Options: ``base_url`` (the forum's address), ``api_username`` (who acts, where the key is for all users),
``max_post_length``, ``min_post_length``, ``max_image_kb`` (the forum's limits, as ``check`` reads them),
``personal_messages``: ``ours`` (as ``check`` sets it). A webhook tells of the personal messages of all users, and not
with whom they are. With ``ours``, nothing of one that another user wrote is read there: it is the sign to look into the
feed of those that our own user is in.
"""

from __future__ import annotations

from channels.base import (
    Capabilities,
    Channel,
)
from channels.discourse.account import DiscourseAccount
from channels.discourse.searching import DiscourseSearcher
from channels.discourse.sending import DiscourseSender
from channels.discourse.webhook import DiscourseReceiver
from conversations.facts import Kind

channel = Channel(
    name="discourse",
    label="Discourse",
    capabilities=Capabilities(
        secret_names=("api_key", "webhook_secret"),
        optional_secrets=("previous_webhook_secret",),
        required_options=("base_url",),
        option_names=("api_username", "max_post_length", "min_post_length", "max_image_kb", "personal_messages"),
        chosen_secrets=("webhook_secret",),
        signing_secret="webhook_secret",  # noqa: S106 - a name
        poll_seconds=300,
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.REACTION, Kind.SOLVED, Kind.CLAIMED}),
    ),
    receiver=DiscourseReceiver(),
    sender=DiscourseSender(),
    account=DiscourseAccount(),
    searcher=DiscourseSearcher(),
)
"""A forum, seen by one of its users."""
