"""``python -m infra.local run``: the whole stack on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from infra import build

from . import platforms
from .processes import StartFailure, signals_as_interrupts
from .stack import Stack, progress, start_stack

DIRECTORY = build.ROOT / ".local"


def main() -> int:
    """Start, say what there is, and wait."""
    arguments = _arguments()
    report = progress()
    try:
        with (
            signals_as_interrupts(),
            start_stack(
                arguments.directory,
                follow_up_delay=arguments.follow_up_delay,
                platforms=arguments.platforms,
                report=report,
            ) as stack,
        ):
            report("Ready.")
            print(_welcome(stack), flush=True)
            return _wait(stack)
    except KeyboardInterrupt as interrupt:
        print(f"\nEnded{f' by {interrupt}' if str(interrupt) else ''}; the state is kept.")
        return 0
    except StartFailure as failure:
        print(failure, file=sys.stderr)
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("command", choices=["run"])
    parser.add_argument("--directory", type=Path, default=DIRECTORY, help="where the state is kept")
    parser.add_argument("--follow-up-delay", default="PT20S", help="how long a week is, as an ISO 8601 duration")
    parser.add_argument(
        "--platforms",
        nargs="*",
        choices=platforms.names(),
        default=platforms.usual(),
        help="those of the square to connect",
    )
    return parser.parse_args()


def _wait(stack: Stack) -> int:
    while True:
        time.sleep(1)
        for child in (stack.aws, stack.square):
            if child and not child.is_running():
                print(f"{child.name} has ended; see {child.log}", file=sys.stderr)
                return 1


def _welcome(stack: Stack) -> str:
    values = stack.values
    return f"""
  Nachfrage's inbox    {values["console_url"]}
  The market square    {values["square_url"]}/
  The agents' API      {values["api_url"]}
  The demo agent       {values["agent"]["email"]}
  with the password    {values["agent"]["password"]}
  A colleague          {values["colleague"]["email"]}
  with the password    {values["colleague"]["password"]}
  All addresses        {stack.directory / "stack.json"}

  Next: open the market square and write something on the Page,
  or play a whole conversation in another terminal: make story
  Ctrl-C ends everything; what was written stays.
"""


if __name__ == "__main__":
    sys.exit(main())
