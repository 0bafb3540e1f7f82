"""Persons to whom something is offered: all identities that are known to be one, on all platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from storage import connections, customer_cards, customers, writes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from outreach.found_posts import FoundPost
    from storage.connections import Connection
    from storage.writes import Write

Identity = tuple[str, str, str]
"""Channel, connection and the person's id there."""
OF_SERVERS = frozenset({"mastodon", "discourse"})
"""Channels on which an id is one of a server, and not of the whole platform."""


class Person(Struct, frozen=True):
    """Somebody who wrote a post, as far as their identities are known; none for who has no id."""

    identities: tuple[Identity, ...] = ()
    cards: tuple[tuple[str, int], ...] = ()
    """Digest and version of the cards by which they were joined; version 0 where there is no card."""

    @property
    def digests(self) -> tuple[str, ...]:
        """Return what stands for each identity in the table, each once."""
        return tuple(dict.fromkeys(customers.digest(*identity) for identity in self.identities))

    def unchanged(self) -> list[Write]:
        """Return conditions of a transaction that fail where identities were joined or parted meanwhile."""
        keys = (((f"customer#{digest}", customers.CARD), version) for digest, version in self.cards)
        return [
            writes.check(key, "v = :version", version=version)
            if version
            else writes.check(key, "attribute_not_exists(v)")
            for key, version in keys
        ]

    @property
    def has_declined(self) -> bool:
        """Return whether they declined on any identity."""
        return any(customers.read(*identity).declined_at for identity in self.identities)


def author_of(post: FoundPost) -> Person:
    """Return who wrote a post: on all our connections, by the name on other servers, and as agents joined them."""
    if not post.author.id:
        return Person()
    own = [(post.channel, name, post.author.id) for name in _connections_alike(post)]
    cards = {digest: customer_cards.card(digest) for digest in dict.fromkeys(customers.digest(*each) for each in own)}
    joined = (other for digest, card in cards.items() if card.person for other in customer_cards.joined_with(digest))
    others = [(card.channel, card.connection, card.customer_id) for card in joined]
    identities = dict.fromkeys([*own, *_by_handle(post), *others])
    return Person(tuple(identities), tuple((digest, card.version) for digest, card in cards.items()))


def names_of(post: FoundPost) -> list[Identity]:
    """Return the names of who wrote a post that the post itself tells."""
    own = [(post.channel, post.connection, post.author.id)] if post.author.id else []
    return [*own, *_by_handle(post)]


def _connections_alike(post: FoundPost) -> Iterable[str]:
    """Return our connections on which the author has the same id, that of the post first."""
    every = [each for each in connections.connections() if each.channel == post.channel]
    server = next((_server(each) for each in every if each.name == post.connection), "")
    alike = (each.name for each in every if post.channel not in OF_SERVERS or _server(each) == server)
    return dict.fromkeys([post.connection, *alike])


def _server(connection: Connection) -> str:
    return urlsplit(connection.options.get("base_url", "")).netloc.lower()


def _by_handle(post: FoundPost) -> list[Identity]:
    """Return the name by which every server of Mastodon knows an account."""
    handle = (post.author.handle or "").split(" ")[0].lower()
    return [(post.channel, "", handle)] if post.channel == "mastodon" and "@" in handle else []
