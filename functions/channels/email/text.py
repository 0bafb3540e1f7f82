"""What a mail newly says, without what it quotes."""

from __future__ import annotations

import re
from email.message import Message as Mail
from typing import TYPE_CHECKING

from channels._charsets import read_bytes
from channels._html import text_of
from channels._mail_headers import decoded
from channels._values import as_text
from channels.email.mails import Heads, declared_charset, is_file, leaf_parts

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN_TEXT = 50_000
"""Characters of a mail that are taken in; the rest stays in the original."""
SHOWN_LINES = 50_000


def new_text(mail: Mail) -> tuple[str, bool]:
    """The text without what it quotes, and whether there is more of it."""
    plain, html = _body(mail, "text/plain"), _body(mail, "text/html")
    whole = plain if plain.strip() else _read_html(html)
    text = without_quotes(whole)
    return text[:SHOWN_TEXT], len(text) > SHOWN_TEXT or whole.count("\n") > SHOWN_LINES


_PREFIX = re.compile(r"(?:(?:re|aw|antw|sv|fwd?|wg)\s?(?:\[\d{1,3}\])?\s?:\s*)+", re.IGNORECASE)


def subject_title(heads: Heads) -> str | None:
    """Return what the mails are about, without saying how often they went back and forth."""
    subject = decoded(heads.first("subject"))
    found = _PREFIX.match(subject)
    return (subject[found.end() :] if found else subject)[:200] or None


def _body(mail: Mail, mime: str) -> str:
    for _, part in leaf_parts(mail):
        if part.get_content_type() == mime and not is_file(part):
            return _text(part)
    return ""


def _text(part: Mail) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    is_page = part.get_content_type() == "text/html"
    # A page may be three times as long as what is shown of it, and no more is read.
    text = as_text(read_bytes(raw[: 20 * SHOWN_TEXT], declared_charset(part), is_page=is_page)) or ""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


_QUOTE_BELOW = re.compile(r"<div[^<>]{0,200}(?:divRplyFwdMsg|appendonsend)", re.IGNORECASE)
"""Where Outlook puts what is answered or handed on: all that follows."""
_QUOTE_OF_GMAIL = re.compile(r"<div[^<>]{0,200}gmail_quote", re.IGNORECASE)
_QUOTING_CLASSES = frozenset({"gmail_attr", "gmail_quote", "moz-cite-prefix", "yahoo_quoted"})
"""Elements of mail programs that hold what others wrote, or say who did."""


def _read_html(html: str) -> str:
    """Return the text of a page. What it quotes is marked by elements, which are known better than any words.

    A quotation without such a mark is the writer's own: it is part of what they say.
    """
    below = _QUOTE_BELOW.search(html)
    whole = html[: below.start()] if below else html
    own = _without_introductions(whole)
    return text_of(own, links=True, is_quote=_quotes(is_gmail=own != whole)) or text_of(html, links=True)


def _without_introductions(html: str) -> str:
    """Return a page without what Gmail writes above a quotation, and without what was handed on by Gmail, which is
    none: it ends the page."""
    lowered, kept, at = html.lower(), [], 0
    for found in _QUOTE_OF_GMAIL.finditer(html):
        if found.start() < at:
            continue
        begin, quotation = html.find(">", found.end()), lowered.find("<blockquote", found.end())
        if quotation < 0:
            return "".join([*kept, html[at : found.start()]])
        kept.append(html[at : min(begin + 1, quotation)])
        at = quotation
    return "".join([*kept, html[at:]])


def _quotes(*, is_gmail: bool) -> Callable[[str, dict[str, str]], bool]:
    """Return what tells if an element is a quotation of a mail program. Gmail puts answers between those, in its
    element for all of them."""

    def is_quote(name: str, attributes: dict[str, str]) -> bool:
        classes = {each.lower() for each in attributes.get("class", "").split()}
        if name == "blockquote":
            return is_gmail or attributes.get("type", "").lower() == "cite" or bool(classes & _QUOTING_CLASSES)
        return name == "div" and bool(classes & (_QUOTING_CLASSES - {"gmail_quote"}))

    return is_quote


_LONGEST_LINE = 400
_INTRO = re.compile(
    r"(?:Am|On|Le|Op|El|Il|Den)\s.{3,300}(?:schrieb|wrote|a écrit|schreef|escribió|ha scritto|skrev)\b.{0,120}:?",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\d{1,2}[:.]\d{2}|\b20\d\d\b|@")
"""Mail programs say when, or who; people who tell what they wrote do so in other words."""
_RULER = re.compile(
    r"-{2,}\s*(?:Original(?:\s|-)?(?:Message|Nachricht)|Urspr\u00fcngliche Nachricht|Antwort|Reply)\s*-{2,}|_{20,}",
    re.IGNORECASE,
)
_SENDER_LINE = re.compile(r"\*?(?:Von|From|De)\s*:\*?\s.{1,300}", re.IGNORECASE)
_SENT_LINE = re.compile(r"\*?(?:Gesendet|Sent|Datum|Date|Envoyé|An|To)\s*:", re.IGNORECASE)


def without_quotes(text: str) -> str:
    """Return what was newly written. If nothing is left (only quotes, or not what was thought to be one), all of it."""
    lines = text.split("\n", SHOWN_LINES)[:SHOWN_LINES]
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        size = _intro_size(lines, number)
        if size and _is_quote_next(lines, number + size):
            number += size  # answers may stand between the quoted lines
            continue
        if size or _begins_quote(lines, number):
            break
        if not line.startswith(">"):
            kept.append(lines[number].rstrip())
        number += 1
    found = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return found or text.strip()


def _intro_size(lines: list[str], number: int) -> int:
    """Return how many lines from here on say who wrote what is quoted: such a line is often broken once or twice."""
    joined = ""
    for size in (1, 2, 3):
        if number + size > len(lines) or not (line := lines[number + size - 1].strip()):
            return 0
        joined = f"{joined} {line}".strip()
        if len(joined) > _LONGEST_LINE or not joined[:1].isalpha():
            return 0
        if joined.endswith(":") and _WHEN.search(joined) and _INTRO.fullmatch(joined):
            return size
    return 0


def _is_quote_next(lines: list[str], number: int) -> bool:
    following = (line.strip() for line in lines[number : number + 3])
    return next((line.startswith(">") for line in following if line), False)


def _begins_quote(lines: list[str], number: int) -> bool:
    line = lines[number].strip()
    if len(line) > _LONGEST_LINE:
        return False
    if _RULER.fullmatch(line):
        return not line.startswith("_") or _is_head(lines, number + 1)
    return _is_head(lines, number)


def _is_head(lines: list[str], number: int) -> bool:
    """Outlook puts the headers of what it quotes above it."""
    rest = [line.strip()[:_LONGEST_LINE] for line in lines[number : number + 4]]
    rest = [line for line in rest if line]
    return len(rest) > 1 and bool(_SENDER_LINE.fullmatch(rest[0]) and any(_SENT_LINE.match(line) for line in rest[1:3]))
