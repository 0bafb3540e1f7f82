"""Clients of AWS, one per service and environment, made on first use.

The build puts service models next to the code that are trimmed to the operations used here (``aws_data``). A client
made from them is the same client, ready in two thirds of the time; without the folder, as in the tests of the
source tree, botocore's own models serve. Of most services it leaves out the rules by which botocore would look for the
address with each request: without them, it does so once.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from aws import dynamodb_bodies
from shared import settings

if TYPE_CHECKING:
    from botocore.session import Session

TRIMMED_MODELS = Path(__file__).resolve().parent.parent / "aws_data"
CONNECT_TIMEOUT = 2
READ_TIMEOUT = 5
"""Seconds. Every service used here answers in milliseconds; what takes longer is retried."""
PUSHES = "apigatewaymanagementapi"
SPECIAL: dict[str, dict[str, Any]] = {
    # S3 alone could sign links in an old way still, and would add checksums to uploads that browsers make.
    "s3": {"signature_version": "s3v4", "request_checksum_calculation": "when_required"},
    # Nobody waits for a push: a page that misses one learns it with its next ping.
    PUSHES: {
        "connect_timeout": 0.5,
        "read_timeout": 1,
        "retries": {"total_max_attempts": 1},
        "max_pool_connections": 16,
    },
}


_MAKING = Lock()


def client(service: str, endpoint: str = "") -> Any:
    """Return the client of ``service`` (``dynamodb``, ``s3``, ``sqs``, ``scheduler``, ``ssm``); perhaps by address.

    Several threads may use a client at the same time, but only one may make one: so says botocore's documentation.
    """
    with _MAKING:
        return _client(service, endpoint)


def forget() -> None:
    """Make all clients again: a test has another environment."""
    _client.cache_clear()


@cache
def _client(service: str, endpoint: str) -> Any:
    from botocore import __version__
    from botocore.config import Config

    usual: dict[str, Any] = {
        # Given as a text, as botocore would put its own together from twenty parts, twice per request.
        "user_agent": f"nachfrage Botocore/{__version__}",
        # A role's credentials name no account, so that botocore would look for one with each request, and do without.
        "account_id_endpoint_mode": "disabled",
        "connect_timeout": CONNECT_TIMEOUT,
        "read_timeout": READ_TIMEOUT,
        "retries": {"mode": "standard", "total_max_attempts": 4},
        "tcp_keepalive": True,
        # Requests are built in few places, and every test checks them; the check costs a twentieth of each call.
        "parameter_validation": settings.check_aws_parameters(),
    }
    config = Config(**usual | SPECIAL.get(service, {}))
    made = _session().create_client(service, config=config, endpoint_url=endpoint or None)
    if service == "dynamodb":
        dynamodb_bodies.write_at_once(made, is_checked=settings.check_aws_parameters())
    return made


def failures() -> tuple[type[Exception], ...]:
    """Return the errors of a request that AWS refused or that did not reach it."""
    from botocore.exceptions import BotoCoreError, ClientError

    return (ClientError, BotoCoreError)


def refusal() -> type[Exception]:
    """Return the error that botocore raises for what AWS refused."""
    from botocore.exceptions import ClientError

    return ClientError


def is_missing(failure: Any) -> bool:
    """Return whether S3 has no such object; it says 403 to those who may not list what there is."""
    return failure.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (403, 404)


def code_of(failure: Exception) -> str:
    """Return AWS's code of a refusal, or the name of what went wrong on the way."""
    # A connection that broke has a response as well, which is None.
    return (getattr(failure, "response", None) or {}).get("Error", {}).get("Code", type(failure).__name__)


@cache
def _session() -> Session:
    import botocore.session
    from botocore.loaders import Loader

    session = botocore.session.Session()
    if TRIMMED_MODELS.is_dir():
        models = Loader(extra_search_paths=[str(TRIMMED_MODELS)], include_default_search_paths=False)
        session.register_component("data_loader", models)
    return session
