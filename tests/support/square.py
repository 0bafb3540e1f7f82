"""The market square as a process of its own, and a listener that takes its webhooks and checks every signature."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import queue
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from infra.local import stack
from infra.local.processes import reserve_port

ROOT = Path(__file__).resolve().parents[2]
PAGE = "105551234567890"
CONFIG = {
    "facebook": {
        "app_id": "900100200300",
        "app_secret": "an-invented-app-secret",
        "page_id": PAGE,
        "page_name": "Nordlicht Netz",
        "page_token": "an-invented-page-token",
        "verify_token": "an-invented-verify-token",
    }
}
FACEBOOK = CONFIG["facebook"]
APP_TOKEN = f"{FACEBOOK['app_id']}|{FACEBOOK['app_secret']}"
FIELDS = (
    "feed,messages,message_echoes,message_deliveries,message_reads,message_reactions,message_edits,"
    "messaging_postbacks,standby"
)
MIRA = {"name": "Mira Öztürk"}
WEEK = 7 * 24 * 3600
PATIENCE = 60.0
"""Seconds for starting, answering and ending, beside other tests."""


class Listener:
    """Receives webhooks: checks both signatures over the bytes, answers as told, keeps what it accepted."""

    def __init__(self) -> None:
        self.answers: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.accepted: queue.Queue[dict[str, Any]] = queue.Queue()
        self.bodies: list[bytes] = []
        self.refused = 0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                right = query.get("hub.verify_token") == [FACEBOOK["verify_token"]]
                self.answer(200 if right else 403, query["hub.challenge"][0] if right else "no")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(listener.judge(body, self.headers), "")

            def answer(self, status: int, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/facebook/demo"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def judge(self, body: bytes, headers: Any) -> int:
        key = FACEBOOK["app_secret"].encode()
        signed = {
            "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
            "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        }
        if any(headers[name] != value for name, value in signed.items()):
            self.refused += 1
            return 401
        with contextlib.suppress(queue.Empty):
            if (status := self.answers.get_nowait()) != 200:
                self.refused += 1
                return status
        self.bodies.append(body)
        for entry in json.loads(body)["entry"]:
            self.accepted.put(entry)
        return 200

    def next_entry(self) -> dict[str, Any]:
        return self.accepted.get(timeout=PATIENCE)

    def next_value(self) -> dict[str, Any]:
        return self.next_entry()["changes"][0]["value"]

    def next_event(self) -> dict[str, Any]:
        return self.next_entry()["messaging"][0]

    def receives_nothing(self, seconds: float = 0.4) -> bool:
        with contextlib.suppress(queue.Empty):
            return not self.accepted.get(timeout=seconds)
        return True

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Square:
    """The square as a process, and short ways to talk to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reserved = reserve_port()
        self.port = self._reserved.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        (folder / "config.json").write_text(json.dumps(CONFIG))
        self.http = httpx.Client(base_url=self.url, timeout=PATIENCE, trust_env=False)
        self.start()

    def start(self) -> None:
        paths = ["--config", str(self._folder / "config.json"), "--state", str(self._folder / "state.json")]
        command = [stack.python(), "-m", "infra.square", "--port", str(self.port), *paths]
        self._process = subprocess.Popen(command, cwd=ROOT)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if self.http.get("/_square/health").is_success:
                    return
            time.sleep(0.05)
        raise TimeoutError("the square did not start")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def control(self, path: str, method: str = "POST", **body: Any) -> dict[str, Any]:
        answer = self.http.request(method, "/_square" + path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, text: str, author: dict[str, Any] = MIRA, **content: Any) -> str:
        """Write on the Page; returns the post's id. ``photos``, ``video`` and ``link`` are addresses."""
        return self.customer("post", author=author, text=text, attachments=_attachments(**content))["message_id"]

    def comment(self, parent_id: str, text: str, author: dict[str, Any] = MIRA, **content: Any) -> str:
        """Comment on a post or comment; returns the comment's id."""
        attachments = _attachments(**content)
        return self.customer("post", to=parent_id, author=author, text=text, attachments=attachments)["message_id"]

    def write(self, text: str, author: dict[str, Any] = MIRA, **content: Any) -> dict[str, Any]:
        """Write to the Page in private."""
        return self.customer("post", private=True, author=author, text=text, **content)

    def customer(self, what: str, **body: Any) -> dict[str, Any]:
        """Have a customer ``post``, ``edit``, ``remove``, ``react`` or ``read``."""
        return self.control(f"/facebook/{what}", **body)

    def do(self, action: str, **body: Any) -> dict[str, Any]:
        """Carry out what only Facebook has."""
        return self.control("/facebook/do", action=action, **body)

    def graph(self, method: str, path: str, token: str = FACEBOOK["page_token"], **params: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        if method == "POST":
            return self.http.post("/v26.0" + path, json=params, headers=headers)
        return self.http.request(method, "/v26.0" + path, params=params, headers=headers)

    def send(self, person_id: str, text: str, **params: Any) -> httpx.Response:
        body = {"recipient": {"id": person_id}, "messaging_type": "RESPONSE", "message": {"text": text}}
        return self.graph("POST", f"/{PAGE}/messages", **{**body, **params})

    def subscribe(self, listener: Listener) -> None:
        body = {"object": "page", "callback_url": listener.url, "verify_token": FACEBOOK["verify_token"]}
        answer = self.graph("POST", f"/{FACEBOOK['app_id']}/subscriptions", token=APP_TOKEN, fields=FIELDS, **body)
        assert answer.json() == {"success": True}
        answer = self.graph("POST", f"/{PAGE}/subscribed_apps", subscribed_fields=FIELDS)
        assert answer.json() == {"success": True}

    def threads(self, public: bool = True) -> list[list[dict[str, Any]]]:
        """Return the messages that stand in each thread, or in each private chat; oldest first."""
        threads = [
            each for each in self.http.get("/_square/facebook/view").json()["threads"] if each["public"] == public
        ]
        return [[message for message in thread["messages"] if not message["removed"]] for thread in threads]

    def comments(self) -> list[dict[str, Any]]:
        """Return the comments that stand below the first post."""
        return self.threads()[0][1:]

    def reset(self) -> None:
        self.control("/reset")

    def close(self) -> None:
        self.http.close()
        self.stop()
        self._reserved.close()


def _attachments(photos: Any = (), photo: str = "", video: str = "", link: str = "") -> list[dict[str, str]]:
    """Return the attachments of a text in public."""
    urls = [("image", url) for url in [*photos, photo]] + [("video", video), ("link", link)]
    return [{"type": kind, "url": url} for kind, url in urls if url]
