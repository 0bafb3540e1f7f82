"""Amazon SES: the account, what it may send, the identities, and the active rule set."""

from __future__ import annotations

from typing import Any

from infra.doctor.account import Mail


def mail(sesv2: Any, ses: Any, domain: str, sender: str) -> Mail:
    """Return how SES is; ``domain`` receives and sends customers' mails, ``sender`` is the notices' address."""
    account = sesv2.get_account()
    return Mail(
        is_in_production=account["ProductionAccessEnabled"],
        is_sending=account["SendingEnabled"] and account.get("EnforcementStatus") != "SHUTDOWN",
        unverified=tuple(each for each in dict.fromkeys((domain, sender)) if each and not _is_verified(sesv2, each)),
        wants_rule=bool(domain),
        has_rule=not domain or _has_rule(ses, domain),
    )


def mails_a_day(sesv2: Any) -> float:
    """Return how many mails the account may send in 24 hours; -1 for no bound."""
    return sesv2.get_account()["SendQuota"]["Max24HourSend"]


def _is_verified(sesv2: Any, identity: str) -> bool:
    """Return whether one may send as an address: it is verified itself, or its domain is, or one above that."""
    domain = identity.rpartition("@")[2].split(".")
    candidates = [identity, *(".".join(domain[start:]) for start in range(len(domain) - 1))]
    return any(_is_identity(sesv2, each) for each in dict.fromkeys(candidates))


def _is_identity(sesv2: Any, identity: str) -> bool:
    try:
        return bool(sesv2.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"])
    except sesv2.exceptions.NotFoundException:
        return False


def _has_rule(ses: Any, domain: str) -> bool:
    rules = ses.describe_active_receipt_rule_set().get("Rules", [])
    return any(rule.get("Enabled") and domain in rule.get("Recipients", []) for rule in rules)
