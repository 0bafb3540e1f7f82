"""``python -m infra.connect CHANNEL NAME --stack STACK``: connects an account of the company.

It asks for what is needed, tries it with the platform, and does what the settings page does: the secrets go to the
SecureString where the functions look for them, the account to the table, and the platform is told to call. Done twice,
it is done once; what is not given stays as it was. Secrets are asked for, or read as JSON from a file or standard
input; never from the command line, which every process on the machine can read.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import secrets as chance
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra import build, refusals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.base import Channel

LARGEST_DOCUMENT = 4096
"""Bytes: what SSM takes as a standard parameter."""

# Run with the functions' own code: the store alone knows what a connection looks like in the table.
PUT_CONNECTION = """
import json, sys
from storage import connections
new = json.load(sys.stdin)
webhook = new.pop("webhook")
before = connections.connection(new["channel"], new["name"])
connections.put_connection(**{name: getattr(before, name) if value is None else value for name, value in new.items()})
if webhook:
    connections.note_connection(new["channel"], new["name"], webhook=webhook)
"""

# Does what the console does, with the rights of the person who runs the command.
REGISTER = """
import json, sys, time
from application.connections import registration
from application.connections.refusal import Refused
from application.connections.registration import Change, New
from storage import connections, team_names
from shared import http_guard, texts

wanted = json.load(sys.stdin)
channel, name, team, checked = (wanted[each] for each in ("channel", "name", "team", "checked"))
http_guard.permit(wanted["network"])
now = time.time_ns() // 1_000_000
account = {each: wanted[each] or "" for each in ("account_id", "account_name")}
try:
    if connections.connection(channel, name).account_id:
        change = Change(wanted["new"], wanted["options"], wanted["rotation"] or "", account["account_name"], checked)
        made = registration.change(channel, name, change, wanted["webhook"], now)
        if team:
            connections.put_connection(channel, name, made.account_id, made.account_name, team)
    else:
        new = New(channel, name, wanted["secrets"], wanted["options"], team or team_names.DEFAULT_TEAM, **account)
        made = registration.connect(new, wanted["webhook"], now, checked=checked)
except Refused as refused:
    key = f"connect.refused.{refused.reason}"
    said = texts.text(key, "en") if texts.has(key) else refused.detail
    sys.exit(f"{refused.why}: {said} {refused.code}".strip())
json.dump({"hooked": made.hooked, "error": made.error, "account": made.account_name or made.account_id}, sys.stdout)
"""


class Refused(Exception):
    """The connection was not made, and why; the message holds no secret."""


@dataclass(frozen=True)
class Connection:
    """Settings of a connection other than its secrets; None keeps the present value."""

    channel: str
    name: str
    account_id: str
    account_name: str | None = None
    team: str | None = None
    options: Mapping[str, str] | None = None
    webhook: str | None = None
    """The address that the platform was told to call, if it was."""


def put_secrets(
    ssm: Any, path: str, connection: Connection, secrets: Mapping[str, str], options: Mapping[str, str]
) -> None:
    """Write the document that ``aws.secrets`` reads."""
    document = json.dumps({"account_id": connection.account_id, "secrets": secrets, "options": options})
    if len(document.encode()) > LARGEST_DOCUMENT:
        raise Refused(f"The secrets are too long: a parameter takes {LARGEST_DOCUMENT} bytes.")
    ssm.put_parameter(
        Name=_parameter(path, connection.channel, connection.name),
        Value=document,
        Type="SecureString",
        Overwrite=True,
    )


def put_item(connection: Connection, environment: Mapping[str, str]) -> None:
    """Make the connection known to the table. ``environment`` says which, and with whose rights."""
    _run(PUT_CONNECTION, asdict(connection), environment)


def _run(code: str, wanted: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(wanted),
        env={**environment, "PYTHONPATH": str(build.SOURCES), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"The connection could not be made.\n{done.stderr[-2000:]}")
    return done.stdout


def main() -> int:
    """Connect; returns the exit code."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    arguments = _arguments()
    try:
        _connect(boto3.Session(region_name=arguments.region), arguments)
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(refusals.explained(error), file=sys.stderr)
        return 1
    return 0


def _connect(session: Any, arguments: argparse.Namespace) -> None:
    channel = _channel(arguments.channel or _answer("Channel", _channels()))
    name = arguments.name or _answer("Your own short name for the account")
    _check_name(name)
    _check_team(arguments.team)
    outputs = _outputs(session, arguments.stack or _answer("CloudFormation stack"))
    ssm, path = session.client("ssm"), outputs["ConnectionsPath"]
    before = _document(ssm, _parameter(path, channel.name, name))
    wanted = _wanted(arguments, channel, before)
    environment = {
        **os.environ,
        "TABLE_NAME": outputs["TableName"],
        "CONNECTIONS_PATH": path,
        "AWS_DEFAULT_REGION": ssm.meta.region_name,
        "POWERTOOLS_SERVICE_NAME": "connect",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    }
    made = json.loads(_run(REGISTER, wanted | {"name": name, "webhook": outputs["WebhookUrl"]}, environment))
    print(f"{channel.name}/{name} is connected, to {made['account']}; the functions notice within five minutes.")
    _tell_webhook(channel, outputs["WebhookUrl"].format(channel=channel.name, connection=name), made)


def _tell_webhook(channel: Channel, url: str, made: Mapping[str, str]) -> None:
    if not channel.receives:
        if channel.capabilities.poll_seconds:
            print("The platform does not call; it is asked what is new.")
        return
    print(f"Webhook: {url}")
    if made["hooked"] == "no":
        print(f"The platform did not take it ({made['error']}); it is told again every quarter of an hour.")


def _wanted(arguments: argparse.Namespace, channel: Channel, before: dict[str, Any]) -> dict[str, Any]:
    """All that the connection is to be, after what was missing was asked for."""
    from application.connections import forms

    asks = not arguments.secrets
    options = dict(arguments.option)
    account_id = arguments.account_id or before["account_id"]
    if asks:
        for name in channel.capabilities.required_options:
            if not {**before["options"], **options}.get(name):
                options[name] = _answer(name)
        if forms.needs_account(channel) and not account_id:
            account_id = _answer("The account's id on the platform")
    if before["account_id"] and arguments.account_id not in (None, before["account_id"]):
        raise Refused(f"This name is account {before['account_id']}'s; another account needs another name.")
    if not account_id and (arguments.unchecked or forms.needs_account(channel)):
        raise Refused("A new connection needs --account-id.")
    new = _read(arguments.secrets, channel) if arguments.secrets else _ask(channel, before["secrets"])
    secrets = forms.merge(before["secrets"], new, channel.capabilities.signing_secret, arguments.rotation)
    if missing := [each for each in channel.capabilities.secret_names if not secrets.get(each)]:
        raise Refused(f"Missing: {', '.join(missing)}.")
    return {
        "channel": channel.name,
        "team": arguments.team,
        "account_id": account_id,
        "account_name": arguments.account_name,
        "secrets": secrets,
        "new": new,
        "options": options,
        "rotation": arguments.rotation,
        "checked": not arguments.unchecked,
        "network": arguments.network,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.connect", description=__doc__)
    parser.add_argument("channel", nargs="?", help="such as facebook; asked for where it is left out")
    parser.add_argument(
        "name", nargs="?", help="your own short name for the account; it stands in the webhook's address"
    )
    parser.add_argument("--stack", help="the CloudFormation stack")
    account = "the account's id on the platform, where the platform cannot be asked whose the secrets are"
    parser.add_argument("--account-id", "--page-id", help=account)
    parser.add_argument("--account-name", "--page-name", help="what agents read, unless the platform says it")
    parser.add_argument("--team", help="who answers; service, if nothing was ever said")
    parser.add_argument("--secrets", metavar="FILE", help="a JSON object with the secrets to set; - is standard input")
    parser.add_argument("--option", metavar="NAME=VALUE", action="append", default=[], type=_pair, help="e.g. version=")
    parser.add_argument("--unchecked", action="store_true", help="ask the platform nothing, and tell it nothing")
    local = "any: addresses need not be public, on a machine of one's own"
    parser.add_argument("--network", choices=["public", "any"], default="public", help=local)
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


def _answer(question: str, choices: str = "") -> str:
    """Return the answer to a question; raises ``Refused`` without a terminal."""
    if not sys.stdin.isatty():
        raise Refused(f"{question} is missing; see --help.")
    return input(f"{question}{f' ({choices})' if choices else ''}: ").strip()


def _check_name(name: str) -> None:
    from shared import names

    if not names.CONNECTION.fullmatch(name):
        raise Refused("NAME takes small letters, digits and hyphens.")


def _check_team(team: str | None) -> None:
    """Raise ``Refused`` for what no team may be called: the name becomes part of keys of the table."""
    from conversations import team_settings

    try:
        _ = team is None or team_settings.team_name(team)
    except ValueError as wrong:
        raise Refused(f"--team takes a team's {wrong}.") from None


def _channels() -> str:
    _see_functions()
    import channels

    return ", ".join(channels.names())


def _channel(name: str) -> Channel:
    _see_functions()
    import channels

    try:
        return channels.get(name)
    except KeyError:
        raise Refused(f"There is no channel {name}, but: {', '.join(channels.names())}.") from None


def _see_functions() -> None:
    """Have the functions' own code be found."""
    if str(build.SOURCES) not in sys.path:
        sys.path.append(str(build.SOURCES))


def _outputs(session: Any, stack: str) -> dict[str, str]:
    described = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def _document(ssm: Any, parameter: str) -> dict[str, Any]:
    try:
        found = ssm.get_parameter(Name=parameter, WithDecryption=True)
    except ssm.exceptions.ParameterNotFound:
        return {"account_id": None, "secrets": {}, "options": {}}
    return {"options": {}, **json.loads(found["Parameter"]["Value"])}


def _read(file: str, channel: Channel) -> dict[str, str]:
    from application.connections import forms

    try:
        found = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"The secrets cannot be read: {type(error).__name__}.") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Refused("The secrets are no JSON object of texts.")
    if unknown := forms.unknown_secrets(channel, found):
        known = ", ".join((*channel.capabilities.secret_names, *channel.capabilities.optional_secrets))
        raise Refused(f"{channel.name} has no secret {', '.join(unknown)}, but: {known}.")
    return found


def _ask(channel: Channel, before: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that are entered unseen. Secrets that we choose are generated if left empty."""
    hints = dict.fromkeys(channel.capabilities.chosen_secrets, " (empty: made up)") | dict.fromkeys(
        before, " (empty: as it is)"
    )
    names = [
        *channel.capabilities.secret_names,
        *(each for each in channel.capabilities.optional_secrets if each in before),
    ]
    answers = {name: getpass.getpass(f"{name}{hints.get(name, '')}: ").strip() for name in names}
    for name in channel.capabilities.chosen_secrets:
        if not answers.get(name) and name not in before:
            answers[name] = chance.token_urlsafe(24)
            print(f"{name}: {answers[name]}  (made up; enter it where the platform asks for it)")
    return {name: value for name, value in answers.items() if value}


def _parameter(path: str, channel: str, name: str) -> str:
    return f"{path}/{channel}/{name}"


if __name__ == "__main__":
    sys.exit(main())
