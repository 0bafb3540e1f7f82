"""Types of files by their first bytes, as their senders may claim anything.

Pure, and short on purpose. What a browser may show beside a conversation is on this list and is what it says; all else
is a file to be downloaded, whatever it is called. A library that knows a thousand types would not make more of them
safe to show. Sources: the WHATWG's MIME Sniffing standard (sections 6.1 to 6.3), ISO/IEC 14496-12 (``ftyp``).
"""

from __future__ import annotations

import re

PROGRAM = "application/x-dosexec"
"""Type of a program for Windows, Linux or macOS, whatever it is called."""
_ENDINGS = """
ade adp apk appx appxbundle bat cab chm cmd com cpl diagcab diagcfg diagpack dll dmg ex ex_ exe hta img ins
iso isp jar jnlp js jse lib lnk mde mjs msc msi msix msixbundle msp mst nsh pif ps1 scr sct shb sys vb vbe vbs
vhd vxd wsc wsf wsh xll
"""
DANGEROUS_ENDINGS = frozenset(_ENDINGS.split())
"""Endings of files that run something when they are opened; mail programs refuse them.

Source: support.google.com/mail/answer/6590.
"""
DOWNLOAD = "application/octet-stream"
"""Type of a file that is not on the list."""
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS\x00", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"%PDF-", "application/pdf"),
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
_BRANDS = (
    (b"avif", "image/avif"),
    (b"avis", "image/avif"),
    (b"heic", "image/heic"),
    (b"heix", "image/heic"),
    (b"mif1", "image/heic"),
    (b"M4A ", "audio/mp4"),
    (b"M4B ", "audio/mp4"),
    (b"qt  ", "video/quicktime"),
)
SHOWN = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "video/mp4",
        "video/webm",
        "video/quicktime",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/wav",
        "audio/webm",
        "audio/aac",
    }
)
"""Types that stand beside a conversation; everything else is downloaded."""
_TOLD = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")
_RISKY = re.compile(
    r"html|svg|xml|script|executable|x-ms|x-sh|msdownload|msdos|x-dosexec|java|apk|flash|wasm|hta|installer"
)
"""Types that a browser, or a system, would run."""


def type_of(content: bytes, declared: str = "") -> str:
    """The type of a file: as its bytes say, else as ``declared`` where that is of no danger, else unknown."""
    detected = _by_bytes(content)
    if detected:
        return (
            f"audio/{detected[6:]}"
            if detected in ("video/webm", "video/mp4") and declared.startswith("audio/")
            else detected
        )
    declared_type = _sober(declared)
    # What says of itself to be a picture and is none, is something else.
    return DOWNLOAD if declared_type in SHOWN or declared_type.startswith("image/") else declared_type


def is_dangerous(name: str, mime: str) -> bool:
    """Return whether a file would run something when somebody opens it, by its name or by its first bytes."""
    ending = name.rstrip(". \t").rpartition(".")[2].strip().casefold()
    return mime == PROGRAM or ending in DANGEROUS_ENDINGS


def told(mime: str) -> str:
    """Return what a file is before its bytes are there: as it is told, where that is of no danger."""
    return _sober(mime)


def _sober(mime: str) -> str:
    mime = mime.partition(";")[0].strip().lower()
    return mime if _TOLD.fullmatch(mime) and not _RISKY.search(mime) else DOWNLOAD


def _by_bytes(content: bytes) -> str:
    for start, mime in _STARTS:
        if content.startswith(start):
            return mime
    if content.startswith(_PROGRAMS) and b"\0" in content[:64]:
        return PROGRAM
    if content[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(content[8:12], "")
    if content[4:8] == b"ftyp":
        return next((mime for brand, mime in _BRANDS if content[8:12] == brand), "video/mp4")
    if content[:4] == b"\x1aE\xdf\xa3":
        return "video/webm" if b"webm" in content[:64] else "video/x-matroska"
    if len(content) > 2 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0 and content[1] & 0x18 != 0x08:
        # MPEG audio without a header of its own; a layer of zero is AAC.
        return "audio/mpeg" if content[1] & 0x06 else "audio/aac" if content[1] & 0xF6 == 0xF0 else ""
    return ""
