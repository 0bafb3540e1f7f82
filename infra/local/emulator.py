"""Starts MiniStack, and puts right the four things in which it is unlike AWS and that we rely on.

* Schedules are looked at every second instead of every ten, so that a "week" of a few seconds is not mostly waiting.
* A stream batch that reports failed items is delivered again. MiniStack would go on behind it and lose them. (AWS
  begins again at the first failed item; here the whole batch comes again, which is the same to code that may run
  twice.)
* Rights on a schedule are looked up in the schedule's own group. MiniStack takes every schedule for one of "default".
* What is kept is kept every few seconds, not only at an orderly end.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from typing import Any

SCHEDULE_TICK_SECONDS = 1.0
SAVE_SECONDS = 10.0


def main() -> None:
    """Run MiniStack until a signal ends it."""
    from ministack import app
    from ministack.core import iam_actions
    from ministack.services import lambda_svc, scheduler

    scheduler._SCHEDULE_TICK_INTERVAL = SCHEDULE_TICK_SECONDS
    lambda_svc._execute_function = repeating_failed_stream_items(lambda_svc._execute_function)
    iam_actions.extract_resource_arn = naming_schedule_groups(iam_actions.extract_resource_arn)
    if os.environ.get("PERSIST_STATE") == "1":
        threading.Thread(target=_save_often, args=(app,), daemon=True).start()
    app.main()


def repeating_failed_stream_items(execute: Any) -> Any:
    """``execute``, where a stream batch with failed items counts as failed."""

    def execute_function(function: Any, event: Any, *arguments: Any, **options: Any) -> dict[str, Any]:
        result = execute(function, event, *arguments, **options)
        records = event.get("Records") if isinstance(event, dict) else None
        from_stream = bool(records) and records[0].get("eventSource") == "aws:dynamodb"
        body = result.get("body")
        if from_stream and not result.get("error") and isinstance(body, dict) and body.get("batchItemFailures"):
            message = f"{len(body['batchItemFailures'])} of {len(records)} items failed"
            failure = {"errorType": "BatchItemFailures", "errorMessage": message}
            return {**result, "error": True, "body": failure}
        return result

    return execute_function


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
