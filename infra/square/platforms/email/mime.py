"""Mails as the customers' programs write them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING

from infra.square.core.world import Post

if TYPE_CHECKING:
    from infra.square.core.files import Files
    from infra.square.core.world import World
    from infra.square.platforms.email.account import EmailAccount


class Mime:
    """Renders what stands in the world."""

    def __init__(self, account: EmailAccount, world: World, files: Files) -> None:
        self.account = account
        self.world = world
        self.files = files

    def mime_of(self, post: Post) -> bytes:
        """The mail as the customer's program writes it."""
        thread, person, traits = self.world.threads[post.thread_id], self.world.people[post.author_id], post.traits
        before = [
            each for each in self.world.posts_in(thread.id) if each.id != post.id and each.created <= post.created
        ]
        answered = self.world.posts.get(post.parent_id or "") or (before[-1] if before else None)
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = formataddr((person.name, person.handle))
        mail["To"] = (answered.traits.get("reply_to") if answered and answered.own else None) or self.account.address
        prefix = "AW: " if answered else ""
        mail["Subject"] = prefix + (thread.title or "Ohne Betreff")
        mail["Date"] = format_datetime(datetime.fromtimestamp(post.created / 1000, UTC))
        mail["Message-ID"] = f"<{post.id}>"
        if answered:
            mail["In-Reply-To"] = f"<{answered.id}>"
            earlier = answered.traits.get("references") or " ".join(f"<{each.id}>" for each in before[:-1])
            mail["References"] = f"{earlier} <{answered.id}>".strip()
        for name, value in traits.get("headers", {}).items():
            del mail[name]
            mail[name] = value
        mail.set_content(_with_quote(post.text, answered if traits.get("quoted", True) else None))
        if traits.get("html"):
            mail.add_alternative(traits["html"], subtype="html")
        for each in post.attachments:
            picture = self.files.read_at(each.get("url"))
            mime, content = picture or ("application/pdf", base64.b64decode(each.get("content", "aGFsbG8=")))
            maintype, _, subtype = mime.partition("/")
            mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=each.get("name", "datei.pdf"))
        return mail.as_bytes()


def _with_quote(text: str, answered: Post | None) -> str:
    if answered is None:
        return text
    moment = datetime.fromtimestamp(answered.created / 1000, UTC)
    quoted = "\n".join(f"> {line}" for line in answered.text.split("\n"))
    return f"{text}\n\nAm {moment:%d.%m.%Y} um {moment:%H:%M} schrieb {answered.author_id}:\n{quoted}\n"
