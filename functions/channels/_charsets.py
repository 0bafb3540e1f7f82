"""Reads bytes of a mail as text: in the character set that they are in, which is often not the one that they claim.

Sources: encoding.spec.whatwg.org (labels as browsers understand them: ``latin1`` is Windows-1252, ``gb2312`` GB 18030),
RFC 2047 and 2231 (names with a language), RFC 1468 (ISO-2022-JP), ECMA-35 (escape sequences).

In this order: a byte order mark, escape sequences, valid UTF-8, the declared character set, what an HTML page says of
itself, a detector. The time grows with the length alone; the detector sees only the beginning of what is not ASCII.
"""

from __future__ import annotations

import codecs
import re

from channels._charset_labels import codec_of

HEAD = 2048
"""Bytes of a page in which it may say its character set; browsers read 1,024."""
DETECTED = 4096
"""Bytes from which the detector guesses."""
BY_CHANCE = 4
"""Letters that are valid UTF-8 in a short text of another character set."""
_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_JAPANESE = re.compile(rb"\x1b(?:\$[@B]|\([IJ]|\$\(D)")
_KOREAN = re.compile(rb"\x1b\$\)C")
_FOREIGN = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8, as ``surrogateescape`` keeps them."""
_SEVEN_BITS = ("utf-7", "hz", "iso2022_")
"""Codecs whose bytes are all ASCII."""
_WIDE = ("utf-16", "utf-32")
_OF_SEVERAL_BYTES = ("gb", "big5", "cp932", "cp949", "euc_", "johab", "cp874", "shift_jis")
"""Codecs in which a few letters may be valid UTF-8 by chance."""
_CLAIM_NOTHING = frozenset({"", "ascii", "cp1252", "utf-8"})
"""Codecs that programs also declare when they do not know; what a page says is better than these."""
_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp874",
    "gb18030", "big5", "cp932", "euc_jp", "cp949",
]  # fmt: skip
_LETTERS_OF_WESTERN = frozenset("äöüßÄÖÜéèêëÉÈÊàâáãåÀÂÁÃÅçÇîïíìÎÍôóòõøÔÓÕØûùúÛÚñÑæÆœŒÿýþðÞš\xad")
_SIGNS_OF_WESTERN = frozenset("€„“”‚‘’–—…«»§°²³µ·£©®™½¼¾×\xa0´¿¡ºª±•")  # noqa: RUF001


def read_bytes(raw: bytes, declared: str | None, *, is_page: bool = False) -> str:
    """Return bytes as text in the character set they most likely are in; ``declared`` is what they claim."""
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(codec, "replace")
    codec = codec_of(declared)
    if codec.startswith(_WIDE) and (text := _strict(raw, codec)) is not None:
        return text
    if raw.isascii():
        return _read_ascii(raw, codec)
    utf8 = _utf8(raw, codec)
    if utf8 is not None and not _is_by_chance(raw, utf8, codec):
        return utf8
    return _read_declared(raw, codec, is_page) or _detected(raw)


def _read_ascii(raw: bytes, codec: str) -> str:
    """Return text whose bytes are all ASCII; escape sequences say what they are, whatever is claimed."""
    if b"\x1b" not in raw and not codec.startswith(_SEVEN_BITS):
        return raw.decode("ascii")
    if _KOREAN.search(raw) and (text := _strict(raw, "iso2022_kr")) is not None:
        return text
    if _JAPANESE.search(raw):
        return _read_japanese(raw)
    if codec.startswith(_SEVEN_BITS):
        return raw.decode(codec, "replace")
    return raw.decode("ascii")


def _read_japanese(raw: bytes) -> str:
    for codec in ("iso2022_jp", "iso2022_jp_ext"):
        if (text := _strict(raw, codec)) is not None:
            return text
    return "".join(_japanese_runs(raw))


def _japanese_runs(raw: bytes) -> list[str]:
    """Read each run between escape sequences. The vendors' signs, such as ①, are only in Windows-932."""
    runs: list[str] = []
    is_double, start = False, 0
    for escape in re.finditer(rb"\x1b(?:(\$[@B])|\([BJI])|\Z", raw):
        run = raw[start : escape.start()]
        runs.append(_shifted(run).decode("cp932", "replace") if is_double else run.decode("ascii", "replace"))
        is_double, start = escape[1] is not None, escape.end()
    return runs


def _shifted(run: bytes) -> bytes:
    """Return letters of JIS X 0208 as Shift JIS has them."""
    moved = bytearray()
    for row, cell in zip(run[::2], run[1::2], strict=False):
        if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
            moved += bytes(each for each in (row, cell) if each in b"\r\n ")
            continue
        moved.append(((row + 1) >> 1) + (0x70 if row < 0x5F else 0xB0))
        moved.append(cell + (0x1F + (cell > 0x5F) if row % 2 else 0x7E))
    return bytes(moved)


def _strict(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (LookupError, ValueError):
        return None


def _utf8(raw: bytes, codec: str) -> str | None:
    """Return UTF-8 as text, also where it is cut off at its end, or a few bytes of Windows-1252 are among its letters.

    That happens where programs put texts together. Where UTF-8 is declared, there may be as many as letters.
    """
    if (whole := _strict(raw, "utf-8")) is not None:
        return whole
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(raw)
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "surrogateescape")
    foreign = len(_FOREIGN.findall(text))
    letters = sum(not letter.isascii() for letter in text) - foreign
    is_utf8 = letters >= foreign if codec == "utf-8" else letters > 10 * foreign
    return _FOREIGN.sub(_as_western, text) if is_utf8 else None


def _as_western(escaped: re.Match[str]) -> str:
    byte = ord(escaped[0]) - 0xDC00
    return bytes([byte]).decode("cp1252", "replace") if byte < 0xFE else "\ufffd"  # these two begin a mark of order


def _is_by_chance(raw: bytes, utf8: str, codec: str) -> bool:
    """Return whether a few letters are only by chance UTF-8: nothing but letters of the East would stand there."""
    if not codec.startswith(_OF_SEVERAL_BYTES) or re.search(rb"[A-Za-z]", raw):
        return False
    letters = [letter for letter in utf8 if not letter.isascii()]
    is_eastern = any(letter >= "\u2e80" or "\u0e00" <= letter < "\u0e80" for letter in letters)
    return len(letters) <= BY_CHANCE and not is_eastern and _strict(raw, codec) is not None


def _read_declared(raw: bytes, codec: str, is_page: bool) -> str | None:
    """Return text in the declared character set, or the one in the page's head, as far as the bytes are of it."""
    stated = _META.search(raw, 0, HEAD) if is_page else None
    names = [codec, codec_of(stated[1].decode("ascii"))] if stated else [codec]
    if stated and codec in _CLAIM_NOTHING:
        names.reverse()
    for name in names:
        if name in ("", "ascii", "utf-8") or name.startswith(_WIDE):
            continue  # it is none of these, or it would have been read by now
        if (text := _mostly(raw, name)) is not None:
            return text
    return None


def _mostly(raw: bytes, codec: str) -> str | None:
    """Return text of a codec in which few letters are broken, as a text may be cut off within one."""
    try:
        text = raw.decode(codec, "replace")
    except (LookupError, ValueError):
        return None
    broken = text.count("\ufffd")
    return text if broken * 10 < len(text) - len(text.encode("ascii", "ignore")) or broken == 0 else None


def _detected(raw: bytes) -> str:
    """Return text of which nobody says in which character set it is, or says it wrongly."""
    western = raw.decode("cp1252", "replace")
    if _is_western(western):
        return western
    for codec in ("euc_jp", "cp932"):
        if (text := _strict(raw, codec)) is not None and _is_japanese(text):
            return text
    from charset_normalizer import from_bytes  # rarely needed, and slow to load

    lines = b"\n".join(line for line in raw[: 16 * DETECTED].split(b"\n") if not line.isascii())
    best = from_bytes(lines[:DETECTED], cp_isolation=_CANDIDATES).best() if lines else None
    return raw.decode(best.encoding if best else "cp1252", "replace")


def _is_western(text: str) -> bool:
    """Return whether a text in Windows-1252 reads as one of Western Europe: few letters are beyond ASCII, and signs
    stand for themselves."""
    others = [letter for letter in text if not letter.isascii()]
    if not all(letter in _LETTERS_OF_WESTERN or letter in _SIGNS_OF_WESTERN for letter in others):
        return False
    plain = sum(letter.isascii() and letter.isalpha() for letter in text)
    foreign = sum(letter in _LETTERS_OF_WESTERN for letter in others)
    return 2 * foreign <= plain and not _SIGN_IN_WORD.search(text)


def _is_japanese(text: str) -> bool:
    """Return whether many letters are kana, as in all Japanese and in what other languages only seem to have."""
    kana = sum("\u3041" <= letter <= "\u30ff" for letter in text)
    return kana > 1 and 4 * kana > len(text) - len(text.encode("ascii", "ignore"))


_SIGN_IN_WORD = re.compile(r"[A-Za-z][¹³ªº¿¼½¾¡±£¥¶¯µ][A-Za-z]")
