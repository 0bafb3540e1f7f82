"""Turns a platform's answer into the failure that a send would hear of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels import _transport

if TYPE_CHECKING:
    from channels._transport import Answer, Classify
    from channels.base import ChannelError


def failed(classify: Classify, answer: Answer, *, repeatable: bool = False) -> ChannelError:
    """Return the failure that an answer stands for; the call was not to be made twice unless it is ``repeatable``."""
    refusal = classify(answer)
    assert refusal is not None, "the answer was taken for a result"
    return _transport.failure(refusal, repeatable=repeatable)
