"""Start the market square: ``python -m infra.square --port 8080 --config square.json --state square-state.json``."""

from __future__ import annotations

import argparse
import ipaddress
import json
from pathlib import Path
from typing import Any

import uvicorn

from infra.square.core.app import build
from infra.square.core.square import Square
from infra.square.core.web import Protocol

KEPT_OPEN = 75
"""Seconds for which a connection without a request stays open: longer than any client keeps one (httpx: 5). Were both
the same, the square would close some at the very moment at which their clients send the next request."""


def main() -> None:
    arguments = _parser().parse_args()
    square = Square(_read_config(arguments.config), arguments.state)
    print(f"Market square: http://{arguments.host}:{arguments.port}/", flush=True)
    uvicorn.run(
        build(square),
        host=arguments.host,
        port=arguments.port,
        http=Protocol,
        timeout_keep_alive=KEPT_OPEN,
        log_level="warning",
        access_log=False,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.square", description="Plays the platforms on this machine.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--config", type=Path, required=True, help="JSON: one object per platform")
    parser.add_argument("--state", type=Path, required=True, help="where threads and undelivered webhooks are kept")
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="a loopback address")
    return parser


def _loopback(host: str) -> str:
    """Nobody but this machine may reach the control API."""
    if host == "localhost" or ipaddress.ip_address(host).is_loopback:
        return host
    raise argparse.ArgumentTypeError("the square listens on loopback addresses only")


def _read_config(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path}: {error}") from error


if __name__ == "__main__":
    main()
