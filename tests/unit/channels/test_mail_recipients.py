"""Recipients of mails, as they come in; and what becomes of ours that go to several people."""

from __future__ import annotations

import pytest

from channels import email
from channels.email.events import read_event
from conversations.facts import Fact, Kind, Recipients
from tests.support import mails


def recipients_of(*lines: str) -> Recipients | None:
    head = ["From: Anna <anna@c15.example>", "Message-ID: <1@c15.example>", "Subject: Netz"]
    (fact,) = mails.parsed("\r\n".join([*head, *lines, "", "Hallo"]).encode())
    assert isinstance(fact, Fact)
    return fact.recipients


def pairs(found: Recipients | None) -> tuple[list[tuple[str | None, str | None]], ...]:
    assert found is not None
    return tuple([(each.id, each.name) for each in part] for part in (found.to, found.cc))


@pytest.mark.parametrize(
    ("lines", "to", "cc"),
    [
        (
            ["To: hilfe@nordlicht.example", "Cc: Bernd Zweiter <bernd@c15b.example>"],
            [],
            [("bernd@c15b.example", "Bernd Zweiter")],
        ),
        (
            ['To: "Freund, Ein" <Freund@X.example>, Hilfe <Hilfe+abc@Nordlicht.example>', "Cc: freund@x.example"],
            [("freund@x.example", "Freund, Ein")],
            [],
        ),
        (
            ["To: team: a@x.example, b@x.example;", "Cc: =?utf-8?q?J=C3=B6rg?= <joerg@x.example>, anna@c15.example"],
            [("a@x.example", None), ("b@x.example", None)],
            [("joerg@x.example", "Jörg")],
        ),
        (
            ["To: hilfe@nordlicht.example", "Cc: bernd@c15b.example", "CC: carla@c15c.example"],
            [],
            [("bernd@c15b.example", None), ("carla@c15c.example", None)],
        ),
    ],
)
def test_mail_says_to_whom_else_it_was_sent(lines: list[str], to: list[object], cc: list[object]) -> None:
    assert pairs(recipients_of(*lines)) == (to, cc)


@pytest.mark.parametrize(
    "lines",
    [["To: hilfe@nordlicht.example"], ["To: undisclosed-recipients:;"], [], ["Cc: =?utf-8?q?x?=", "To: Anna"]],
)
def test_mail_to_us_alone_names_nobody(lines: list[str]) -> None:
    assert recipients_of(*lines) is None


def test_blind_copies_are_not_kept() -> None:
    assert recipients_of("To: hilfe@nordlicht.example", "Bcc: geheim@x.example") is None


def test_list_of_many_is_kept_to_its_beginning() -> None:
    found = recipients_of("To: " + ", ".join(f"p{number}@x.example" for number in range(90)), "Cc: bernd@x.example")
    assert found is not None
    assert (len(found.to), found.cc) == (25, ())


def test_other_addresses_of_the_company_are_left_out() -> None:
    head = ["From: anna@c15.example", "Message-ID: <1@x>", "To: hilfe@nordlicht.example, verkauf+x@nordlicht.example"]
    (fact,) = mails.parsed("\r\n".join([*head, "Cc: bernd@c15b.example", "", "Hallo"]).encode())
    kept = email.without_ours(fact, {"verkauf@nordlicht.example", mails.ADDRESS})
    assert pairs(kept.recipients) == ([], [("bernd@c15b.example", None)])
    alone = email.without_ours(fact, {"verkauf@nordlicht.example", "bernd@c15b.example"})
    assert alone.recipients is None


def bounce(*addresses: str, to: tuple[str, ...] = ("anna@c15.example", "bernd@c15b.example")) -> list[Fact]:
    thread = email.thread_ids.thread_token("a" * 20, mails.CREDENTIALS)
    mail = {"timestamp": "2026-11-29T02:07:00.000Z", "messageId": "0102-aa", "destination": list(to)}
    mail["tags"] = {"thread": [thread], "message": ["1790000000000abcdefghijklm"]}
    hit = [{"emailAddress": each} for each in addresses]
    event = {"eventType": "Bounce", "mail": mail, "bounce": {"bounceType": "Permanent", "bouncedRecipients": hit}}
    return [each for each in read_event(event, b"", mails.CREDENTIALS) if isinstance(each, Fact)]


@pytest.mark.parametrize(
    ("hit", "failed_for"),
    [
        (["bernd@c15b.example"], "bernd@c15b.example"),
        (["Anna@c15.example"], "anna@c15.example"),
        (["bernd@c15b.example", "anna@c15.example"], "anna@c15.example"),
    ],
)
def test_each_person_whom_a_mail_does_not_reach_is_named(hit: list[str], failed_for: str) -> None:
    failed, *gone = bounce(*hit)
    assert (failed.kind, failed.customer_id) == (Kind.FAILED, failed_for)
    assert [(each.kind, each.author.id, each.is_open) for each in gone] == [
        (Kind.GONE, address.lower(), True) for address in hit
    ]


def test_address_of_a_domain_beyond_ascii_is_known_in_both_forms() -> None:
    _, *gone = bounce("mira@xn--mller-kva.example")
    assert [each.author.id for each in gone] == ["mira@xn--mller-kva.example", "mira@müller.example"]
