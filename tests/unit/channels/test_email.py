"""E-mail: whose mail it is, where it belongs, what of it is new, what goes out, and what an error means."""

from __future__ import annotations

import base64
import email as mails
import json
from email import policy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import email as module
from channels._transport import Answer
from channels.base import (
    ChannelError,
    Credentials,
    File,
    Outbound,
    PermanentFailure,
    Reason,
    Request,
    Situation,
    TransientFailure,
    UnconfirmedSend,
)
from conversations.facts import Fact, Unreadable, Visibility
from conversations.send_options import Way
from tests.support.timing import assert_linear
from tests.unit.channels.answers import failed
from tests.unit.channels.samples import samples
from tests.unit.channels.test_contract import assert_storable

channel = module.channel
ADDRESS = "hilfe@nordlicht.example"
OURS = Credentials(ADDRESS, {"reply_key": "k"}, {"region": "eu-central-1", "sender_name": "Nordlicht Netz"})
DAY = 86_400_000
NOW = 1_790_000_000_000
PROVEN = {"dmarcVerdict": {"status": "PASS"}}


def mail(text: str = "Hallo", recipients: tuple[str, ...] = (ADDRESS,), **headers: str) -> bytes:
    heads = {"From": "Mira <mira@mail.example>", "To": ADDRESS, "Message-ID": "<1@mail.example>", "Subject": "Netz"}
    heads |= {name.replace("_", "-"): value for name, value in headers.items()}
    return ("".join(f"{name}: {value}\r\n" for name, value in heads.items()) + "\r\n" + text).encode()


def received(raw: bytes, receipt: dict[str, Any] | None = None, source: str = "mira@mail.example") -> list[Any]:
    note = {
        "notificationType": "Received",
        "mail": {"messageId": "ses1", "timestamp": "2026-09-21T14:13:20.000Z", "source": source},
        "receipt": {"recipients": [ADDRESS], "action": {"objectKey": "mail/ses1"}, **(PROVEN | (receipt or {}))},
    }
    return module.received(note, raw, OURS)


def fact(raw: bytes, receipt: dict[str, Any] | None = None, source: str = "mira@mail.example") -> Fact:
    (found,) = received(raw, receipt, source)
    assert isinstance(found, Fact)
    return found


# -- where it belongs -------------------------------------------------------------------------------------------------


def outbound(**changes: Any) -> Outbound:
    thread = fact(mail()).thread_id
    fields = {"id": "1790000000000abcdefghijklm", "way": Way.PRIVATE_MESSAGE, "text": "Wir sehen nach.\nGrüße"}
    return Outbound(**{**fields, "thread_id": thread, "customer_id": "mira@mail.example", **changes})


def sent(message: Outbound) -> Any:
    """Return the mail on the wire, as the customer's program reads it."""
    letter = module.sending._letter(message, OURS)
    raw = base64.b64decode(letter["Content"]["Raw"]["Data"])
    return mails.message_from_bytes(raw, policy=policy.default), letter


def test_the_answer_to_an_answer_comes_back_into_its_conversation() -> None:
    """Three ways lead there: the address, the ids, and (of the first answers) the first mail's id."""
    out, _ = sent(outbound(reply_to_id="1@mail.example"))
    thread = fact(mail()).thread_id
    ours = "<0102@eu-central-1.amazonses.com>"
    references = f"{out['References']} {ours}"
    by_address = mail(Message_ID="<2@mail.example>", To=out["Reply-To"])
    assert fact(by_address, {"recipients": [str(out["Reply-To"])]}).thread_id == thread
    assert fact(mail(Message_ID="<3@mail.example>", In_Reply_To=ours, References=references)).thread_id == thread
    assert fact(mail(Message_ID="<4@mail.example>", References="<1@mail.example>")).thread_id == thread
    assert fact(mail(Message_ID="<5@mail.example>")).thread_id != thread


def test_an_address_made_with_another_key_names_no_thread() -> None:
    thread = fact(mail()).thread_id
    forged = module.thread_ids.reply_address(thread, Credentials(ADDRESS, {"reply_key": "other"}))
    assert fact(mail(Message_ID="<2@mail.example>"), {"recipients": [forged]}).thread_id != thread


def test_without_a_key_no_address_is_made() -> None:
    with pytest.raises(TransientFailure) as refused:
        module.thread_ids.reply_address("a" * 20, Credentials(ADDRESS))
    assert refused.value.reason == Reason.AUTH


@pytest.mark.parametrize(
    ("verdicts", "source", "signed_by", "proven"),
    [
        ({"dmarcVerdict": "PASS"}, "", "", True),
        ({"dmarcVerdict": "FAIL", "spfVerdict": "PASS"}, "x@mail.example", "mail.example", False),
        ({"dmarcVerdict": "GRAY", "spfVerdict": "PASS"}, "b@bounce.mail.example", "", True),
        ({"dmarcVerdict": "GRAY", "spfVerdict": "PASS"}, "x@evil.example", "", False),
        ({"dmarcVerdict": "GRAY", "dkimVerdict": "PASS"}, "x@evil.example", "mail.example", True),
        ({"dmarcVerdict": "GRAY", "dkimVerdict": "PASS"}, "x@evil.example", "evil.example", False),
        ({"dmarcVerdict": "GRAY", "dkimVerdict": "FAIL"}, "x@evil.example", "mail.example", False),
        ({"spfVerdict": "PASS"}, "x@example", "", False),
        ({}, "", "", False),
    ],
)
def test_a_sender_is_believed_if_the_domain_vouches(
    verdicts: dict[str, str], source: str, signed_by: str, proven: bool
) -> None:
    receipt = {"dmarcVerdict": {}, **{name: {"status": status} for name, status in verdicts.items()}}
    stated = f"Authentication-Results: amazonses.com; dkim=pass header.i=@{signed_by};\r\n".encode()
    found = fact(stated + mail(), receipt, source or "x@y.example")
    assert found.unproven == (not proven)
    assert (found.thread_id == module.thread_ids.thread_id("1@mail.example")) == proven


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated (rejected)"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"List-Id": "<x.example>"},
        {"Return-Path": "<>"},
        {"From": "Mail Delivery <MAILER-DAEMON@mail.example>"},
        {"From": "no-reply@shop.example"},
        {"From": "noreply+1@shop.example"},
        {"Content-Type": "multipart/report; report-type=delivery-status"},
        {"X-Nachfrage-Id": "1"},
    ],
    ids=str,
)
def test_automatic_mail_is_left_out(headers: dict[str, str]) -> None:
    assert received(mail(**{name.replace("-", "_"): value for name, value in headers.items()})) == []


FORM = {
    "From": "Kontaktformular <no-reply@shop.example>",
    "Reply-To": "Mira <Mira@mail.example>",
    "Message-ID": "<f@shop.example>",
}


def form(
    headers: dict[str, str] | None = None, receipt: dict[str, Any] | None = None, source: str = "bounce@shop.example"
) -> list[Any]:
    """Return the facts of a mail from a website's form."""
    return received(mail(**(FORM | (headers or {}))), receipt, source)


def test_a_form_speaks_for_the_person_who_filled_it_in() -> None:
    (found,) = form()
    assert (found.author.id, found.author.name, found.customer_id) == ("mira@mail.example", "Mira", "mira@mail.example")
    assert sent(outbound(customer_id=found.customer_id, reply_to_id=found.message_id))[0]["To"] == "mira@mail.example"


def test_an_address_that_was_typed_into_a_form_is_not_proven() -> None:
    """Anybody could speak in anybody's conversation otherwise."""
    thread = fact(mail()).thread_id
    (found,) = form({"References": "<1@mail.example>"}, {"recipients": [module.thread_ids.reply_address(thread, OURS)]})
    (same_id,) = form({"Message-ID": "<1@mail.example>"})
    assert found.unproven and found.thread_id != thread
    assert same_id.unproven and same_id.thread_id != thread


@pytest.mark.parametrize(
    "headers",
    [
        {"Reply-To": ""},
        {"Reply-To": "no-reply@shop.example"},
        {"Reply-To": "NoReply@other.example"},
        {"Reply-To": "mailer-daemon@mail.example"},
        {"Reply-To": ADDRESS},
        {"Reply-To": "Hilfe <hilfe+token@nordlicht.example>"},
        {"From": "MAILER-DAEMON@shop.example"},
        {"From": "bounce+7@shop.example"},
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Precedence": "junk"},
        {"Precedence": "list"},
        {"List-Id": "<x.example>"},
        {"X-Auto-Response-Suppress": "All"},
        {"Return-Path": "<>"},
    ],
    ids=str,
)
def test_a_machine_that_names_somebody_in_reply_to_is_one_still(headers: dict[str, str]) -> None:
    assert len(form()) == 1
    assert form(headers) == []


def test_a_form_may_say_that_it_is_automatic() -> None:
    (found,) = form({"Auto-Submitted": "auto-generated"})
    assert (found.customer_id, found.unproven) == ("mira@mail.example", True)


def test_a_form_without_a_return_path_or_a_domain_that_vouches_is_left_out() -> None:
    assert form(source="<>") == form(receipt={"dmarcVerdict": {"status": "FAIL"}}) == []


def test_of_several_addresses_the_first_that_is_a_customers_counts() -> None:
    (found,) = form({"Reply-To": f"{ADDRESS}, no-reply@shop.example, Mira <mira@mail.example>, sam@mail.example"})
    assert found.customer_id == "mira@mail.example"


def test_mail_forwarded_by_a_group_of_exchange_is_not_left_out() -> None:
    assert fact(mail(X_Auto_Response_Suppress="DR, OOF, AutoReply")).text == "Hallo"


def test_personal_mail_is_not_left_out() -> None:
    assert fact(mail(Auto_Submitted="no", From="Noreen <noreen@mail.example>")).text == "Hallo"


# -- what of it is new ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Läuft.\n\nAm 28.09.2026 um 10:00 schrieb Nordlicht:\n> Und?", "Läuft."),
        (
            "Läuft.\n\nAm Mo., 28. Sept. 2026 um 10:00 Uhr schrieb Nordlicht <\nhilfe@nordlicht.example>:\n\n> Und?",
            "Läuft.",
        ),
        ("Works.\n\nOn Mon, Sep 28, 2026 at 10:00 AM Nordlicht <h@n.example> wrote:\n\nAnd?", "Works."),
        ("Works.\n\n-----Original Message-----\nFrom: N\n\nAnd?", "Works."),
        ("Works.\n\n--- Original Message ---\nFrom: N\n\nAnd?", "Works."),
        (
            "Läuft.\n\nVon: Nordlicht <h@n.example>\nGesendet: Montag, 28. September 2026 10:00\nAn: Mira\n\nUnd?",
            "Läuft.",
        ),
        ("Am 28.09.2026 um 10:00 schrieb Nordlicht:\n> Und?\nLäuft.\n> Seit wann?\nGestern.", "Läuft.\nGestern."),
        ("> Und?\nLäuft.\n> Seit wann?\nGestern.", "> Und?\nLäuft.\n> Seit wann?\nGestern."),
        ("> nur ein Zitat", "> nur ein Zitat"),
        ("Am Montag schrieb ich Ihnen:\nNichts geht.", "Am Montag schrieb ich Ihnen:\nNichts geht."),
        ("From: the beginning it was slow.\nThat is all.", "From: the beginning it was slow.\nThat is all."),
        ("Preis: 5 > 3\n____\nGut.", "Preis: 5 > 3\n____\nGut."),
        ("", ""),
    ],
)
def test_quoted_text_is_left_out(text: str, new: str) -> None:
    assert module.quotes.divide([module.bodies.line_of(line) for line in text.split("\n")]).text == new


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            "<head><title>Neue Nachricht</title><!--[if gte mso 9]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml>"
            "<![endif]--><style>p{margin:0}</style></head><p>Meine Bestellung:</p><table><tr><td>Artikel</td><td>Menge"
            '</td></tr><tr><td>Router 12</td><td>34</td></tr></table><p>Siehe <a href="https://shop.example/b?t=ab">'
            "hier</a>.</p>",
            "Meine Bestellung:\n\nArtikel\tMenge\nRouter 12\t34\n\nSiehe hier (https://shop.example/b?t=ab).",
        ),
        (
            '<p>Guten Morgen,</p><div class="moz-cite-prefix">Am 01.11.2026 um 09:00 schrieb Hilfe:</div><blockquote '
            'type="cite"><p>Neu gestartet?</p></blockquote><p>Ja.</p><blockquote type=cite>Modell?</blockquote><p>K90.',
            "Guten Morgen,\n\nJa.\n\nK90.",
        ),
        (
            '<div>Diese Meldung:</div><blockquote style="margin:0 0 0 40px">Fehler E-42</blockquote>'
            "<div>Bitte bald.</div>",
            "Diese Meldung:\n\nFehler E-42\n\nBitte bald.",
        ),
        (
            '<div dir="ltr">Antwort.</div><br><div class="gmail_quote gmail_quote_container"><div class="gmail_attr">'
            'Am Mo., 2. Nov. 2026 schrieb Hilfe:</div><blockquote class="gmail_quote">Welche Box?</blockquote></div>',
            "Antwort.",
        ),
        (
            '<div class="gmail_quote"><div class="gmail_attr">Am Mo. schrieb Hilfe:</div><blockquote>Neu gestartet?'
            "</blockquote><div>Ja.</div><blockquote>Modell?</blockquote><div>K90.</div></div>",
            "Ja.\n\nK90.",
        ),
        (
            '<div>Zur Info.</div><div class="gmail_quote"><div class="gmail_attr">---- Weitergeleitet ----</div>'
            "Hallo</div>",
            "Zur Info.",
        ),
        (
            '<div>Danke.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">Von: Hilfe</div>'
            "<div>Hallo</div>",
            "Danke.",
        ),
        ('<div>Danke.</div><div class="yahoo_quoted"><div>Hilfe schrieb:</div><div>Hallo</div></div>', "Danke."),
        ('<blockquote type="cite">Nur das.</blockquote>', "Nur das."),
    ],
)
def test_page_without_a_plain_text_is_read_as_people_see_it(page: str, text: str) -> None:
    assert fact(mail(page, Content_Type="text/html; charset=utf-8")).text == text


def test_a_long_mail_is_cut_and_says_so() -> None:
    found = fact(mail("a " * 60_000))
    assert found.unsupported and len(found.text or "") == module.text.SHOWN_TEXT


@pytest.mark.parametrize(
    "subject", ["Netz", "Re: Netz", "AW: Re: Netz", "RE[2]: Netz", "Fwd: WG: Netz", "=?utf-8?q?Re=3A_Netz?="]
)
def test_the_title_is_the_same_however_often_it_went_to_and_fro(subject: str) -> None:
    assert fact(mail(Subject=subject)).title == "Netz"


def test_parts_of_a_mail_are_found_again() -> None:
    (sample,) = [each for each in samples("email") if each.name == "attachments"]
    raw = json.loads(sample.raw)["content"].encode()
    (found,) = channel.receiver.parse(sample.request, sample.credentials)
    assert isinstance(found, Fact)
    numbers = [int((each.id or "").rpartition("#")[2]) for each in found.attachments]
    assert module.part(raw, numbers[0]) == ("Rechnung März.pdf", "application/pdf", b"%PDF")
    assert module.part(raw, numbers[1])[1:] == ("image/png", b"\x89PNG")
    name, mime, content = module.part(raw, numbers[2])
    assert (name, mime) == (None, "message/rfc822") and b"Innen" in content
    for odd in (99, -1):
        with pytest.raises(LookupError):
            module.part(raw, odd)


# -- nothing odd costs the rest ---------------------------------------------------------------------------------------

AUTHENTIC = [each for each in samples("email") if not each.malformed]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mangled_mails_give_facts_or_what_cannot_be_read(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(AUTHENTIC))
    body = json.loads(sample.raw)
    holder = data.draw(
        st.sampled_from([body, *(value for value in body.values() if isinstance(value, dict) and value)])
    )
    key = data.draw(st.sampled_from(sorted(holder)))
    odd = st.none() | st.integers() | st.text(max_size=20) | st.just([]) | st.just({}) | st.just([{}, None, 7])
    if key == "content" and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(holder[key])))
        holder[key] = holder[key][:at] + data.draw(st.text(max_size=30)) + holder[key][at + 1 :]
    else:
        holder[key] = data.draw(odd)
    for one in channel.receiver.parse(Request("POST", {}, {}, json.dumps(body).encode()), sample.credentials):
        assert isinstance(one, Fact | Unreadable)
        if isinstance(one, Fact):
            assert_storable(one)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_mail_or_none(raw: bytes) -> None:
    for one in received(mail()[:60] + raw):
        assert isinstance(one, Fact | Unreadable)


@pytest.mark.parametrize(
    "text",
    [
        "> a\n",
        "Am 1.1.2026 10:00 schrieb\n",
        "On a 10:00 wrote wrote\n",
        "_" * 30 + "\n",
        "Von: a\n",
        "<",
        "\n",
        "x" * 500 + "\n",
    ],
)
def test_a_long_mail_takes_a_time_that_grows_with_it_alone(text: str) -> None:
    def made(number: int) -> bytes:
        return mail(text * number, Content_Type="text/plain; charset=utf-8")

    assert_linear(made, received, 5_000)


def test_answer_that_names_ids_without_their_brackets_belongs_to_the_thread() -> None:
    first = fact(mail(Message_ID="1.a@mail.example"))
    second = fact(mail(Message_ID="<2.a@mail.example>", In_Reply_To="1.a@mail.example", References="1.a@mail.example"))
    assert (first.message_id, second.parent_id) == ("1.a@mail.example", "1.a@mail.example")
    assert second.thread_id == first.thread_id


def test_address_of_a_person_among_the_references_is_no_id() -> None:
    assert fact(mail(Message_ID="<2@mail.example>", In_Reply_To="mira@mail.example")).parent_id is None


def test_customer_beside_our_own_address_in_from_is_the_customer() -> None:
    written = fact(mail(From=f"{ADDRESS}, Mira <mira@mail.example>"))
    assert (written.customer_id, written.own, written.unproven) == ("mira@mail.example", False, True)


def test_mail_forwarded_in_turkish_is_shown_apart_from_the_words_above_it() -> None:
    text = (
        "Bunu gördünüz mü?\n\n---------- Yönlendirilen ileti ----------\nKimden: Mira <mira@x.example>\n"
        "Tarih: 1 Oca 2026 10:00\nKonu: Ağ\n\nTelefon yok.\n"
    )
    written = fact(mail(text, Content_Type="text/plain; charset=utf-8"))
    assert written.text == "Bunu gördünüz mü?"
    assert written.forwarded
    assert "Telefon yok." in (written.folded or "")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no_content"),
        (mail(Subject="x" * 40_000), "too_long_header"),
        (mail("".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(80))), "too_nested"),
        (mail(From="nobody"), "no_sender"),
    ],
    ids=["empty", "long header", "nested", "no sender"],
)
def test_impossible_mail_is_listed_without_its_text(raw: bytes, reason: str) -> None:
    (found,) = received(raw)
    assert isinstance(found, Unreadable)
    assert isinstance(found.raw, dict)
    assert found.reason == reason
    assert set(found.raw) <= {"kind", "message_id", "key", "at", "from", "subject", "senders"}
    assert "--b" not in str(found.raw)
    assert len(str(found.raw)) < 1000


# -- what goes out ----------------------------------------------------------------------------------------------------


def test_an_answer_carries_what_mail_programs_need() -> None:
    out, letter = sent(outbound(reply_to_id="1@mail.example", title="Kein Netz: seit Müller"))
    assert (out["From"], out["To"]) == ("Nordlicht Netz <hilfe@nordlicht.example>", "mira@mail.example")
    assert (out["Subject"], out["In-Reply-To"]) == ("Re: Kein Netz: seit Müller", "<1@mail.example>")
    assert str(out["References"]).strip().startswith("<1@mail.example> <")
    assert out.get_content().replace("\r\n", "\n") == "Wir sehen nach.\nGrüße\n"
    assert letter["Destination"] == {"ToAddresses": ["mira@mail.example"]}
    assert {tag["Name"] for tag in letter["EmailTags"]} == {"thread", "message"}
    assert out["Auto-Submitted"] is None


def test_automatic_mail_of_ours_says_that_it_is_automatic() -> None:
    out, _ = sent(outbound(automatic=True))
    assert out["Auto-Submitted"] == "auto-generated"


def test_files_go_along() -> None:
    files = (File("Anleitung ü.pdf", "application/pdf", b"%PDF"), File("a\r\nb", "no type", b"x"))
    out, _ = sent(outbound(files=files))
    kept = [(each.get_filename(), each.get_content_type(), each.get_content()) for each in out.iter_attachments()]
    assert kept == [("Anleitung ü.pdf", "application/pdf", b"%PDF"), ("ab", "application/octet-stream", b"x")]


@pytest.mark.parametrize(
    "customer",
    [
        None,
        "",
        "mira",
        "a@b.example, c@d.example",
        "a@b.example\nBcc: c@d.example",
        "<a@b.example>",
        "=?utf-8?q?a=0a?=@b.example",
    ],
)
def test_an_address_that_is_none_is_not_written_to(customer: str | None) -> None:
    with pytest.raises(PermanentFailure):
        module.sending._letter(outbound(customer_id=customer), OURS)


@given(st.text(max_size=100), st.text(max_size=60), st.text(max_size=60).filter(lambda text: "x-" not in text))
def test_no_text_makes_a_header(text: str, title: str, answered: str) -> None:
    out, _ = sent(outbound(text=text, title=title, reply_to_id=answered))
    assert set(out.keys()) <= {
        "From", "To", "Reply-To", "Subject", "In-Reply-To", "References", "X-Nachfrage-Id",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip


def test_a_week_later_nothing_has_changed() -> None:
    situation = Situation(Visibility.PRIVATE, NOW - 7 * DAY, "mira@mail.example")
    (route,) = channel.sender.send_options(situation, NOW)
    assert (route.way, route.until, route.person_only) == (Way.PRIVATE_MESSAGE, None, False)
    assert route.files is not None
    assert channel.sender.send_options(Situation(Visibility.PRIVATE, NOW, None), NOW) == []
    assert channel.sender.send_options(Situation(Visibility.PUBLIC, NOW, "x"), NOW) == []


def test_the_id_on_the_wire_is_the_regions() -> None:
    assert module.thread_ids.wire_id("0102", "eu-central-1") == "0102@eu-central-1.amazonses.com"
    assert module.thread_ids.wire_id("0102", "us-east-1") == "0102@email.amazonses.com"


def test_a_mail_that_was_sent_cannot_be_looked_for() -> None:
    with pytest.raises(PermanentFailure) as failure:
        channel.sender.find_sent(outbound(), OURS)
    assert failure.value.code == "cannot_look"


# -- errors -----------------------------------------------------------------------------------------------------------


def failure(status: int, code: str = "", message: str = "", header: bool = True) -> ChannelError:
    headers = {"x-amzn-errortype": f"{code}:http://internal.amazon.com/"} if header and code else {}
    body = {"message": message} if header else {"__type": f"com.amazonaws.ses#{code}", "message": message}
    return failed(module.api.classify, Answer(status, headers, body))


@pytest.mark.parametrize(("code", "reason"), module.api.CODES.codes.items())
@pytest.mark.parametrize("header", [True, False])
def test_each_error_has_its_meaning(code: str, reason: Reason, header: bool) -> None:
    found = failure(400, code, "the words of mira@mail.example", header)
    passing = reason in (Reason.RETRY, Reason.RATE, Reason.AUTH, Reason.POLICY)
    assert isinstance(found, TransientFailure if passing else PermanentFailure)
    assert (found.reason, found.code) == (reason, code)
    assert "mira" not in str(found)


@pytest.mark.parametrize(
    ("code", "message", "seconds"),
    [
        ("TooManyRequestsException", "Maximum sending rate exceeded.", 2),
        ("TooManyRequestsException", "Daily message quota exceeded.", 3600),
        ("LimitExceededException", "", 3600),
        ("SendingPausedException", "", 1800),
    ],
)
def test_a_limit_waits_for_its_time(code: str, message: str, seconds: float) -> None:
    found = failure(429, code, message)
    assert isinstance(found, TransientFailure) and found.retry_after == seconds


def test_in_the_sandbox_only_verified_addresses_are_written_to() -> None:
    found = failure(400, "MessageRejected", "Email address is not verified. The following identities failed …")
    assert isinstance(found, PermanentFailure) and found.reason == Reason.PERMISSION


@pytest.mark.parametrize(
    ("status", "kind"),
    [(500, UnconfirmedSend), (200, UnconfirmedSend), (400, PermanentFailure), (429, TransientFailure)],
)
def test_without_a_known_word_the_status_decides(status: int, kind: type[ChannelError]) -> None:
    assert isinstance(failed(module.api.classify, Answer(status, {}, None, text="<html>")), kind)
    assert status == 200 or isinstance(failure(status, "Newfangled"), kind)
