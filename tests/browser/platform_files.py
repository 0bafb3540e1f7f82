"""A server for the files of a platform, and a picture."""

from __future__ import annotations

import http.server
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def png(red: int = 0xD0) -> bytes:
    """Return a small picture of one colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes([red, 0x20, 0x20]) * 64 for _ in range(64))
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PNG = png()
SILENCE = b"RIFF" + struct.pack("<I", 836) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
SILENCE += b"data" + struct.pack("<I", 800) + b"\x80" * 800
PAGE = b"""<!doctype html><meta charset="utf-8"><title>Hilfe</title>
<meta property="og:title" content="Router neu starten"><meta property="og:image" content="/bild.png"><body>"""
FILES = {"wav": ("audio/wav", SILENCE), "html": ("text/html", PAGE)}
"""Contents by the endings of addresses; all others are the picture."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404 if "gone" in self.path else 200)
        content_type, content = FILES.get(self.path.rpartition(".")[2], ("image/png", PNG))
        self.send_header("Content-Type", content_type)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serve() -> Iterator[str]:
    """Serve files at each path but those with "gone", and yield the server's address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
