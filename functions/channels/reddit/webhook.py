"""Reads what Reddit reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

from channels import _payload, _transport
from channels.base import (
    Credentials,
    PermanentFailure,
    Polled,
    Receiver,
    Request,
)
from channels.reddit.api import Client
from channels.reddit.items import fullname, is_erased, items_of, read
from channels.reddit.polling import PAGE, Mark, new_items, sources
from conversations.facts import Fact, Unreadable

EDIT_SLACK = 120_000


class RedditReceiver(Receiver):
    """Reads what Reddit reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        """Read what ``poll`` got: a listing as the platform gives it, or ``listings`` of what is new together with
        ``rechecked``, what was known before."""
        document = _payload.document(request)
        return read(document, credentials, 0) if isinstance(document, dict) else []

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        mark = Mark.of(cursor)
        watched = mark.names()
        client = Client(credentials)
        rechecked = client.get("/api/info", {"id": ",".join(watched[:PAGE])}) if watched else {}
        gone = {name for item in items_of(rechecked) if is_erased(item) and (name := fullname(item))}
        listings, places = [], dict(mark.places)
        for source in sources(credentials.options):
            try:
                items, places[source] = new_items(source, mark.places.get(source), client)
            except PermanentFailure as failure:
                if failure.code == _transport.ADDRESS_REFUSED:
                    raise
                continue  # a listing that the platform gave up, or a subreddit that was closed
            listings.append({"data": {"children": items}})
        document = {"listings": listings, "rechecked": rechecked}
        events = read(document, credentials, mark.at - EDIT_SLACK)
        # What is gone has been told, and is not looked at again.
        return Polled(events, Mark(now, places).without(gone).text(), pause=client.pause)
