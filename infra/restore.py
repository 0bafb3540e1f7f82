"""Brings what a table held at an earlier time back into a running stack: ``python -m infra.restore --help``.

DynamoDB restores to a table beside the one that is used. From there this command copies what is missing, and nothing
that was erased meanwhile; the stack's own table keeps its name, stream, expiry, indexes and recovery, and functions go
on. docs/operations.md has the steps.

What is there is never written over, except entries of conversations that are named. What was still to be sent at the
earlier time may have left since: it is shown as unconfirmed, so that a person decides.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "functions"))

from conversations import identity  # noqa: E402
from conversations.actions import State  # noqa: E402
from infra import refusals  # noqa: E402
from storage import attribute_values, customer_aliases, customers, keys, mapping, proposals  # noqa: E402  (found once the path is set)

Item = dict[str, Any]
PASSING = (
    "pulse", "presence#", "renewing", "nudged", "notices", "request#", "parked#", "next#", "live", "ticket#",
    "sign-in#", "below#",
)  # fmt: skip
"""Beginnings of partitions that hold for moments, say what is still to be done, or follow from the heads."""
SETTINGS = (
    "connections", "cursors", "teams", "tags#", "macros#", "templates#", "answers#", "agents", "searches",
    "search-cursors", "outreach-budget#",
)  # fmt: skip
"""Settings, which may have been removed on purpose since; restored only with ``--settings``."""
PEOPLES = ("quarantine#", "quarantined#", "mails-in#", "mails-of#")
"""Unreadable updates and locations of mails: their owner is unknown, so they are not restored."""
PATIENCE = 300
"""Seconds until an event source mapping is given up that does not change its state."""
CONVERSATION = re.compile(r"[a-z2-7]{26}(-[a-z2-7]+)?")
UNDECIDED = frozenset({State.QUEUED, State.SENDING})


class Refused(Exception):
    """A step that cannot be done, with the reason."""


@dataclass(frozen=True)
class Erased:
    """Erasures, from the table in use and the restored one together. Times in milliseconds."""

    conversations: dict[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    """By the digest that stands for a customer."""

    @classmethod
    def of(cls, found: Iterable[Item]) -> Erased:
        """Collect the traces among items; the latest of each counts.

        A conversation of an erased customer is erased with them, also where its own trace was lost.
        """
        erased, whose = cls(), dict[str, str]()
        for item in found:
            if keys.is_head(item):
                head = mapping.head_of(item)
                who = head.identity
                whose[keys.id_of(who)] = customers.digest(who.channel, who.connection, head.customer.id or "")
            if trace := keys.erased_of(item):
                erased.conversations[trace[0]] = max(trace[1], erased.conversations.get(trace[0], 0))
            elif item["pk"].startswith(customers.ERASED):
                erased.customers[item["sk"]] = max(item["at"], erased.customers.get(item["sk"], 0))
        for conversation, customer in whose.items():
            until = max(erased.customers.get(customer, 0), erased.conversations.get(conversation, 0))
            if until:
                erased.conversations[conversation] = until
        return erased

    def holds(self, item: Item) -> bool:
        """Return whether an item tells of what was erased: an entry, a head, a mark, or anything of a customer."""
        return self._in_conversation(item) or self._of_customer(item)

    def _in_conversation(self, item: Item) -> bool:
        whole = item["pk"].rpartition("#")[2]
        branch = item["sk"].partition("#")[0]
        own = identity.conversation_id(whole, branch) if branch else whole
        until = max(self.conversations.get(own, 0), self.conversations.get(whole, 0))
        return bool(until) and (keys.is_head(item) or _time_of(item) <= until)

    def _of_customer(self, item: Item) -> bool:
        """Return whether an item is an erased customer's; what a customer wrote afterwards is not."""
        if item["pk"].startswith("customer#"):
            # That somebody does not want to be asked names nobody, and holds for good.
            return item["pk"].removeprefix("customer#") in self.customers and "declined" not in item
        if item["pk"].startswith(("proposal#", "proposals-of#", "offered#")):
            return self._of_stranger(item)
        if item["pk"].startswith("person#") or item["pk"] == "vips":
            return item["sk"] in self.customers
        if item["pk"].startswith("profile#"):
            return self._is_erased(item["pk"].removeprefix("profile#"), item["sk"], 0)
        if item["pk"].startswith(customer_aliases.ALIASES_OF):
            return item["pk"].removeprefix(customer_aliases.ALIASES_OF) in self.customers
        if item["pk"].startswith(customer_aliases.ALIASES):
            return self._is_erased(item["c"], item["k"], 0)
        if not keys.is_fact(item):
            return False
        at = _time_of(item)
        return any(self._is_erased(item["c"], item[name], at) for name in ("a", "k") if item.get(name))

    def _of_stranger(self, item: Item) -> bool:
        """Return whether a proposal, or a mark of one, is of somebody who was erased."""
        proposal = proposals.of_item(item)
        if proposal is None:
            return item["pk"].partition("#")[2] in self.customers
        channel, connection, author = proposal.person
        return customers.digest(channel, connection, author or "") in self.customers

    def _is_erased(self, account: str, customer: str, at: int) -> bool:
        channel, _, connection = account.partition("/")
        return at <= self.customers.get(customers.digest(channel, connection, customer), -1)


def _time_of(item: Item) -> int:
    """The time in an entry's key; 0 for what has none, which is as old as can be."""
    digits = item["sk"].partition("#")[2][:13]
    return int(digits) if digits.isdigit() else 0


def brought_back(item: Item, erased: Erased, now: int) -> Item | None:
    """Return an item as it is to be written, None for one that stays away. ``now`` in milliseconds."""
    if item["pk"].startswith((*PASSING, *PEOPLES)) or erased.holds(item):
        return None
    if item.get("expires") and item["expires"] * 1000 <= now:
        return None
    if keys.is_action(item) and item.get("st") in UNDECIDED:
        return {**item, "st": str(State.UNCONFIRMED)} | ({"le": None} if "le" in item else {})
    return {**item, keys.RESTORED: 1} if keys.is_head(item) else item


@dataclass
class Restore:
    """Copies from a restored table into the one in use."""

    client: Any
    source: str
    target: str
    conversations: frozenset[str] = frozenset()
    """Only these, and their entries also where the table in use has others; empty for everything that is missing."""
    settings: bool = False
    """Also what people set up."""
    dry: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    touched: dict[str, bool] = field(default_factory=dict)
    """Conversations that have something in the restored table, and whether something was written in each."""

    def run(self, now: Callable[[], int]) -> None:
        """Copy, then fold each conversation that got something back. May be repeated."""
        erased = Erased.of(item for table in (self.source, self.target) for item in self._scan(table))
        for item in self._scan(self.source):
            if self._is_wanted(item):
                self._bring_back(item, erased, now())
        if not self.dry:
            self._fold(now)

    def _is_wanted(self, item: Item) -> bool:
        if not self.conversations:
            return self.settings or not item["pk"].startswith(SETTINGS)
        own = keys.conversation_of(item)
        return not {own, item["pk"]}.isdisjoint(self.conversations)

    def _bring_back(self, item: Item, erased: Erased, now: int) -> None:
        new = brought_back(item, erased, now)
        if new is None:
            self.counts["left"] += 1
            return
        is_entry = keys.is_fact(item) or keys.is_action(item)
        if self.dry:
            self.counts["found"] += 1
            return
        written = self._put(new, replace=bool(self.conversations) and keys.is_fact(item))
        self.counts["written" if written else "kept"] += 1
        if is_entry or keys.is_head(item):
            conversation = keys.conversation_of(item)
            self.touched[conversation] = written or self.touched.get(conversation, False)

    def _put(self, item: Item, replace: bool) -> bool:
        """Write an item; True if there was none, or another that is to be replaced."""
        condition = {} if replace else {"ConditionExpression": "attribute_not_exists(pk)"}
        try:
            self.client.put_item(TableName=self.target, Item=attribute_values.encode(item), **condition)
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _fold(self, now: Callable[[], int]) -> None:
        """Fold each conversation that has a head; dispatch makes those that have none, from what it finds written.

        What changes by that was counted when it came about: the head is marked, until the fold writes it or ends.
        """
        from application import projection

        heads = dict[str, bool]()
        for each, is_written in self.touched.items():
            if head := self._head(each):
                name = keys.conversation_of(head)
                heads[name] = is_written or keys.is_restored(head) or heads.get(name, False)
        for conversation, is_changed in sorted(heads.items()):
            if is_changed:
                self._mark(conversation, f"SET {keys.RESTORED} = :one", one=1)
            projection.refold(conversation, now())
            if is_changed:
                self._mark(conversation, f"REMOVE {keys.RESTORED}")
            self.counts["folded"] += 1

    def _mark(self, conversation: str, expression: str, **values: Any) -> None:
        from storage import table

        with suppress(table.Conflict):  # it has no head any more
            table.update(keys.head_key(conversation), expression, "attribute_exists(v)", **values)

    def _head(self, conversation: str) -> Item | None:
        """Return the head of an entry's conversation, which is its whole thread or its branch; None without one."""
        from storage import table

        thread, branch = identity.split_id(conversation)
        for begin in dict.fromkeys(("", branch)):
            found = table.get(thread, f"{begin}#{keys.HEAD}")
            if found and keys.is_head(found):
                return found
        return None

    def _scan(self, table: str) -> Iterator[Item]:
        for page in self.client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            yield from map(attribute_values.decode, page["Items"])


def begin(client: Any, source: str, to: str, at: datetime | None) -> None:
    """Have DynamoDB restore a table beside it, and wait until that stands. ``at`` None is the latest possible time.

    Indexes are left out: nothing reads them in the restored table, and without them it stands sooner.
    """
    when = {"RestoreDateTime": at} if at else {"UseLatestRestorableTime": True}
    client.restore_table_to_point_in_time(
        SourceTableName=source,
        TargetTableName=to,
        BillingModeOverride="PAY_PER_REQUEST",
        GlobalSecondaryIndexOverride=[],
        **when,
    )
    client.get_waiter("table_exists").wait(TableName=to, WaiterConfig={"Delay": 30, "MaxAttempts": 1_000})


@contextmanager
def paused(functions: Any, dispatch: str) -> Iterator[None]:
    """Hold dispatch while the block lasts: it finds everything in its place then, and nothing is counted twice.

    The stream keeps what comes in meanwhile, for 24 hours.
    """
    mappings = functions.list_event_source_mappings(FunctionName=dispatch)["EventSourceMappings"]
    names = [mapping["UUID"] for mapping in mappings]
    try:
        for name in names:
            _switch(functions, name, on=False)
        yield
    finally:
        for name in names:
            _switch(functions, name, on=True)


def _switch(functions: Any, name: str, on: bool) -> None:
    wanted = "Enabled" if on else "Disabled"
    functions.update_event_source_mapping(UUID=name, Enabled=on)
    deadline = time.monotonic() + PATIENCE
    while functions.get_event_source_mapping(UUID=name)["State"] != wanted:
        if time.monotonic() > deadline:
            raise TimeoutError(f"The event source mapping {name} of dispatch is not {wanted.lower()} yet: see to it.")
        time.sleep(1)


def main() -> int:
    """Carry out one step; return the exit status, 1 with a line that says why a step cannot be done."""
    arguments = _arguments()
    try:
        with refusals.in_one_line():
            _carry_out(arguments)
    except (Refused, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _carry_out(arguments: argparse.Namespace) -> None:
    """Carry out the step that was asked for. Raises ``Refused``, ``TimeoutError`` and what AWS's SDK raises."""
    import boto3

    stack = boto3.client("cloudformation").describe_stacks(StackName=arguments.stack)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    given = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
    parameters = NEW_PARAMETERS | given
    if missing := {"TableName", "DispatchFunctionName"} - outputs.keys():
        raise Refused(f"{arguments.stack} is no stack of this software: it has no output {min(missing)}.")
    if arguments.table == outputs["TableName"]:
        raise Refused(f"{arguments.table} is the stack's own table; the restored one stands beside it.")
    os.environ |= {"TABLE_NAME": outputs["TableName"], "RETENTION_DAYS": parameters["RetentionDays"]}
    os.environ |= {name: parameters[parameter] for name, parameter in VARIABLES.items()}
    client = boto3.client("dynamodb")
    if arguments.step == "begin":
        source = arguments.source or outputs["TableName"]
        _need_table(client, source)
        begin(client, source, arguments.table, arguments.at)
        print(
            f"{arguments.table} stands. Next: make restore ARGS='{arguments.stack} {arguments.table} look', then copy"
        )
        return
    _need_table(client, arguments.table)
    named = frozenset(arguments.conversation)
    dry = arguments.step == "look"
    restore = Restore(client, arguments.table, outputs["TableName"], named, arguments.settings, dry)
    with nullcontext() if dry else paused(boto3.client("lambda"), f"{outputs['DispatchFunctionName']}:live"):
        restore.run(lambda: time.time_ns() // 1_000_000)
    print(", ".join(f"{name}: {number}" for name, number in sorted(restore.counts.items())) or "nothing to restore")


def _need_table(client: Any, table: str) -> None:
    """Raise ``Refused`` unless a table can be read: before dispatch is held, and so that one knows which it is."""
    try:
        status = client.describe_table(TableName=table)["Table"]["TableStatus"]
    except client.exceptions.ResourceNotFoundException:
        raise Refused(f"There is no table {table} in this account and region.") from None
    if status not in {"ACTIVE", "UPDATING"}:
        raise Refused(f"{table} is {status.lower()} still; it has to be active.")


VARIABLES = {
    "FOLLOW_UP_DEFAULT_DELAY": "FollowUpDefaultDelay",
    "FOLLOW_UP_HOURS": "FollowUpHours",
    "FOLLOW_UP_MONTHLY_CAP": "FollowUpMonthlyCap",
    "TIME_ZONE": "TimeZone",
    "PACK_HEADS": "PackHeads",
}
"""Parameters of the stack that folding and storing need, by the names that functions use."""
NEW_PARAMETERS = {"PackHeads": "false"}
"""Parameters that a stack of an earlier release does not have, with the values by which that release acts."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.restore", description="Restore a table into a running stack."
    )
    parser.add_argument("stack", help="the stack's name")
    parser.add_argument("table", help="the name of the restored table, which stands beside the stack's")
    parser.add_argument("step", choices=("begin", "look", "copy"), help="restore beside; count; copy what is missing")
    parser.add_argument("--at", type=datetime.fromisoformat, help="the time, such as 2026-11-20T06:00:00+00:00")
    parser.add_argument("--source", help="with begin: another table than the stack's, such as one that it left behind")
    parser.add_argument(
        "--conversation", action="append", default=[], help="only this one; what platforms said is put back"
    )
    parser.add_argument("--settings", action="store_true", help="also connections, teams, macros, templates and tags")
    arguments = parser.parse_args()
    if arguments.at and arguments.at.tzinfo is None:
        parser.error("--at needs an offset from UTC, such as +00:00")
    if odd := [each for each in arguments.conversation if not CONVERSATION.fullmatch(each)]:
        parser.error(f"--conversation {odd[0]}: no id of a conversation, as its address in the inbox has it")
    beside = {"--at": arguments.at, "--source": arguments.source}
    if arguments.step != "begin" and (given := [name for name, value in beside.items() if value]):
        parser.error(f"{given[0]} belongs to begin")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
