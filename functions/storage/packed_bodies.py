"""Bodies of heads in fewer bytes: a head of more than one kilobyte costs two units in the table, and two in the index.

An older release cannot read them, so they are written only where the operator said that none is left: docs/delivery.md.
They are texts, as bytes look different in a record of the stream and in an answer of the table.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode

SMALL = 512
"""Characters of a body that is stored as it is: with what stands beside it, such a head has less than a kilobyte."""
_BITS = -12
"""Raw deflate with a window of 4 KB, which takes little memory and time."""
_WORDS = (
    b'"promise":{"at":17,"text":"","doer":"person","visibility":"private","wished":17,"latest":17,"reason":'
    b'"person_must_write","language":"de","customer":"},"about":"","person":["],"batch":"","reaction":""'
    b'"follow_up":{"version":"17","promise":{"at":17"by":["","made_at":17,"state":"planned"}}"reason":"agent"'
    b'"moves":[[17,"window",17]]"state":"asked","asked_at":17,"asked_id":"17","outcome":"solved""outcome":"answered"'
    b'"outcome":"no_answer","outcome_at":17,"outcome_message_id":"","judged":"17","judged_by":["nachfrage",null]}}'
    b'{"inbound":1,"heard":1,"outbound":1,"unread":1,"unread_weeks":[["2026-W","opened_at":17,"last_message_at":17,'
    b'"last_message_key":"17,"last_inbound_at":17,"edits":1,"edited_at":17,"last_customer_at":17,"waiting_since":17,'
    b'"first_response_at":17,"first_resolved_at":17,"due_at":17,"due_for":"next_response","snoozed_until":17,'
    b'"preview":"","last_by":"","last_ours":1,"title":"","done_at":17,"done_by":"17","done_verb":"resolve"'
    b'"done_verb":"reply","attended_at":17,"cursor":"17","missed":["first_response"],"tags":["],"mentioned":["],'
    b'"customer":["","assignee":["","third":["],"private_reply":1,"unproven":1,"removed":1'
)
"""Names and words of a head, so that also a short body has something to refer to. What is stored needs exactly these
bytes to be read: a change of them is another attribute."""


def packed(text: str) -> str:
    """Return a text in fewer characters."""
    packer = zlib.compressobj(6, zlib.DEFLATED, _BITS, 5, zlib.Z_DEFAULT_STRATEGY, _WORDS)
    # Half a surrogate pair, as a platform may cut it, is no text that the table could keep.
    return b64encode(packer.compress(text.encode("utf-8", "replace")) + packer.flush()).decode()


def unpacked(text: str) -> str:
    """Return a text that was packed."""
    return zlib.decompressobj(_BITS, _WORDS).decompress(b64decode(text)).decode()
