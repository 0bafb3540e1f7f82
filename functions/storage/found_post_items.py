"""Mapping of a found post to JSON, as a proposal stores it."""

from __future__ import annotations

from conversations.facts import Author
from outreach.found_posts import FoundPost
from storage.message_parts import ATTACHMENT
from storage.schema import Schema, flag, json_text, listed

FOUND_POST = Schema(
    FoundPost,
    parts={"author": Author},
    channel="channel",
    connection="connection",
    id="id",
    thread_id="thread",
    url="url",
    sent_at="at",
    author__id="a",
    author__name="n",
    author__handle="ah",
    text="text",
    title="title",
    branch_id="branch",
    parent_id="parent",
    language="language",
    attachments=json_text("files", ATTACHMENT),
    place="place",
    replies="replies",
    audience="audience",
    may_reply="may",
    mentions_us=flag("names_us"),
    uri="uri",
    is_bot=flag("bot"),
    above=listed("above"),
    keep=("may_reply", "replies", "audience", "thread_id", "url", "connection"),
)
