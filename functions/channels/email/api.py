"""Calls to E-Mail, and what its answers mean."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from channels import _options, _transport
from channels._transport import Answer, Call, CodeTable, Refusal
from channels.base import (
    Credentials,
    Reason,
    TransientFailure,
)

QUOTA_PAUSE = 3600.0
"""Seconds to wait once the day's quota is used up: it counts the last 24 hours, so some of it comes back with time."""
RATE_PAUSE = 2.0
POLICY_PAUSE = 1800.0
CODES = CodeTable(
    codes={
        "TooManyRequestsException": Reason.RATE,
        "Throttling": Reason.RATE,
        "ThrottlingException": Reason.RATE,
        "LimitExceededException": Reason.RATE,
        "MessageRejected": Reason.BAD,
        "BadRequestException": Reason.BAD,
        "MailFromDomainNotVerifiedException": Reason.PERMISSION,
        "NotFoundException": Reason.PERMISSION,
        "AccessDeniedException": Reason.PERMISSION,
        "AccountSuspendedException": Reason.POLICY,
        "SendingPausedException": Reason.POLICY,
        "InternalServiceErrorException": Reason.RETRY,
        "ServiceUnavailableException": Reason.RETRY,
        "UnrecognizedClientException": Reason.AUTH,
        "InvalidClientTokenId": Reason.AUTH,
        "InvalidSignatureException": Reason.AUTH,
        "SignatureDoesNotMatch": Reason.AUTH,
        "ExpiredTokenException": Reason.AUTH,
        "MissingAuthenticationTokenException": Reason.AUTH,
        "IncompleteSignatureException": Reason.AUTH,
    },
    statuses={401: Reason.AUTH, 403: Reason.PERMISSION, 429: Reason.RATE},
    pauses={Reason.RATE: RATE_PAUSE, Reason.POLICY: POLICY_PAUSE},
)
"""By the name of an error; the HTTP status says less."""


def ses_region(credentials: Credentials) -> str:
    """The region whose name stands in the address. Raises ``PermanentFailure`` for what is none."""
    return _options.part(credentials.options, "region", credentials.region or "eu-central-1")


def call(
    method: str,
    path: str,
    credentials: Credentials,
    document: dict[str, Any] | None = None,
    *,
    repeatable: bool = False,
) -> dict[str, Any]:
    """Call SES's HTTP interface once, signed; raises the three failures of a send."""
    base = credentials.options.get("base_url") or f"https://email.{ses_region(credentials)}.amazonaws.com"
    url = f"{base.rstrip('/')}/v2/email/{path}"
    content = json.dumps(document).encode() if document is not None else None
    request = Call(method, url, _signed(method, url, content, credentials), {}, content=content)
    return _transport.call(request, channel="email", repeatable=repeatable, classify=classify).body or {}


def _signed(method: str, url: str, content: bytes | None, credentials: Credentials) -> dict[str, str]:
    """The headers of a call to AWS, with the signature (version 4) of the connection's keys or the function's role."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials as Keys

    secrets = credentials.secrets
    keys: Any = None
    if secrets.get("access_key_id"):
        keys = Keys(
            secrets["access_key_id"], secrets.get("secret_access_key", ""), secrets.get("session_token") or None
        )
    keys = keys or _role()
    if keys is None:
        raise TransientFailure(Reason.AUTH, "no_keys")
    request = AWSRequest(method, url, headers={"Content-Type": "application/json"}, data=content)
    SigV4Auth(keys, "ses", ses_region(credentials)).add_auth(request)
    return dict(request.headers.items())


def _role() -> Any:
    """The keys that Lambda gives the function, kept and renewed by botocore."""
    return _session().get_credentials()


@cache
def _session() -> Any:
    import botocore.session

    return botocore.session.Session()


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no result."""
    if answer.is_success and answer.body is not None:
        return None
    body = answer.body or {}
    error_name = answer.headers.get("x-amzn-errortype") or body.get("__type") or body.get("code") or ""
    code = str(error_name).partition(":")[0].rpartition("#")[2]
    # Some errors are told apart by their words alone; these stay here.
    words = str(body.get("message") or body.get("Message") or "").lower()
    if code == "MessageRejected" and "not verified" in words:
        return Refusal(Reason.PERMISSION, code)
    meaning = CODES.meaning(code)
    is_daily = "daily" in words or code == "LimitExceededException"
    is_rate = Reason.RATE in (meaning, CODES.statuses.get(answer.status))
    return CODES.refusal(
        answer, code if meaning else str(answer.status), meaning, QUOTA_PAUSE if is_daily and is_rate else None
    )
