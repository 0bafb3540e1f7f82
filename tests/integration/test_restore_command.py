"""``make restore`` against the embedded stack, as an operator runs it after an accident.

The embedded DynamoDB restores what a table holds now, whatever time is asked for: so it is asked before the accident.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from infra import build
from infra.local.stack import ROOT_CREDENTIALS, Stack
from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Square, wait_for
from tests.integration.talks import ARRIVED, Talk, begin

RESTORED = "restored"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def restore(stack: Stack) -> Run:
    """Runs the command with the account's rights; its parts stand where ``make restore ARGS=…`` has them."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "AWS_ENDPOINT_URL": stack["endpoint_url"],
        "AWS_DEFAULT_REGION": stack["region"],
        **{name.upper(): value for name, value in ROOT_CREDENTIALS.items()},
    }

    def run(step: str, *options: str, stack_name: str = "", table: str = RESTORED) -> subprocess.CompletedProcess[str]:
        arguments = " ".join([stack_name or stack["stack_name"], table, step, *options])
        return subprocess.run(
            ["make", "--no-print-directory", "restore", f"ARGS={arguments}"],
            env=environment,
            cwd=build.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def begun(stack: Stack, restore: Run) -> Iterator[Callable[[], None]]:
    """Has the table restored beside; what it holds at that moment stands for what it held before the accident."""
    dynamodb = stack.client("dynamodb")

    def begin_restoring() -> None:
        done = restore("begin", "--at", datetime.now(UTC).isoformat(timespec="seconds"))
        assert done.returncode == 0, done.stderr
        table = dynamodb.describe_table(TableName=RESTORED)["Table"]
        assert (table["TableStatus"], table.get("GlobalSecondaryIndexes", [])) == ("ACTIVE", [])

    yield begin_restoring
    if RESTORED in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=RESTORED)


def counts(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """Return what the command says it did."""
    assert done.returncode == 0, done.stderr
    pairs = (pair.split(": ") for pair in done.stdout.splitlines()[-1].split(", "))
    return {name: int(number) for name, number in pairs}


def lose(stack: Stack, talk: Talk) -> None:
    """An accident takes everything of one conversation's thread."""
    dynamodb, table = stack.client("dynamodb"), stack["table_name"]
    partition = talk.id.partition("-")[0]
    for item in StackInternals(stack).items():
        if item["pk"] == partition:
            dynamodb.delete_item(TableName=table, Key={"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}})


def is_known(agent_api: AgentApi, talk: Talk) -> bool:
    """Return whether the API has a conversation."""
    status = agent_api.http.get(f"/conversations/{talk.id}").status_code
    assert status in {200, 404}
    return status == 200


def is_listed(agent_api: AgentApi, talk: Talk) -> bool:
    """Return whether the inbox shows a conversation."""
    return wait_for("the conversation in the inbox", lambda: talk.id in {each["id"] for each in agent_api.inbox()})


def is_dispatch_fed(stack: Stack) -> bool:
    """Return whether the table's stream calls dispatch."""
    mappings = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    name = stack["functions"]["DispatchFunction"]
    return [each["State"] for each in mappings if name in each["FunctionArn"].split(":")] == ["Enabled"]


def test_conversation_that_was_lost_is_there_again_and_goes_on(
    stack: Stack,
    square: Square,
    agent_api: AgentApi,
    internals: StackInternals,
    restore: Run,
    begun: Callable[[], None],
) -> None:
    talk = begin(square, agent_api, "Rita Zurück")
    answer = talk.answer("Bitte neu starten.", follow_up={"after": "P30D", "text": "Ist alles wieder gut?"})
    talk.await_state(answer, *ARRIVED)
    internals.rest()
    before = [(each["id"], each["text"]) for each in talk.read()["messages"]]
    begun()
    assert "already exists" in restore("begin").stderr, "a restored table is not restored over"
    lose(stack, talk)
    internals.rest()

    looked = counts(restore("look"))
    assert looked["found"] > 0
    assert not is_known(agent_api, talk), "looking writes nothing"
    copied = counts(restore("copy", "--conversation", talk.id))
    assert copied["written"] >= len(before)
    assert copied["folded"] == 1
    assert is_dispatch_fed(stack)

    internals.rest()
    assert [(each["id"], each["text"]) for each in talk.read()["messages"]] == before
    assert talk.follow_up()["state"] == "planned"
    assert talk.on_square().count("Bitte neu starten.") == 1
    talk.await_arrival(talk.writes("Läuft wieder, danke!"))
    assert is_listed(agent_api, talk)
    again = counts(restore("copy"))
    assert again.get("written", 0) == 0, "everything is in its place"
    assert again["kept"] > 0


@pytest.mark.parametrize(
    ("arguments", "named", "reason"),
    [
        (["look"], {"stack_name": "nonesuch"}, "nonesuch does not exist"),
        (["look"], {"table": "nonesuch"}, "no table nonesuch"),
        (["copy"], {"table": "nonesuch"}, "no table nonesuch"),
        (["look", "--at", "2026-11-20T06:00:00+00:00"], {}, "belongs to begin"),
        (["begin", "--at", "2026-11-20T06:00:00"], {}, "needs an offset from UTC"),
        (["begin", "--at", "yesterday"], {}, "invalid"),
        (["begin", "--source", "nonesuch"], {}, "no table nonesuch"),
        (["copy", "--conversation", "support"], {}, "no id of a conversation"),
        (["around"], {}, "invalid choice"),
    ],
)
def test_command_that_cannot_be_right_says_why_in_one_line(
    stack: Stack, restore: Run, arguments: list[str], named: dict[str, str], reason: str
) -> None:
    done = restore(*arguments, **named)
    assert done.returncode != 0
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert is_dispatch_fed(stack)


def test_table_of_the_stack_is_not_taken_for_a_restored_one(stack: Stack, restore: Run) -> None:
    done = restore("copy", table=stack["table_name"])
    assert done.returncode != 0
    assert "the stack's own" in done.stderr
