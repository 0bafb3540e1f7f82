"""(b) From the start of a process to a handler that is ready, beside a process that only makes a DynamoDB client."""

from __future__ import annotations

import random
import subprocess
import time

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


def measure(rounds: int, endpoint: str) -> dict[str, dict[str, list[float]]]:
    """Seconds and CPU seconds of each process, per round."""
    found: dict[str, dict[str, list[float]]] = {name: {"seconds": [], "cpu": []} for name in READY}
    for number in range(rounds + 1):
        for name in random.sample(sorted(READY), len(READY)):
            seconds, cpu = _start(READY[name], as_lambda.environment(endpoint, artifact=name != "bare"))
            if number:  # the first round also makes the runtime's byte code
                found[name]["seconds"].append(seconds)
                found[name]["cpu"].append(cpu)
    return found


def _start(code: str, environment: dict[str, str]) -> tuple[float, float]:
    command = [as_lambda.PYTHON, "-c", f"{code}; {_TELL}"]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=build.ROOT, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - began
    return seconds, float(line)
