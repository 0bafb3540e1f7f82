"""Work of an agent who is removed, disabled or without a role goes back to the team, and nobody gives them more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from application import departures
from conversations import effects
from conversations.conversation import Conversation, Status
from dispatch import relay
from storage import agents, notifications
from storage.notifications import Target
from tests.functional.console_api import JANA, OLE, Console, comment, head, now, visitor_post
from watch import departed_agents

TEAM = "service"
LONG = 600_000
"""Milliseconds: time enough."""


@dataclass
class Pool:
    """The user pool, and the watch that looks at it."""

    cognito: Any
    id: str

    def invite(self, name: str) -> str:
        """Make an account with the role of an agent; returns its ``sub``."""
        user = self.cognito.admin_create_user(UserPoolId=self.id, Username=name)["User"]
        self.cognito.admin_add_user_to_group(UserPoolId=self.id, Username=name, GroupName="agent")
        return next(each["Value"] for each in user["Attributes"] if each["Name"] == "sub")

    def remove(self, name: str) -> None:
        self.cognito.admin_delete_user(UserPoolId=self.id, Username=name)

    def disable(self, name: str) -> None:
        self.cognito.admin_disable_user(UserPoolId=self.id, Username=name)

    def enable(self, name: str) -> None:
        self.cognito.admin_enable_user(UserPoolId=self.id, Username=name)

    def take_role(self, name: str) -> None:
        self.cognito.admin_remove_user_from_group(UserPoolId=self.id, Username=name, GroupName="agent")

    def watch(self, later: int = 0) -> dict[str, int]:
        return dict(departed_agents.give_back(lambda: now() + later, lambda: LONG))


@pytest.fixture
def pool(client: Callable[[str], Any], environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    cognito = client("cognito-idp")
    pool = Pool(cognito, cognito.create_user_pool(PoolName="agents")["UserPool"]["Id"])
    for role in departed_agents.ROLES:
        cognito.create_group(UserPoolId=pool.id, GroupName=role)
    monkeypatch.setenv("USER_POOL_ID", pool.id)
    yield pool
    cognito.delete_user_pool(UserPoolId=pool.id)


@pytest.fixture
def alex(pool: Pool, table: str, lambda_context: object) -> Console:
    return signed_in(pool, lambda_context, "alex")


@pytest.fixture
def kim(pool: Pool, table: str, lambda_context: object) -> Console:
    return signed_in(pool, lambda_context, "kim")


def signed_in(pool: Pool, context: object, name: str) -> Console:
    agent = Console(context, {"sub": pool.invite(name), "name": name.capitalize()})
    assert agent.get("/me").status == 200
    return agent


def names(console: Console) -> set[str]:
    return {each["name"] for each in console.get("/agents").body["items"]}


@pytest.mark.parametrize("way", ["remove", "disable", "take_role"])
def test_work_of_an_agent_who_is_gone_comes_back_and_they_get_no_more(
    pool: Pool, alex: Console, kim: Console, way: str
) -> None:
    posts = [visitor_post(f"10_{number}", author=author) for number, author in enumerate((JANA, OLE, JANA))]
    for post in posts:
        kim.post(f"/conversations/{post}/assign", {"assignee": "me"})
    kim.post(f"/conversations/{posts[1]}/snooze", {"after": "P3D"})
    kim.post(f"/conversations/{posts[2]}/replies", {"text": "Bitte neu starten.", "follow_up": {"after": "P7D"}})
    assert pool.watch() == {"agents_gone": 0, "returned": 0}

    getattr(pool, way)("kim")
    assert pool.watch() == {"agents_gone": 1, "returned": 3}
    assert {each["id"] for each in alex.get("/conversations", {"assignee": "none"}).body["items"]} == set(posts)
    assert [head(post).status for post in posts] == [Status.OPEN, Status.SNOOZED, Status.WAITING]
    event = alex.get(f"/conversations/{posts[0]}").body["events"][-1]
    assert (event["kind"], event["by"], event["assignee"], event["reason"]) == ("assign", None, None, "agent_gone")
    promise = alex.get(f"/conversations/{posts[2]}").body
    assert (promise["follow_up"]["state"], promise["messages"][-1]["author"]["name"]) == ("planned", "Kim")

    assert names(alex) == {"Alex"}
    given = alex.post(f"/conversations/{posts[0]}/assign", {"assignee": kim.claims["sub"]})
    noted = alex.post(f"/conversations/{posts[0]}/notes", {"text": "Kim?", "mentions": [kim.claims["sub"]]})
    assert [(answer.status, answer.body["error"]) for answer in (given, noted)] == [(422, "agent_gone")] * 2
    several = {"ids": [posts[0]], "action": "assign", "assignee": kim.claims["sub"]}
    (item,) = alex.post("/conversations/bulk", several).body["items"]
    assert (item["ok"], item["error"]) == (False, "agent_gone")


def test_agents_who_are_there_keep_their_work(pool: Pool, alex: Console, kim: Console) -> None:
    mine, theirs = visitor_post("10_1"), visitor_post("10_2", author=OLE)
    alex.post(f"/conversations/{mine}/assign", {"assignee": "me"})
    kim.post(f"/conversations/{theirs}/assign", {"assignee": "me"})
    pool.remove("kim")
    pool.watch()
    assert [head(post).assignee is None for post in (mine, theirs)] == [False, True]


def test_nobody_is_taken_for_gone_while_the_accounts_cannot_be_read(
    pool: Pool, kim: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER_POOL_ID", "eu-central-1_nowhere")
    assert pool.watch() == {"agents_gone": 0, "returned": 0}
    assert names(kim) == {"Kim"}


def test_agent_who_is_there_again_is_offered_again(pool: Pool, alex: Console, kim: Console) -> None:
    pool.disable("kim")
    pool.watch()
    assert kim.get("/me").status == 401, "a token outlives its account, and is refused"
    assert names(alex) == {"Alex"}
    pool.enable("kim")
    pool.watch()
    assert kim.get("/me").status == 200
    assert names(alex) == {"Alex", "Kim"}


def test_inbox_is_searched_until_nothing_written_before_can_be_missing(pool: Pool, kim: Console) -> None:
    pool.remove("kim")
    pool.watch()
    (gone,) = agents.registered()
    assert (gone.gone_at > 0, gone.returned_at) == (True, 0)
    pool.watch(later=departed_agents.SETTLED + 1000)
    assert agents.registered()[0].returned_at > 0


def test_team_is_told_once(pool: Pool, kim: Console) -> None:
    notifications.put_targets(TEAM, [Target("one", "slack", ("missed",))])
    for number in range(3):
        kim.post(f"/conversations/{visitor_post(f'10_{number}')}/assign", {"assignee": "me"})
    pool.remove("kim")
    pool.watch()
    pool.watch()
    assert [each.notice.event for each in notifications.pinned(9)] == [notifications.AGENT_GONE]


def handled(conversation: str, old: Conversation | None) -> None:
    """Carry out what follows from a change of a head, as dispatch does."""
    for effect in effects.effects_of_head(old, head(conversation)):
        if isinstance(effect, effects.LookAfter):
            relay.HANDLERS[effects.LookAfter](conversation, effect, now)


def test_closed_conversation_of_one_who_is_gone_goes_to_the_team_when_it_is_taken_up(pool: Pool, kim: Console) -> None:
    post = visitor_post()
    kim.post(f"/conversations/{post}/replies", {"text": "Gern!", "resolve": True})
    pool.remove("kim")
    pool.watch()
    closed = head(post)
    assert closed.assignee is not None
    comment("1055_2")
    handled(post, closed)
    assert (head(post).status, head(post).assignee) == (Status.OPEN, None)


def test_conversation_that_comes_to_one_who_is_gone_goes_to_the_team(pool: Pool, kim: Console) -> None:
    post = visitor_post()
    before = head(post)
    kim.post(f"/conversations/{post}/replies", {"text": "Gern!"})  # written in the last moment, and folded afterwards
    pool.remove("kim")
    agents.mark(agents.registered()[0], now())
    handled(post, before)
    assert (head(post).assignee, head(post).status) == (None, Status.WAITING)
    assert not departures.give_back(post, str(kim.claims["sub"]), now)
