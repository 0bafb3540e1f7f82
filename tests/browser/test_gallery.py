"""The pictures of the README and the guides: a morning of a team. ``make pictures`` puts them into the documents.

The scene is made through the square and the API, as customers and agents would; nothing in it is drawn by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, Square, wait_for
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person

Json = dict[str, Any]
LARGE = (1440, 900)
OTHERS = [
    ("Ben Ito", "Hallo, gilt die Garantie auch für Wasserschäden?"),
    ("Ida Falk", "Euer Newsletter kommt doppelt."),
    ("Rosa Winter", "Mein Paket ist offen angekommen, die Tasse ist zerbrochen. Was nun?"),
    ("Paul Okafor", "Which router do you recommend for a flat with thick walls?"),
]
LOOKS: dict[str, Json] = {
    "inbox": {"language": "en-US"},
    "inbox-de": {"language": "de-DE"},
    "inbox-dark": {"language": "en-US", "dark": True},
}


@pytest.fixture(scope="module")
def morning(square: Square, agent_api: AgentApi) -> Iterator[str]:
    """A few customers have written, one conversation is well on its way; its id."""
    rules = agent_api.call("GET", "/teams/service")
    agent_api.http.put("/teams/service", json=_rules(rules, {"first_response": "PT45M", "resolution": "PT8H"}))
    post = square.post(author={"name": "Mira Wellmann"}, text="Seit gestern bricht mein WLAN ständig ab 😢")
    whole = wait_for("Mira's post", lambda: agent_api.find(post["message_id"]))
    square.post(to=post["message_id"], author={"name": "Ole Petersen"}, text="Bei mir auch, seit dem Update!")
    agent_api.call("PUT", f"/conversations/{whole['id']}/tags", add=["wlan", "router"])
    agent_api.call(
        "POST", f"/conversations/{whole['id']}/notes", text="Ole hat dasselbe Modell, vermutlich das Update 7.4."
    )
    agent_api.call(
        "POST",
        f"/conversations/{whole['id']}/replies",
        text="Liebe Mira, bitte den Router einmal neu starten, dann lädt er das Update. Meldest du dich, ob es hilft?",
    )
    wait_for("the answer", lambda: square.thread(post["message_id"])[-1]["text"].startswith("Liebe Mira"))
    answer = square.thread(post["message_id"])[-1]["id"]
    square.react(message_id=answer, author={"name": "Mira Wellmann"}, reaction="love")
    square.post(to=answer, author={"name": "Mira Wellmann"}, text="Danke, das probiere ich heute Abend!")
    wait_for("Mira's thanks", lambda: len(agent_api.read(whole["id"])["messages"]) == 5)
    agent_api.call("PUT", f"/conversations/{whole['id']}/follow-up", after="P7D", text="Und, läuft das WLAN wieder?")
    for name, text in OTHERS:
        square.post(author={"name": name}, text=text)
    square.post(
        private=True, author={"name": "Kaya Brandt"}, text="Kann mir jemand privat helfen? Es geht um meine Rechnung."
    )
    yield whole["id"]
    agent_api.http.put("/teams/service", json=_rules(rules, rules["targets"]))


@pytest.mark.parametrize("name", LOOKS)
def test_page_is_photographed_during_a_morning(
    page_of: PageOf, morning: str, shoot: Callable[[Page, str], None], name: str
) -> None:
    page = page_of(place=f"#/c/{morning}", size=LARGE, **LOOKS[name])
    expect(page.get_by_text("Danke, das probiere ich heute Abend!").last).to_be_visible()
    expect(page.get_by_role("region").get_by_text("Kaya Brandt").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    shoot(page, name)
    assert not barriers(page)


def test_the_same_on_a_phone(page_of: PageOf, morning: str, shoot: Callable[[Page, str], None]) -> None:
    page = page_of(place=f"#/c/{morning}", size=PHONE, language="de-DE")
    expect(page.get_by_text("Danke, das probiere ich heute Abend!").last).to_be_visible()
    shoot(page, "inbox-phone")


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("#/follow-ups", "follow-ups"),
        ("#/reports", "reports"),
        ("#/settings/hours", "settings-hours"),
        ("#/settings/routing", "settings-routing"),
        ("#/settings/audit", "settings-audit"),
        ("#/settings/checks", "settings-checks"),
    ],
)
def test_the_office(
    page_of: PageOf, morning: str, alex: Person, shoot: Callable[[Page, str], None], place: str, name: str
) -> None:
    page = page_of(alex, place=place, size=LARGE)
    page.locator("main :is(h1, h2):visible").first.wait_for()
    page.wait_for_load_state("networkidle")
    shoot(page, name)
    assert not barriers(page)


def _rules(rules: Json, targets: Json) -> Json:
    """A team's document, as it is written, with these targets."""
    return {name: value for name, value in rules.items() if name != "name"} | {"targets": targets}
