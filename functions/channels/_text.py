"""Lengths of texts in each platform's unit, and cutting of those that are too long.

Sources: unicode.org/reports/tr29 (grapheme clusters), docs.x.com/fundamentals/counting-characters and
github.com/twitter/twitter-text (weighted length, version 3: which addresses and emoji count, and how much).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from channels import _characters
from conversations.normalization import normalize

if TYPE_CHECKING:
    from collections.abc import Callable

    Measure = Callable[[str], int]


def utf16(text: str) -> int:
    """The units of UTF-16: an emoji outside the first plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """The bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def graphemes(text: str) -> int:
    """Return what people call characters: a family of emoji is one."""
    return sum(1 for _ in _cluster().finditer(text))


def clusters(text: str) -> list[str]:
    """The text as what people call characters."""
    return _cluster().findall(text)


# As X counts ---------------------------------------------------------------------------------------------------------

ADDRESS_WEIGHT = 23
EMOJI_WEIGHT = 2
LONGEST_ADDRESS = 4096
LONGEST_LABEL = 63
LONGEST_SLUG = 40
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")


def weighted(text: str) -> int:
    """The length as X counts it: each address 23, an emoji 2, and letters of most scripts beyond Georgian 2."""
    normal = normalize("NFC", text)
    total, done = 0, 0
    for start, end in addresses(normal):
        total += _weight(normal[done:start]) + ADDRESS_WEIGHT
        done = end
    return total + _weight(normal[done:])


def _weight(text: str) -> int:
    if text.isascii():
        return len(text)
    emoji = 0
    plain: list[str] = []
    done = 0
    for found in _emoji().finditer(text):
        plain.append(text[done : found.start()])
        done, emoji = found.end(), emoji + 1
    rest = "".join([*plain, text[done:]])
    return len(rest) + len(_HEAVY.findall(rest)) + EMOJI_WEIGHT * emoji


def addresses(text: str) -> list[tuple[int, int]]:
    """Return where the web addresses are that X makes links of, also without ``https://``, in their order."""
    if "." not in text:
        return []
    found: list[tuple[int, int]] = []
    for run in _HOSTS.finditer(text):
        start = run.start()
        if found and found[-1][1] >= start:
            start = found[-1][1] + 1  # one letter between two addresses
        if "." in run[0] and start < run.end():
            found += _addresses_in(text, start, run.end())
    return found


_ACCENTED = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b"
    "\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_APART = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069\ufffe\ufeff\uffff"
_HOSTS = re.compile(rf"[^!'#%&()*+,\\/:;<=>?@\[\]^{{|}}~$\s\x00-\x1f{_APART}]+")
"""Runs of what may stand in a host, with its dots and hyphens: everything but signs and blanks."""
_PROTOCOL = re.compile(r"(?:^|[^A-Za-z0-9@\uff20$#\uff03])(https?://)\Z", re.IGNORECASE)
_NOT_BEFORE = tuple("@\uff20$#\uff03/-_.")
_LATIN = re.compile(rf"(?:[-a-zA-Z0-9{_ACCENTED}]++\.)++")
_ASCII_ENDING = re.compile(r"(xn--)[-0-9a-z]+|([0-9a-z]++)(?![@+-])", re.IGNORECASE)
_OPEN = rf"a-zA-Z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_ACCENTED}"
_PATH = re.compile(rf"/(?:[{_OPEN}]++|\((?:[{_OPEN}]++|[{_OPEN}]*+\([{_OPEN}]++\)[{_OPEN}]*+)\))*+")
_PATH_TAIL = "!*';:,.$%[]\u2013~@|&"
_QUERY = re.compile(r"\?[a-zA-Z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*+")
_QUERY_TAIL = "!?*'@();:+$%[].,~|"
_PORT = re.compile(r":[0-9]+")
_SHORTENED = re.compile(r"https?://t\.co/([a-z0-9]+)", re.IGNORECASE)


def _addresses_in(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The addresses that begin in a run of a host's characters."""
    before = text[max(0, start - 9) : start]
    if protocol := _PROTOCOL.search(before):
        host = _host_end(text, start, end)
        return _within_limits(text, start - len(protocol[1]), start, host) if host else []
    return [] if before.endswith(_NOT_BEFORE) or text[start] in _NOT_BEFORE else _bare(text, start, end)


def _bare(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Without a protocol, X takes the parts of the host that are in Latin letters and have a known ending."""
    host = _host_end(text, start, end)
    if not host or not _is_named(text[start:host]):
        return []
    found: list[tuple[int, int]] = []
    for latin in _LATIN.finditer(text, start, host):
        dots = [latin.start() + index for index, sign in enumerate(latin[0]) if sign == "."]
        ending = next(filter(None, (_ending_at(text, dot + 1) for dot in reversed(dots))), 0)
        if ending and ending <= host:
            found.append((latin.start(), ending))
    if found and found[-1][1] == host:
        found[-1] = (found[-1][0], _address_end(text, host))
    return found


def _host_end(text: str, start: int, end: int) -> int:
    """Return where the longest host ends that begins at ``start`` and has a known ending; 0 if none does."""
    best, position = 0, start
    for label in text[start:end].split(".")[:-1]:
        if not label or label[0] in "-_" or label[-1] in "-_":
            break
        position += len(label) + 1
        if "_" not in label:  # it may stand further left only
            best = _ending_at(text, position) or best
    return best


def _ending_at(text: str, position: int) -> int:
    """Return where the top-level domain ends that begins there; 0 if none does."""
    match = _ASCII_ENDING.match(text, position)
    if match and (match[1] or match[2].lower() in _endings()):
        return match.end()
    # All but two begin with a letter that is not ASCII, and those two with a V.
    if text[position : position + 1].lower() < "v":
        return 0
    foreign = next((each for each in _foreign_endings() if text.startswith(each, position)), "")
    after = position + len(foreign)
    is_last = not re.match("[0-9a-zA-Z@+-]", text[after : after + 1])
    return after if foreign and is_last else 0


@cache
def _endings() -> frozenset[str]:
    return frozenset(_characters.ENDINGS.split())


@cache
def _foreign_endings() -> tuple[str, ...]:
    endings = (each.encode().decode("punycode") for each in _characters.FOREIGN_ENDINGS.split())
    return tuple(sorted(endings, key=len, reverse=True))


def _within_limits(text: str, start: int, host: int, host_end: int) -> list[tuple[int, int]]:
    """The address, if the name system takes its host and it is not too long."""
    end = _address_end(text, host_end)
    if not _is_named(text[host:host_end]) or end - start > LONGEST_ADDRESS - len("https://"):
        return []
    if shortened := _SHORTENED.match(text, start, end):
        end = _query_end(text, shortened.end())
        return [(start, end)] if len(shortened[1]) <= LONGEST_SLUG else []
    return [(start, end)]


def _address_end(text: str, position: int) -> int:
    """Return where an address ends whose host ends at ``position``: port, path and query belong to it."""
    if port := _PORT.match(text, position):
        position = port.end()
    if path := _PATH.match(text, position):
        position += max(1, len(path[0].rstrip(_PATH_TAIL)))
    return _query_end(text, position)


def _query_end(text: str, position: int) -> int:
    query = _QUERY.match(text, position)
    kept = len(query[0].rstrip(_QUERY_TAIL)) if query else 0
    return position + kept


def _is_named(host: str) -> bool:
    """Return whether the name system takes a host."""
    return all(_fits_a_label(label) for label in host.split("."))


def _fits_a_label(label: str) -> bool:
    """In its ASCII form a label has at most 63 characters."""
    if len(label) > LONGEST_LABEL or (label[:4].lower() == "xn--" and not label.isascii()):
        return False
    return label.isascii() or len(label.encode("punycode")) + len("xn--") <= LONGEST_LABEL


# What belongs together -----------------------------------------------------------------------------------------------

_SKIN = "\U0001f3fb-\U0001f3ff"
_FLAG = "\U0001f1e6-\U0001f1ff"
_LEAD, _TRAIL = "\u1100-\u115f\ua960-\ua97c", "\u11a8-\u11ff\ud7cb-\ud7fb"
_VOWEL = "\u1160-\u11a7\ud7b0-\ud7c6\U00016d63\U00016d67-\U00016d6a"
"""Letters of Hangul, the vowels also of Kirat Rai."""
_TAG = "\U000e0020-\U000e007f"


def _ranges(hexadecimal: str) -> str:
    """Ranges in hexadecimal digits as the inside of a regular expression's class."""
    return "".join("-".join(rf"\U{int(end, 16):08x}" for end in each.split("-")) for each in hexadecimal.split())


@cache
def _cluster() -> re.Pattern[str]:
    """A grapheme cluster, by the rules GB3 to GB13 of Unicode's annex 29."""
    control, marks, spacing, prepend, pictograph, consonant, linker = map(
        _ranges,
        (
            _characters.CONTROL,
            _characters.EXTEND,
            _characters.SPACING,
            _characters.PREPEND,
            _characters.PICTOGRAPH,
            _characters.CONSONANT,
            _characters.LINKER,
        ),
    )
    open_syllable = "".join(map(chr, range(0xAC00, 0xD7A4, 28)))
    syllable = rf"[{open_syllable}][{_VOWEL}]*+|[\uac00-\ud7a3]|[{_VOWEL}]++"
    hangul = rf"[{_LEAD}]*+(?:{syllable})[{_TRAIL}]*+|[{_LEAD}]++|[{_TRAIL}]++"
    extend = rf"{marks}\u200d"
    picture = rf"[{pictograph}](?:[{marks}]*+\u200d[{pictograph}])*"
    tied = rf"[{consonant}](?:[{extend}]*[{linker}][{extend}]*[{consonant}])*"
    core = rf"(?:[{_FLAG}]{{2}}|{picture}|{tied}|{hangul}|[^{control}])"
    return re.compile(rf"\r\n|[{control}]|[{prepend}]*{core}[{extend}{spacing}]*+|[{prepend}]+[{extend}{spacing}]*+")


@cache
def _emoji() -> re.Pattern[str]:
    """An emoji with all that is joined to it; signs that are text by themselves need the selector of emoji."""
    pictograph = _ranges(" ".join(each for each in _characters.PICTOGRAPH.split() if each not in ("A9", "AE")))
    one = rf"(?:[{pictograph}](?!\ufe0e)\ufe0f?[{_SKIN}]?|[\u00a9\u00ae]\ufe0f)"
    return re.compile(rf"[0-9#*]\ufe0f?\u20e3|[{_FLAG}]{{2}}|{one}(?:[{_TAG}]+|(?:\u200d{one})*)")


# Cutting -------------------------------------------------------------------------------------------------------------


class _Piece(NamedTuple):
    """A part of a text that is never cut: its position, and how well the text can be cut behind it."""

    start: int
    end: int
    worth: int


_ANYWHERE, _WORD, _LINE, _SENTENCE, _PARAGRAPH = range(5)
_SHARES = ((_PARAGRAPH, 0.4), (_SENTENCE, 0.5), (_LINE, 0.6), (_WORD, 0.0))
"""Share of a part that must be filled so that it is cut there rather than later at a lesser place."""
_NAME = "A-Za-z0-9_\u00c0-\u024f"
_WHOLE = re.compile(
    r"https?://[^\s\u3000-\u303f\uff00-\uffef]+"
    rf"|(?<![{_NAME}-])[{_NAME}-]++(?:\.[{_NAME}-]++)+(?:[/?#][^\s\u3000-\u303f\uff00-\uffef]*)?"
    r"|[@\uff20][A-Za-z0-9_]++(?:[.-]+[A-Za-z0-9_]++)*(?:@[A-Za-z0-9.-]++)?"
    rf"|#[{_NAME}]++",
    re.IGNORECASE,
)
"""Addresses, mentions and hashtags; and numbers with their points."""
_SENTENCE_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f\u0964\u061f]['\")\]\u201c\u201d\u2019\u00ab\u00bb]*\Z")
_FULL_WIDTH_END = tuple("\u3002\uff01\uff1f")
_ABBREVIATION = re.compile(
    r"(?:\A|[\s(.])(?:\w|\d+|bzw|ca|etc|dr|evtl|ggf|inkl|mr|mrs|ms|nr|no|st|str|tel|usw|vgl|vs)\.\Z", re.IGNORECASE
)
_LOOKED_BACK = 12
"""Characters; no abbreviation is longer."""


def split(text: str, limit: int, measure: Measure) -> list[str]:
    """The text in parts that the platform takes, in their order; blanks at the cuts are left out.

    It is cut between paragraphs, sentences, lines or words, and inside a word only where that is longer than ``limit``;
    never inside a grapheme cluster, an address or a mention. ``measure`` is the platform's own count.
    Raises ``ValueError`` for what cannot be cut so.
    """
    if measure(text) <= limit:
        return [text]
    pieces = _pieces(text)
    parts: list[str] = []
    first = 0
    while first < len(pieces):
        last = _best(pieces, first, _furthest(text, pieces, first, limit, measure))
        parts.append(text[pieces[first].start : pieces[last].end])
        first = last + 1
    return parts


def _furthest(text: str, pieces: list[_Piece], first: int, limit: int, measure: Measure) -> int:
    """The last piece up to which the text fits; raises ``ValueError`` where not even the first does."""

    def fits(last: int) -> bool:
        return measure(text[pieces[first].start : pieces[last].end]) <= limit

    low, high = first, min(first + 16, len(pieces) - 1)
    while high < len(pieces) - 1 and fits(high):
        low, high = high, min(first + 2 * (high - first), len(pieces) - 1)
    if fits(high):
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    # One more letter can make a shorter text of a longer one, where it completes an address: so look again.
    while low > first and not fits(low):
        low -= 1
    if not fits(low):
        raise ValueError("cannot_split")
    return low


def _best(pieces: list[_Piece], first: int, last: int) -> int:
    """Return where to cut, if the text fits up to ``last``."""
    if last == len(pieces) - 1:
        return last
    begin = pieces[first].start
    full = pieces[last].end - begin
    for worth, share in _SHARES:
        for index in range(last, first - 1, -1):
            if pieces[index].end - begin < share * full:
                break
            if pieces[index].worth >= worth:
                return index
    return last


def _pieces(text: str) -> list[_Piece]:
    """The text without its blanks, in pieces that are never cut."""
    pieces: list[_Piece] = []
    wholes = [match.span() for match in _WHOLE.finditer(text)]
    wholes.append((len(text), len(text)))
    whole = 0
    start = end = -1
    for cluster in _cluster().finditer(text):
        if cluster[0].isspace():
            continue
        while wholes[whole][1] <= cluster.start():
            whole += 1
        if cluster.start() < end:  # inside an address that began before
            end = max(end, cluster.end())
            continue
        if end >= 0:
            pieces.append(_Piece(start, end, _worth(text, end, cluster.start())))
        start, end = cluster.span()
        if wholes[whole][0] < end:
            end = max(end, wholes[whole][1])
    if end >= 0:
        pieces.append(_Piece(start, end, _PARAGRAPH))
    return pieces


def _worth(text: str, end: int, following: int) -> int:
    """Return how well the text can be cut between ``end`` and what follows after the blanks."""
    gap = text[end:following]
    if gap.count("\n") > 1:
        return _PARAGRAPH
    if not gap:
        return _SENTENCE if text[end - 1] in _FULL_WIDTH_END else _ANYWHERE
    before = text[max(0, end - _LOOKED_BACK) : end]
    if _SENTENCE_END.search(before) and not _ABBREVIATION.search(before):
        return _SENTENCE
    return _LINE if "\n" in gap else _WORD
