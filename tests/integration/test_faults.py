"""The invariants while AWS itself fails: what was promised is kept, or somebody can see why not.

Between the functions and AWS stands a proxy that injects faults (``faults``), while customers and agents go on as if
nothing was (``crowd``). Then the faults end, the stack comes to rest, and everything is counted (``aftermath``). The
tests' own clients reach AWS directly.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import httpx
import pytest
from botocore.config import Config
from msgspec.structs import replace

from conversations import metrics
from conversations.fold import fold
from conversations.follow_ups import next_call
from infra.local.installation import Installation
from infra.local.processes import LOOPBACK, reserve_port
from infra.local.stack import Stack, start_stack
from storage import keys, reporting
from tests.integration import aftermath
from tests.integration.aftermath import KEPT, NEVER, VISIBLE, Aftermath
from tests.integration.breaking import StackInternals
from tests.integration.crowd import PRIVATE_ONLY, Crowd, Dialogue, Plan, StubbornAgent
from tests.integration.driver import AgentApi, Square, sign_in
from tests.integration.faults import LASTING, SERVICES, Kind, Proxy, run_proxy
from tests.support.stack_log import noting_log

SEED = 20260
CUSTOMERS = 42
PLANS = (
    *(Plan.LEFT, Plan.ANSWERED, Plan.LEFT, Plan.CANCELLED, Plan.RACED),
    *(Plan.MOVED, Plan.WINDOW, Plan.LEFT, Plan.BLOCKED),
)
PRIVATE_SHARE = 0.4
BETWEEN_CUSTOMERS = 0.25
SOONEST, LATEST = 4, 24
"""Seconds until a promise comes due: some while there are faults, some after."""
BATCH = 8
"""The most updates in one delivery; the square delivers one after the other, and a few that fail would hold up all."""
NOT_TAKEN, NOT_CONFIRMED = 10, 4
"""Messages that the platform refuses for the moment, or takes without an answer: they go back to the queue."""
GLANCE = 5.0
"""Seconds between two looks how far all is."""
LONGEST = 100.0
"""Seconds after which the faults end in any case; a machine that has nothing else to do needs a third of it."""
RECONCILED_AFTER = 50.0
"""Seconds after which reconcile is called for what did not come to rest; by itself it would come within the hour."""
GRACE = 30
"""Seconds that reconcile then leaves to dispatch and follow_up, instead of minutes."""
REST = 95.0
"""Seconds that the stack gets after the faults: a lease lasts 70, and a quarter of that is left to chance."""
SHOWN_AGAIN = "12"
"""Seconds after which the queue shows again what a receiver took and failed with; reply claims it for 45 seconds."""


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Aftermath]:
    """One eventful minute, and what was left when the stack had come to rest."""
    directory = tmp_path_factory.mktemp("faults")
    installation = Installation.new()
    with reserve_port() as of_aws, reserve_port() as of_square:
        ports = installation.aws_port, installation.square_port = of_aws.getsockname()[1], of_square.getsockname()[1]
    installation.save(directory)
    upstream = f"http://{LOOPBACK}:{installation.aws_port}"
    with (
        run_proxy(upstream, directory / "proxy.log") as proxy,
        start_stack(directory, persist=False, functions_endpoint=proxy.url) as stack,
    ):
        # The proxy was told where AWS is before the stack took its ports.
        assert (stack.installation.aws_port, stack.installation.square_port) == ports
        with noting_log(directory / "aws.log"):
            found = _live_through(stack, proxy)
        _show(request.config, found)
        yield found


def test_12_every_kind_of_fault_hit_every_service(after: Aftermath) -> None:
    assert _missing(after.injected) == []


def test_5_every_promise_is_kept_once_or_somebody_can_see_why_not(after: Aftermath) -> None:
    fates = after.fates()
    assert {fate: fates[fate] for fate in NEVER} == dict.fromkeys(NEVER, 0)
    assert fates[KEPT]
    assert fates.total() == sum(len(dialogue.promises) for dialogue in after.dialogues)


def test_1_every_message_of_a_customer_is_in_the_inbox(after: Aftermath) -> None:
    inbox = {shown["id"] for shown in AgentApi(sign_in(after.stack.values)).inbox()}
    for dialogue, stored, _ in after.each():
        inbound = Counter(message.id for message in stored.messages() if message.direction == "inbound")
        assert (dialogue.conversation in inbox, inbound) == (True, Counter(dialogue.wrote))


def test_3_every_answer_is_written_once_and_stands_on_the_platform_once_or_visibly_not(after: Aftermath) -> None:
    for dialogue, stored, said in after.each():
        written = [action for action in stored.actions if action.text in dialogue.answers]
        assert sorted(action.text for action in written) == sorted(dialogue.answers)
        for action in written:
            visibly_not = action.state in VISIBLE and action.reason != ""
            assert said.count(action.text) == (0 if visibly_not else 1), action


def test_4_the_answers_to_a_customer_stand_in_the_order_in_which_they_were_written(after: Aftermath) -> None:
    for dialogue, _, said in after.each():
        assert [text for text in said if text in dialogue.answers] == [
            text for text in dialogue.answers if text in said
        ]


def test_2_every_head_equals_the_fold_over_what_is_stored(after: Aftermath) -> None:
    for _, stored, _ in after.each():
        assert stored.head
        folded = fold(stored.head.identity, stored.facts, stored.actions)
        assert folded
        # The cursor is a shortcut of the fold, and the version is the store's.
        assert replace(stored.head, version=0, cursor="") == replace(folded, version=0, cursor="")


def test_6_there_are_the_schedules_that_the_heads_ask_for_and_no_others(after: Aftermath) -> None:
    pages = after.stack.client("scheduler").get_paginator("list_schedules")
    listed = pages.paginate(GroupName=after.stack["follow_up_group"], NamePrefix="follow-up-")
    names = {schedule["Name"].removeprefix("follow-up-") for page in listed for schedule in page["Schedules"]}
    names = {name.partition(".")[0] for name in names}
    heads = {dialogue.conversation: stored.head for dialogue, stored, _ in after.each()}
    assert names == {conversation for conversation, head in heads.items() if head and next_call(head.follow_up)}


def test_12_counters_agree_with_the_events(after: Aftermath) -> None:
    counted: Counter[str] = Counter()
    for item in aftermath.everything(after.stack):
        # A day later the entries would be added to the rows of their weeks.
        if item["pk"].startswith("figure-log#"):
            for _, name, amount in reporting.ENTRY.read(item).figures:
                counted[name] += amount if name in metrics.NAMES else 0
    states = Counter(str(promise.state) for _, stored, _ in after.each() for promise in stored.promises())
    happened = Counter({state: count for state, count in states.items() if state in metrics.NAMES})
    assert +counted == happened + Counter(promised=states.total())


def test_12_nothing_is_left_in_a_queue_or_was_given_up(after: Aftermath) -> None:
    sqs, name = after.stack.client("sqs"), "ApproximateNumberOfMessages"
    for queue, url in after.stack["queues"].items():
        waiting = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
        assert (queue, waiting) == (queue, "0")


def _live_through(stack: Stack, proxy: Proxy) -> Aftermath:
    queue = stack["queues"]["SendQueue"]
    stack.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": SHOWN_AGAIN})
    table = stack.client("dynamodb", config=Config(max_pool_connections=CUSTOMERS))
    square, agent, dialogues, seconds = _square(stack), StubbornAgent(sign_in(stack.values)), _dialogues(), {}
    crowd = Crowd(square, agent, stack["connections"]["facebook"], partial(_is_there, stack, table))
    began = time.monotonic()
    proxy.begin(SEED)
    with ThreadPoolExecutor(CUSTOMERS) as pool:
        playing = [pool.submit(_play_in_turn, crowd, dialogue) for dialogue in dialogues]
        _break_until(stack, square, proxy, playing, began)
        proxy.end()
        seconds["faults end"] = time.monotonic() - began
        for played in playing:
            played.result()
    seconds["all is played"] = time.monotonic() - began
    restored = _come_to_rest(stack, dialogues)
    seconds["rest"] = time.monotonic() - began
    stored, ours = aftermath.conversations(stack), aftermath.ours(square.view())
    faults = proxy.injected(), proxy.requests()
    return Aftermath(stack, dialogues, agent.refusals, *faults, seconds, restored, stored, ours)


def _square(stack: Stack) -> Square:
    square = Square(stack.values)
    square.call("PUT", "/deliveries", batch=BATCH)
    # Messages that are looked for all at once would stop the connection for a minute.
    square.do("limits", conversations_per_second=CUSTOMERS)
    square.call("POST", "/faults", on="send", error={"code": 2}, times=NOT_TAKEN)
    square.call("POST", "/faults", on="send", lost_answer=True, times=NOT_CONFIRMED)
    return square


def _dialogues() -> list[Dialogue]:
    chance = random.Random(SEED)
    plans = [PLANS[number % len(PLANS)] for number in range(CUSTOMERS)]
    return [
        Dialogue(number, plan, plan in PRIVATE_ONLY or chance.random() < PRIVATE_SHARE, chance.randint(SOONEST, LATEST))
        for number, plan in enumerate(plans)
    ]


def _play_in_turn(crowd: Crowd, dialogue: Dialogue) -> None:
    time.sleep(dialogue.number * BETWEEN_CUSTOMERS)
    crowd.play(dialogue)


def _is_there(stack: Stack, table: Any, conversation: str) -> bool:
    key = {"pk": {"S": conversation}, "sk": {"S": f"#{keys.HEAD}"}}
    return "Item" in table.get_item(TableName=stack["table_name"], Key=key, ConsistentRead=True)


def _break_until(stack: Stack, square: Square, proxy: Proxy, playing: list[Future[None]], began: float) -> None:
    """Restart the webhook from time to time, until all is played and every fault has happened.

    A new process reads the secrets, which are cached for minutes else. It may receive something before its restart.
    """
    internals, delivered = StackInternals(stack), -1
    while time.monotonic() < began + LONGEST:
        deliveries = square.call("GET", "/deliveries")
        if deliveries["delivered"] > delivered or not deliveries["pending"]:
            delivered = deliveries["delivered"]
            internals.kill("WebhookFunction")
            _ask_webhook(stack)
        _, left = wait(playing, GLANCE)
        if not left:
            time.sleep(GLANCE)
        if not left and time.monotonic() > began + LASTING and not _missing(proxy.injected()):
            return


def _ask_webhook(stack: Stack) -> None:
    """Ask whether the address is ours, as a platform does when it is subscribed; the answer may be a failure."""
    connection = stack["connections"]["facebook"]
    url = stack["webhook_url"].format(channel="facebook", connection=connection["name"])
    asked = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": connection["verify_token"]}
    with contextlib.suppress(httpx.TransportError):
        httpx.get(url, params=asked, timeout=GLANCE)


def _missing(injected: Counter[tuple[str, Kind]]) -> list[tuple[str, Kind]]:
    return [(service, kind) for service in SERVICES for kind in Kind if not injected[service, kind]]


def _come_to_rest(stack: Stack, dialogues: list[Dialogue]) -> int:
    """Wait until nothing is on its way; how many schedules reconcile had to restore for that."""
    internals, began, restored = StackInternals(stack), time.monotonic(), 0
    while time.monotonic() < began + REST:
        stored = aftermath.conversations(stack)
        if all(stored[dialogue.conversation].is_at_rest() for dialogue in dialogues):
            break
        if time.monotonic() > began + RECONCILED_AFTER:
            restored += internals.invoke("ReconcileFunction", {"grace_seconds": GRACE})["restored"]
        time.sleep(GLANCE)
    internals.rest()
    return restored


def _show(config: pytest.Config, found: Aftermath) -> None:
    """Write the figures where people see them, whether output is captured or not."""
    capture = config.pluginmanager.get_plugin("capturemanager")
    assert capture
    with capture.global_and_fixture_disabled():
        for line in ("", *found.table()):
            config.get_terminal_writer().line(line)
