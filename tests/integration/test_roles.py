"""Each function may do what it needs and nothing else, and runs from the artifact that is deployed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import build
from infra.local.stack import Stack
from tests.integration.breaking import StackInternals


def _received(**task: str) -> dict[str, Any]:
    """One message of a queue, as Lambda hands it on."""
    attributes = {"ApproximateReceiveCount": "1", "MessageGroupId": "nobody", "SentTimestamp": "0"}
    record = {"messageId": "1", "receiptHandle": "1", "body": json.dumps(task), "attributes": attributes}
    return {"Records": [{**record, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-central-1:0:nobody"}]}


WAKE: dict[str, dict[str, Any]] = {
    "WebhookFunction": {},
    "DispatchFunction": {"Records": []},
    "ReplyFunction": _received(conversation="nobody", action="0"),
    "FollowUpFunction": {"conversation": "nobody", "version": "0"},
    "ReconcileFunction": {},
    "WatchFunction": {},
    "ConsoleFunction": {},
    "ListenFunction": {"channel": "nowhere", "connection": "nobody"},
    "MediaFunction": _received(conversation="nobody", entry="#0000000000000#m"),
    "MailFunction": _received(notificationType="Received"),
}
"""Calls that start a function and change nothing."""
KEY = {"pk": {"S": "nobody"}, "sk": {"S": "#"}}
IMPOSSIBLE = {"ConditionExpression": "attribute_exists(pk)"}
"""Keeps a permitted write from writing."""
DENIALS = {"AccessDeniedException", "AccessDenied"}
HARMLESS = {
    "ConditionalCheckFailedException",
    "NoSuchKey",
    "ParameterAlreadyExists",
    "ParameterNotFound",
    "ResourceNotFoundException",
}
Act = Callable[["Hands", Stack], object]


class Hands:
    """Attempts of somebody who has a function's own credentials."""

    def __init__(self, session: boto3.Session, endpoint: str) -> None:
        self._session, self._endpoint = session, endpoint

    def __getattr__(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint)


def _read(hands: Hands, stack: Stack) -> object:
    return hands.dynamodb.get_item(TableName=stack["table_name"], Key=KEY)


def _query(hands: Hands, stack: Stack) -> object:
    values = {":pk": {"S": "nobody"}}
    return hands.dynamodb.query(
        TableName=stack["table_name"], KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values
    )


def _inbox(hands: Hands, stack: Stack) -> object:
    values = {":team": {"S": "nobody"}}
    return hands.dynamodb.query(
        TableName=stack["table_name"],
        IndexName="inbox",
        KeyConditionExpression="ipk = :team",
        ExpressionAttributeValues=values,
    )


def _follow_ups(hands: Hands, stack: Stack) -> object:
    values = {":team": {"S": "nobody"}}
    return hands.dynamodb.query(
        TableName=stack["table_name"],
        IndexName="follow-ups",
        KeyConditionExpression="fpk = :team",
        ExpressionAttributeValues=values,
    )


def _search(hands: Hands, stack: Stack) -> object:
    values = {":month": {"S": "nobody"}}
    return hands.dynamodb.query(
        TableName=stack["table_name"],
        IndexName="said",
        KeyConditionExpression="spk = :month",
        ExpressionAttributeValues=values,
    )


def _scan(hands: Hands, stack: Stack) -> object:
    return hands.dynamodb.scan(TableName=stack["table_name"])


def _write(hands: Hands, stack: Stack) -> object:
    return hands.dynamodb.put_item(TableName=stack["table_name"], Item=KEY, **IMPOSSIBLE)


def _delete(hands: Hands, stack: Stack) -> object:
    return hands.dynamodb.delete_item(TableName=stack["table_name"], Key=KEY, **IMPOSSIBLE)


def _read_secret(hands: Hands, stack: Stack) -> object:
    return hands.ssm.get_parameter(Name=f"{stack['connections_path']}/facebook/demo", WithDecryption=True)


def _read_mail_secret(hands: Hands, stack: Stack) -> object:
    return hands.ssm.get_parameter(Name=f"{stack['connections_path']}/email/nobody", WithDecryption=True)


def _name_connections(hands: Hands, stack: Stack) -> object:
    """With the accounts that they are of."""
    values = {":pk": {"S": "connections"}}
    return hands.dynamodb.query(
        TableName=stack["table_name"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=values,
        ProjectionExpression="sk, i",
    )


def _read_connections(hands: Hands, stack: Stack) -> object:
    values = {":pk": {"S": "connections"}}
    return hands.dynamodb.query(
        TableName=stack["table_name"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=values,
        ProjectionExpression="sk, st",
    )


def _keep_secret(hands: Hands, stack: Stack) -> object:
    """The demo's own, which is there already and is not overwritten."""
    name = f"{stack['connections_path']}/facebook/{stack['connections']['facebook']['name']}"
    return hands.ssm.put_parameter(Name=name, Value="nothing", Type="SecureString")


def _read_file(hands: Hands, stack: Stack) -> object:
    return hands.s3.get_object(Bucket=stack["media_bucket"], Key="nobody")


def _drop_file(hands: Hands, stack: Stack) -> object:
    return hands.s3.delete_object(Bucket=stack["media_bucket"], Key="nobody")


def _drop_mail(hands: Hands, stack: Stack) -> object:
    return hands.s3.delete_object(Bucket=stack["mail_bucket"], Key="mail/nobody")


def _read_mail(hands: Hands, stack: Stack) -> object:
    return hands.s3.get_object(Bucket=stack["mail_bucket"], Key="mail/nobody")


def _read_other_secret(hands: Hands, stack: Stack) -> object:
    return hands.ssm.get_parameter(Name="/another-stack/connections/facebook/demo", WithDecryption=True)


def _read_address(hands: Hands, stack: Stack) -> object:
    return hands.ssm.get_parameter(Name=f"/{stack['stack_name']}/notices/nobody/1", WithDecryption=True)


def _list_secrets(hands: Hands, stack: Stack) -> object:
    return hands.ssm.get_parameters_by_path(Path=stack["connections_path"], Recursive=True)


def _enqueue(hands: Hands, stack: Stack) -> object:
    # A message that names no conversation: the one who may send it does no harm with it.
    return hands.sqs.send_message(
        QueueUrl=stack["queues"]["SendQueue"],
        MessageBody=json.dumps({"conversation": "nobody", "action": "0"}),
        MessageGroupId="nobody",
        MessageDeduplicationId="nobody",
    )


def _look_at_queue(hands: Hands, stack: Stack) -> object:
    return hands.sqs.get_queue_attributes(QueueUrl=stack["queues"]["SendQueue"], AttributeNames=["QueueArn"])


def _schedule(hands: Hands, stack: Stack) -> object:
    return hands.scheduler.delete_schedule(GroupName=stack["follow_up_group"], Name="follow-up-nobody")


def _list_schedules(hands: Hands, stack: Stack) -> object:
    return hands.scheduler.list_schedules(GroupName=stack["follow_up_group"], MaxResults=1)


def _schedule_elsewhere(hands: Hands, stack: Stack) -> object:
    return hands.scheduler.delete_schedule(GroupName="default", Name="follow-up-nobody")


def _call_reply(hands: Hands, stack: Stack) -> object:
    return getattr(hands, "lambda").invoke(FunctionName=stack["functions"]["ReplyFunction"], Payload=b'{"Records": []}')


FILES: set[Act] = {_read_file, _drop_file, _read_mail}
RIGHTS: dict[str, tuple[set[Act], set[Act]]] = {
    "WebhookFunction": (
        {_write, _read_secret, _read_mail_secret, _name_connections},
        {
            _read,
            _query,
            _read_connections,
            _scan,
            _delete,
            _keep_secret,
            _read_other_secret,
            _list_secrets,
            _enqueue,
            _schedule,
            _call_reply,
        }
        | FILES,
    ),
    "DispatchFunction": (
        {_read, _query, _write, _delete, _enqueue, _schedule},
        {_scan, _read_secret, _read_address, _list_secrets, _inbox, _search, _look_at_queue, _call_reply, _read_mail},
    ),
    "ReplyFunction": (
        {_read, _query, _write, _delete, _read_secret, _keep_secret, _look_at_queue, _read_file},
        {
            _scan,
            _enqueue,
            _schedule,
            _read_other_secret,
            _list_secrets,
            _inbox,
            _search,
            _call_reply,
            _drop_file,
            _read_mail,
        },
    ),
    "FollowUpFunction": (
        {_read, _query, _write},
        {_scan, _delete, _read_secret, _enqueue, _schedule, _inbox, _call_reply} | FILES,
    ),
    "ReconcileFunction": (
        {_read, _follow_ups, _list_schedules, _schedule},
        {_query, _scan, _inbox, _write, _delete, _read_secret, _enqueue, _schedule_elsewhere, _call_reply} | FILES,
    ),
    "WatchFunction": (
        {_read, _query, _inbox, _write, _delete, _read_address},
        {_scan, _follow_ups, _search, _read_secret, _list_secrets, _enqueue, _schedule, _list_schedules, _call_reply}
        | FILES,
    ),
    "ListenFunction": (
        # The inbox's index also lists proposals, which expire.
        {_read, _query, _inbox, _write, _delete, _read_secret, _keep_secret, _schedule, _list_schedules},
        {_scan, _search, _read_address, _list_secrets, _enqueue, _schedule_elsewhere, _call_reply} | FILES,
    ),
    "MediaFunction": (
        {_read, _write, _delete, _read_secret, _keep_secret, _drop_file},
        {_scan, _query, _inbox, _read_address, _list_secrets, _enqueue, _schedule, _call_reply, _read_mail},
    ),
    "MailFunction": (
        {_read, _query, _write, _delete, _read_mail_secret, _read_mail, _drop_mail, _drop_file},
        {
            _scan,
            _inbox,
            _read_secret,
            _keep_secret,
            _read_address,
            _list_secrets,
            _enqueue,
            _schedule,
            _call_reply,
            _read_file,
        },
    ),
    "ConsoleFunction": (
        {_read, _query, _inbox, _follow_ups, _search, _write, _delete, _read_address, _read_secret, _keep_secret}
        | {_read_mail},
        {_scan, _enqueue, _schedule, _list_schedules, _call_reply, _drop_mail},
    ),
}
"""Per function what it may do, and what it must not."""


@pytest.mark.parametrize("function", RIGHTS)
def test_a_function_may_do_what_it_needs_and_nothing_else(
    function: str, internals: StackInternals, stack: Stack
) -> None:
    hands = Hands(internals.session(function, WAKE[function]), stack["endpoint_url"])
    allowed, denied = RIGHTS[function]
    assert {act.__name__ for act in allowed if not _may(act, hands, stack)} == set()
    assert {act.__name__ for act in denied if _may(act, hands, stack)} == set()


@pytest.mark.parametrize("function", RIGHTS)
def test_a_function_runs_from_the_built_artifact(function: str, internals: StackInternals, tmp_path: Path) -> None:
    pid, environment = internals.worker(function, WAKE[function])
    code = Path(f"/proc/{pid}/cwd").resolve()
    assert not code.is_relative_to(build.ROOT)
    assert str(build.SOURCES) not in environment.get("PYTHONPATH", "")
    with zipfile.ZipFile(build.LOCAL_ZIP) as artifact:
        for name in ("storage/conversations.pyc", "channels/facebook/__init__.pyc", "aws_data/endpoints.json"):
            assert (code / name).read_bytes() == artifact.read(name)


def _may(act: Act, hands: Hands, stack: Stack) -> bool:
    """Return whether an attempt gets past the roles; whatever it comes to there."""
    try:
        act(hands, stack)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        assert code in DENIALS | HARMLESS, code
        return code in HARMLESS
    return True
