"""All that is looked at: each reading, and the checks of what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from application.doctor import checks, search_checks
from application.doctor.outcomes import Outcome, Unneeded, Unread, Unseen, finding, judge, unneeded, unseen
from infra.doctor import account
from infra.doctor.readers import (
    attempt,
    cloudformation,
    cloudwatch,
    cognito,
    events,
    functions,
    iam,
    quotas,
    scheduler,
    ses,
    sns,
    sqs,
    ssm,
    table,
)

if TYPE_CHECKING:
    from application.doctor.checks import Secret
    from channels.base import Channel
    from infra.doctor.readers.cloudformation import Stack
    from storage.connections import Connection

    Client = Callable[[str], Any]
    Prepare = Callable[[str, str, str], None]


def of(name: str, client: Client, prepare: Prepare, now: int, *, is_local: bool) -> list[Outcome]:
    """Return what was found in a stack. ``prepare`` is told its table, the path of secrets and the schedules' group.

    Raises ``ClientError`` and ``BotoCoreError`` where the stack itself cannot be read: then nothing can.
    """
    stack = cloudformation.read(client("cloudformation"), name)
    prepare(*(stack.outputs[each] for each in ("TableName", "ConnectionsPath", "FollowUpGroupName")))
    return [
        *_stack(stack, client, is_local=is_local),
        *_connections(stack, client, now),
        *_rights(stack, client),
        *_schedules(stack, client, now),
        *judge("queues", attempt(lambda: sqs.letters(client("sqs"), stack.outputs)), account.queues),
        *_alarms(stack, client, is_local),
        *_mail(stack, client),
        *_quotas(stack, client, is_local),
        *judge(
            "agents",
            attempt(lambda: cognito.admins(client("cognito-idp"), stack.outputs["UserPoolId"])),
            account.agents,
        ),
        *account.clock(stack.clock_off),
    ]


def _is_for_trying(stack: Stack) -> bool:
    """Return whether the stack itself says that nothing of value is in it."""
    return stack.parameters.get("Stage") == "dev"


def _stack(stack: Stack, client: Client, is_local: bool) -> Iterator[Outcome]:
    protected = attempt(lambda: table.protected(client("dynamodb"), stack.outputs["TableName"]))
    yield from judge(
        "stack", protected, lambda read: account.stack(stack.status, read, is_local or _is_for_trying(stack))
    )
    yield from account.hardening(stack.parameters, is_local)
    yield from judge("parameters", attempt(lambda: ssm.console(client("ssm"), stack.name)), checks.console_parameters)


def _connections(stack: Stack, client: Client, now: int) -> Iterator[Outcome]:
    import channels

    every, known = attempt(table.connections), {name: channels.get(name) for name in channels.names()}
    if isinstance(every, Unread):
        yield from (
            unseen(each, every.reason, every.detail)
            for each in ("connections", "secrets", "rights", "tokens", "budgets", "webhooks", "searches")
        )
        return
    path = stack.outputs["ConnectionsPath"]
    yield from checks.connections(every, known, now)
    yield from _secrets(every, known, attempt(lambda: ssm.secrets(client("ssm"), path)), path)
    yield from checks.tokens(every, known, now)
    yield from judge("budgets", attempt(lambda: table.budgets(every, now)), checks.budgets)
    yield from checks.webhooks(every, known, stack.outputs["WebhookUrl"])
    yield from judge(
        "schedules",
        attempt(scheduler.polls),
        lambda there: checks.polls(every, known, table.schedule_names(every), there),
    )
    yield from _searches(every, now)


def _searches(every: list[Connection], now: int) -> Iterator[Outcome]:
    states = attempt(table.search_states)
    resting = {checks.label(each) for each in every if each.held}
    yield from judge("searches", states, lambda read: search_checks.searches(read, resting, now))
    if not isinstance(states, Unread):
        clocks = attempt(scheduler.searches)
        yield from judge(
            "schedules", clocks, lambda there: search_checks.clocks(states, table.clock_names(states), there)
        )


def _secrets(
    every: list[Connection], known: Mapping[str, Channel], read: dict[str, tuple[str, Secret]] | Unread, path: str
) -> Iterator[Outcome]:
    if isinstance(read, Unread):
        yield from (unseen(check, read.reason, read.detail) for check in ("secrets", "rights"))
        return
    yield from checks.secrets(every, known, {label: secret for label, (_, secret) in read.items()})
    yield from account.plain_secrets({label: kind for label, (kind, _) in read.items()})
    yield from account.stray_secrets([f"{path}/{each}" for each in read], path, [checks.label(each) for each in every])


def _rights(stack: Stack, client: Client) -> Iterator[Outcome]:
    def read() -> list[account.Reader]:
        roles = functions.roles(client("lambda"), stack.all("AWS::Lambda::Function"))
        partition, region, number = _place(client, roles)
        arn = f"arn:{partition}:ssm:{region}:{number}:parameter{stack.outputs['ConnectionsPath']}"
        return iam.readers(client("iam"), roles, arn)

    yield from judge("rights", attempt(read), account.readers)


def _place(client: Client, roles: list[tuple[str, str, bool]]) -> tuple[str, str, str]:
    """Return partition, region and account, of which a role's ARN names two."""
    _, partition, _, _, number, _ = roles[0][1].split(":", 5)
    return partition, client("ssm").meta.region_name, number


def _schedules(stack: Stack, client: Client, now: int) -> Iterator[Outcome]:
    rules = attempt(lambda: events.rules(client("events"), stack.all("AWS::Events::Rule")))
    yield from judge("schedules", rules, account.rules)
    lost = attempt(lambda: scheduler.promises_without_schedule(now))
    yield from judge("schedules", lost, lambda count: [finding("schedules", "lost", count=count)] if count else [])


def _alarms(stack: Stack, client: Client, is_local: bool) -> Iterator[Outcome]:
    read = attempt(lambda: cloudwatch.alarms(client("cloudwatch"), stack.all("AWS::CloudWatch::Alarm")))
    yield from judge("alarms", read, account.alarms)
    topic = _topic(stack)
    if is_local or (_is_for_trying(stack) and not topic):
        return
    hearers = attempt(lambda: sns.subscriptions(client("sns"), topic))
    yield from judge("alarms", hearers, lambda found: account.hearers(topic, found))


def _topic(stack: Stack) -> str:
    """Return the topic that hears the alarms: the one that is named, or that the stack made for a mailbox."""
    own = [physical for logical, physical in stack.all("AWS::SNS::Topic") if logical == "AlarmTopic"]
    return stack.parameters.get("AlarmTopicArn") or next(iter(own), "")


def _mail(stack: Stack, client: Client) -> Iterator[Outcome]:
    domain, sender = stack.parameters.get("MailDomain", ""), stack.parameters.get("NoticeSender", "")
    if not domain and not sender:
        yield unneeded("mail", Unneeded.NO_MAIL)
        return
    read = attempt(lambda: ses.mail(client("sesv2"), client("ses"), domain, sender))
    yield from judge("mail", read, account.mail)
    yield from judge("quotas", attempt(lambda: ses.mails_a_day(client("sesv2"))), account.mails_a_day)


def _quotas(stack: Stack, client: Client, is_local: bool) -> Iterator[Outcome]:
    if is_local:
        yield unneeded("quotas", Unneeded.LOCAL)
        return
    yield from judge("quotas", attempt(lambda: functions.concurrency(client("lambda"))), account.concurrency)
    most = attempt(lambda: quotas.schedules(client("service-quotas")))
    if most is None:
        yield unseen("quotas", Unseen.FAILED, quotas.SCHEDULES)
    else:
        yield from judge("quotas", most, account.schedules)
