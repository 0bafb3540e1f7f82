"""A macro says what it will do, and can be taken back as one."""

from __future__ import annotations

import secrets
from typing import Any

from playwright.sync_api import expect

from infra.local.players import AgentApi, Square
from tests.browser.accessibility import barriers
from tests.browser.conftest import PageOf
from tests.browser.people import Person
from tests.browser.talk import begin, message


def test_macro_shows_its_values_and_all_that_it_did_is_undone(
    page_of: PageOf, square: Square, agent_api: AgentApi, alex: Person, shoot: Any
) -> None:
    talk = begin(square, agent_api, "Wann kommt das Update?", private=True)
    tag = f"update-{secrets.token_hex(3)}"
    me = agent_api.http.get("/me").json()
    steps = [
        {"reply": {"text": "Hallo {{customer}}, es ist da."}},
        {"tag": {"add": [tag]}},
        {"assign": {"assignee": me["id"]}},
        {"follow_up": {"after": "P3D"}},
        {"resolve": True},
    ]
    agent_api.call("PUT", f"/teams/service/macros/{tag}", title=f"Update {tag}", actions=steps)
    before = talk.read()
    page = page_of(place=talk.place)
    page.locator("#answer").click()
    page.keyboard.type(f"/{tag[-6:]}")
    expect(page.get_by_role("option", name=f"Update {tag}")).to_be_visible()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".macro-text")).to_have_text(f"Hallo {talk.customer}, es ist da.")
    for said in (f"add the tag {tag}", f"assign to you ({alex.name})", "ask back: “", "resolve the conversation"):
        expect(dialog.locator(".macro-steps")).to_contain_text(said)
    expect(dialog.locator(".macro-plan")).to_contain_text("202")
    shoot(page, "macro")
    assert not barriers(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Macro applied: Update {tag}").first).to_be_visible()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast").get_by_text(f"Macro undone: Update {tag}")).to_be_visible()
    expect(message(page, "es ist da.")).to_have_count(0)
    after = talk.read()
    kept = ("status", "tags", "assignee", "follow_up", "unread", "events")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
