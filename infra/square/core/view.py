"""A platform as data, for its visitors' page and for tests."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.square.core.platform import Platform
    from infra.square.core.world import Post, Thread


def view(platform: Platform, limit: int = 0) -> dict[str, Any]:
    """Return what stands on a platform, oldest first; of what was removed only that it was.

    With a ``limit``, only so many of the last public threads.
    """
    account, threads = platform.account, list(platform.world.threads.values())
    if limit:
        shown = [thread.id for thread in threads if thread.public][-limit:]
        threads = [thread for thread in threads if not thread.public or thread.id in shown]
    posts: dict[str, list[Post]] = defaultdict(list)
    for post in platform.world.posts.values():
        posts[post.thread_id].append(post)
    return {
        "label": platform.label,
        "account": {"id": account.id, "name": account.name},
        "can": sorted(platform.can),
        "people": [asdict(person) for person in platform.world.people.values()],
        "threads": [_thread(platform, thread, posts[thread.id]) for thread in threads],
        **platform.actions.shown(),
    }


def _thread(platform: Platform, thread: Thread, posts: Sequence[Post]) -> dict[str, Any]:
    person = platform.world.people.get(thread.person_id or "")
    return {
        "id": thread.id,
        "title": thread.title,
        "public": thread.public,
        "person": asdict(person) if person else None,
        "traits": thread.traits,
        "open": platform.world.places.takes_answers(thread),
        "messages": [_message(platform, post) for post in posts],
    }


def _message(platform: Platform, post: Post) -> dict[str, Any]:
    author, account = platform.world.people.get(post.author_id), platform.account
    return {
        "id": post.id,
        "parent_id": post.parent_id,
        "author": {
            "id": account.id if post.own else post.author_id,
            "name": account.name if post.own or author is None else author.name,
            "own": post.own,
        },
        "text": "" if post.removed else post.text,
        "created": post.created,
        "edited": post.edited,
        "editable": "edit" in platform.can and platform.world.events.takes_edits(post),
        "removed": post.removed,
        "hidden": post.hidden,
        "attachments": [] if post.removed else post.attachments,
        "reactions": dict(post.reactions),
        "read": post.read,
        "traits": post.traits,
    }
