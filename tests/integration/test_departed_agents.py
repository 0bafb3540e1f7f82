"""Work of an agent whose account is deleted is with the team again within two minutes, by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.local import demo
from infra.local.stack import Stack
from tests.integration.driver import AgentApi, Square, sign_in, wait_for
from tests.integration.talks import begin

LEAVING = {"agent_email": "gerd.geht@example.com", "agent_name": "Gerd Geht"}
PATIENCE = 120
"""Seconds: the clock looks every minute."""


@pytest.mark.timeout(300)
def test_work_of_a_deleted_account_is_with_the_team_again(stack: Stack, square: Square, agent_api: AgentApi) -> None:
    installation, cognito = replace(stack.installation, **LEAVING), stack.client("cognito-idp")
    demo.invite_agent(cognito, stack["user_pool_id"], installation)
    with sign_in(stack.values, installation.agent_email, installation.agent_password) as leaving:
        gone = leaving.get("/me").json()["id"]
    talk, waiting = (begin(square, agent_api, name) for name in ("Ilse Bleibt", "Ines Wartet"))
    agent_api.call("POST", f"/conversations/{talk.id}/assign", assignee=gone)
    agent_api.call("POST", f"/conversations/{waiting.id}/assign", assignee=gone)
    agent_api.call("POST", f"/conversations/{waiting.id}/snooze", after="P3D")
    cognito.admin_delete_user(UserPoolId=stack["user_pool_id"], Username=installation.agent_email)

    def is_back() -> bool:
        return all(each.read()["assignee"] is None for each in (talk, waiting))

    wait_for("the work to be with the team", is_back, patience=PATIENCE)
    assert gone not in {each["id"] for each in agent_api.call("GET", "/agents")["items"]}
    refused = agent_api.http.post(f"/conversations/{talk.id}/assign", json={"assignee": gone})
    assert (refused.status_code, refused.json()["error"]) == (422, "agent_gone")
