"""Links in a text, as people type them: an address, a host with a path or with an ending of the name system. Pure.

More is taken for a link than any platform makes one of: a first contact has none in any disguise.
"""

from __future__ import annotations

import re

from conversations.normalization import normalize, without_unseen

_USUAL = "app|at|biz|ch|co|com|de|dev|eu|example|info|io|net|online|org|shop|store"
_COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf "
    "cg ci ck cl cm cn cr cu cv cw cx cy cz dj dk dm do dz ec ee eg er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi "
    "gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in iq ir is it je jm jo jp ke kg kh ki km kn kp kr "
    "kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc "
    "ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh "
    "si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc "
    "ve vg vi vn vu wf ws ye yt za zm zw"
)
_OTHERS = (
    "agency audio bayern berlin bike bio blog care click cloud club coffee cologne digital email expert family fashion "
    "fit fun gmbh gratis group guide hamburg haus help immo jetzt kaufen koeln land life link live love ltd "
    "market marketing media mobi museum music name network news nrw one page party photo photos plus press pro promo "
    "reise reisen reviews ruhr saarland sale school services shopping site social software solutions space sport "
    "sports studio style support swiss systems team tech tips tirol today tools top tours training travel "
    "versicherung video vip website wien wiki win work works world xyz zone"
)
_PLAIN = " ".join((_COUNTRIES, _OTHERS))
_RARE = "|".join((*_PLAIN.split(), *_PLAIN.upper().split()))
"""Endings that are also words: where a sentence follows without a blank ("gut.Es"), its capital tells."""
_REST = r"[^\s,;<>()\[\]]*"
_LINK = re.compile(
    rf"\]\([^)\s]{{1,500}}\)|<a\s[^>]{{0,500}}>|https?://{_REST}|www\.{_REST}"
    rf"|(?<![\w@.-])(?:[\w-]{{1,63}}\.){{1,8}}"
    rf"(?:[^\W\d_]{{2,24}}/[\w~?#]|(?:{_USUAL}|(?-i:{_RARE}))(?![\w@-]|\.\w)){_REST}",
    re.IGNORECASE,
)
"""No handles and no mail addresses."""
_WRITTEN_DOT = re.compile(r"\s?(?:[\[({]\s?(?:dot|punkt|\.)\s?[\])}]|[\u3002\uff61])\s?", re.IGNORECASE)


def seen(text: str) -> str:
    """Return a text as it is seen, with its letters in one form."""
    return text if text.isascii() else without_unseen(normalize("NFKC", text))


def number_of_links(text: str) -> int:
    """Return how many links a text has, also where points are written out or something unseen stands between."""
    return len(_LINK.findall(_WRITTEN_DOT.sub(".", seen(text))))
