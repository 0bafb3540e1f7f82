"""People: administrators invite them, give them roles and teams, and switch their accounts off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aws import agent_accounts
from console import sizes
from storage import agents, renewal_locks, teams
from tests.functional.console_api import Answer, Console, now, visitor_post
from tests.support.user_pool import user_pool
from watch import departed_agents


@pytest.fixture
def pool(client: Callable[[str], Any], environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with user_pool(client) as pool:
        monkeypatch.setenv("USER_POOL_ID", pool)
        yield client("cognito-idp")


def invite(admin: Console, name: str, *groups: str, **more: object) -> dict[str, Any]:
    body = {"email": f"{name.lower()}@example.com", "name": name, "groups": list(groups or ("agent",)), **more}
    answer = admin.post("/agents", body)
    assert answer.status == 201, answer
    return answer.body


def change(admin: Console, account: dict[str, Any], **body: object) -> Answer:
    return admin.ask("PATCH", f"/agents/{account['id']}", body, headers={})


def chose_password(pool: Any, account: dict[str, Any]) -> None:
    pool.admin_set_user_password(
        UserPoolId=agent_accounts.settings.user_pool_id(),
        Username=account["email"],
        Password="correct-Horse-7-battery",
        Permanent=True,
    )


def accounts(admin: Console) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in admin.get("/agents/accounts").body["items"]}


def kinds(admin: Console) -> list[str]:
    return [each["kind"] for each in admin.get("/audit").body["items"]]


def test_invited_person_has_an_account_with_roles_and_teams(pool: Any, admin: Console) -> None:
    kim = invite(admin, "Kim", "agent", "lead", teams=["service"])
    assert kim | {"id": ""} == {
        "id": "",
        "name": "Kim",
        "email": "kim@example.com",
        "groups": ["agent", "lead"],
        "teams": ["service"],
        "state": "invited",
        "directory": False,
        "signed_in": False,
    }
    assert accounts(admin)["Kim"] == kim
    assert teams.team_now("service").members == (kim["id"],)
    assert {"agent_invited", "members"} <= set(kinds(admin))


def test_accounts_come_in_pages(pool: Any, admin: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Kim", "Lo", "Mo"):
        invite(admin, name)
    whole = admin.get("/agents/accounts").body["items"]
    monkeypatch.setattr(sizes, "LARGEST", 300)
    first = admin.get("/agents/accounts").body
    second = admin.get("/agents/accounts", {"cursor": first["cursor"]}).body
    assert 0 < len(first["items"]) < len(whole)
    assert whole[: len(first["items"]) + len(second["items"])] == first["items"] + second["items"]
    assert admin.get("/agents/accounts", {"cursor": "WyJhIiwxXQ=="}).status == 422


def test_second_invitation_of_an_address_is_refused(pool: Any, admin: Console) -> None:
    kim = invite(admin, "Kim")
    again = admin.post("/agents", {"email": "kim@example.com", "name": "Other", "groups": ["admin"]})
    assert (again.status, again.body["error"]) == (409, "agent_exists")
    assert accounts(admin) == {"Kim": kim}


def test_invitation_is_sent_again_until_its_password_was_changed(pool: Any, admin: Console) -> None:
    kim = invite(admin, "Kim")
    assert admin.post(f"/agents/{kim['id']}/invitation").status == 200
    chose_password(pool, kim)
    refused = admin.post(f"/agents/{kim['id']}/invitation")
    assert (refused.status, refused.body["error"]) == (409, "agent_not_invited")


def test_roles_and_teams_are_replaced(pool: Any, admin: Console) -> None:
    kim = invite(admin, "Kim", "agent", "lead", teams=["service"])
    answer = change(admin, kim, groups=["agent"], teams=[])
    assert (answer.status, answer.body["groups"], answer.body["teams"]) == (200, ["agent"], [])
    assert accounts(admin)["Kim"]["groups"] == ["agent"]
    assert "agent_roles" in kinds(admin)


def test_person_of_no_account_or_team_is_refused(pool: Any, admin: Console) -> None:
    kim = invite(admin, "Kim")
    assert change(admin, {"id": "nobody"}, active=False).body["error"] == "no_agent"
    assert change(admin, kim, teams=["nowhere"]).body["error"] == "no_team"
    assert admin.post("/agents", {"email": "a@b.example", "name": " ", "groups": ["agent"]}).status == 422
    assert admin.post("/agents", {"email": "a b@b.example", "name": "A", "groups": ["agent"]}).status == 422
    assert admin.post("/agents", {"email": "a@b.example", "name": "A", "groups": ["owner"]}).status == 400


def test_last_administrator_cannot_lock_everybody_out(pool: Any, admin: Console) -> None:
    ada = invite(admin, "Ada", "admin")
    chose_password(pool, ada)
    invite(admin, "Eve", "admin")  # invited only: no password was chosen yet
    for refused in (
        change(admin, ada, groups=["agent"]),
        change(admin, ada, active=False),
        admin.delete(f"/agents/{ada['id']}"),
    ):
        assert (refused.status, refused.body["error"]) == (409, "last_admin")
    assert accounts(admin)["Ada"] == ada | {"state": "active"}


def test_administrator_steps_down_where_another_stays(pool: Any, admin: Console) -> None:
    ada, eve = invite(admin, "Ada", "admin"), invite(admin, "Eve", "admin")
    for each in (ada, eve):
        chose_password(pool, each)
    assert change(admin, ada, groups=["agent"]).status == 200
    assert change(admin, eve, groups=["agent"]).body["error"] == "last_admin"


def test_two_changes_of_accounts_are_made_one_after_the_other(pool: Any, admin: Console) -> None:
    kim = invite(admin, "Kim")
    until = now() + 60_000
    assert renewal_locks.acquire("agents", "roles", now(), until)
    refused = change(admin, kim, groups=["admin"])
    assert (refused.status, refused.body["error"]) == (409, "agents_busy")
    renewal_locks.release("agents", "roles", until)
    assert change(admin, kim, groups=["admin"]).status == 200


def test_switched_off_account_is_signed_out_and_its_work_goes_back(
    pool: Any, admin: Console, lambda_context: object
) -> None:
    conversation = visitor_post()
    kim = invite(admin, "Kim", teams=["service"])
    signed_in = Console(lambda_context, {"sub": kim["id"], "name": "Kim"})
    assert signed_in.get("/me").status == 200
    assert signed_in.post(f"/conversations/{conversation}/assign", {"assignee": "me"}).status == 200
    answer = change(admin, kim, active=False)
    assert (answer.status, answer.body["state"]) == (200, "off")
    assert signed_in.get("/me").status == 401
    assert agents.is_gone(kim["id"])
    departed_agents.give_back(now, lambda: 600_000)
    assert admin.get(f"/conversations/{conversation}").body["assignee"] is None
    assert change(admin, kim, active=True).body["state"] == "invited"
    assert signed_in.get("/me").status == 200


def test_removed_account_is_gone_and_belongs_to_no_team(pool: Any, admin: Console) -> None:
    kim = invite(admin, "Kim", teams=["service"])
    assert admin.delete(f"/agents/{kim['id']}").status == 200
    assert accounts(admin) == {}
    assert teams.team_now("service").members == ()
    assert "agent_removed" in kinds(admin)


def test_directory_account_keeps_the_roles_of_its_directory(
    pool: Any, admin: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    kim = invite(admin, "Kim")
    monkeypatch.setattr(agent_accounts.Account, "is_federated", property(lambda _: True))
    assert change(admin, kim, groups=["admin"]).body["error"] == "agent_of_directory"
