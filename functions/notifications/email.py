"""E-mail by Amazon SES (version 2 of its interface), as plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aws import clients
from conversations.normalization import single_line
from notifications.webhook_client import NotNow, Refused, Unsure
from shared import settings

if TYPE_CHECKING:
    from notifications.notice_texts import Words

_ADDRESS = re.compile(
    r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})\.[A-Za-z]{2,63}"
)
_PASSING = frozenset({"TooManyRequestsException", "LimitExceededException", "SendingPausedException"})

_UNFIT = frozenset({"ParamValidationError"})
_NOT_REACHED = frozenset({"ConnectTimeoutError", "EndpointConnectionError", "NoCredentialsError", "SSLError"})
"""Errors of the SDK that come before a request leaves."""


def one_line(text: str) -> str:
    """Return text that can stand in a header: no ends of lines or other controls, no words in another charset."""
    return single_line(text).replace("=?", "= ?")


def check(address: str) -> None:
    """Raise ``ValueError`` for what is no e-mail address, or where this stack sends none."""
    if not settings.notice_sender():
        raise ValueError("this stack sends no e-mail")
    if not _ADDRESS.fullmatch(address):
        raise ValueError("no e-mail address")


def send(address: str, words: Words) -> None:
    """Send it. Raises ``Refused``, ``NotNow`` or ``Unsure``."""
    try:
        check(address)
    except ValueError:
        raise Refused("address") from None
    ses = clients.client("sesv2")
    text = "\n\n".join(filter(None, (words.text, words.link)))
    try:
        ses.send_email(
            FromEmailAddress=settings.notice_sender(),
            Destination={"ToAddresses": [address]},
            Content={
                "Simple": {
                    "Subject": {"Data": one_line(f"{words.team}: {words.text}")[:200], "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                }
            },
        )
    except ses.exceptions.ClientError as error:
        code = str(error.response["Error"]["Code"])
        passing = code in _PASSING or error.response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500
        failure = NotNow(code) if passing else Refused(code)
    except Exception as error:
        name = type(error).__name__
        failure = Refused(name) if name in _UNFIT else NotNow(name) if name in _NOT_REACHED else Unsure(name)
    else:
        return
    raise failure  # outside the except block, so that the address is in no traceback
