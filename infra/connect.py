"""``python -m infra.connect CHANNEL NAME --stack STACK``: connects an account of the company.

It writes the secrets to the SecureString where the functions look for them, and the account's name and team to the
table. Done twice, it is done once; what is not given stays as it was. Secrets are asked for, or read as JSON from a
file or standard input; never from the command line, which every process on the machine can read.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.base import Channel

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""Stands in the webhook's address, in a parameter's name and in keys of the table."""
LARGEST_DOCUMENT = 4096
"""Bytes: what SSM takes as a standard parameter."""

# Run with the functions' own code: the store alone knows what a connection looks like in the table.
PUT_CONNECTION = """
import json, sys
from conversations import directory
new = json.load(sys.stdin)
before = directory.connection(new["channel"], new["name"])
directory.put_connection(**{name: getattr(before, name) if value is None else value for name, value in new.items()})
"""


class Refused(Exception):
    """The connection was not made, and why; the message holds no secret."""


@dataclass(frozen=True)
class Connection:
    """What is said of a connection beside its secrets; None leaves what was said before."""

    channel: str
    name: str
    account_id: str
    account_name: str | None = None
    team: str | None = None


def merge(
    before: Mapping[str, str], new: Mapping[str, str], signing: str | None, rotation: str | None = None
) -> dict[str, str]:
    """The secrets as they are to be: ``new`` over ``before``.

    A signing secret that is replaced stays valid beside the new one if ``rotation`` is ``begin``, until it is ``end``.
    """
    merged = {**before, **new}
    if signing is None:
        return merged
    replaced, previous = before.get(signing), f"previous_{signing}"
    changed = merged.get(signing) != replaced
    if changed or rotation == "end":
        merged.pop(previous, None)
    if changed and replaced and rotation == "begin":
        merged[previous] = replaced
    return merged


def put_secrets(
    ssm: Any, path: str, connection: Connection, secrets: Mapping[str, str], options: Mapping[str, str]
) -> None:
    """Write the document that ``shared.credentials`` reads."""
    document = json.dumps({"account_id": connection.account_id, "secrets": secrets, "options": options})
    if len(document.encode()) > LARGEST_DOCUMENT:
        raise Refused(f"The secrets are too long: a parameter takes {LARGEST_DOCUMENT} bytes.")
    ssm.put_parameter(Name=_parameter(path, connection), Value=document, Type="SecureString", Overwrite=True)


def put_item(connection: Connection, environment: Mapping[str, str]) -> None:
    """Make the connection known to the table. ``environment`` says which, and with whose rights."""
    done = subprocess.run(
        [sys.executable, "-c", PUT_CONNECTION],
        input=json.dumps(asdict(connection)),
        env={**environment, "PYTHONPATH": str(build.SOURCES), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"The connection could not be stored.\n{done.stderr[-2000:]}")


def main() -> int:
    """Connect; returns the exit code."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    arguments = _arguments()
    try:
        _connect(boto3.Session(region_name=arguments.region), arguments)
    except (Refused, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _connect(session: Any, arguments: argparse.Namespace) -> None:
    if not NAME.fullmatch(arguments.name):
        raise Refused("NAME takes small letters, digits and hyphens.")
    channel = _channel(arguments.channel)
    outputs = _outputs(session, arguments.stack)
    ssm, path = session.client("ssm"), outputs["ConnectionsPath"]
    before = _document(ssm, f"{path}/{arguments.channel}/{arguments.name}")
    connection = Connection(
        arguments.channel, arguments.name, _account(arguments, before), arguments.account_name, arguments.team
    )
    new = _read(arguments.secrets, channel) if arguments.secrets else _ask(channel, before["secrets"])
    secrets = merge(before["secrets"], new, channel.signing_secret, arguments.rotation)
    if missing := [name for name in channel.secret_names if not secrets.get(name)]:
        raise Refused(f"Missing: {', '.join(missing)}.")
    put_secrets(ssm, path, connection, secrets, {**before["options"], **dict(arguments.option)})
    put_item(connection, {**os.environ, "TABLE_NAME": outputs["TableName"], "AWS_DEFAULT_REGION": ssm.meta.region_name})
    print(f"{connection.channel}/{connection.name} is connected; the functions notice within five minutes.")
    print(f"Webhook: {outputs['WebhookUrl'].format(channel=connection.channel, connection=connection.name)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.connect", description=__doc__)
    parser.add_argument("channel", help="facebook")
    parser.add_argument("name", help="your own short name for the account; it stands in the webhook's address")
    parser.add_argument("--stack", required=True, help="the CloudFormation stack")
    parser.add_argument("--account-id", "--page-id", help="the account's id on the platform; needed the first time")
    parser.add_argument("--account-name", "--page-name", help="what agents read")
    parser.add_argument("--team", help="who answers; service, if nothing was ever said")
    parser.add_argument("--secrets", metavar="FILE", help="a JSON object with the secrets to set; - is standard input")
    parser.add_argument("--option", metavar="NAME=VALUE", action="append", default=[], type=_pair, help="e.g. version=")
    rotation = parser.add_mutually_exclusive_group()
    begin, end = "the signing secret that is replaced stays valid, too", "the replaced one is valid no more"
    rotation.add_argument("--rotate", dest="rotation", action="store_const", const="begin", help=begin)
    rotation.add_argument("--end-rotation", dest="rotation", action="store_const", const="end", help=end)
    parser.add_argument("--region", help="the stack's region, if the environment does not say it")
    return parser.parse_args()


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise argparse.ArgumentTypeError("NAME=VALUE")
    return name, value


def _channel(name: str) -> Channel:
    sys.path.append(str(build.SOURCES))
    import channels

    try:
        return channels.get(name)
    except KeyError:
        raise Refused(f"There is no channel {name}, but: {', '.join(channels.names())}.") from None


def _outputs(session: Any, stack: str) -> dict[str, str]:
    described = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def _document(ssm: Any, parameter: str) -> dict[str, Any]:
    try:
        found = ssm.get_parameter(Name=parameter, WithDecryption=True)
    except ssm.exceptions.ParameterNotFound:
        return {"account_id": None, "secrets": {}, "options": {}}
    return {"options": {}, **json.loads(found["Parameter"]["Value"])}


def _account(arguments: argparse.Namespace, before: dict[str, Any]) -> str:
    known, given = before["account_id"], arguments.account_id
    if not known and not given:
        raise Refused("A new connection needs --account-id.")
    if known and given and known != given:
        raise Refused(f"{arguments.name} is account {known}; another account needs another name.")
    return known or given


def _read(file: str, channel: Channel) -> dict[str, str]:
    try:
        found = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"The secrets cannot be read: {type(error).__name__}.") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Refused("The secrets are no JSON object of texts.")
    if unknown := sorted(found.keys() - set(channel.secret_names)):
        raise Refused(f"{channel.name} has no secret {', '.join(unknown)}, but: {', '.join(channel.secret_names)}.")
    return found


def _ask(channel: Channel, before: Mapping[str, str]) -> dict[str, str]:
    prompts = {name: " (empty: as it is)" if name in before else "" for name in channel.secret_names}
    answers = {name: getpass.getpass(f"{name}{hint}: ").strip() for name, hint in prompts.items()}
    return {name: value for name, value in answers.items() if value}


def _parameter(path: str, connection: Connection) -> str:
    return f"{path}/{connection.channel}/{connection.name}"


if __name__ == "__main__":
    sys.exit(main())
