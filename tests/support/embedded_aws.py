"""Real servers for DynamoDB and its neighbours, without roles, and what the template says of the table in them.

Two emulators by different makers, so that the tests hold the code to AWS and not to one reading of it: MiniStack, on
which `make run` stands too, and moto. Where they differ says docs/emulators.md.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra import build, templates
from infra.local import stack
from infra.local.processes import LOOPBACK, Child, reserve_port

REGION = "eu-central-1"
TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "StreamSpecification",
)
QUEUE_ATTRIBUTES = {
    "FifoQueue": "true",
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
}
ACCOUNT = "000000000000"
SIGN_IN_PARAMETER = "/test/console/sign-in"
WEBHOOK_PARAMETER = "/test/console/webhook"
PAGE_URL = "https://inbox.example.org/"
WEBHOOK_PATTERN = "https://nachfrage.example/webhooks/{channel}/{connection}"
LIVE_ENDPOINT = "https://live.example/live"
CLIENT_ID = "1example23456789"
"""The app client by which the samples of the console are signed in."""
SCHEDULE_SETTINGS = {
    "SCHEDULE_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/schedules",
    "LISTEN_FUNCTION_ARN": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:listen:live",
    "NETWORK": "any",
    "FOLLOW_UP_FUNCTION_ARN": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:follow-up:live",
    "SCHEDULE_DEAD_LETTER_QUEUE_ARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:follow-ups",
}


@contextlib.contextmanager
def embedded_aws(directory: Path) -> Iterator[str]:
    """The address of an embedded AWS that asks nobody for rights, for as long as the block lasts."""
    with reserve_port() as reserved:
        yield from _ministack(directory, reserved.getsockname()[1])


def emulator_settings(directory: Path, port: int) -> dict[str, str]:
    """Return the environment of MiniStack at a port, with its files in a directory."""
    return {
        "PATH": os.environ["PATH"],
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_REGION": REGION,
        "STATE_DIR": str(directory),
        "S3_DATA_DIR": str(directory),
        "TMPDIR": str(directory),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def _ministack(directory: Path, port: int) -> Iterator[str]:
    settings = emulator_settings(directory, port)
    command = [stack.python(), "-m", "infra.local.tether", "infra.local.web_server"]
    server = Child("The embedded AWS", command, directory / "aws.log", settings, build.ROOT)
    try:
        server.await_answer(f"http://{LOOPBACK}:{port}/_ministack/health")
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.kill()


@contextlib.contextmanager
def moto(directory: Path) -> Iterator[str]:
    """Return the address of a moto server, for as long as the block lasts.

    It forgets everything at its end; ``directory`` takes its log and its temporary files.
    """
    with reserve_port() as reserved:
        yield from _moto(directory, reserved.getsockname()[1])


def _moto(directory: Path, port: int) -> Iterator[str]:
    settings = {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(directory),
        "MOTO_ACCOUNT_ID": ACCOUNT,
        # Headers for pages of other servers; no test asks for them.
        "MOTO_DISABLE_GLOBAL_CORS": "true",
    }
    command = [sys.executable, "-m", "infra.local.tether", "tests.support.moto_server", LOOPBACK, str(port)]
    server = Child("moto", command, directory / "aws.log", settings, build.ROOT)
    try:
        server.await_answer(f"http://{LOOPBACK}:{port}/moto-api/data.json")
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.kill()


EMULATORS = {"ministack": embedded_aws, "moto": moto}


def function_settings(endpoint: str) -> dict[str, str]:
    """Return what Lambda and the template set for the functions, whichever table they work on."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "CHECK_AWS_PARAMETERS": "true",
        "FOLLOW_UP_DEFAULT_DELAY": "P7D",
        "FOLLOW_UP_HOURS": "always",
        "FOLLOW_UP_MONTHLY_CAP": "2",
        "OUTCOME_MODEL_ID": "",
        "TIME_ZONE": "Etc/UTC",
        "FIGURE_METRICS": "true",
        "LINK_PREVIEWS": "false",
        "NOTICES_PATH": "/test/notices",
        "WEBHOOK_PARAMETER": WEBHOOK_PARAMETER,
        "SIGN_IN_PARAMETER": SIGN_IN_PARAMETER,
        "USER_POOL_ID": "eu-central-1_test",
        "REQUIRE_MFA": "off",
        "NOTICE_SENDER": "notices@example.org",
        "NETWORK": "any",
        "CONSOLE_URL": "https://inbox.example.org/",
        "POWERTOOLS_METRICS_NAMESPACE": "Nachfrage",
        "POWERTOOLS_SERVICE_NAME": "test",
        "RETENTION_DAYS": "400",
        "PACK_HEADS": "true",
        "LIVE_ENDPOINT": LIVE_ENDPOINT,
    }


def table_definition() -> dict[str, Any]:
    """The table as the template describes it."""
    template: Any = templates.template()
    properties = template["Resources"]["ConversationTable"]["Properties"]
    return {name: properties[name] for name in TABLE_PROPERTIES} | {
        "StreamSpecification": properties["StreamSpecification"] | {"StreamEnabled": True}
    }


def put_console_parameters(ssm: Any) -> None:
    """Write what a deployment tells the functions: whom the page signs in with, and what platforms call."""
    document = json.dumps({"client_id": CLIENT_ID, "sign_in_url": "", "cognito_url": "", "page_url": PAGE_URL})
    for name, value in ((SIGN_IN_PARAMETER, document), (WEBHOOK_PARAMETER, WEBHOOK_PATTERN)):
        ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
