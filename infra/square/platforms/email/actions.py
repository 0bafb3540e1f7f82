"""Actions that only mailboxes and SES have."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import BadInput, Fields
from infra.square.core.world import Post

if TYPE_CHECKING:
    from infra.square.core.actions import Action
    from infra.square.core.world import World
    from infra.square.platforms.email.account import EmailAccount
    from infra.square.platforms.email.ses import Ses

OF_THE_STACK = {
    "aws_region": "eu-central-1",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
}
"""Credentials with which the square calls a stack that nobody guards."""


class EmailActions(Actions):
    """The actions of ``POST /_square/email/do``."""

    def __init__(self, account: EmailAccount, world: World, ses: Ses) -> None:
        self.account = account
        self.world = world
        self.ses = ses

    def actions(self) -> dict[str, Action]:
        return {
            "bounce": self._bounce,
            "complain": self._complain,
            "raw_mail": self._receive_raw,
            "rule": self._set_rule,
            "quota": self._set_quota,
            "sandbox": lambda fields: self._set_flag(fields, "sandbox"),
            "pause": lambda fields: self._set_flag(fields, "pause"),
        }

    def _bounce(self, fields: Fields) -> dict[str, Any]:
        post, kind = self._ours(fields), fields.text("type", "Permanent")
        subtype = fields.text("subtype", "General")
        recipient = {"emailAddress": fields.text("address", post.traits["to"]), "diagnosticCode": "smtp; 550 5.1.1"}
        detail = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [recipient]}
        self.ses.publish("Bounce", post, detail)
        return {}

    def _complain(self, fields: Fields) -> dict[str, Any]:
        post = self._ours(fields)
        recipients = [{"emailAddress": post.traits["to"]}]
        self.ses.publish("Complaint", post, {"complaintFeedbackType": "abuse", "complainedRecipients": recipients})
        return {}

    def _receive_raw(self, fields: Fields) -> dict[str, Any]:
        """Receive a mail of any shape."""
        self.ses.receive(base64.b64decode(fields.text("content")), None)
        return {}

    def _set_rule(self, fields: Fields) -> dict[str, Any]:
        """Set up the receipt rule: the bucket and the queue of a stack."""
        self.account.rule = {name: fields.text(name) for name in ("aws_url", "bucket", "queue")}
        self.account.rule |= {name: fields.text(name, usual) for name, usual in OF_THE_STACK.items()}
        return {}

    def _set_quota(self, fields: Fields) -> dict[str, Any]:
        self.account.left = fields.whole("left")
        return {}

    def _set_flag(self, fields: Fields, flag: str) -> dict[str, Any]:
        (self.account.flags.add if fields.flag("on", True) else self.account.flags.discard)(flag)
        return {}

    def _ours(self, fields: Fields) -> Post:
        post = self.world.find(fields.text("message_id"))
        if post is None or not post.own:
            raise BadInput("message_id must be a mail of the company")
        return post
