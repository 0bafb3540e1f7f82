"""Says who vouches for the sender of a mail, from what Amazon SES states about it and from nothing else.

Sources: docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html (the verdicts of a receipt),
RFC 8601 (Authentication-Results), RFC 7489 3.1 (alignment) and 3.2 (the organizational domain, by the public suffix
list).

SES puts its own headers above those of the sender: ``Return-Path``, ``Received``, its verdicts, ``Received-SPF``,
``Authentication-Results: amazonses.com; spf=…; envelope-from=…; helo=…; dkim=pass header.i=@…; dmarc=pass
header.from=…``, ``X-SES-RECEIPT``. A header of the same name further down is the sender's own, and proves nothing.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from channels._mail_headers import dns_name, lowered, mailboxes
from channels.base import json_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from channels._mail_headers import Mailbox

AUTHORITY = "amazonses.com"
LONGEST_RESULT = 8000
_ABOVE = frozenset({"return-path", "received", "received-spf", "x-ses-spam-verdict", "x-ses-virus-verdict"})
"""Headers that SES itself puts above its results."""
_DOMAIN = re.compile(r"[a-z0-9\u0080-\uffff](?:[a-z0-9.\-\u0080-\uffff]{0,252})")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\([^()]*\)")
_CLIENT = re.compile(r"from\s+[A-Za-z0-9._:\[\]-]+\s")
"""The name that the sending server gave itself. Other letters in it could be read as results."""


_SOURCE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.\u0080-\uffff-]{1,253}")
"""An envelope's sender; any other one might end its place in the results, and begin one of its own."""
_SIGNED_AS = re.compile(r"(?:^|;)\s*[id]\s*=([^;]*)")
_SIGNER = re.compile(r"\s*(?:[A-Za-z0-9.!#$%&'*+/?^_`{|}~-]{0,64}@)?[A-Za-z0-9.\u0080-\uffff-]{1,253}\s*")
"""The signer that a signature names, likewise: with ``=3B`` a signer may write a semicolon there."""


class Proof(IntEnum):
    """Degrees to which a sender is proven."""

    NONE = 0
    ALIGNED = 1
    """SPF or DKIM passed for the sender's organization, whose domain has no DMARC policy."""
    FULL = 2
    """DMARC passed, or both SPF and DKIM did for the sender's organization."""


class Sender(NamedTuple):
    """The writer of a mail, as its From says."""

    name: str
    address: str
    is_single: bool
    """There is one From with one address."""
    is_plain: bool
    """Every reader finds the same address in it."""


class Results(NamedTuple):
    """The part of SES's results that bears on the sender, domains in lower case."""

    signers: tuple[str, ...]
    """The domains whose DKIM signature passed."""
    judged: str
    """The domain that DMARC was asked about; empty where SES does not say."""


def sender_of(froms: Sequence[str], account: str) -> Sender | None:
    """Return the first sender that the From headers name, the company's ``account`` last; None where they name none."""
    found = [mailbox for value in froms for mailbox in mailboxes(value)]
    if not found:
        return None
    first: Mailbox = next((mailbox for mailbox in found if mailbox.address != account), found[0])
    is_single = len(froms) == 1 and len(found) == 1
    return Sender(first.name, first.address, is_single, first.is_plain)


def proof(sender: Sender, notification: Mapping[str, Any], headers: Sequence[tuple[str, str]]) -> Proof:
    """Return how well the sender is proven; ``headers`` are all of the mail in their order, names in lower case."""
    if not sender.is_single:
        return Proof.NONE
    receipt, domain = json_object(notification.get("receipt")), sender.address.rpartition("@")[2]
    results = stated_results(headers) if _is_quoted_safely(notification, headers) else None
    dmarc = status(receipt, "dmarcVerdict")
    if dmarc == "PASS":
        judged = results.judged if results else ""
        return (
            Proof.FULL
            if dns_name(judged.rstrip(".")) == dns_name(domain.rstrip(".")) or (not judged and sender.is_plain)
            else Proof.NONE
        )
    if dmarc == "FAIL" or not sender.is_plain:
        return Proof.NONE
    written = str(json_object(notification.get("mail")).get("source"))
    source = lowered(written).rpartition("@")[2] if _SOURCE.fullmatch(written) else ""
    by_server = status(receipt, "spfVerdict") == "PASS" and is_aligned(domain, source)
    by_signature = status(receipt, "dkimVerdict") == "PASS" and any(
        is_aligned(domain, signer) for signer in (results.signers if results else ())
    )
    return Proof(by_server + by_signature)


def status(receipt: Mapping[str, Any], verdict: str) -> str:
    """Return a verdict of SES's receipt: ``PASS``, ``FAIL``, ``GRAY`` or ``PROCESSING_FAILED``."""
    return str(json_object(receipt.get(verdict)).get("status")).upper()


def _is_quoted_safely(notification: Mapping[str, Any], headers: Sequence[tuple[str, str]]) -> bool:
    """Tell if what SES repeats of the sender's own words in its results cannot be read as results."""
    source = str(json_object(notification.get("mail")).get("source") or "")
    signatures = [value[:LONGEST_RESULT] for name, value in headers if name == "dkim-signature"]
    signers = (signer for value in signatures for signer in _SIGNED_AS.findall(value))
    return (not source or _SOURCE.fullmatch(source) is not None) and all(map(_SIGNER.fullmatch, signers))


def stated_results(headers: Sequence[tuple[str, str]]) -> Results | None:
    """Return the results that SES itself wrote on the mail; None where none of the headers is certainly its own."""
    received = 0
    for name, value in headers:
        if name == "authentication-results":
            return _read_results(value)
        received += name == "received"
        if name not in _ABOVE or received > 1 or (name == "received" and not _CLIENT.match(value.strip())):
            return None
    return None


def _read_results(value: str) -> Results | None:
    """Read one header; text in quotation marks and comments comes from the sender's server, and is left out."""
    text = _QUOTED.sub('""', value) if len(value) <= LONGEST_RESULT else ""
    while _COMMENT.search(text):
        text = _COMMENT.sub(" ", text)
    clauses = [clause.split() for clause in text.lower().split(";")]
    if not clauses[0] or clauses[0][0] != AUTHORITY or text.replace('""', "").count('"') or "(" in text:
        return None
    signers = tuple(_property(clause, "header.i", "header.d") for clause in clauses if clause[:1] == ["dkim=pass"])
    judged = [_property(clause, "header.from") for clause in clauses if clause[:1] == ["dmarc=pass"]]
    return Results(tuple(filter(None, signers)), judged[0] if len(judged) == 1 else "")


def _property(clause: Sequence[str], *names: str) -> str:
    """Return the domain of the first property of these names."""
    for part in clause[1:]:
        name, _, value = part.partition("=")
        domain = value.rpartition("@")[2]
        if name in names and _DOMAIN.fullmatch(domain):
            return domain
    return ""


def is_aligned(one: str, other: str) -> bool:
    """Tell if two domains belong to one organization: a public suffix such as ``uk.com`` belongs to nobody."""
    first, second = _organization(one), _organization(other)
    return bool(first) and first == second


def _organization(domain: str) -> str:
    """Return the organizational domain in ASCII; empty where the domain is no name, or itself a public suffix."""
    name = dns_name(domain.rstrip("."))
    return (_public_suffixes().privatesuffix(name) or "") if name else ""


@cache
def _public_suffixes() -> Any:
    """Return the list that comes with the library. Only a domain without a DMARC policy needs it, so it loads late."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=True, accept_encoded_idn=True, only_icann=False)
