"""Signs by which mail programs introduce what others wrote, in many languages: lines, rulers and heads.

Taken from what the programs write (Gmail, Outlook, Apple Mail, Thunderbird, Yahoo, GMX, Zoho, Proton), and from the
lists of the libraries mail-parser-reply and email_reply_parser.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_LINE = 400
_PLAIN_LETTERS = str.maketrans("äöüÄÖÜ", "aouAOU")
"""The words below are written without their dots, and so are the lines that are compared with them."""
_DIRECTIONS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_MAY_SAY = re.compile(r"[:\uff1a\u200e\u200f\u202a-\u202e\u2066-\u2069]|[-_=*~]{2}|-(?![^\W_])")


def may_quote(text: str) -> bool:
    """Tell if any line of a text may be one of those below.

    Each has a colon, ends with a hyphen, or begins with two strokes, perhaps around signs of direction.
    """
    return _MAY_SAY.search(text) is not None


# Introductions -------------------------------------------------------------------------------------------------------

_WROTE_WORDS = """
escreveu escribió escrigué escriure kirjoitti kirjutas menulis napisala napisao napisał napisała napsal
napsal(a) napsala napísal napísala pisze rakstīja rašė schreef schreibt schrieb schrijft scris scrisse scritto
skrev viết writes wrote yazdı écrit írta έγραψε написа написав написал написала писа писал писала пише пишет
"""  # noqa: RUF001
_WROTE = frozenset(_WROTE_WORDS.split())
_WROTE_WITHIN = ("写道", "寫道", "のメール", "のメッセージ", "님이 작성", "님이 쓴 글", "כתב", "كتب", "เขียน")
"""The same in languages whose words are not divided by spaces, or have letters around them."""
_ABOUT_ONESELF = re.compile(r"\b(?:ich|mir|mich|wir|uns|i|me|we|us|je|nous|yo|io|ik|mij|jag|mig|eu)\b", re.IGNORECASE)
_FIRST_WORDS = """
a am das den der die dne dnia du dňa el em il la le lør no on ons op pada på vào w à στις в
"""
_FIRST = frozenset(_FIRST_WORDS.split())
"""Words with which the introductions of mail programs begin, beside numbers, days of the week and names."""
_WHEN = re.compile(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d\d\b|@|\d{4}\s?[年년]")
"""Mail programs say when, or who; people who tell what they wrote do so in other words."""
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}")
_ADDRESSED = re.compile(r"[<\[(](?:mailto:)?[^\s<>\[\]()]{1,100}@[^\s<>\[\]()]{1,200}[>\])]")
_WORD = re.compile(r"[^\W\d_]+(?:\(a\))?")


def plain_line(line: str) -> str:
    """Return a line as it is compared: without signs of direction, quotation, emphasis and white space at its ends."""
    if len(line) > LONGEST_LINE:
        return ""
    if line.isascii():
        return line.strip().lstrip("> ").strip("*").strip()
    return _DIRECTIONS.sub("", line).translate(_PLAIN_LETTERS).strip().lstrip("> ").strip("*").strip()


def is_introduction(text: str) -> bool:
    """Tell if a text is the line of a mail program that says who wrote what follows, and when."""
    bare = text.strip("-_ ")
    if not (bare.endswith((":", "\uff1a")) or (bare != text and text.endswith("-"))) or not _WHEN.search(bare):
        return False
    if _ADDRESSED.search(bare) and has_date(bare):
        return not _says_own_words(bare)
    words = _WORD.findall(bare.lower())
    wrote = [number for number, word in enumerate(words) if word in _WROTE]
    is_wrote = bool(wrote) or any(sign in bare for sign in _WROTE_WITHIN)
    return is_wrote and not _says_own_words(bare) and len(words) < 40


def has_date(text: str) -> bool:
    """Tell if a text says a time or a year."""
    return _TIME.search(text) is not None or re.search(r"\b20\d\d", text) is not None


def begins_introduction(line: str) -> bool:
    """Tell if an introduction that goes on in the next lines may begin with this one."""
    first = next(iter(_WORD.findall(line[:40].lower())), "")
    return first in _FIRST or line[:1].isdigit() or _WHEN.search(line) is not None


def is_certain_introduction(text: str) -> bool:
    """Tell if an introduction is one even where nothing below it is marked as a quotation: it names an address."""
    words = _WORD.findall(text.lower())
    return bool(_ADDRESSED.search(text)) and any(word in _WROTE for word in words)


def _says_own_words(text: str) -> bool:
    return _ABOUT_ONESELF.search(_ADDRESSED.sub("", text)) is not None


# Rulers --------------------------------------------------------------------------------------------------------------

_FORWARDED = re.compile(
    r"weitergeleitet|forwarded|transféré|réexpédié|reenviad|inoltrat|doorgestuurd|encaminhad|reencaminhad|"
    r"vidarebefordra|vidarebefordrat|videresend|przekazan|przekazywan|přeposlan|preposlan|preposielan|пересыл|"
    r"переслан|переадрес|iletilen|iletilmi[sş]|yonlendiril|转发|轉寄|轉發|転送|전달|"
    r"továbbít|edelleenlahet|valitetty|προωθ|redirecționat|"
    r"proslijeđ|prosleđ|posredovan|прослед|препрат|הועבר|معاد توجيه",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"original(?:\s|-)?(?:message|nachricht|meddelande)|ursprungliche nachricht|message d'origine|message original|"
    r"mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|oryginalna wiadomość|"
    r"wiadomość oryginalna|původní zpráva|pôvodná správa|ursprungligt meddelande|oprindelig meddelelse|"
    r"opprinnelig melding|исходное сообщение|оригинальное сообщение|eredeti uzenet|alkuperainen viesti|"
    r"orijinal (?:ileti|mesaj)|原始[邮郵]件|元のメッセージ|원본 메[시세]지|antwort|reply",
    re.IGNORECASE,
)
_RULER = re.compile(r"[-_=*~]{2,}\s*([^-_=*~].{0,60}?)\s*[-_=*~]{2,}:?")
_STROKE = re.compile(r"[-_=*]{5,}")


def is_forward_ruler(line: str) -> bool:
    """Tell if a line is the ruler above a forwarded mail, such as ``---- Forwarded message ----``."""
    ruler = _RULER.fullmatch(line)
    return ruler is not None and _FORWARDED.search(ruler[1]) is not None


def is_reply_ruler(line: str) -> bool:
    """Tell if a line is the ruler above a mail that is answered, such as ``-----Original Message-----``."""
    ruler = _RULER.fullmatch(line)
    return ruler is not None and _ORIGINAL.fullmatch(ruler[1]) is not None


def is_forward_title(line: str) -> bool:
    """Tell if a line announces a forwarded mail, as Apple Mail does: ``Begin forwarded message:``."""
    return len(line) <= 60 and line.endswith((":", "\uff1a")) and _FORWARDED.search(line) is not None


def is_stroke(line: str) -> bool:
    return _STROKE.fullmatch(line) is not None


# Heads: the headers of a mail above its text -------------------------------------------------------------------------

_LABELS = {
    "from": """
from von de da van od från fra lahettaja feladó от від kimden gonderen από šalje 发件人
寄件者 寄件人 差出人 보낸사람 expéditeur remitente mittente afzender nadawca absender
odosielateľ odesílatel expeditor مِن من מאת
""",
    "date": """
sent date gesendet datum envoyé enviado fecha inviato data verzonden wysłano odesláno
odoslané skickat sendt dato lahetetty paivays paivamaara elkuldve dátum kuldve trimis
отправлено дата надіслано gonderildi tarih στάλθηκε ημερομηνία poslano 发送时间 发件时间
日期 傳送時間 寄件日期 送信日時 日付 보낸날짜 날짜 enviadoel dated'envoi gonderilmetarihi
gesendetam timestamp נשלח تاريخ
""",
    "to": """
to an à para a aan do komu til vastaanottaja címzett către кому kime alıcı προς prima
za 收件人 宛先 받는사람 pour destinataire destinatario empfanger אל إلى
""",  # noqa: RUF001
    "subject": """
subject betreff objet asunto oggetto onderwerp assunto temat předmět predmet amne emne aihe
tárgy subiect тема konu θέμα 主题 主旨 件名 제목 betr נושא الموضوع
""",
    "other": """
cc bcc kopie kopia kopi copie kopija копия copia cópia 抄送 副本 참조 reply-to antwortan
organisation organization wichtigkeit importance priority prioritat anlagen attachments
anhang anhange message-id
""",
}
_KINDS = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
_LABEL = re.compile(r"([^\d:\uff1a<>@]{1,24}?)\**\s*[:\uff1a]\**[ \t\xa0]*(.*)", re.DOTALL)
_OTHER_LABEL = re.compile(r"[^\W\d_]{1,14}\s?[:\uff1a]\s")
"""A label in a language that is not known here."""
LONGEST_HEAD = 14


def label_of(line: str) -> tuple[str, str] | None:
    """Return what a line of a head is (``from``, ``date``, ``to``, ``subject``, ``other``) and its value."""
    match = _LABEL.fullmatch(line) if ":" in line or "\uff1a" in line else None
    kind = _KINDS.get("".join(match[1].lower().split())) if match else None
    return (kind, match[2]) if match and kind else None


def _goes_on(line: str) -> bool:
    """Tell if a line within a head may belong to it: more recipients, or a label that is not known."""
    return "@" in line or line.endswith(";") or _OTHER_LABEL.match(line) is not None


def head_size(lines: Sequence[str]) -> int:
    """Return how many of some lines, from the first on, are the head of a mail; 0 if they are none.

    People write lines such as ``From: …`` and ``To: …`` as well, about places and days. A head has a sender with an
    address, or a time; and a subject.
    """
    values: dict[str, str] = {}
    size = 0
    for number, line in enumerate(lines[:LONGEST_HEAD]):
        label = label_of(line)
        if label:
            values.setdefault(*label)
            size = number + 1
        elif (line and not (values and _goes_on(line))) or (not line and number != size):
            break
    has_address = "@" in values.get("from", "")
    has_time = _TIME.search(values.get("date", "")) is not None
    is_head = "from" in values and (has_address or has_time) and ("subject" in values or (has_address and has_time))
    return size if is_head else 0
