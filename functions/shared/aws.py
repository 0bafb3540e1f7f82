"""Clients of AWS, one per service and environment, made on first use.

The build puts service models next to the code that are trimmed to the operations used here (``aws_data``). A client
made from them is the same client, ready in two thirds of the time; without the folder, as in the tests of the
source tree, botocore's own models serve.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session

TRIMMED_MODELS = Path(__file__).resolve().parent.parent / "aws_data"
CONNECT_TIMEOUT = 2
READ_TIMEOUT = 5
"""Seconds. Every service used here answers in milliseconds; what takes longer is retried."""


@cache
def client(service: str) -> Any:
    """The client of ``service`` (``dynamodb``, ``s3``, ``sqs``, ``scheduler``, ``ssm``)."""
    from botocore.config import Config

    # S3 alone could sign links in an old way still, and would add checksums to uploads that browsers make.
    special: dict[str, Any] = (
        {"signature_version": "s3v4", "request_checksum_calculation": "when_required"} if service == "s3" else {}
    )
    config = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": 4},
        tcp_keepalive=True,
        # What is sent is built in few places and tested against the service's own checks; botocore's, value by value,
        # would cost a twentieth of each call.
        parameter_validation=False,
        **special,
    )
    return _session().create_client(service, config=config)


@cache
def _session() -> Session:
    import botocore.session
    from botocore.loaders import Loader

    session = botocore.session.Session()
    if TRIMMED_MODELS.is_dir():
        models = Loader(extra_search_paths=[str(TRIMMED_MODELS)], include_default_search_paths=False)
        session.register_component("data_loader", models)
    return session
