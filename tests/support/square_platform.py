"""The market square as a process with one platform, and what that platform's customers do."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

from infra.local import stack
from infra.local.processes import reserve_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds for starting, answering and ending, beside other tests."""


class SquarePlatform:
    """One platform of the square; every address below is that platform's own."""

    def __init__(self, folder: Path, name: str, section: dict[str, Any]) -> None:
        self.name = name
        self._reserved = reserve_port()
        self.port = self._reserved.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.home = f"{self.url}/{name}"
        (folder / "config.json").write_text(json.dumps({name: section | {"url": self.home}}))
        paths = ["--config", str(folder / "config.json"), "--state", str(folder / "state.json")]
        command = [stack.python(), "-m", "infra.square", "--port", str(self.port), *paths]
        self.http = httpx.Client(base_url=self.url, timeout=PATIENCE, trust_env=False)
        self._process = subprocess.Popen(command, cwd=ROOT)
        deadline = time.monotonic() + PATIENCE
        while not self._is_up():
            if self._process.poll() is not None:
                raise ChildProcessError("the square ended at once")
            if time.monotonic() > deadline:
                raise TimeoutError("the square did not start")
            time.sleep(0.05)

    def _is_up(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return self.http.get("/_square/health").is_success
        return False

    def control(self, path: str, method: str = "POST", **body: Any) -> dict[str, Any]:
        answer = self.http.request(method, f"/_square{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, author: str, text: str, **more: Any) -> dict[str, Any]:
        return self.control(f"/{self.name}/post", author={"name": author}, text=text, **more)

    def do(self, action: str, **more: Any) -> dict[str, Any]:
        return self.control(f"/{self.name}/do", action=action, **more)

    def expire(self, expired: bool = True) -> None:
        self.control("/token", platform=self.name, expired=expired)

    def fault(self, on: str, **what: Any) -> None:
        self.control("/faults", on=on, **what)

    def reset(self) -> None:
        self.control("/reset")

    def messages(self, own: bool | None = None) -> list[dict[str, Any]]:
        """Return the messages that stand, in the order of their times; only the company's, or only the others'."""
        threads = self.http.get(f"/_square/{self.name}/view").json()["threads"]
        said = sorted((each for thread in threads for each in thread["messages"]), key=lambda each: each["created"])
        return [each for each in said if not each["removed"] and own in (None, each["author"]["own"])]

    def calls(self, ending: str = "") -> list[dict[str, Any]]:
        """The calls that reached the platform, oldest first."""
        calls = self.http.get("/_square/requests").json()["requests"]
        return [each for each in calls if each["path"].rstrip("/").endswith(ending)]

    def close(self) -> None:
        self.http.close()
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._reserved.close()
