"""``python -m infra.doctor [--stack NAME]``: looks whether a stack is in order, and says what to do where it is not.

It only reads, with the AWS credentials of its caller; without a stack's name it looks at the one of ``make run``.
It leaves with 0 where all that can be looked at is in order, 1 with findings, and 2 where it could not look.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra import build, refusals

# The checks, and what the table looks like, are the functions' own code.
if str(build.SOURCES) not in sys.path:
    sys.path.append(str(build.SOURCES))

from application.doctor import explanations, outcomes
from infra.doctor import examination, report

LOCAL = build.ROOT / ".local" / "stack.json"
PROFILES = build.ROOT / "samconfig.toml"
COULD_NOT_LOOK = 2


@dataclass(frozen=True)
class Target:
    """A stack, and with what it is asked."""

    name: str
    region: str | None
    is_local: bool = False
    endpoint: str | None = None


def main() -> int:
    """Look, tell, and return the exit status."""
    from botocore.exceptions import BotoCoreError, ClientError

    arguments = _arguments()
    language = "de" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("de") else "en"
    try:
        target = _deployed(arguments) if arguments.stack else _local(arguments.local)
        found = outcomes.complete(_look(target))
    except (ClientError, BotoCoreError, LookupError, OSError, ValueError) as error:
        reason = refusals.explained(error) if isinstance(error, ClientError | BotoCoreError) else str(error)
        print(explanations.could_not_look(reason, language), file=sys.stderr)
        return COULD_NOT_LOOK
    print(report.written(found, language))
    return outcomes.exit_status(found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.doctor", description=__doc__)
    parser.add_argument("--stack", help="the CloudFormation stack; without it, the one of `make run`")
    parser.add_argument("--region", help="its region, if neither the environment nor samconfig.toml says it")
    parser.add_argument("--local", type=Path, default=LOCAL, help="what `make run` wrote of its stack, if elsewhere")
    return parser.parse_args()


def _deployed(arguments: argparse.Namespace) -> Target:
    return Target(arguments.stack, arguments.region or _region(arguments.stack))


def _region(stack: str) -> str | None:
    """Return the region that samconfig.toml deploys a stack to, unless the environment says one."""
    if os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"):
        return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    profiles = tomllib.loads(PROFILES.read_text(encoding="utf-8")).values()
    known = [each["deploy"]["parameters"] for each in profiles if isinstance(each, dict) and "deploy" in each]
    return next((each.get("region") for each in known if each.get("stack_name") == stack), None)


def _local(file: Path) -> Target:
    """Return the stack of ``make run``. Raises ``LookupError`` where none was started."""
    if not file.exists():
        raise LookupError("no stack runs here (make run), and none is named (STACK_NAME=…)")
    values = json.loads(file.read_text(encoding="utf-8"))
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    os.environ.pop("AWS_SESSION_TOKEN", None)
    os.environ.pop("AWS_PROFILE", None)
    return Target(values["stack_name"], values["region"], True, values["endpoint_url"])


def _look(target: Target) -> list[outcomes.Outcome]:
    import boto3

    session = boto3.Session(region_name=target.region)

    @cache
    def client(service: str) -> Any:
        return session.client(service, endpoint_url=target.endpoint)  # pyright: ignore[reportCallIssue, reportArgumentType] - any service

    def prepare(table: str, path: str, group: str) -> None:
        """Set what the functions' own code reads from its environment."""
        os.environ |= {
            "TABLE_NAME": table,
            "CONNECTIONS_PATH": path,
            "SCHEDULE_GROUP": group,
            "AWS_DEFAULT_REGION": session.region_name or "",
            "POWERTOOLS_SERVICE_NAME": "doctor",
            "POWERTOOLS_METRICS_DISABLED": "true",
            "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        } | ({"AWS_ENDPOINT_URL": target.endpoint} if target.endpoint else {})

    return examination.of(target.name, client, prepare, time.time_ns() // 1_000_000, is_local=target.is_local)


if __name__ == "__main__":
    sys.exit(main())
