"""Faults between the functions and AWS: a proxy that throttles, breaks, holds back, delays and loses answers.

The proxy is microburst, which speaks each service's own protocol; ``python -m tests.integration.faults PORT UPSTREAM``
runs it. Its rules are made from a seed and count requests instead of throwing dice, so that a run that failed can be
repeated.
"""

from __future__ import annotations

import contextlib
import logging
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from infra import build
from infra.local.processes import LOOPBACK, Child, reserve_port

Rule = dict[str, Any]


class Kind(StrEnum):
    """The ways in which a request fails."""

    THROTTLED = "throttled"
    BROKEN = "5xx"
    HELD = "timed out"
    """Never carried out, and answered after the caller has given up."""
    LATE = "carried out late"
    """Carried out after the caller has given up, perhaps after the repeated request."""
    LOST = "answer lost"
    """Carried out, and then the connection closes."""
    SLOW = "answered slowly"


GIVEN_UP = {Kind.HELD: 6000, Kind.LATE: 5600}
"""Milliseconds: longer than the functions wait for an answer (``READ_TIMEOUT``)."""
MOST_GIVEN_UP = {"dynamodb": 2, "sqs": 1, "scheduler": 1, "ssm": 1}
"""Number of requests of a service that cost their caller the whole time-out, as dispatch handles one after another."""
QUICK = (Kind.THROTTLED, Kind.BROKEN, Kind.LOST, Kind.SLOW)
SLOW = 700
THROTTLING = {
    "dynamodb": {"code": "ProvisionedThroughputExceededException"},
    # The proxy puts the code into a namespace in which the SDK knows none of throttling; it goes by the status then.
    "sqs": {"code": "RequestThrottled", "status": 503},
    "scheduler": {"code": "ThrottlingException"},
    "ssm": {"code": "ThrottlingException"},
}
FAILURE = {
    "dynamodb": {"code": "InternalServerError", "status": 500},
    "sqs": {"code": "ServiceUnavailable", "status": 503},
    "scheduler": {"code": "InternalServerException", "status": 500},
    "ssm": {"code": "InternalServerError", "status": 500},
}
SERVICES = tuple(FAILURE)
PAUSE = {"dynamodb": 30, "sqs": 12, "scheduler": 6, "ssm": 2}
"""Average number of requests of a service between two faults of one kind: fewer where there are few requests."""
FIRST_OUTAGE = 10.0
OUTAGE = 4.0
"""Seconds for which nothing of a service works: about as long as the SDK repeats."""
BETWEEN_OUTAGES = 5.0
LASTING = FIRST_OUTAGE + len(SERVICES) * (OUTAGE + BETWEEN_OUTAGES)
"""Seconds from the first fault to the end of the last outage."""
WARMING = 10.0
"""Seconds within which all kinds have begun; or the first calls of each service would get one of every kind."""
SETTLING = 30.0
"""Seconds after which no write to the table is left uncertain any more: a lease that is needs a minute to end."""
REPORTED = 2000


def rules(seed: int, begin: float) -> list[Rule]:
    """Faults of every kind on every service, and an outage of each, one after the other.

    ``begin`` is in seconds since 1970. What is left to chance, and to the seed, is in which order the services fail,
    when a kind begins, and how many requests pass between two faults.
    """
    chance = random.Random(seed)
    turns = enumerate(chance.sample(SERVICES, len(SERVICES)))
    made = [_outage(service, begin + FIRST_OUTAGE + turn * (OUTAGE + BETWEEN_OUTAGES)) for turn, service in turns]
    for service in SERVICES:
        settled = SETTLING if service == "dynamodb" else LASTING
        for kind in GIVEN_UP:
            moments = (begin + chance.uniform(FIRST_OUTAGE, settled) for _ in range(MOST_GIVEN_UP[service]))
            made += [{"service": service, "times": 1, "active_at": at, **_effect(service, kind)} for at in moments]
        for kind in chance.sample(QUICK, len(QUICK)):
            passing = chance.randint(PAUSE[service], 2 * PAUSE[service])
            rule = {"service": service, "sequence": {"fail": 1, "pass": passing}, **_effect(service, kind)}
            rule["active_at"] = begin + chance.uniform(0, WARMING)
            if service == "dynamodb" and kind == Kind.LOST:
                rule["until"] = begin + settled
            made.append(rule)
    return made


def _outage(service: str, begin: float) -> Rule:
    return {"service": service, "active_at": begin, "until": begin + OUTAGE, **_effect(service, Kind.BROKEN)}


def _effect(service: str, kind: Kind) -> Rule:
    return {
        Kind.THROTTLED: {"error": THROTTLING[service]},
        Kind.BROKEN: {"error": FAILURE[service]},
        Kind.HELD: {"timeout_ms": GIVEN_UP[Kind.HELD]},
        Kind.LATE: {"latency": GIVEN_UP[Kind.LATE]},
        Kind.LOST: {"response": {"abort_bytes": 0}},
        Kind.SLOW: {"latency": SLOW},
    }[kind]


def _kind(action: str, service: str) -> Kind:
    """Return what the proxy's own word for a fault means here."""
    words = {
        f"error:{THROTTLING[service]['code']}": Kind.THROTTLED,
        f"error:{FAILURE[service]['code']}": Kind.BROKEN,
        f"timeout:{GIVEN_UP[Kind.HELD]}ms": Kind.HELD,
        f"latency:{GIVEN_UP[Kind.LATE]}ms": Kind.LATE,
        f"latency:{SLOW}ms": Kind.SLOW,
        "response:abort": Kind.LOST,
    }
    return words[action]


class Proxy:
    """The running proxy. Without rules it passes everything on."""

    def __init__(self, port: int) -> None:
        # By name: for a host with dots, microburst first reads what all of AWS's services are called, for seconds.
        self.url = f"http://localhost:{port}"
        self._control = httpx.Client(base_url=f"{self.url}/_microburst", timeout=60)

    def begin(self, seed: int) -> None:
        """Let faults happen from now on."""
        self._post(rules(seed, time.time()))

    def end(self) -> None:
        """Let no more faults happen; those that were begun come to their end."""
        self._post([])

    def injected(self) -> Counter[tuple[str, Kind]]:
        """Return how many faults happened since the start, by service and kind."""
        fired = self._control.get("/fired", params={"limit": REPORTED}).raise_for_status().json()
        return Counter((each["service"], _kind(each["action"], each["service"])) for each in fired)

    def requests(self) -> int:
        """Return how many requests were made of AWS."""
        return self._control.get("/stats").raise_for_status().json()["requests"]["total"]

    def _post(self, wanted: list[Rule]) -> None:
        self._control.post("/rules", json=wanted).raise_for_status()


@contextlib.contextmanager
def run_proxy(upstream: str, log: Path) -> Iterator[Proxy]:
    """Run a proxy before ``upstream``, which need not answer yet, for as long as the block lasts."""
    with reserve_port() as reserved:
        yield from _run_proxy(upstream, log, reserved.getsockname()[1])


def _run_proxy(upstream: str, log: Path, port: int) -> Iterator[Proxy]:
    proxy = Proxy(port)
    command = [sys.executable, "-m", "infra.local.tether", "tests.integration.faults", str(port), upstream]
    child = Child("The proxy", command, log, dict(os.environ), build.ROOT)
    try:
        child.await_answer(f"{proxy.url}/_microburst/health")
        yield proxy
    finally:
        child.stop()


def main(port: int, upstream: str) -> None:
    """Be the proxy."""
    from aiohttp import web
    from microburst.app import make_app
    from microburst.core.pipeline import Microburst
    from microburst.forward import Upstream

    class AsSigned(Upstream):
        """Pass on the host that the caller called, as it is part of the signature."""

        def _outbound_headers(self, request: web.Request) -> dict[str, str]:
            return {**super()._outbound_headers(request), "host": request.headers["Host"]}

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    microburst = Microburst(upstream, fired_capacity=REPORTED)
    microburst.upstream = AsSigned(upstream, stats=microburst.stats)
    web.run_app(
        make_app(microburst),
        host=LOOPBACK,
        port=port,
        print=None,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
