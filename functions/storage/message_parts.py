"""Mapping of the parts of a message to JSON: its attachments, and what it refers to."""

from __future__ import annotations

from conversations.facts import Attachment, Author, Recipients
from conversations.message_context import Place, Quote, Referral
from storage.schema import LeaveOut, Schema, pairs

ATTACHMENT = Schema(
    Attachment, leave_out=LeaveOut.DEFAULT, type="type", url="url", title="title", id="id", digest="digest"
)
QUOTE = Schema(Quote, leave_out=LeaveOut.NONE, text="text", author="author")
REFERRAL = Schema(
    Referral, leave_out=LeaveOut.NONE, kind="kind", title="title", text="text", url="url", picture="picture"
)
PLACE = Schema(
    Place, leave_out=LeaveOut.NONE, latitude="latitude", longitude="longitude", name="name", address="address"
)
RECIPIENTS = Schema(Recipients, to=pairs("to", Author), cc=pairs("cc", Author))
