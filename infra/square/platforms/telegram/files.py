"""Kinds of files, and the picture that stands for every one of them."""

from __future__ import annotations

from base64 import b64decode

FILE_METHODS = {"sendPhoto": "photo", "sendVideo": "video", "sendAudio": "audio", "sendDocument": "document"}
FILE_PARTS = {"image": "photo", "file": "document"}
PICTURE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
