"""Puts right the things in which MiniStack is unlike AWS and that we rely on.

* Schedules are looked at every second instead of every ten, so that a "week" of a few seconds is not mostly waiting.
* A stream batch that reports failed items is delivered again. MiniStack would go on behind it and lose them. (AWS
  begins again at the first failed item; here the whole batch comes again, which is the same to code that may run
  twice.)
* A stream batch that fails too often goes to its failure destination. MiniStack would deliver it for ever.
* What stands in a stream and was not yet delivered survives a restart. MiniStack would forget it, and also everything
  that is written later, until as much was written as before.
* A function that a schedule calls and that fails is called again, and at last its failure destination is told, as the
  function's own settings say. MiniStack would call it once.
* A message of a queue is hidden for twelve hours after its receipt at most, and more is refused. MiniStack would take
  twelve hours from each request on.
* Who may do something to a message of a queue may do it to several in one request. MiniStack would ask for a right of
  the batch's own name, which IAM does not know.
* Rights on a schedule are looked up in the schedule's own group. MiniStack takes every schedule for one of "default".
* A list of schedules goes on after its page. MiniStack would cut it off there and not say so.
* An API with a smallest size to compress compresses its answers. MiniStack would store the setting and no more.
* A renewed token names the agent's groups, as the first one does. MiniStack would leave them out, and so the role.
* Users change those attributes of their own that the client may write, and no others. MiniStack would change all.
* The code of functions is unpacked once, not for each process (unpacked_code.py).
* A function that logs nothing answers at once (function_logs.py). MiniStack would wait 50 ms for a line, and look for
  one each millisecond.
* The sign-in pages remember who signed in, and ask for a second factor (sign_in_pages.py).

All of it hangs on names inside the one version that requirements/stack.txt pins; the integration tests notice when a
newer one has other names.
"""

from __future__ import annotations

import base64
import functools
import gzip
import json
import logging
import time
from collections import Counter
from typing import Any

from . import function_logs, unpacked_code
from .sign_in_pages import SignInPages

SCHEDULE_TICK_SECONDS = 1.0
RETRIES_WITHOUT_A_LIMIT = 10_000
LARGEST_PAGE = 100
EVERY_SCHEDULE = 10_000_000
LONGEST_HIDDEN = 43_200
COMPRESSED_ANSWERS = 64
"""The number of compressed answers that are kept. The page has two dozen files."""
COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg+xml")


def apply() -> None:
    """Correct MiniStack in this process, before it starts."""
    from ministack.core import iam_actions, lambda_runtime
    from ministack.services import apigateway_v1, cognito, dynamodb, eventbridge, lambda_svc, scheduler, sqs

    scheduler._SCHEDULE_TICK_INTERVAL = SCHEDULE_TICK_SECONDS
    lambda_runtime.zipfile = unpacked_code
    worker: Any = lambda_runtime.Worker
    worker._drain_stderr_bounded = function_logs.drain
    lambda_svc._execute_function = StreamBatches(lambda_svc)
    eventbridge._dispatch_to_lambda = calling_until_it_works(lambda_svc)
    iam_actions.extract_iam_action = granting_batches(iam_actions.extract_iam_action)
    iam_actions.extract_resource_arn = naming_schedule_groups(iam_actions.extract_resource_arn)
    scheduler._list_schedules = listing_page_by_page(scheduler._list_schedules)
    keep_streams(dynamodb, lambda_svc)
    apigateway_v1.handle_execute = compressing(apigateway_v1)
    cognito._fake_token = naming_groups_again(cognito)
    cognito._update_user_attributes = writing_what_may_be_written(cognito)
    SignInPages(cognito).install()
    count_from_receipt(sqs)


class StreamBatches:
    """Executes functions as ``service`` does, and repeats a stream's failed batches as the mapping asks for."""

    def __init__(self, service: Any) -> None:
        self._service = service
        self._execute = service._execute_function
        self._failures: Counter[tuple[str, str]] = Counter()

    def __call__(self, function: Any, event: Any, *arguments: Any, **options: Any) -> dict[str, Any]:
        result = self._execute(function, event, *arguments, **options)
        records = event.get("Records") if isinstance(event, dict) else None
        if not records or records[0].get("eventSource") != "aws:dynamodb":
            return result
        failed = _failed(result, records)
        return self._judge(function, records, failed, result) if failed else result

    def _judge(self, function: Any, records: list[Any], failed: list[Any], result: dict[str, Any]) -> dict[str, Any]:
        stream = records[0]["eventSourceARN"]
        mapping = self._mapping(stream)
        batch = (stream, records[0]["dynamodb"]["SequenceNumber"])
        self._failures[batch] += 1
        if self._failures[batch] <= mapping.get("MaximumRetryAttempts", RETRIES_WITHOUT_A_LIMIT):
            message = f"{len(failed)} of {len(records)} items failed"
            failure = {"errorType": "BatchItemFailures", "errorMessage": message}
            return result if result.get("error") else {**result, "error": True, "body": failure}
        del self._failures[batch]
        self._service._send_ddb_stream_failure_record(
            mapping, function, failed, stream, result, "RetryAttemptsExhausted"
        )
        return {**result, "error": None, "body": {}}

    def _mapping(self, stream: str) -> dict[str, Any]:
        mappings = [mapping for _, _, mapping in self._service._iter_all_esms()]
        return next((mapping for mapping in mappings if mapping.get("EventSourceArn") == stream), {})


def _failed(result: dict[str, Any], records: list[Any]) -> list[Any]:
    """The records that are to come again: all of a batch that raised, or those it reports."""
    if result.get("error"):
        return records
    body = result.get("body")
    reported = body.get("batchItemFailures") if isinstance(body, dict) else None
    named = {failure.get("itemIdentifier") for failure in reported or []}
    return [record for record in records if record["dynamodb"]["SequenceNumber"] in named]


def calling_until_it_works(service: Any) -> Any:
    """Return how a schedule calls a function: without waiting, and with the retries that the called alias asks for."""

    def dispatch_to_lambda(arn: str, payload: str) -> None:
        function, config, name = service._get_func_record_for_ref(arn)
        if not function:
            logging.getLogger("scheduler").warning("There is no function %s", name)
            return
        settings = (function.get("event_invoke_configs") or {}).get(arn.rsplit(":", 1)[1])
        record = service._execution_record_for_config(function, config)
        service.invoke_async_with_retry({**record, "event_invoke_config": settings}, json.loads(payload))

    return dispatch_to_lambda


def count_from_receipt(sqs: Any) -> None:
    """Refuse what is more than the rest of twelve hours since a message was received.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
    """
    collect, change = sqs._collect_msgs, sqs._HANDLERS["ChangeMessageVisibility"]
    received: dict[str, float] = {}

    def collect_and_note(*arguments: Any) -> list[dict[str, Any]]:
        messages = collect(*arguments)
        now = time.time()
        for handle, at in list(received.items()):
            if at + LONGEST_HIDDEN < now:
                del received[handle]
        received.update((message["receipt_handle"], now) for message in messages)
        return messages

    def change_within_the_rest(data: dict[str, Any], queue: str) -> dict[str, Any]:
        now = time.time()
        passed = now - received.get(data.get("ReceiptHandle", ""), now)
        if passed + int(data.get("VisibilityTimeout", 30)) > LONGEST_HIDDEN:
            message = f"Total VisibilityTimeout for the message is beyond the limit [{LONGEST_HIDDEN} seconds]"
            raise sqs._Err("InvalidParameterValue", message)
        return change(data, queue)

    sqs._collect_msgs = collect_and_note
    sqs._HANDLERS["ChangeMessageVisibility"] = change_within_the_rest


def granting_batches(extract: Any) -> Any:
    """``extract``, where a batch of a queue's requests needs the right to the single one.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
    """

    def extract_iam_action(*arguments: Any, **options: Any) -> str | None:
        action = extract(*arguments, **options)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    return extract_iam_action


def naming_schedule_groups(extract: Any) -> Any:
    """``extract``, where the ARN of a schedule names the group that the request names."""

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, *arguments: Any, **options: Any
    ) -> str:
        arn = extract(service, method, path, headers, body, query, *arguments, **options)
        if service != "scheduler" or ":schedule/default/" not in arn:
            return arn
        named = query.get("groupName") or (json.loads(body).get("GroupName") if body else None) or "default"
        group = named[0] if isinstance(named, list) else named
        return arn.replace(":schedule/default/", f":schedule/{group}/")

    return extract_resource_arn


def naming_groups_again(cognito: Any) -> Any:
    """Return how ``cognito`` makes tokens, with the user's groups also in a renewed one."""
    make = cognito._fake_token

    def fake_token(sub: str, pool: str, client: str, kind: str = "access", username: str = "", **options: Any) -> str:
        renewed = options.get("trigger_source") == "TokenGeneration_RefreshTokens"
        if renewed and not options.get("groups"):
            users = (cognito._get_pool_unscoped(pool) or {}).get("_users", {})
            options["groups"] = users.get(username, {}).get("_groups", [])
        return make(sub, pool, client, kind, username, **options)

    return fake_token


def writing_what_may_be_written(cognito: Any) -> Any:
    """Return how ``cognito`` lets users change their own attributes: those that the token's client may write."""
    update = cognito._update_user_attributes

    def update_user_attributes(data: dict[str, Any]) -> Any:
        named = {each.get("Name") for each in data.get("UserAttributes", [])}
        client = _client_of(cognito, data.get("AccessToken", ""))
        if client and client.get("WriteAttributes") and named - set(client["WriteAttributes"]):
            message = "A client attempted to write unauthorized attribute"
            return cognito.error_response_json("NotAuthorizedException", message, 400)
        return update(data)

    return update_user_attributes


def _client_of(cognito: Any, token: str) -> dict[str, Any] | None:
    """The app client that an access token was made for."""
    _, pool = cognito._user_pool_for_access_token(token)
    parts = token.split(".")
    if not pool or len(parts) < 2:
        return None
    claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    return pool.get("_clients", {}).get(claims.get("client_id"))


def listing_page_by_page(list_all: Any) -> Any:
    """``list_all``, by name and with a token where the next page begins; a page has a hundred schedules at most."""

    def list_schedules(query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = list_all({**query, "MaxResults": str(EVERY_SCHEDULE)})
        after, size = query.get("NextToken", ""), min(int(query.get("MaxResults", LARGEST_PAGE)), LARGEST_PAGE)
        waiting = sorted(
            (each for each in json.loads(body)["Schedules"] if each["Arn"] > after), key=lambda each: each["Arn"]
        )
        page = waiting[:size]
        token = {"NextToken": page[-1]["Arn"]} if len(waiting) > size else {}
        return status, headers, json.dumps({"Schedules": page, **token}).encode()

    return list_schedules


def compressing(service: Any) -> Any:
    """``service.handle_execute``, with answers as small as the API's ``minimumCompressionSize`` asks for."""
    execute = service.handle_execute

    async def handle_execute(api: str, stage: str, method: str, path: str, headers: Any, *arguments: Any) -> Any:
        status, answered, body = await execute(api, stage, method, path, headers, *arguments)
        least = _api(service, api).get("minimumCompressionSize")
        if least is None or len(body) < least or "gzip" not in headers.get("accept-encoding", ""):
            return status, answered, body
        kind = next((value for name, value in answered.items() if name.lower() == "content-type"), "")
        if not kind.startswith(COMPRESSED):
            return status, answered, body
        return status, {**answered, "Content-Encoding": "gzip"}, _compressed(body)

    return handle_execute


@functools.lru_cache(maxsize=COMPRESSED_ANSWERS)
def _compressed(body: bytes) -> bytes:
    """Return a body compressed: once for the files of the page, which are asked for again and again."""
    return gzip.compress(body, mtime=0)


def _api(service: Any, api: str) -> dict[str, Any]:
    scope = service.find_api_scope(api)
    return (scope and service._rest_apis.get_scoped(*scope, api)) or {}


def keep_streams(dynamodb: Any, lambda_svc: Any) -> None:
    """Save what was not yet delivered with the tables, and begin with it after a restart."""
    get_state, load_tables = dynamodb.get_state, dynamodb.load_persisted_state
    load_functions = lambda_svc.load_persisted_state

    def get_state_with_streams() -> dict[str, Any]:
        waiting = {}
        for key, records in list(dynamodb._stream_records._data.items()):
            delivered = _delivered(lambda_svc, key) - dynamodb._stream_trimmed._data.get(key, 0)
            waiting["\0".join(key)] = records[max(0, delivered) :]
        return {**get_state(), "waiting": waiting}

    def load_tables_and_streams(data: dict[str, Any]) -> None:
        load_tables(data)
        for key, records in data.get("waiting", {}).items():
            dynamodb._stream_records._data[tuple(key.split("\0"))] = records

    def load_functions_without_positions(data: dict[str, Any]) -> None:
        # Each stream now begins with what waits, and that is where a mapping without a position begins.
        load_functions({**data, "dynamodb_stream_positions": {}})

    dynamodb.get_state = get_state_with_streams
    dynamodb.load_persisted_state = load_tables_and_streams
    lambda_svc.load_persisted_state = load_functions_without_positions


def _delivered(lambda_svc: Any, key: tuple[str, str, str]) -> int:
    """Return how many records of a table's stream all its mappings have behind them."""
    account, region, table = key
    mappings = list(lambda_svc._esms._data.values())
    positions = [
        lambda_svc._dynamodb_stream_positions._data.get((account, region, mapping["UUID"]), 0)
        for mapping in mappings
        if f":table/{table}/stream/" in mapping.get("EventSourceArn", "")
    ]
    return min(positions, default=0)
