"""Routing: rules decide where a conversation belongs when it begins, and can be tried before they are saved."""

from __future__ import annotations

from typing import Any

import pytest

from application import projection
from conversations.facts import Author
from conversations.identity import thread_key
from dispatch import placement
from storage import agents, conversations, keys, routing_rules, team_names
from tests.functional.console_api import DAY, Console, head, now, private_message, visitor_post
from tests.support import payloads
from tests.support.platform import PAGE
from tests.support.stack import CONNECTION, Stack

Json = dict[str, Any]


@pytest.fixture
def lead(stack: Stack, lambda_context: object) -> Console:
    """The lead of a team; there is a second team."""
    team_names.add("billing")
    return Console(lambda_context, {"cognito:groups": "lead", "sub": "kim", "name": "Kim"})


def rule(**more: Any) -> Json:
    """A rule that sends invoices to those who write them."""
    return {"name": "Invoices", "when": {"words": ["Rechnung"]}, "team": "billing"} | more


def save(lead: Console, *rules: Json) -> Json:
    """Set the rules."""
    saved = lead.put("/routing", {"rules": list(rules)})
    assert saved.status == 200, saved
    return saved.body


def write(stack: Stack, text: str, customer: str = payloads.CUSTOMER) -> Any:
    """A customer writes, and dispatch takes it in; the head."""
    stack.post(
        payloads.delivery(payloads.message(f"m_{customer}_{text[:9]}", text, at=now() - 60_000, customer=customer))
    )
    stack.dispatch()
    found = conversations.head(thread_key("facebook", CONNECTION, f"{PAGE}:{customer}"))
    assert found is not None
    return found


def test_conversation_that_matches_a_rule_goes_to_its_team_and_others_to_the_connections(
    stack: Stack, lead: Console
) -> None:
    save(lead, rule())
    assert write(stack, "Meine Rechnung ist falsch").identity.team == "billing"
    assert write(stack, "Mein WLAN ist kaputt", payloads.NEIGHBOUR).identity.team == "service"


def test_existing_conversation_keeps_its_team_under_new_rules(stack: Stack, lead: Console) -> None:
    """Invariant 2: whatever the rules say later, reading everything again gives the same head."""
    save(lead, rule(tags=["money"]))
    begun = write(stack, "Meine Rechnung ist falsch")
    save(lead)
    conversation = keys.id_of(begun.identity)
    again = projection.refold(conversation, now(), placement.place)
    assert again == begun
    assert write(stack, "Und das WLAN geht nicht").identity.team == "billing"


def test_a_rule_puts_tags_on_and_gives_it_to_an_agent(stack: Stack, lead: Console) -> None:
    agents.note(agents.Known("noa", "Noa"), now())
    save(lead, rule(tags=["money", "urgent"], assignee="noa"))
    found = write(stack, "Meine Rechnung ist falsch")
    assert (found.tags, found.assignee) == (("money", "urgent"), Author("noa", "Noa"))
    assert found.identity.team == "billing"
    assert found.unread == 1
    assert stack.hand_over(stack.records) == []
    assert len(stack.read(found).actions) == 2


def test_the_first_rule_that_matches_decides(stack: Stack, lead: Console) -> None:
    save(lead, rule(name="First", team="service"), rule(name="Second"))
    assert write(stack, "Rechnung").identity.team == "service"


def test_a_rule_of_a_team_that_is_gone_is_none(stack: Stack, lead: Console) -> None:
    save(lead, rule())
    team_names.remove("billing", now())
    assert write(stack, "Rechnung").identity.team == "service"


def test_rules_are_read_as_they_were_written(lead: Console) -> None:
    agents.note(agents.Known("noa", "Noa"), now())
    written = rule(
        when={
            "channels": ["facebook"],
            "connections": ["facebook/demo"],
            "words": ["Rechnung", "zu viel bezahlt"],
            "languages": ["de"],
            "hours": {"from": "18:00", "to": "09:00", "days": ["mon", "fri"]},
        },
        tags=["money"],
        assignee={"id": "noa", "name": "Noa"},
    )
    assert save(lead, written) == {"rules": [written]} == lead.get("/routing").body
    assert lead.put("/routing", lead.get("/routing").body).body == {"rules": [written]}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"team": "nobody"}, "team"),
        ({"name": " "}, "name"),
        ({"when": {"channels": ["fax"]}}, "channels"),
        ({"when": {"words": ["!!"]}}, "words"),
        ({"when": {"hours": {"from": "9", "to": "18"}}}, "hours"),
        ({"tags": ["a,b"]}, "tags"),
        ({"assignee": "stranger"}, "assignee"),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_is_named(lead: Console, wrong: Json, named: str) -> None:
    refused = lead.put("/routing", {"rules": [rule(), rule(name="Other") | wrong]})
    assert (refused.status, refused.body["error"]) == (422, "rules")
    assert named in refused.body["message"]
    assert lead.get("/routing").body == {"rules": []}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"team": 7}, "rules[1].team"),
        ({"name": ""}, "rules[1].name"),
        ({"colour": "red"}, "rules[1].colour"),
        ({"when": {"weather": []}}, "rules[1].when.weather"),
        ({"when": {"words": "Rechnung"}}, "rules[1].when.words"),
        ({"when": {"languages": ["fr"]}}, "rules[1].when.languages"),
        ({"when": {"hours": {"from": "09:00", "to": "18:00", "days": ["funday"]}}}, "rules[1].when.hours.days"),
    ],
    ids=str,
)
def test_rule_of_another_form_is_refused_with_its_place(lead: Console, wrong: Json, named: str) -> None:
    refused = lead.put("/routing", {"rules": [rule(), rule(name="Other") | wrong]})
    assert (refused.status, refused.body["error"]) == (400, "malformed")
    assert named in refused.body["message"]
    assert lead.get("/routing").body == {"rules": []}


@pytest.mark.parametrize("body", [{}, {"rules": None}, {"rules": [], "days": 0}, {"rules": [], "colour": 1}], ids=str)
def test_a_request_of_another_form_is_refused(lead: Console, body: Json) -> None:
    assert lead.post("/routing/test", body).status == 400


def test_rules_are_for_leads(table: str, lambda_context: object) -> None:
    agent = Console(lambda_context)
    for refused in (agent.put("/routing", {"rules": []}), agent.post("/routing/test", {"rules": []})):
        assert (refused.status, refused.body["error"]) == (403, "forbidden")


def test_rules_are_tried_on_what_is_there_and_change_nothing(stack: Stack, lead: Console) -> None:
    billed = private_message("m_1", thread="t_1", text="Die Rechnung, bitte")
    private_message("m_2", thread="t_2", text="Das WLAN")
    private_message("m_3", thread="t_3", text="Rechnung von damals", at=now() - 40 * DAY)
    private_message("m_4", thread="t_1", text="Danke!")
    tried = lead.post("/routing/test", {"rules": [rule(), rule(name="All", when={}, team="service")], "days": 30}).body
    (change,) = tried["changes"]
    assert (change["conversation"]["id"], change["from"], change["to"], change["rule"]) == (
        billed,
        "service",
        "billing",
        "Invoices",
    )
    assert (tried["tested"], tried["per_rule"]) == (2, {"Invoices": 1, "All": 1})
    assert head(billed).identity.team == "service"
    assert routing_rules.rules() == []


def test_no_more_than_a_hundred_are_tried(lead: Console) -> None:
    for number in range(110):
        visitor_post(f"1055_{number}", at=now() - DAY + number)
    tried = lead.post("/routing/test", {"rules": []}).body
    assert 0 < tried["tested"] <= 100
    assert tried["until"] is not None
