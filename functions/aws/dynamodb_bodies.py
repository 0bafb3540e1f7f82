"""Bodies of requests to DynamoDB, written at once instead of by botocore, which walks through each value of an item.

What is asked for is JSON already, except for bytes, which become base64 in both. It works by two events that botocore
documents: https://docs.aws.amazon.com/boto3/latest/guide/events.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = "written_body"
"""Place in a request's context."""


def write_at_once(client: Any, *, is_checked: bool) -> None:
    """Have a client of DynamoDB send bodies that are written here; ``is_checked`` where botocore looks at them too."""
    # Behind whatever else adds to a request, such as the token of a transaction: botocore calls the general last.
    client.meta.events.register_last("before-parameter-build", _writer(is_checked=is_checked))
    client.meta.events.register_first("before-call.dynamodb", _put_in_place)


def _writer(*, is_checked: bool) -> Callable[..., None]:
    encode = msgspec.json.Encoder().encode

    def write(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        try:
            context[BODY] = encode(params)
        except (TypeError, ValueError):
            return  # botocore says what is wrong with it, or can write it
        if not is_checked:
            params |= {name: type(value)() for name, value in params.items() if isinstance(value, (dict, list))}

    return write


def _put_in_place(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Give a request its body; called before it is signed."""
    if (body := context.pop(BODY, None)) is not None:
        params["body"] = body
