"""Checks of what AWS says about a stack and its account. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from application.doctor.outcomes import Outcome, finding

STANDS = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
LEAST_CONCURRENCY = 100
"""Executions at once in the account, below which one busy function starves the others; new accounts have 10."""
LEAST_MAILS = 1_000
"""Mails a day; SES gives 50,000 to an account that left its sandbox, and more when it is asked."""
LEAST_SCHEDULES = 100_000
"""Schedules in the region, of which each open promise is one."""
FARTHEST = 60
"""Seconds that a clock may be off: at 300 AWS refuses what is signed, and platforms refuse it earlier."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of EventBridge that the stack has made; ``state`` is None where it is not there any more."""

    resource: str
    state: str | None
    targets: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of the stack; ``state`` is None where it is not there any more."""

    resource: str
    state: str | None
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Reader:
    """A function's rights to the connections' secrets: it needs them if it is told where they are."""

    function: str
    needs: bool
    may: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """State of SES: the account, and the addresses that the stack sends from or receives for."""

    is_in_production: bool
    is_sending: bool
    unverified: tuple[str, ...] = ()
    wants_rule: bool = False
    has_rule: bool = True
    """A rule of the active set takes in what comes for the domain."""


def stack(status: str, is_protected: bool, is_expendable: bool) -> Iterator[Outcome]:
    """Find a stack whose last change did not succeed, or that can be deleted with all it holds."""
    if status not in STANDS:
        yield finding("stack", "unfinished", status=status)
    if not is_protected and not is_expendable:
        yield finding("stack", "unprotected")


def hardening(given: Mapping[str, str], is_local: bool) -> Iterator[Outcome]:
    """Find parameters of the stack that are for a machine of one's own."""
    if is_local:
        return
    for name, value, code in (
        ("Network", "any", "any_network"),
        ("AllowPasswordSignIn", "true", "password_sign_in"),
        ("TlsOnly", "false", "plain_http"),
    ):
        if given.get(name) == value:
            yield finding("hardening", code)


def plain_secrets(kinds: Mapping[str, str]) -> Iterator[Outcome]:
    """Find secrets that are not encrypted; ``kinds`` are the parameters' types by the connections' labels."""
    for label, kind in kinds.items():
        if kind != "SecureString":
            yield finding("rights", "plain", connection=label)


def stray_secrets(names: Sequence[str], path: str, labels: Sequence[str]) -> Iterator[Outcome]:
    """Find secrets of which no connection is known."""
    for name in names:
        if name.removeprefix(f"{path}/") not in labels:
            yield finding("rights", "stray", name=name)


def readers(every: Sequence[Reader]) -> Iterator[Outcome]:
    """Find functions that cannot read the secrets they need, or that can read secrets they do not need."""
    for each in every:
        if each.needs and not each.may:
            yield finding("rights", "unreadable", function=each.function)
        elif each.may and not each.needs:
            yield finding("rights", "too_readable", function=each.function)


def rules(every: Sequence[Rule]) -> Iterator[Outcome]:
    """Find rules of EventBridge that call nobody."""
    for each in every:
        if each.state is None:
            yield finding("schedules", "missing", rule=each.resource)
        elif each.state != "ENABLED":
            yield finding("schedules", "disabled", rule=each.resource)
        elif not each.targets:
            yield finding("schedules", "aimless", rule=each.resource)


def queues(letters: Mapping[str, int]) -> Iterator[Outcome]:
    """Find dead letters."""
    for queue, count in letters.items():
        if count:
            yield finding("queues", "letters", queue=queue, count=count)


def alarms(every: Sequence[Alarm]) -> Iterator[Outcome]:
    """Find alarms that are gone, are silenced or ring."""
    for each in every:
        if each.state is None:
            yield finding("alarms", "missing", alarm=each.resource)
        elif not each.is_enabled:
            yield finding("alarms", "silenced", alarm=each.resource)
        elif each.state == "ALARM":
            yield finding("alarms", "ringing", alarm=each.resource)


def hearers(topic: str, subscriptions: Sequence[str]) -> Iterator[Outcome]:
    """Find that nobody hears the alarms; SNS writes ``PendingConfirmation`` where others have an ARN."""
    confirmed = [each for each in subscriptions if each.startswith("arn:")]
    if not topic:
        yield finding("alarms", "no_topic")
    elif not subscriptions:
        yield finding("alarms", "nobody", topic=topic)
    elif not confirmed:
        yield finding("alarms", "unconfirmed", topic=topic)


def mail(read: Mail) -> Iterator[Outcome]:
    """Find what keeps mails from going out or coming in."""
    if not read.is_in_production:
        yield finding("mail", "sandbox")
    if not read.is_sending:
        yield finding("mail", "stopped")
    for each in read.unverified:
        yield finding("mail", "unverified", identity=each)
    if read.wants_rule and not read.has_rule:
        yield finding("mail", "inactive")


def concurrency(executions: int) -> Iterator[Outcome]:
    """Find an account that may run few functions at once."""
    if executions < LEAST_CONCURRENCY:
        yield finding("quotas", "concurrency", count=executions, least=LEAST_CONCURRENCY)


def mails_a_day(most: float) -> Iterator[Outcome]:
    """Find a sending quota for trying; SES says -1 for one without a bound."""
    if 0 <= most < LEAST_MAILS:
        yield finding("quotas", "mails", count=int(most), least=LEAST_MAILS)


def schedules(most: float) -> Iterator[Outcome]:
    """Find a quota of schedules that open promises would soon fill."""
    if most < LEAST_SCHEDULES:
        yield finding("quotas", "schedules", count=int(most), least=LEAST_SCHEDULES)


def agents(admins: int) -> Iterator[Outcome]:
    """Find a stack that nobody can administrate."""
    if not admins:
        yield finding("agents", "no_admin")


def clock(seconds: float) -> Iterator[Outcome]:
    """Find a clock that is ahead of AWS's (positive) or behind it."""
    if abs(seconds) > FARTHEST:
        yield finding("clock", "off", seconds=round(seconds))
