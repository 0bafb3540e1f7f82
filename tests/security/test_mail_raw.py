"""Mails whose raw bytes are made to hold the mail function beyond its time-out: each is refused or read in time.

The bound: less than two seconds of processor time at the largest size that is read, and a growth that is linear.
"""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import _mail_limits, email
from channels.base import Credentials
from conversations.facts import Fact, Unreadable
from tests.support.timing import assert_linear, processor_seconds

ADDRESS = "hilfe@nordlicht.example"
CREDENTIALS = Credentials(ADDRESS, {"reply_key": "an-invented-key"})
HEADERS = (
    f"From: Mira <mira@mail.example>\r\nTo: {ADDRESS}\r\nSubject: Netz\r\nMessage-ID: <1@mail.example>\r\n".encode()
)
MIXED = HEADERS + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
SECONDS = 2.0
TRIES = 5


def received(raw: bytes) -> list[Fact | Unreadable]:
    notification: dict[str, Any] = {
        "notificationType": "Received",
        "mail": {"messageId": "ses1", "timestamp": "2026-09-21T14:13:20.000Z", "source": "mira@mail.example"},
        "receipt": {
            "recipients": [ADDRESS],
            "dmarcVerdict": {"status": "PASS"},
            "action": {"type": "S3", "objectKey": "mail/ses1"},
        },
    }
    return email.received(notification, raw, CREDENTIALS)


def seconds_for(raw: bytes) -> tuple[float, list[Fact | Unreadable]]:
    """The least processor time of some tries, as other work only slows one down, and what was read."""
    least, found = float("inf"), list[Fact | Unreadable]()

    def read(mail: bytes) -> None:
        found[:] = received(mail)

    for _ in range(TRIES):
        least = min(least, processor_seconds(read, raw))
        if least < SECONDS:
            break
    return least, found


def nested(levels: int, kind: bytes = b"multipart/mixed") -> bytes:
    return b"".join(b"Content-Type: %s; boundary=b%d\r\n\r\n--b%d\r\n" % (kind, n, n) for n in range(levels))


def filled(piece: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """A mail of nearly the largest size that is read, most of it the same piece."""
    room = _mail_limits.LARGEST - len(before) - len(after)
    return before + piece * (room // len(piece)) + after


def parts(header: bytes, number: int) -> bytes:
    return MIXED + (b"--b\r\n" + header + b"\r\n\r\nx\r\n") * number


ATTACKS: dict[str, Callable[[], bytes]] = {
    "semicolons in a quoted parameter of the mail": lambda: (
        HEADERS + b'Content-Type: multipart/mixed; a="' + b";" * 400_000 + b"\r\n\r\nx"
    ),
    "semicolons in lines of a folded header": lambda: (
        HEADERS + b'Content-Type: multipart/mixed; a="' + b"\r\n ;;;;" * 100_000 + b"\r\n\r\nx"
    ),
    "semicolons in a disposition": lambda: parts(b'Content-Disposition: attachment; a="' + b";" * 400_000, 1),
    "semicolons at the ends of lines of another kind": lambda: (
        HEADERS + b'Content-Type: multipart/mixed; a="' + b"\r ;\n ;" * 100_000 + b"\r\n\r\nx"
    ),
    "a hundred parts with long types": lambda: parts(b'Content-Type: text/plain; a="' + b";" * 30_000, 100),
    "many parts with types of the greatest length": lambda: parts(
        b'Content-Type: text/plain; a="' + b";x" * 55 + b"x" * 3800, 4000
    ),
    "many parts with names in a slow character set": lambda: parts(
        b"Content-Disposition: attachment; filename*=punycode''" + b"a-" + b"%41" * 1200, 4000
    ),
    "many parts with boundaries in a slow character set": lambda: parts(
        b"Content-Type: multipart/mixed; boundary*=punycode''" + b"a-" + b"%41" * 1200, 40
    ),
    "names in thousands of pieces": lambda: parts(
        b"Content-Disposition: attachment" + b"".join(b"; filename*%d*=x" % n for n in range(30_000)), 1
    ),
    "names in some pieces in many parts": lambda: parts(
        b"Content-Disposition: attachment" + b"".join(b"; filename*%d*=x" % n for n in range(60)), 4000
    ),
    "three hundred thousand small parts": lambda: MIXED + b"--b\r\n\r\nx\r\n" * 300_000,
    "as many small parts as are read": lambda: MIXED + b"--b\r\n\r\nx\r\n" * (_mail_limits.DELIMITERS - 1),
    "48 levels and a million lines": lambda: HEADERS + nested(48) + b"\r\n" + b"x\r\n" * 1_000_000,
    "48 levels and half a million lines": lambda: HEADERS + nested(48) + b"\r\n" + b"x\r\n" * 500_000,
    "a few levels and as many lines as are read": lambda: HEADERS + nested(8) + b"\r\n" + b"x\r\n" * 590_000,
    "levels of digests": lambda: HEADERS + nested(40, b"multipart/digest") + b"\r\n" + b"x\r\n" * 100_000,
    "mails within mails": lambda: HEADERS + b"Content-Type: message/rfc822\r\n\r\n" * 100_000 + b"x",
    "mails within mails below the recursion's limit": lambda: (
        HEADERS + b"Content-Type: message/rfc822\r\n\r\n" * 300 + b"\r\n" + b"x\r\n" * 590_000
    ),
    "a TNEF file": lambda: (
        HEADERS
        + b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(b"\x78\x9f\x3e\x22" + b"\x01\xff\xff\xff\x7f" * 3_000_000)
    ),
    "a parameter in pieces of thirty megabytes": lambda: (
        HEADERS + b"Content-Type: text/plain" + b"".join(b";\r\n a*%d*=%%41" % n for n in range(590_000)) + b"\r\n\r\nx"
    ),
    "names in pieces of thousands of parts": lambda: parts(
        b"Content-Disposition: attachment" + b"".join(b"; filename*%d*=%%41" % n for n in range(55)), 2400
    ),
    "a piece of a parameter with a very large number": lambda: (
        HEADERS + b"Content-Type: text/plain; a*" + b"9" * 4000 + b"*=x; a*0*=y\r\n\r\nx"
    ),
    "very many servers that received it": lambda: (
        HEADERS + b"Received: from a by b; Mon, 1 Jan 2026 00:00:00 +0000\r\n" * 1900 + b"\r\nx"
    ),
    "very many verdicts of servers": lambda: (
        HEADERS + b"Authentication-Results: amazonses.com; dkim=pass header.d=x; dmarc=pass\r\n" * 1900 + b"\r\nx"
    ),
    "a chain of transfer encodings": lambda: filled(
        b"PTQxPTQx\r\n",
        HEADERS + b"Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
    ),
    "many pieces of a mail": lambda: parts(b'Content-Type: message/partial; id="a@b"; number=1; total=99999999', 2400),
    "pictures that lead to each other": lambda: (
        HEADERS
        + b'Content-Type: multipart/related; boundary=b; start="<0>"\r\n\r\n'
        + b"".join(
            b'--b\r\nContent-Type: text/html\r\nContent-ID: <%d>\r\n\r\n<iframe src="cid:%d">\r\n' % (n, (n + 1) % 2400)
            for n in range(2400)
        )
    ),
    "a part that is its own beginning": lambda: (
        HEADERS
        + b'Content-Type: multipart/related; boundary=b; start="<a>"\r\n\r\n'
        + b'--b\r\nContent-ID: <a>\r\nContent-Type: multipart/related; boundary=b; start="<a>"\r\n\r\n' * 40
    ),
    "a delivery report of empty blocks": lambda: (
        HEADERS
        + b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + b"a: b\r\n\r\n" * 290_000
    ),
    "headers by the hundred thousand": lambda: HEADERS + b"a: b\r\n" * 500_000 + b"\r\nx",
    "headers of a part by the hundred thousand": lambda: MIXED + b"--b\r\n" + b"a: b\r\n" * 500_000,
    "headers of a mail within the mail": lambda: (
        HEADERS + b"Content-Type: message/rfc822\r\n\r\n" + b"a: b\r\n" * 500_000
    ),
    "encoded words by the ten thousand": lambda: HEADERS.replace(b"Netz", b"=?utf-8?q?a?= " * 18_000) + b"\r\nx",
    "encoded words without an end": lambda: HEADERS.replace(b"Mira", b"=?a?q?" * 40_000) + b"\r\nx",
    "senders by the thousand": lambda: b"From: a:a:a:a:a:a:a:a,b@c.example;\r\n" * 1900 + HEADERS + b"\r\nx",
    "a group of senders in one header": lambda: (
        HEADERS.replace(b"Mira <mira@mail.example>", b"a:" + b"a@b.example," * 20_000 + b";") + b"\r\nx"
    ),
    "comments in comments of a sender": lambda: HEADERS.replace(b"Mira", b"(" * 200_000) + b"\r\nx",
    "no last boundary": lambda: filled(b"YWFh" * 19 + b"\r\n", MIXED + b"--b\r\nContent-Type: image/png\r\n\r\n"),
    "boundaries that begin each other": lambda: (
        HEADERS
        + b"".join(
            b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n" % (b"a" * n, b"a" * n) for n in range(1, 40)
        )
        + (b"--" + b"a" * 60 + b"x\r\n") * 4900
    ),
    "lines that are nearly a boundary": lambda: filled(
        b"-" + b"a" * 74 + b"\r\n",
        HEADERS + b"Content-Type: multipart/mixed; boundary=" + b"a" * 70 + b"\r\n\r\n--" + b"a" * 70 + b"\r\n",
    ),
    "spaces behind a boundary": lambda: MIXED + b"--b" + b" " * 20_000_000 + b"x",
    "base64 with other letters": lambda: filled(
        b"=!*Y" * 19 + b"\r\n", HEADERS + b"Content-Transfer-Encoding: base64\r\n\r\n"
    ),
    "base64 of the wrong length": lambda: filled(
        b"Y" * 77 + b"\r\n", HEADERS + b"Content-Transfer-Encoding: base64\r\n\r\n", b"Y"
    ),
    "soft breaks of quoted printable": lambda: (
        HEADERS + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\r\n" * 590_000
    ),
    "quoted printable without a break": lambda: filled(
        b"=C3=A4=", HEADERS + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ),
    "uuencode": lambda: filled(
        b"M" + b"!" * 60 + b"\r\n", HEADERS + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n"
    ),
    "a slow character set for the words": lambda: filled(
        b"\xe4a-", HEADERS + b"Content-Type: text/plain; charset=punycode\r\n\r\n"
    ),
    "a slow character set for the words of a part": lambda: filled(
        b"\xe4a-", MIXED + b"--b\r\nContent-Type: text/plain; charset=idna\r\n\r\n"
    ),
    "a character set that packs": lambda: (
        HEADERS + b"Content-Type: text/plain; charset=zlib\r\n\r\n" + b"x" * 1_000_000
    ),
    "a character set of escapes": lambda: filled(
        b"\\U0010ffff", HEADERS + b"Content-Type: text/plain; charset=unicode_escape\r\n\r\n"
    ),
    "shifts of utf-7": lambda: filled(b"+AAA-", HEADERS + b"Content-Type: text/plain; charset=utf-7\r\n\r\n"),
    "elements within elements": lambda: filled(b"<div>", HEADERS + b"Content-Type: text/html\r\n\r\n"),
    "elements without an end": lambda: filled(b"<", HEADERS + b"Content-Type: text/html\r\n\r\n"),
    "one element without an end": lambda: filled(b"<div a", HEADERS + b"Content-Type: text/html\r\n\r\n<div "),
    "quotes of pages that are none": lambda: filled(
        b"<div " + b"gmail_quot" * 19 + b">", HEADERS + b"Content-Type: text/html\r\n\r\n"
    ),
    "scripts without an end": lambda: filled(b"<script>", HEADERS + b"Content-Type: text/html\r\n\r\n"),
    "comments of a page": lambda: filled(b"<!--", HEADERS + b"Content-Type: text/html\r\n\r\n"),
    "numbers of characters": lambda: (
        HEADERS + b"Content-Type: text/html\r\n\r\n<p>Hallo &#" + b"9" * 900_000 + b"; Welt</p>"
    ),
    "names of characters": lambda: filled(
        b"&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", HEADERS + b"Content-Type: text/html\r\n\r\n"
    ),
    "carriage returns alone": lambda: HEADERS + b"\r\n" + b"x\r" * 590_000,
    "more carriage returns than lines are read": lambda: filled(b"\r", HEADERS + b"\r\n"),
    "ends of lines of all kinds": lambda: HEADERS + b"\r\n" + b"a\r\n\rb\n" * 190_000,
    "empty lines": lambda: HEADERS + b"\r\n" + b"\n" * 590_000,
    "one line": lambda: filled(b"x", HEADERS + b"\r\n"),
    "lines that nearly introduce a quote": lambda: filled(b"Am 10:00 " + b"schrieb " * 44 + b"x:\n", HEADERS + b"\r\n"),
    "two such lines each": lambda: filled(b"Am 10:00 " + b"wrote " * 20 + b"\n@:\n", HEADERS + b"\r\n"),
    "no headers at all": lambda: filled(b"x" * 70 + b"\r\n"),
    "white space at the beginning": lambda: filled(b" " * 70 + b"\r\n"),
    "colons": lambda: filled(b":", HEADERS + b"\r\n"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_one_mail_does_not_hold_the_function(name: str) -> None:
    taken, found = seconds_for(ATTACKS[name]())
    assert taken < SECONDS
    assert found  # read, or put aside: never silent


REFUSED = {
    "semicolons in a quoted parameter of the mail": "too_long_header",
    "a hundred parts with long types": "too_long_header",
    "three hundred thousand small parts": "too_many_lines",
    "48 levels and a million lines": "too_many_lines",
    "48 levels and half a million lines": "too_nested",
    "a delivery report of empty blocks": "too_many_parts",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mail_that_is_refused_says_who_wrote_it(name: str) -> None:
    (found,) = received(ATTACKS[name]())
    assert isinstance(found, Unreadable)
    assert isinstance(found.raw, dict)
    assert found.reason in (REFUSED[name], "too_many_headers")
    assert (found.raw["from"], found.raw["subject"]) == ("Mira <mira@mail.example>", "Netz")
    assert found.raw["senders"] == ["mira@mail.example"]


GROWING: dict[str, Callable[[int], bytes]] = {
    "lines": lambda size: HEADERS + b"\r\n" + b"x\r\n" * (size * 1000),
    "header lines": lambda size: MIXED + b"--b\r\n" + b"a: b\r\n" * (size * 400),
    "parts": lambda size: MIXED + b"--b\r\n\r\nx\r\n" * (size * 20),
    "types": lambda size: parts(b'Content-Type: text/plain; a="' + b";" * 50, size * 8),
    "junk in base64": lambda size: HEADERS + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=!*Y" * (size * 20_000),
    "elements": lambda size: HEADERS + b"Content-Type: text/html\r\n\r\n" + b"<div a" * (size * 800),
    "introductions": lambda size: HEADERS + b"\r\n" + (b"Am 10:00 " + b"schrieb " * 40 + b"x:\n") * (size * 10),
}


@pytest.mark.parametrize("name", GROWING)
def test_time_grows_with_the_length_of_a_mail_alone(name: str) -> None:
    assert_linear(GROWING[name], received, 50)


def test_a_refused_sender_cannot_write_lines_controls_or_directions_into_what_people_see() -> None:
    forged = "=?utf-8?q?Chef=0d=0aBcc:=20x=e2=80=aegpj=00?= <mira@mail.example>" + "x" * 5000
    raw = (
        HEADERS.replace(b"Mira <mira@mail.example>", forged.encode())
        + b'Content-Type: a; b="'
        + b";" * 9999
        + b"\r\n\r\n"
    )
    (found,) = received(raw)
    assert isinstance(found, Unreadable)
    assert isinstance(found.raw, dict)
    assert found.raw["from"].isprintable()
    assert found.raw["from"].startswith("Chef Bcc: x gpj <mira@mail.example>")
    assert len(found.raw["from"]) <= 200


ELSEWHERE = [
    b'access-type=URL; URL="http://169.254.169.254/latest/meta-data"',
    b'access-type=local-file; name="/etc/passwd"',
    b'access-type=anon-ftp; site="evil.example"; name="x"',
    b'access-type=mail-server; server="all@example.com"',
]


@pytest.mark.parametrize("where", ELSEWHERE)
def test_a_body_that_lies_elsewhere_is_not_fetched(where: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def connects(*_: object) -> None:
        raise AssertionError("it connects")

    monkeypatch.setattr(socket.socket, "connect", connects)
    raw = HEADERS + b"Content-Type: message/external-body; " + where + b"\r\n\r\nContent-Type: text/plain\r\n\r\n"
    (fact,) = received(raw)
    assert isinstance(fact, Fact)
    assert "root:" not in str(fact)
    assert "root:" not in str(email.parts(raw, {0, 1, 2}))


def test_a_large_mail_with_forty_photos_is_read() -> None:
    photo = base64.encodebytes(bytes(range(256)) * 2000).replace(b"\n", b"\r\n")
    header = (
        b'--b\r\nContent-Type: image/jpeg;\r\n name="IMG_1.jpg"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment;\r\n filename="IMG_1.jpg"\r\n\r\n'
    )
    raw = MIXED + b"--b\r\n\r\nDie Fotos.\r\n" + (header + photo) * 40 + b"--b--\r\n"
    assert len(raw) > 20_000_000
    taken, (fact,) = seconds_for(raw)
    assert isinstance(fact, Fact)
    assert (fact.text, len(fact.attachments)) == ("Die Fotos.", 40)
    assert fact.attachments[0].title == "IMG_1.jpg"
    assert taken < SECONDS


def test_a_name_in_pieces_of_another_character_set_is_read() -> None:
    header = b"Content-Disposition: attachment; filename*0*=iso-8859-1''Z%E4hler; filename*1=stand.pdf"
    (fact,) = received(MIXED + b"--b\r\n\r\nAnbei.\r\n--b\r\n" + header + b"\r\n\r\nx\r\n--b--\r\n")
    assert isinstance(fact, Fact)
    assert [each.title for each in fact.attachments] == ["Zählerstand.pdf"]


def test_numbers_of_no_character_leave_the_rest_of_a_page_readable() -> None:
    (fact,) = received(ATTACKS["numbers of characters"]())
    assert isinstance(fact, Fact)
    assert fact.text == "Hallo \ufffd Welt"


def forwarded(levels: int) -> bytes:
    """A mail with a file and a mail in a mail in a mail; none of them needs a boundary."""
    note = b"--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nx\r\n--b\r\n"
    return MIXED + note + b"Content-Type: message/rfc822\r\n\r\n" * levels + b"Subject: x\r\n\r\nx\r\n--b--\r\n"


@pytest.mark.parametrize("levels", [60, 200, 300, 400, 900, 5000])
def test_mails_within_mails_do_not_make_the_keeping_of_files_fail(levels: int) -> None:
    (found,) = received(forwarded(levels))
    assert isinstance(found, Unreadable)
    assert found.reason in ("too_nested", "no_mail")
    assert email.parts(forwarded(levels), {0, 1, 2}) == {}


def test_a_mail_that_was_forwarded_several_times_is_read_with_its_files() -> None:
    (found,) = received(forwarded(10))
    assert isinstance(found, Fact)
    assert [name for name, _, _ in email.parts(forwarded(10), {0, 1}).values()] == ["a.txt", None]


PIECES = [
    b";" * 20,
    b"content-type: ",
    b"x" * 4090,
    b"x",
    b"\r\n",
    b"\r",
    b"\n",
    b"\r\n ",
    b"--b",
    b"boundary=",
    b"A: b",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_small_mail_is_refused_as_if_everything_in_it_were_counted(raw: bytes) -> None:
    reason = _mail_limits.excess(raw)
    with pytest.MonkeyPatch.context() as thorough:
        thorough.setattr(_mail_limits, "SMALL", -1)
        assert _mail_limits.excess(raw) == reason
