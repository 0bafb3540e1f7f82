"""Mails written in another's name: the author, and the proof of it, are what SES states and no more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import _mail_compose, _mail_headers, _mail_sender
from channels import email as module
from channels.base import Credentials
from conversations.facts import Fact
from tests.support.timing import assert_linear

RESULTS = "Authentication-Results: amazonses.com"
SIGNED = "dkim=pass header.i=@bank.example"
OURS = "hilfe@nordlicht.example"
CREDENTIALS = Credentials(OURS, {"reply_key": "k"}, {"region": "eu-central-1"})
BANK = "kunde@bank.example"
RECEIVED = "Received: from mx.evil.test (mx.evil.test [192.0.2.7])\r\n by inbound-smtp.eu-central-1.amazonaws.com;\r\n"
SPF = "spf=pass (spfCheck: fine) client-ip=192.0.2.7; envelope-from=m@evil.test; helo=mx.evil.test"


def results(*clauses: str) -> str:
    return f"{RECEIVED}Authentication-Results: amazonses.com;\r\n {'; '.join((SPF, *clauses))};\r\nX-SES-RECEIPT: r\r\n"


def received(
    sender: str, above: str = "", source: str = "m@evil.test", to: str = OURS, thread: str = "", **verdicts: str
) -> Fact:
    """Return what is made of a mail with these senders (header lines), and of SES's headers above them."""
    raw = f"{above}{sender}\r\nTo: {to}\r\nMessage-ID: <1@evil.test>\r\n{thread}\r\nHallo"
    told = {f"{name}Verdict": {"status": status} for name, status in ({"dmarc": "GRAY"} | verdicts).items()}
    note: dict[str, Any] = {
        "notificationType": "Received",
        "mail": {"messageId": "s1", "timestamp": "2026-09-21T14:13:20.000Z", "source": source},
        "receipt": {"recipients": [OURS], "action": {"objectKey": "mail/s1"}, **told},
    }
    (found,) = module.received(note, raw.encode(), CREDENTIALS)
    assert isinstance(found, Fact)
    return found


def test_sender_whose_own_domain_signed_is_proven() -> None:
    found = received(f"From: Kunde <{BANK}>", results("dkim=pass header.i=@bank.example"), dkim="PASS")
    assert (found.customer_id, found.unproven) == (BANK, False)


@pytest.mark.parametrize(
    "above",
    [
        results("dkim=pass header.i=@evil.test") + "DKIM-Signature: v=1; d=bank.example; s=1\r\n",
        results("dkim=pass header.i=@evil.test", "dkim=fail header.i=@bank.example"),
        results("dkim=pass header.i=@evil.test") + f"{RESULTS}; {SIGNED}\r\n",
        f"{RECEIVED}X-SES-RECEIPT: r\r\n{RESULTS}; {SIGNED}\r\n",
        f"{RECEIVED}Received: from a (b)\r\n{RESULTS}; {SIGNED}\r\n",
        f"{RECEIVED}Authentication-Results: mx.evil.test; {SIGNED}\r\n",
        f"{RECEIVED}{RESULTS}.evil.test; {SIGNED}\r\n",
        f'{RECEIVED}{RESULTS}; spf=pass envelope-from="; {SIGNED}; "@x\r\n',
        f"{RECEIVED}{RESULTS}; spf=pass (; {SIGNED} ;) x=y\r\n",
        f"{RECEIVED}{RESULTS}; spf=pass (a (; {SIGNED} ;)) x=y\r\n",
        f'{RECEIVED}{RESULTS}; spf=pass e=" ; {SIGNED}\r\n',
        f"Received: from a; {SIGNED} (b)\r\n{RESULTS}; helo=a; {SIGNED}\r\n",
        f"{RECEIVED}{RESULTS}; {'x;' * 5000} {SIGNED}\r\n",
        f"{RECEIVED}{RESULTS}; x{SIGNED}; dkim=pass x=@bank.example\r\n",
    ],
)
def test_sender_stays_unproven_when_an_attacker_writes_the_results(above: str) -> None:
    assert received(f"From: {BANK}", above, dkim="PASS", spf="PASS").unproven


def test_results_prove_nothing_when_the_receipt_says_otherwise() -> None:
    assert received(f"From: {BANK}", results("dkim=pass header.i=@bank.example"), dkim="FAIL").unproven


@pytest.mark.parametrize(
    ("own", "claimed"),
    [
        ("evil.uk.com", "uk.com"),
        ("evil.co.uk", "bank.co.uk"),
        ("evil.co.uk", "co.uk"),
        ("evil.github.io", "bank.github.io"),
        ("example", "bank.example"),
        ("com", "bank.com"),
        ("ank.example", "bank.example"),
        ("xbank.example", "bank.example"),
        ("evil.compute.amazonaws.com", "amazonaws.com"),
        ("", "bank.example"),
    ],
)
@pytest.mark.parametrize("way", ["spf", "dkim"])
def test_neighbour_below_a_public_suffix_vouches_for_nobody(own: str, claimed: str, way: str) -> None:
    above = results(f"dkim=pass header.i=@{own}") if way == "dkim" else ""
    found = received(f"From: a@{claimed}", above, f"a@{own}", **{way: "PASS"})
    assert found.unproven


@pytest.mark.parametrize("own", ["bank.co.uk", "bounce.bank.co.uk", "BANK.CO.UK"])
def test_subdomain_of_the_same_organization_vouches(own: str) -> None:
    assert not received("From: a@mail.bank.co.uk", source=f"a@{own}", spf="PASS").unproven


@pytest.mark.parametrize(
    ("sender", "customer"),
    [
        (f"From: {BANK}\r\nFrom: m@evil.test", BANK),
        (f"From: m@evil.test\r\nfrom: {BANK}", "m@evil.test"),
        (f"FROM: {BANK}\r\nFrOm: {BANK}", BANK),
        (f"From: {BANK}, m@evil.test", BANK),
        (f"From: m@evil.test, {BANK}", "m@evil.test"),
        (f"From: {BANK}; m@evil.test", BANK),
        (f"From: <{BANK}> <m@evil.test>", "m@evil.test"),
        (f"From: <{BANK}>, <m@evil.test>", BANK),
        (f"From: A: {BANK}, m@evil.test;", BANK),
        (f"From: {BANK}\r\n\t, m@evil.test", BANK),
        (f'From: "a <m@evil.test>, {BANK}', "m@evil.test"),
        (f"From: <m@evil.test> {BANK}", "m@evil.test"),
        (f"From: {BANK}\r\nFrom : m@evil.test", BANK),
        (f"From: {BANK}\r\nno header at all", BANK),
    ],
)
@pytest.mark.parametrize("dmarc", ["PASS", "GRAY"])
def test_several_senders_prove_none_of_them(sender: str, customer: str, dmarc: str) -> None:
    found = received(sender, source=customer, dmarc=dmarc, spf="PASS", dkim="PASS")
    assert (found.customer_id, found.unproven) == (customer, True)


@pytest.mark.parametrize(
    "sender",
    [
        f"{BANK} <m@evil.test>",
        f'"{BANK}" <m@evil.test>',
        f"=?utf-8?q?{BANK.replace('@', '=40')}?= <m@evil.test>",
        f"({BANK}) m@evil.test",
        f'"<{BANK}>" <m@evil.test>',
        "=?utf-8?b?a3VuZGVAYmFuay5leGFtcGxl?= <m@evil.test>",
        "kunde\uff20bank.example <m@evil.test>",
    ],
)
def test_address_as_a_name_is_neither_the_customer_nor_shown_as_one(sender: str) -> None:
    found = received(f"From: {sender}", results("dmarc=pass header.from=evil.test"), dmarc="PASS")
    assert (found.customer_id, found.unproven, found.author.name) == ("m@evil.test", False, None)


def test_dmarc_of_another_domain_than_ours_reads_proves_nothing() -> None:
    above = results("dmarc=pass header.from=evil.test")
    assert received(f"From: {BANK}", above, dmarc="PASS").unproven
    assert received(f"From: {BANK} <m@bank.example>", dmarc="PASS").unproven  # which of them was judged, nobody says


@pytest.mark.parametrize(
    ("above", "verdicts"),
    [
        ("", {"spf": "PASS"}),
        (results("dkim=pass header.i=@nordlicht.example"), {"dkim": "PASS"}),
        ("", {"dmarc": "FAIL", "spf": "PASS"}),
        ("", {}),
    ],
)
def test_half_a_proof_of_our_own_address_makes_no_message_of_ours(above: str, verdicts: dict[str, str]) -> None:
    found = received(f"From: {OURS}", above, OURS, to=f"opfer@bank.example, {OURS}", **verdicts)
    assert (found.own, found.unproven, found.customer_id) == (False, True, OURS)


@pytest.mark.parametrize(
    "sender", [f"From: {OURS} <m@evil.test>", f"From: {OURS}\r\nFrom: m@evil.test", f"From: {OURS}, m@evil.test"]
)
def test_our_address_beside_another_makes_no_message_of_ours(sender: str) -> None:
    found = received(sender, results("dmarc=pass header.from=evil.test"), to="opfer@bank.example", dmarc="PASS")
    assert not found.own


def test_our_own_mail_with_a_whole_proof_is_ours() -> None:
    both = results("dkim=pass header.i=@nordlicht.example")
    told = received(f"From: {OURS}", both, OURS, "mira@mail.example", spf="PASS", dkim="PASS")
    assert (told.own, told.customer_id) == (True, "mira@mail.example")


def test_unproven_sender_joins_no_conversation_by_an_id_or_an_address() -> None:
    root = module.thread_ids.thread_id("first@bank.example")
    named = "In-Reply-To: <first@bank.example>\r\nReferences: <first@bank.example>\r\n"
    assert received(f"From: {BANK}", thread=named).thread_id != root
    assert received(f"From: {BANK}", thread=named, dmarc="PASS").thread_id == root


@pytest.mark.parametrize(
    ("header", "address", "name"),
    [
        ("Meyer, Katja <katja@c14.example>", "katja@c14.example", "Meyer, Katja"),
        ('"Meyer, Katja" <katja@c14.example>', "katja@c14.example", "Meyer, Katja"),
        ("Mira Meyer [Shop] <mira@x5.example>", "mira@x5.example", "Mira Meyer [Shop]"),
        ("mira@x1.example <mira@x1.example>", "mira@x1.example", ""),
        ("<mira@x2.example>,", "mira@x2.example", ""),
        ("Mira Meyer <mira@x3.example>;", "mira@x3.example", "Mira Meyer"),
        ("=?utf-8?q?M=C3=BCller=2C_Jana?= <jana@c14c.example>", "jana@c14c.example", "Müller, Jana"),
        ('"=?utf-8?B?SsO2cmcgQnJhbmQ=?=" <joerg@c14d.example>', "joerg@c14d.example", "Jörg Brand"),
        ("Jörg <jörg@müller-netz.example>", "jörg@müller-netz.example", "Jörg"),
        ("Mira (Büro) <MIRA@X.example>", "mira@x.example", "Mira (Büro)"),
        ("undisclosed: mira@x.example;", "mira@x.example", ""),
        ('Mira "Mi" Meyer <mira@x.example>', "mira@x.example", "Mira Mi Meyer"),
        ("katja@privat.example <katja@c14b.example>", "katja@c14b.example", ""),
        ('"Mira \\"M\\" Meyer" <mira@x.example>', "mira@x.example", "Mira 'M' Meyer"),
        ("undisclosed-recipients:;, Mira <mira@x.example>", "mira@x.example", "Mira"),
        ('Mira <"mira.m"@x.example>', "mira.m@x.example", "Mira"),
    ],
)
def test_odd_but_honest_sender_is_read_the_same_everywhere(header: str, address: str, name: str) -> None:
    (found,) = _mail_headers.mailboxes(header)
    assert (found.address, found.name) == (address, name)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Mira Meyer mira@x.example", "Mira Meyer"),
        ("Mira <mira@x.example", "Mira"),
        ("Mira [mira@x.example]", "Mira"),
        ("<mailto:mira@x.example>", ""),
        ("'mira@x.example'", ""),
        ("mira@x.example <mira>", ""),
        ("Mira <mira@x.example> <->", "Mira"),
        ("mira@x.example MIRA@x.example", ""),
    ],
)
def test_sender_that_no_standard_allows_is_read_and_proven_by_its_domain_alone(header: str, name: str) -> None:
    assert _mail_headers.mailboxes(header) == [_mail_headers.Mailbox(name, "mira@x.example", False)]


@pytest.mark.parametrize("header", ["a@b.example c@d.example", "Mira (mira@x.example)", "Mira <mira@@x.example>"])
def test_careless_sender_with_more_than_one_meaning_names_nobody(header: str) -> None:
    assert _mail_headers.mailboxes(header) == []


@pytest.mark.parametrize(
    "header", ["", "nobody", "<>", "@", "a@", "<a b@c.example>", "a:;", '"a@b.example"', "<a@b\x00.example>"]
)
def test_header_without_an_address_names_nobody(header: str) -> None:
    assert _mail_headers.mailboxes(header) == []


@given(st.text(alphabet='<>,;:"()\\@. ab=?', max_size=60))
def test_any_header_gives_addresses_of_the_strict_form_alone(header: str) -> None:
    for found in _mail_headers.mailboxes(header):
        assert _mail_headers.ADDRESS.fullmatch(found.address)
        assert "@" not in found.name


@pytest.mark.parametrize("text", ["(", "<", '"', "a@b.c,", "\\", "(()", "; dkim=pass header.i=@a.b", "((a)"])
def test_long_header_takes_a_time_that_grows_with_it_alone(text: str) -> None:
    def read(header: str) -> None:
        _mail_headers.mailboxes(header)
        _mail_sender.stated_results([("authentication-results", f"amazonses.com;{header}")])

    assert_linear(lambda number: text * number, read, 100)


@pytest.mark.parametrize(
    ("sender", "own"),
    [
        ("\N{KELVIN SIGN}unde@bank.example", "bank.example"),
        ("kunde@ban\N{KELVIN SIGN}.example", "bank.example"),
        ("kunde@stra\u00dfe.example", "xn--strae-oqa.example"),
        ("kunde@stra\u00dfe.example", "strasse.example"),
    ],
)
def test_letter_that_becomes_another_when_made_small_names_no_other_person(sender: str, own: str) -> None:
    found = received(f"From: {sender}", results(f"dmarc=pass header.from={own}"), dmarc="PASS")
    assert found.customer_id not in (BANK, "kunde@strasse.example")
    assert found.unproven == (own == "strasse.example")


def test_answer_to_a_domain_with_a_sharp_s_goes_to_no_other_domain() -> None:
    assert _mail_compose.sendable_address("kunde@stra\u00dfe.example") == "kunde@xn--strae-oqa.example"
    with pytest.raises(_mail_compose.Unsafe):
        _mail_compose.sendable_address("\N{KELVIN SIGN}unde@bank.example")


REPEATED = [
    ("a; dkim=pass header.i=@bank.example; b@evil.test", ""),
    ("a;dkim=pass\theader.i=@bank.example;x=@evil.test", ""),
    ('"a; dkim=pass header.i=@bank.example"@evil.test', ""),
    ("m@evil.test", "v=1; d=evil.test; i=a=3B=20dkim=3Dpass=20header.i=3D@bank.example=3B=20@evil.test; s=1"),
    ("m@evil.test", "v=1; d=evil.test; i=\r\n a=3Bdkim=3Dpass@evil.test"),
    ("m@evil.test", 'v=1; d=evil.test; i="@evil.test'),
]


@pytest.mark.parametrize(("source", "signature"), REPEATED)
def test_words_of_the_sender_that_ses_repeats_in_its_results_are_no_results(source: str, signature: str) -> None:
    """As if each were written there without quotation marks; ``=3B`` as the semicolon that it stands for."""
    above = (
        f"{RECEIVED}Authentication-Results: amazonses.com; spf=pass envelope-from=a; {SIGNED}; x@evil.test;\r\n"
        f"{f'DKIM-Signature: {signature}' + chr(13) + chr(10) if signature else ''}"
    )
    assert received(f"From: {BANK}", above, source, dkim="PASS", spf="PASS").unproven


def test_usual_senders_and_signatures_are_repeated_safely() -> None:
    signature = "DKIM-Signature: v=1; a=rsa-sha256; d=bank.example; i=@bank.example;\r\n s=1; h=from:to; b=ab+c/=\r\n"
    bounce = "bounce+SRS0=ab=cd=x.example=kunde@mail.bank.example"
    assert not received(f"From: {BANK}", results(SIGNED) + signature, bounce, dkim="PASS").unproven


@pytest.mark.parametrize(
    "name",
    [
        "kunde\N{SMALL COMMERCIAL AT}bank.example",
        "kunde\N{FULLWIDTH COMMERCIAL AT}bank.example",
        "kunde\u200b@\u200bbank.example",
        "\u202eelpmaxe.knab@ednuk",
        "kunde\U000e0061@bank.example",
    ],
)
def test_name_in_other_letters_that_shows_an_address_is_not_shown(name: str) -> None:
    found = received(f"From: {name} <m@evil.test>")
    assert (found.customer_id, found.author.name if found.author else "") == ("m@evil.test", None)


def test_name_turns_no_direction() -> None:
    found = received("From: \u202emoc.knab\u202c\u2066 <m@evil.test>")
    assert found.author is not None and found.author.name == "moc.knab"
