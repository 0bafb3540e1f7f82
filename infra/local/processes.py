"""Child processes that are ended by the one who started them, and by no name."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from . import private

LOOPBACK = "127.0.0.1"
ORDERLY_END = 20.0
RESERVABLE = range(20_000, 32_768)
"""Ports for servers that start later. The system gives none of them to a program that asks for any port, nor to a
connection: Linux begins with 32768, and other systems with 49152."""
ATTEMPTS = 100


class StartFailure(RuntimeError):
    """Something that the stack needs did not start. The message says where to look."""


class Child:
    """A process in a group of its own, tethered to this one, with its output in a file."""

    def __init__(self, name: str, command: list[str], log: Path, environment: dict[str, str], directory: Path) -> None:
        self.name = name
        self.log = log
        log.touch(mode=0o600)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=directory,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=private.MASK,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end, wait, and end what is left of its group."""
        if self.is_running():
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(ORDERLY_END)
        self.kill()

    def kill(self) -> None:
        """End the whole group at once, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def await_answer(self, url: str, seconds: float = 60) -> None:
        """Return when the process answers at ``url``."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.is_running():
                raise StartFailure(f"{self.name} ended at once; see {self.log}\n{_tail(self.log)}")
            if answers(url):
                return
            time.sleep(0.1)
        raise StartFailure(f"{self.name} does not answer at {url}; see {self.log}\n{_tail(self.log)}")


def answers(url: str) -> bool:
    """Return whether something answers at ``url``, be it with an error."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def reserve_port(preferred: int | None = None) -> socket.socket:
    """``preferred`` if nobody has it, else any free port, kept from other stacks of this machine until it is closed.

    A server takes a while to listen, and another stack that starts meanwhile would find its port free, and then talk to
    the wrong server. So the same number is taken for UDP, which no server of a stack uses: the system gives it to one
    process alone, also to that of another user, and takes it back when that ends, however it ends. Programs that do not
    know this get other numbers from the system, see ``RESERVABLE``.
    """
    for port in (preferred, *random.SystemRandom().sample(RESERVABLE, ATTEMPTS)):
        if port and (reserved := _reserved(port)):
            return reserved
    raise StartFailure("No free port was found.")


def _reserved(port: int) -> socket.socket | None:
    reserved = socket.socket(type=socket.SOCK_DGRAM)
    try:
        reserved.bind((LOOPBACK, port))
    except OSError:
        reserved.close()
        return None
    if _can_bind(port):
        return reserved
    reserved.close()
    return None


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


@contextlib.contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does.

    Ctrl-C itself is named, too: a shell that starts a program in the background has it ignored, and Python keeps to it.
    """

    def interrupt(number: int, _frame: object) -> None:
        raise KeyboardInterrupt("" if number == signal.SIGINT else signal.Signals(number).name)

    before: dict[int, Callable[..., object] | int | None] = {
        number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
