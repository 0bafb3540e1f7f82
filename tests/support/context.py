"""The context that Lambda hands to a function beside the event."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field


@dataclass
class Context:
    """The context of one invocation."""

    function_name: str = "test"
    function_version: str = "1"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:test"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        return 60_000
