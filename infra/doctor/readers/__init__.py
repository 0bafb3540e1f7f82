"""Readers, one module per service of AWS. What is refused or not answered becomes an ``Unread``, never an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from application.doctor.outcomes import Unread, Unseen

T = TypeVar("T")
DENIED = ("AccessDenied", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized", "OptInRequired")


def attempt(read: Callable[[], T]) -> T | Unread:
    """Return what was read, or why it could not be: the operation that was denied, or the code of the failure."""
    from botocore.exceptions import BotoCoreError, ClientError

    from aws.schedules import Throttled
    from storage.table import NotStored

    try:
        return read()
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        is_denied = any(each in code for each in DENIED)
        return Unread(Unseen.DENIED if is_denied else Unseen.FAILED, f"{error.operation_name} ({code})")
    except (BotoCoreError, NotStored, Throttled) as error:
        return Unread(Unseen.FAILED, type(error).__name__)
