"""Mails of customers, handed to SES."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.square.core.world import Events, Post

if TYPE_CHECKING:
    from infra.square.platforms.email.mime import Mime
    from infra.square.platforms.email.ses import Ses


class EmailEvents(Events):
    """Has SES receive what customers write."""

    def __init__(self, mime: Mime, ses: Ses) -> None:
        self.mime = mime
        self.ses = ses

    def posted(self, post: Post) -> None:
        if not post.own:
            self.ses.receive(self.mime.mime_of(post), post)
