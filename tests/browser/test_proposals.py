"""Proposals beside the inbox: taken and answered, dismissed by key, approved by a second person, and posted by hand."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from playwright.sync_api import Page, expect

from conversations import identity
from conversations.facts import Attachment, Author
from infra.local.players import AgentApi, Square, SquarePlatform, wait_for
from infra.local.stack import Stack
from outreach.found_posts import FEED, FoundPost
from outreach.post_names import id_for
from outreach.proposals import Proposal
from outreach.tact import words_digest
from storage import customers
from storage.proposals import LETTERS, PROPOSAL
from storage.schema import marker
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person, hire
from tests.browser.platform_files import serve
from tests.browser.problems import Problems
from tests.browser.talk import altered, begin, surname

WIDE = (1440, 900)
ADVICE = "Telefunk hier: Zum Laufen halten Hörer mit Ohrbügel am besten."


@pytest.fixture
def team(agent_api: AgentApi) -> str:
    """A team on whose clock it is noon, so that nobody rests."""
    name = f"advice-{secrets.token_hex(4)}"
    agent_api.call("POST", "/teams", name=name, label="Advice")
    hours = 12 - datetime.now(UTC).hour
    agent_api.call("PUT", f"/teams/{name}", hours={"zone": f"Etc/GMT{-hours:+d}" if hours else "UTC"})
    return name


@pytest.fixture
def asks(stack: Stack, team: str) -> Any:
    """Stores posts that searches found for the team, as proposals. What other tests offered does not slow it down."""
    paces = [f"offer-pace#{place}" for place in ("feed/forum.example", "mastodon/demo")]
    for taken in (*paces, f"offer-text#{words_digest(ADVICE)}"):
        key = {"pk": {"S": taken}, "sk": {"S": "#"}}
        stack.client("dynamodb").delete_item(TableName=stack["table_name"], Key=key)

    def store(
        text: str, name: str = "Mira Sommer", posted: tuple[str, str, str] | None = None, picture: str = ""
    ) -> Proposal:
        channel, number, author_id = posted or (FEED, *[secrets.token_hex(6)] * 2)
        at, url = int(time.time() * 1000), f"https://forum.example/t/{number}"
        author = Author(author_id, name, "@mira")
        connection = "demo" if posted else ""
        files = (Attachment("image", picture, "Kopfhörer mit Bügel"),) if picture else ()
        post = FoundPost(
            *(channel, connection, number, number, url, at - 600_000),
            author=author,
            text=text,
            replies=0,
            attachments=files,
        )
        proposal = Proposal(id_for(post), team, post, ("headphones",), "asks_advice", at, "de")
        place = f"{LETTERS[proposal.status]}{identity.LATEST - at:013d}"
        key = f"proposal#{proposal.id}", "#"
        expires = at // 1000 + 86_400
        item = PROPOSAL.item(key, proposal, expires, ipk=f"proposals#{team}#p", isk=place)
        theirs = marker((f"proposals-of#{customers.digest(channel, connection, author_id)}", proposal.id), expires)
        for each in (item, theirs):
            attributes = {name: TypeSerializer().serialize(value) for name, value in each.items()}
            stack.client("dynamodb").put_item(TableName=stack["table_name"], Item=attributes)
        return proposal

    return store


def read(agent_api: AgentApi, proposal: Proposal) -> dict[str, Any]:
    return agent_api.call("GET", f"/proposals/{proposal.id}")


def open_list(page_of: PageOf, team: str, text: str, **options: Any) -> Page:
    page = page_of(place=f"#/proposals?team={team}", **options)
    expect(page.get_by_role("link", name=text)).to_be_visible()
    return page


def test_proposal_is_taken_and_answered_by_keyboard_and_the_refusal_stands_at_the_field(
    page_of: PageOf, team: str, asks: Any, agent_api: AgentApi, shoot: Any, problems: Problems
) -> None:
    asks("Welche Kopfhörer taugen zum Laufen?")
    problems.expect("422")
    page = open_list(page_of, team, "Welche Kopfhörer taugen zum Laufen?", size=WIDE)
    expect(page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Proposals")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Mira Sommer")).to_be_visible()
    expect(page.get_by_text("We never spoke with them")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type("Telefunk hier: www.telefunk.example hilft.")
    expect(page.locator(".proposal-head").get_by_text("Yours until")).to_be_visible()
    page.keyboard.press("Control+Enter")
    field = page.get_by_label("Your text")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#proposal-refusal")).to_contain_text("link")
    assert barriers(page) == []
    shoot(page, "proposal-refused")
    field.fill(ADVICE)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your text waits for a second person.").first).to_be_visible()
    expect(page.get_by_role("heading", name="Mira Sommer").or_(page.get_by_role("main"))).to_be_focused()
    shoot(page, "proposal-waits")
    (item,) = agent_api.call("GET", f"/proposals?team={team}&status=claimed")["items"]
    assert (item["offer"]["text"], item["offer"]["approval"]) == (ADVICE, "waiting")


def test_proposal_is_dismissed_with_a_reason_by_key_and_the_next_is_shown(
    page_of: PageOf, team: str, asks: Any, agent_api: AgentApi
) -> None:
    second = asks("Suche Hörer für die Arbeit.", "Lea Büro")
    first = asks("Wer kauft meine alten Hörer?", "Nils Markt")
    page = open_list(page_of, team, first.post.text, size=WIDE)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Nils Markt")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.type("ask for")
    expect(page.locator(".pick-option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lea Büro")).to_be_visible()
    expect(page.locator(".toast", has_text="Dismissed.")).to_be_visible()
    shown = read(agent_api, first)
    assert (shown["status"], shown["dismissal"]) == ("dismissed", "not_an_ask")
    assert read(agent_api, second)["status"] == "new"


def test_picture_of_a_post_is_shown_on_request(
    page_of: PageOf, asks: Any, team: str, shoot: Callable[[Page, str], None]
) -> None:
    with serve() as address:
        asks("Welche davon halten beim Laufen?", picture=f"{address}/bild.png")
        page = open_list(page_of, team, "Welche davon halten beim Laufen?", size=WIDE)
        page.get_by_role("link", name="Welche davon halten beim Laufen?").click()
        show = page.get_by_role("button", name="Show picture")
        show.focus()
        page.keyboard.press("Enter")
        picture = page.get_by_role("img", name="Kopfhörer mit Bügel")
        expect(picture).to_have_js_property("naturalWidth", 64)
        expect(show).to_have_count(0)
        assert not barriers(page)
        shoot(page, "proposal-picture")


def test_second_person_approves_exactly_the_text_that_is_shown(
    page_of: PageOf, stack: Stack, team: str, asks: Any, agent_api: AgentApi, kim: Person, shoot: Any
) -> None:
    mastodon = SquarePlatform(stack.values, "mastodon")
    text = "Welche Kopfhörer taugen zum Laufen?"
    said = mastodon.call("POST", "/mastodon/say", author={"name": "Runa"}, text=text, trait="public")
    proposal = asks(text, "Runa", ("mastodon", said["message_id"], said["author_id"]))
    agent_api.call("POST", f"/proposals/{proposal.id}/offer", text=ADVICE)
    page = page_of(kim, place=f"#/proposals?team={team}", size=WIDE)
    page.get_by_role("link", name="1 text waits for your approval").click()
    expect(page.locator(".proposal-row")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator(".proposal-offer")).to_contain_text("asks for your approval")
    expect(page.locator(".proposal-offer .proposal-text")).to_have_text(ADVICE)
    expect(page.get_by_label("Your text")).to_have_count(0)
    assert barriers(page) == []
    shoot(page, "proposal-approve")
    page.keyboard.press("a")
    expect(page.locator(".toast", has_text="Approved.")).to_be_visible()
    offer = read(agent_api, proposal)["offer"]
    assert (offer["text"], offer["approval"], offer["approved_by"]["name"]) == (ADVICE, "given", kim.name)


def test_conversation_that_began_with_an_offer_says_so(
    page_of: PageOf, square: Square, agent_api: AgentApi, shoot: Any
) -> None:
    talk = begin(square, agent_api, "Danke für den Tipp!")
    page = page_of(size=WIDE)
    altered(page, talk, lambda conversation: conversation.update(origin="outreach"))
    page.evaluate("place => { location.hash = place; }", talk.place)
    expect(page.locator(".conversation-head").get_by_text("Began with our offer")).to_be_visible()
    assert barriers(page) == []
    shoot(page, "proposal-conversation")


def test_approved_text_is_copied_and_posted_by_hand_on_a_phone(
    page_of: PageOf, team: str, asks: Any, agent_api: AgentApi, kim: Person, shoot: Any
) -> None:
    proposal = asks("Welche Kopfhörer taugen zum Laufen?")
    offered = agent_api.call("POST", f"/proposals/{proposal.id}/offer", text=ADVICE)
    page = page_of(
        kim,
        place=f"#/proposals/{proposal.id}?team={team}&status=claimed",
        size=PHONE,
        language="de-DE",
        dark=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    assert offered["offer"]["approval"] == "waiting"
    approve = page.get_by_role("button", name="Diesen Text freigeben")
    expect(page.locator(".proposal-offer .proposal-text")).to_be_in_viewport()
    approve.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mira Sommer")).to_be_focused()
    page.context.route("https://forum.example/**", lambda route: route.fulfill(body="the forum"))
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Kopieren und öffnen").click()
    assert opened.value.url == proposal.post.url
    opened.value.close()
    assert page.evaluate("navigator.clipboard.readText()") == ADVICE
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert barriers(page) == []
    shoot(page, "proposal-by-hand")
    page.get_by_label("Fügen Sie danach die Adresse Ihres Beitrags ein").fill(f"{proposal.post.url}/2")
    page.get_by_role("button", name="Ist veröffentlicht").click()
    expect(page.get_by_role("link", name="Unseren Beitrag ansehen")).to_be_visible()
    assert wait_for("the post", lambda: read(agent_api, proposal)["posted"])["url"] == f"{proposal.post.url}/2"
    page.get_by_text("Falsche Adresse?").click()
    page.get_by_label("Die richtige Adresse Ihres Beitrags").fill(f"{proposal.post.url}/3")
    page.get_by_role("button", name="Ist veröffentlicht").click()
    wait_for("the other address", lambda: read(agent_api, proposal)["posted"]["url"] == f"{proposal.post.url}/3")
    assert barriers(page) == []
    shoot(page, "proposal-address-corrected")


@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (PHONE, True)], ids=["wide", "phone-dark"])
def test_search_is_tried_marked_and_saved_and_shows_its_precision(
    page_of: PageOf, stack: Stack, team: str, agent_api: AgentApi, shoot: Any, size: tuple[int, int], dark: bool
) -> None:
    word = f"hoerer{secrets.token_hex(4)}"
    mastodon = SquarePlatform(stack.values, "mastodon")
    text = f"Suche {word} zum Laufen, was könnt ihr empfehlen?"
    mastodon.call("POST", "/mastodon/say", author={"name": "Runa"}, text=text, trait="public")
    page = page_of(place=f"#/settings/searches?team={team}", size=size, dark=dark)
    page.get_by_role("link", name="New search").click()
    expect(page.get_by_role("heading", name="New search")).to_be_focused()
    tried = page.get_by_role("button", name="Try this search")
    expect(tried).to_be_disabled()
    page.get_by_label("All of these").fill(word)
    page.get_by_role("checkbox", name="Mastodon").check()
    tried.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".search-found")).to_contain_text("1 post in the last 7 days.")
    expect(tried).to_be_focused()
    expect(page.locator(".search-found")).to_contain_text("Looking costs nothing.")
    example = page.locator(".search-example")
    expect(example).to_contain_text(text)
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_label("Name", exact=True).fill("Sport")
    example.get_by_role("radio", name="Fits", exact=True).check()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    shoot(page, f"search-tried-{size[0]}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("You have unsaved changes.")).to_have_count(0)
    expect(page.get_by_role("heading", name="Sport")).to_be_focused()
    page.get_by_role("link", name="Searches").first.click()
    card = page.locator(".search-card").filter(has_text="Sport")
    expect(card).to_contain_text("1 of 1 judged posts fit (100%)")
    shoot(page, f"searches-{size[0]}")
    card.get_by_role("button", name="Pause").click()
    expect(card).to_contain_text("Paused")
    saved = next(each for each in agent_api.call("GET", "/searches")["items"] if each["team"] == team)
    assert (saved["query"]["all"], saved["paused"]) == ([word], True)


def test_second_person_sends_a_text_back_and_a_lead_erases_the_author_on_a_phone(
    page_of: PageOf, team: str, asks: Any, agent_api: AgentApi, kim: Person, shoot: Any
) -> None:
    proposal = asks("Welche Kopfhörer taugen zum Laufen?", "Runa")
    agent_api.call("POST", f"/proposals/{proposal.id}/offer", text=ADVICE, rules_confirmed=True)
    page = page_of(kim, place=f"#/proposals/{proposal.id}?team={team}", size=PHONE)
    page.get_by_role("button", name="Send the text back").click()
    expect(page.locator(".toast", has_text="Sent back.")).to_be_visible()
    assert (read(agent_api, proposal)["status"], read(agent_api, proposal)["offer"]) == ("new", None)
    expect(page.get_by_role("button", name="Delete all data")).to_have_count(0)

    lead = page_of(place=f"#/proposals/{proposal.id}?team={team}", size=PHONE)
    lead.get_by_role("button", name="Delete all data of this person").click()
    assert barriers(lead) == []
    lead.get_by_label("To confirm, type: Runa").fill("Runa")
    shoot(lead, "proposal-erase")
    lead.get_by_role("dialog").get_by_role("button", name="Delete all data of this person").click()
    expect(lead.locator(".toast", has_text="Deleted.")).to_be_visible()
    assert not agent_api.call("GET", f"/proposals?team={team}")["items"]


def test_stranger_opts_out_and_is_erased_and_kept_out_from_their_proposal(
    page_of: PageOf, team: str, asks: Any, agent_api: AgentApi, kim: Person, shoot: Any
) -> None:
    proposal = asks("Welche Kopfhörer taugen zum Laufen?", "Runa")
    page = page_of(kim, place=f"#/proposals/{proposal.id}?team={team}", size=PHONE, dark=True, language="de-DE")
    page.get_by_role("button", name="Möchte nicht angesprochen werden").click()
    assert barriers(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Möchte nicht angesprochen werden").click()
    expect(page.locator(".toast", has_text="Vermerkt.")).to_be_visible()
    expect(page.get_by_text("Möchte nichts von uns hören", exact=True)).to_be_visible()
    shoot(page, "proposal-opted-out")
    assert read(agent_api, proposal)["status"] == "expired"

    lead = page_of(place=f"#/proposals/{proposal.id}?team={team}", size=WIDE)
    with lead.expect_download() as saved:
        lead.get_by_role("button", name="Save all data").click()
    assert saved.value.suggested_filename.startswith(f"nachfrage-person-{proposal.id[:8]}")
    lead.get_by_role("button", name="Delete all data of this person").click()
    expect(lead.get_by_role("checkbox", name="Never find and approach")).to_be_checked()
    assert barriers(lead) == []
    shoot(lead, "proposal-erase-kept-out")
    lead.get_by_label("To confirm, type: Runa").fill("Runa")
    lead.get_by_role("dialog").get_by_role("button", name="Delete all data of this person").click()
    expect(lead.locator(".toast", has_text="Deleted.")).to_be_visible()


def test_lead_sees_without_searching_that_a_text_and_a_paused_search_wait(
    page_of: PageOf, stack: Stack, team: str, asks: Any, agent_api: AgentApi, kim: Person, shoot: Any
) -> None:
    lead = hire(stack, f"Nele {surname()}", "lead")
    page = page_of(lead, size=WIDE)
    rail = page.get_by_role("navigation", name="Main navigation")
    proposal = asks("Welche Kopfhörer taugen zum Laufen?")
    agent_api.call("POST", f"/proposals/{proposal.id}/offer", text=ADVICE, rules_confirmed=True)
    word = f"Sport {team[-4:]}"
    search = agent_api.call("POST", "/searches", name=word, team=team, query={"any": ["hörer"]}, sources=[FEED_SOURCE])
    pause_itself(stack, search["id"])
    expect(rail.get_by_role("link", name="Proposals")).to_contain_text("new")
    page.keyboard.press("g")
    page.keyboard.press("y")
    expect(page.get_by_role("link", name=f"The search “{word}” paused itself")).to_be_visible()
    text = page.locator(f'.for-me a[href*="{team}"]', has_text="1 text waits for your approval")
    expect(text).to_be_visible()
    assert barriers(page) == []
    shoot(page, "waiting-for-a-lead")
    text.click()
    expect(page.locator(".proposal-row")).to_have_count(1)

    phone = page_of(lead, place="#/for-you", size=PHONE, dark=True, language="de-DE")
    expect(phone.get_by_text(f"Die Suche „{word}“ hat sich selbst angehalten")).to_be_visible()
    phone.get_by_role("button", name="Mehr").click()
    expect(phone.locator("#account").get_by_role("link", name="Vorschläge")).to_contain_text("neu")
    assert barriers(phone) == []
    shoot(phone, "waiting-for-a-lead-phone")


FEED_SOURCE = {"feed": "https://forum.example/feed.xml"}


def pause_itself(stack: Stack, search: str) -> None:
    """Store what a search stores that pauses itself."""
    stack.client("dynamodb").update_item(
        TableName=stack["table_name"],
        Key={"pk": {"S": "searches"}, "sk": {"S": search}},
        UpdateExpression="SET #paused = :paused, rs = :reason ADD v :one",
        ExpressionAttributeNames={"#paused": "pd"},
        ExpressionAttributeValues={":paused": {"N": "1"}, ":reason": {"S": "refusals"}, ":one": {"N": "1"}},
    )
