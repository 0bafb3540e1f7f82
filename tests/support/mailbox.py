"""SES's bucket and a connection to one address, for tests in which mails come in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared import settings
from storage import connections
from tests.support.embedded_aws import REGION

ADDRESS = "hilfe@nordlicht.example"
KEY = {"reply_key": "an-invented-key"}


def make_bucket(client: Callable[[str], Any], name: str) -> Any:
    """Make a bucket for mails, unless another module of the same process made it; returns the client of S3."""
    s3 = client("s3")
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


@contextlib.contextmanager
def connected(client: Callable[[str], Any], bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connect the address, whose mails lie in the bucket, for as long as the block lasts."""
    monkeypatch.setenv("MAIL_BUCKET", bucket)
    connections.put_connection("email", "support", ADDRESS, "Nordlicht Netz")
    document = json.dumps({"account_id": ADDRESS, "secrets": KEY, "options": {"region": REGION}})
    name = f"{settings.connections_path()}/email/support"
    client("ssm").put_parameter(Name=name, Value=document, Type="SecureString")
    yield
    client("ssm").delete_parameter(Name=name)
