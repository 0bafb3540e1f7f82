"""(b) From the start of a process to a handler that is ready, beside a process that only makes a DynamoDB client."""

from __future__ import annotations

import random
import subprocess

from infra import build
from tests.performance import as_lambda

BARE = "import boto3; boto3.client('dynamodb')"
_CLIENT = "from aws import clients; clients.client('dynamodb')"
_CHANNEL = "import channels; channels.get('facebook')"
_SENDS = f"{_CLIENT}; {_CHANNEL}; clients.client('ssm'); from channels import _http; _http._line()"

READY = {
    "bare": BARE,
    "webhook": f"import webhook.app; {_CLIENT}; {_CHANNEL}",
    "reply": f"import reply.app; {_SENDS}",
    "dispatch": f"import dispatch.app; {_CLIENT}; clients.client('sqs')",
    "follow_up": f"import follow_up.app; {_CLIENT}; {_CHANNEL}",
    "console": f"from console import app; app.routes.register('/api/conversations'); {_CLIENT}; {_CHANNEL}",
}
"""The work of each function until it could take its first event, with all that it imports for that, also late."""

_TELL = "import time; print(time.process_time(), flush=True)"


def measure(rounds: int, endpoint: str) -> dict[str, list[float]]:
    """CPU seconds of each process, per round."""
    found: dict[str, list[float]] = {name: [] for name in READY}
    for number in range(rounds + 1):
        for name in random.sample(sorted(READY), len(READY)):
            spent = _start(READY[name], as_lambda.environment(endpoint, artifact=name != "bare"))
            if number:  # the first round also makes the runtime's byte code
                found[name].append(spent)
    return found


def _start(code: str, environment: dict[str, str]) -> float:
    command = [as_lambda.PYTHON, "-c", f"{code}; {_TELL}"]
    ended = subprocess.run(
        command, cwd=build.ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    return float(ended.stdout)
