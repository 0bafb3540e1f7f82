"""Starts MiniStack, and puts right the six things in which it is unlike AWS and that we rely on.

* Schedules are looked at every second instead of every ten, so that a "week" of a few seconds is not mostly waiting.
* A stream batch that reports failed items is delivered again. MiniStack would go on behind it and lose them. (AWS
  begins again at the first failed item; here the whole batch comes again, which is the same to code that may run
  twice.)
* A stream batch that fails too often goes to its failure destination. MiniStack would deliver it for ever.
* A function that a schedule calls and that fails is called again, and at last its failure destination is told, as the
  function's own settings say. MiniStack would call it once.
* Rights on a schedule are looked up in the schedule's own group. MiniStack takes every schedule for one of "default".
* What is kept is kept every few seconds, not only at an orderly end.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections import Counter
from typing import Any

SCHEDULE_TICK_SECONDS = 1.0
SAVE_SECONDS = 10.0
RETRIES_WITHOUT_A_LIMIT = 10_000


def main() -> None:
    """Run MiniStack until a signal ends it."""
    from ministack import app
    from ministack.core import iam_actions
    from ministack.services import eventbridge, lambda_svc, scheduler

    scheduler._SCHEDULE_TICK_INTERVAL = SCHEDULE_TICK_SECONDS
    lambda_svc._execute_function = StreamBatches(lambda_svc)
    eventbridge._dispatch_to_lambda = calling_until_it_works(lambda_svc)
    iam_actions.extract_resource_arn = naming_schedule_groups(iam_actions.extract_resource_arn)
    if os.environ.get("PERSIST_STATE") == "1":
        threading.Thread(target=_save_often, args=(app,), daemon=True).start()
    app.main()


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
    """How a schedule calls a function: without waiting, and with the retries that the called alias asks for."""

    def dispatch_to_lambda(arn: str, payload: str) -> None:
        function, config, name = service._get_func_record_for_ref(arn)
        if not function:
            logging.getLogger("scheduler").warning("There is no function %s", name)
            return
        settings = (function.get("event_invoke_configs") or {}).get(arn.rsplit(":", 1)[1])
        record = service._execution_record_for_config(function, config)
        service.invoke_async_with_retry({**record, "event_invoke_config": settings}, json.loads(payload))

    return dispatch_to_lambda


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


def _save_often(app: Any) -> None:
    logging.getLogger("persistence").setLevel(logging.WARNING)
    pause = threading.Event()
    while not pause.wait(SAVE_SECONDS):
        app.save_all(app._build_persistence_save_dict())


if __name__ == "__main__":
    main()
