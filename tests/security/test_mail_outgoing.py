"""Attempts to shape the company's mail: subject, ids, names and addresses of strangers in outgoing mail."""

from __future__ import annotations

import base64
import email as mails
import quopri
import unicodedata
from email import policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import _mail_compose
from channels import email as module
from channels.base import Credentials, File, Outbound, PermanentFailure
from conversations.actions import Envelope
from conversations.send_options import Way

OURS = Credentials("hilfe@nordlicht.example", {"reply_key": "k"}, {"sender_name": "Nordlicht Netz"})
HEADERS = ["From", "To", "Reply-To", "Subject", "References", "X-Nachfrage-Id", "MIME-Version", "Content-Type"]

KINDS = {"multipart/mixed", "text/plain", "application/pdf"}


def encoded(text: str, times: int = 1) -> str:
    """The text as a word in another charset, within such a word, and so on."""
    for _ in range(times):
        text = f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="
    return text


def quoted(text: str, times: int = 1) -> str:
    for _ in range(times):
        letters = quopri.encodestring(text.encode(), quotetabs=True, header=True).decode().replace("=\n", "")
        text = f"=?utf-8?q?{letters.replace('?', '=3F').replace(chr(10), '=0A').replace(chr(13), '=0D')}?="
    return text


def raw(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "id": "1790000000000abcdefghijklm",
        "way": Way.PRIVATE_MESSAGE,
        "text": "Wir sehen nach.",
        "thread_id": "a" * 20,
        "customer_id": "mira@mail.example",
    }
    letter = module.sending._letter(Outbound(**(fields | changes)), OURS)
    assert letter["Destination"]["ToAddresses"] == ["mira@mail.example"]
    return base64.b64decode(letter["Content"]["Raw"]["Data"])


def assert_ours_alone(mail: bytes, answered: bool = False, files: int = 0) -> None:
    """Both of the library's readers find our headers, each once, and the parts that we made."""
    expected = [*HEADERS, *(["In-Reply-To"] if answered else []), *([] if files else ["Content-Transfer-Encoding"])]
    for rules in (policy.compat32, policy.default, policy.SMTPUTF8):
        found: Any = mails.message_from_bytes(mail, policy=rules)
        assert sorted(found.keys()) == sorted(expected)
        assert len(list(found.walk())) == (files + 2 if files else 1)
        assert {part.get_content_type() for part in found.walk()} <= {
            "multipart/mixed",
            "text/plain",
            "application/pdf",
        }
    read = mails.message_from_bytes(mail, policy=policy.default)
    assert [each.addr_spec for each in read["To"].addresses] == ["mira@mail.example"]
    assert [each.addr_spec for each in read["From"].addresses] == ["hilfe@nordlicht.example"]
    assert not any(unicodedata.category(letter) == "Cc" for letter in str(read["Subject"]))


INJECTED = "x\r\nBcc: opfer@bank.example\r\nReply-To: m@evil.test\r\nContent-Type: text/html\r\n\r\n<h1>Neu</h1>"


@pytest.mark.parametrize("times", [0, 1, 2, 3])
@pytest.mark.parametrize("form", [encoded, quoted])
def test_subject_of_words_within_words_writes_no_header(form: Any, times: int) -> None:
    sent = raw(title=form(INJECTED, times))
    assert_ours_alone(sent)
    assert b"opfer@bank" not in sent.partition(b"\r\n\r\n")[0] or times == 0


def test_subject_is_read_back_once_and_no_further() -> None:
    title = encoded("Guten Tag")
    read = mails.message_from_bytes(raw(title=title), policy=policy.compat32)
    ((words, charset),) = mails.header.decode_header(read["Subject"])
    assert words.decode(charset) == f"Re: {title}"


@pytest.mark.parametrize(
    "message_id",
    [
        "=?utf-8?q?a=0aBcc:_opfer=40bank.example?=@x.example",
        encoded("a\r\nBcc: opfer@bank.example"),
        f"{encoded('a', 2)}@x.example",
        "a\r\nBcc: opfer@bank.example",
        "a\rb@x.example",
        "a>\r\n <b@x.example",
        "a@x.example> <b@y.example",
        "a@x.example,b",
        'a"@x.example',
        "(a)@x.example",
        "a" * 500 + "@x.example",
        "ä@x.example",
        "a\u2028b@x.example",
        "a\0@x.example",
    ],
)
def test_message_id_of_no_strict_form_is_left_out(message_id: str) -> None:
    assert_ours_alone(raw(reply_to_id=message_id))


@pytest.mark.parametrize(
    "message_id", ["1@mail.example", "CAF+x=y_z/1$2%3@mail.gmail.com", "AM0PR@x.prod.outlook.com", "a.b@[192.0.2.1]"]
)
def test_message_id_as_programs_make_it_is_answered(message_id: str) -> None:
    sent = raw(reply_to_id=message_id)
    assert_ours_alone(sent, answered=True)
    assert f"<{message_id}>".encode() in sent


@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?a=0aBcc:_opfer=40bank.example?=@x.com",
        "=?utf-8?q?a?=@x.com",
        encoded("a@b.example"),
        "a@b.example,c@d.example",
        "a@b.example;c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "a b@c.example",
        "a..b@c.example",
        ".a@c.example",
        "a@c..example",
        "a@-c.example",
        "a@c",
        "a@[192.0.2.1]",
        '"a"@b.example',
        "a(b)@c.example",
        "<a@b.example>",
        "a@b@c.example",
        "jörg@b.example",
        "a@b.example\u2028",
        "a\0@b.example",
        "a" * 65 + "@b.example",
        "a@" + "b." * 130 + "example",
        "",
    ],
)
def test_customer_whose_address_is_of_no_strict_form_is_not_written_to(address: str) -> None:
    with pytest.raises(PermanentFailure) as refused:
        raw(customer_id=address)
    assert refused.value.code == "no_customer"


def test_domain_with_letters_beyond_ascii_is_sent_to_in_its_dns_form() -> None:
    assert _mail_compose.sendable_address("Mira@Müller.example") == "mira@xn--mller-kva.example"


@pytest.mark.parametrize(
    "name",
    [
        'a.pdf"\r\nContent-Type: text/html',
        encoded("a\r\nX: y"),
        "=?utf-8?q?a=22=0d=0aX:_y?=.pdf",
        'a"; name="b.html',
        "Rechnung März.pdf",
        "",
        "a" * 5000,
        "\u202efdp.exe",
    ],
)
def test_file_name_writes_neither_header_nor_part(name: str) -> None:
    sent = raw(files=(File(name, "application/pdf", b"--x\r\nContent-Type: text/html\r\n\r\n<h1>"),))
    assert_ours_alone(sent, files=1)


@pytest.mark.parametrize("mime", ["text/html; charset=x\r\nX: y", "multipart/mixed", "message/rfc822", "", "a/b/c"])
def test_type_of_a_file_writes_no_header(mime: str) -> None:
    sent = raw(files=(File("a", mime, b"x"),))
    part: Any = mails.message_from_bytes(sent, policy=policy.default)
    assert [each.get_content_type() for each in part.iter_attachments()] == ["application/octet-stream"]


@pytest.mark.parametrize(
    "text", ["\r\n.\r\n", "--===1==\r\nContent-Type: text/html\r\n\r\n<b>", "a\0b", "\ud800", "a\x0bb"]
)
def test_text_stays_text(text: str) -> None:
    assert_ours_alone(raw(text=text))
    assert_ours_alone(raw(text=text, files=(File("a", "application/pdf", b"x"),)), files=1)


@given(title=st.text(max_size=80), answered=st.text(max_size=40), name=st.text(max_size=40), text=st.text(max_size=80))
def test_any_text_of_strangers_gives_our_headers_alone(title: str, answered: str, name: str, text: str) -> None:
    sent = raw(
        title=title,
        reply_to_id=answered,
        text=text,
        files=(File(name, "application/pdf", text.encode("utf-8", "replace")),),
    )
    assert_ours_alone(sent, answered=b"\r\nIn-Reply-To: " in sent, files=1)


def test_controls_and_turned_letters_leave_a_line() -> None:
    assert _mail_compose.one_line("a\r\n\tb\u202e\u2066c\u200d\x1b[0m\u2028d") == "a bc\u200d [0m d"


@pytest.mark.parametrize("again", ["To", "Subject", "Content-Type"])
def test_mail_with_a_header_twice_is_not_sent(again: str) -> None:
    """Should the library write what it was not told to, the bytes are looked at before they leave."""
    doubled = ((again, "e@f.example"),)
    with pytest.raises(_mail_compose.Unsafe):
        _mail_compose.compose(
            _mail_compose.Letter("a@b.example", "c@d.example", "a@b.example", "x", "y", own_headers=doubled)
        )


# -- to, Cc and subject as agents write them --------------------------------------------------------------------------

NO_ADDRESSES = [
    "opfer@bank.example\r\nBcc: m@evil.test",
    "opfer@bank.example, m@evil.test",
    "Opfer <opfer@bank.example>",
    "opfer@bank.example\x00",
    "opfer@bank.example\u2028x",
    "=?utf-8?q?opfer=0aBcc:m?=@bank.example",
    '"opfer\\"@bank.example',
    "freunde: opfer@bank.example;",
    "jörg@mail.example",
    "",
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
@pytest.mark.parametrize("field", ["to", "cc"])
def test_recipient_of_no_strict_form_is_not_written_to(field: str, address: str) -> None:
    with pytest.raises(PermanentFailure):
        raw(envelope=Envelope(**{field: (address, "mira@mail.example")}))


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_recipient_of_no_strict_form_is_none_that_an_agent_can_choose(address: str) -> None:
    assert module.channel.sender.recipient(address) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_chosen_recipients_are_in_their_headers_alone(to: str, cc: str) -> None:
    sender = module.channel.sender
    chosen = [sender.recipient(each) for each in (to, cc)]
    assert all(each is None or ("\n" not in each and "," not in each) for each in chosen)


@pytest.mark.parametrize("times", [0, 1, 2, 3])
@pytest.mark.parametrize("form", [encoded, quoted])
def test_chosen_subject_of_words_within_words_writes_no_header(form: Any, times: int) -> None:
    sent = raw(envelope=Envelope(subject=form(INJECTED, times)))
    assert_ours_alone(sent)
    assert b"opfer@bank" not in sent.partition(b"\r\n\r\n")[0] or times == 0


@given(st.text(max_size=300))
def test_any_chosen_subject_gives_our_headers_alone(subject: str) -> None:
    assert_ours_alone(raw(envelope=Envelope(subject=subject)))


def test_many_recipients_are_folded_and_read_back_each_once() -> None:
    people = tuple(f"{'x' * 50}{number}@mail.example" for number in range(10))
    letter = module.sending._letter(
        Outbound(
            "1790000000000abcdefghijklm", Way.PRIVATE_MESSAGE, "Hallo", "a" * 20, envelope=Envelope(people, people[:3])
        ),
        OURS,
    )
    sent = base64.b64decode(letter["Content"]["Raw"]["Data"])
    read = mails.message_from_bytes(sent, policy=policy.default)
    assert max(map(len, sent.split(b"\r\n"))) < 100
    assert [each.addr_spec for each in read["To"].addresses] == list(people)
    assert [each.addr_spec for each in read["Cc"].addresses] == list(people[:3])
    assert letter["Destination"] == {"ToAddresses": list(people), "CcAddresses": list(people[:3])}
    assert "Bcc" not in read


def test_answer_to_one_person_names_nobody_else() -> None:
    letter = module.sending._letter(
        Outbound(
            "1790000000000abcdefghijklm", Way.PRIVATE_MESSAGE, "Hallo", "a" * 20, customer_id="anna@c15.example",
            envelope=Envelope(("bernd@c15b.example",)),
        ),
        OURS,
    )  # fmt: skip
    assert letter["Destination"] == {"ToAddresses": ["bernd@c15b.example"]}
    assert b"anna@" not in base64.b64decode(letter["Content"]["Raw"]["Data"])
