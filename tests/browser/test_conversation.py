"""A conversation as the page shows it: who said what to whom, what became of it, and nothing that it should not do."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from infra.local.players import AgentApi, Square, wait_for
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import DESKTOP, PHONE, PageOf
from tests.browser.people import Person
from tests.browser.problems import Problems
from tests.browser.talk import Json, Talk, altered, answer_field, begin, message

HOSTILE = {
    "script": "<script>document.title='caught'</script><img src=x onerror=\"document.title='caught'\">",
    "link": "javascript:document.title='caught' [click](javascript:alert(1)) data:text/html,<b>x</b>",
    "zalgo": "Z\u0338\u0327\u0300\u0301\u0302" * 40,
    "bidi": "\u202eeb ot derorre\u202c \u2067abc\u2066 normal",
    "emoji": "😀👨‍👩‍👧🏳️‍🌈" * 150,
    "long word": "x" * 5000,
    "braces": "{{customer}} ${7*7} </textarea></li></ol>",
}


@pytest.fixture
def talk(square: Square, agent_api: AgentApi) -> Talk:
    """Somebody posted on the Page."""
    return begin(square, agent_api)


def test_a_public_thread_reads_as_the_public_sees_it(page_of: PageOf, talk: Talk) -> None:
    first = talk.comment("Bei mir auch!", name="Omar Test")
    talk.comment("Dann liegt es nicht an mir.")
    talk.comment("Seit wann denn?", parent=first)
    page = page_of(place=talk.place)
    texts = page.locator(".thread .message-text")
    expect(texts).to_have_text(
        ["Mein WLAN geht nicht.", "Bei mir auch!", "Seit wann denn?", "Dann liegt es nicht an mir."]
    )
    expect(message(page, "Seit wann denn?")).to_have_class(re.compile("is-below"))
    expect(message(page, "Bei mir auch!")).to_contain_text("bystander")
    expect(message(page, "Dann liegt")).to_contain_text("customer")
    expect(page.locator(".conversation-head")).to_contain_text("Public")
    expect(page.locator(".conversation-head")).to_contain_text("1 other participant")


def test_edited_message_shows_its_earlier_text(page_of: PageOf, square: Square, talk: Talk) -> None:
    comment = talk.comment("Die erste Lampe blinkt.")
    square.edit(message_id=comment, text="Die zweite Lampe blinkt.")
    talk.until("the edit", lambda whole: any(each["edited_at"] for each in whole["messages"]))
    page = page_of(place=talk.place)
    said = message(page, "Die zweite Lampe blinkt.")
    expect(said).not_to_contain_text("Die erste")
    said.get_by_role("button", name="edited").click()
    expect(said.get_by_role("list", name="Edit history")).to_contain_text("Die erste Lampe blinkt.")


def test_versions_that_the_answer_left_out_are_fetched_when_somebody_asks(
    page_of: PageOf, square: Square, talk: Talk
) -> None:
    """Of a message that was changed so often that its versions do not fit into an answer, as is pretended here."""
    comment = talk.comment("Lampe 0 blinkt.")
    for number in (1, 2, 3):
        time.sleep(1.01)  # the platform tells the time of an edit in whole seconds, and nothing else tells their order
        square.edit(message_id=comment, text=f"Lampe {number} blinkt.")
        talk.until("the edit", lambda whole, number=number: f"Lampe {number} blinkt." in str(whole["messages"]))

    def leave_out(whole: Json) -> None:
        for each in whole["messages"]:
            if len(each["earlier"]) == 3:
                each.update(earlier=each["earlier"][2:], earlier_left=2)

    page = page_of()
    altered(page, talk, leave_out)
    go_to(page, talk)
    said = message(page, "Lampe 3 blinkt.")
    said.get_by_role("button", name="edited").click()
    history = said.get_by_role("list", name="Edit history")
    expect(history).to_contain_text("Lampe 2 blinkt.")
    expect(history).not_to_contain_text("Lampe 0 blinkt.")
    history.get_by_role("button", name="Show 2 earlier versions").click()
    expect(history.locator("li")).to_contain_text(["Lampe 0 blinkt.", "Lampe 1 blinkt.", "Lampe 2 blinkt."])
    expect(history.get_by_role("button", name="earlier versions")).to_have_count(0)


def test_removed_message_keeps_its_place_without_its_text(page_of: PageOf, square: Square, talk: Talk) -> None:
    comment = talk.comment("Das nehme ich zurück.")
    page = page_of(place=talk.place)
    expect(message(page, "Das nehme ich zurück.")).to_be_visible()
    square.remove(message_id=comment)
    expect(page.locator(".message.is-removed")).to_contain_text("This message was removed")
    expect(page.locator(".thread")).not_to_contain_text("Das nehme ich zurück.")


def test_beside_the_author_stands_that_nobody_vouches_for_the_sender(page_of: PageOf, talk: Talk) -> None:
    expect(message(page_of(place=talk.place), "Mein WLAN geht nicht.")).not_to_contain_text("Sender not verified")
    page = page_of()
    altered(page, talk, lambda whole: whole["messages"][0].update(unproven=True))
    go_to(page, talk)
    expect(message(page, "Mein WLAN geht nicht.").locator(".message-by")).to_contain_text("Sender not verified")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_wish_that_nobody_vouches_for_is_marked_and_explained(
    page_of: PageOf, talk: Talk, shoot: Callable[[Page, str], None], size: tuple[int, int]
) -> None:
    page = page_of(size=size)
    altered(page, talk, lambda whole: whole["messages"][0].update(unproven=True, seems="opt_out"))
    go_to(page, talk)
    said = message(page, "Mein WLAN")
    mark = said.get_by_text("May be asking to stop follow-ups")
    expect(mark).to_be_visible()
    expect(mark).to_have_attribute("title", re.compile("The sender isn’t verified"))
    expect(message(page, "Mein WLAN")).to_contain_text("Mein WLAN geht nicht.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not barriers(page)
    shoot(page, f"seems-opt-out-{size[0]}")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_page_does_not_scroll_while_a_conversation_loads(page_of: PageOf, talk: Talk, size: tuple[int, int]) -> None:
    page = page_of(size=size)
    held: list[Route] = []
    page.route(f"**/api/conversations/{talk.id}?messages=*", lambda route: held.append(route))
    go_to(page, talk)
    expect(page.locator(".conversation[aria-busy=true]")).to_be_visible()
    assert page.evaluate("(main => main.scrollHeight <= main.clientHeight)(document.querySelector('main'))")
    assert not barriers(page)
    for route in held:
        route.continue_()


def test_subjects_and_judgements_stand_above_the_words(page_of: PageOf, talk: Talk) -> None:
    talk.comment("Der Juni auch nicht.")

    def as_mails(whole: Json) -> None:
        first, second = whole["messages"]
        whole["title"] = first["title"] = "Die Rechnung vom Mai"
        second["title"] = "Nachtrag"

    def as_review(whole: Json) -> None:
        first, second = whole["messages"]
        before = {"at": first["sent_at"], "text": "", "rating": "2"}
        first.update(rating="4", text=None, earlier=[before], edited_at=first["sent_at"])
        second.update(rating="negative")

    page = page_of()
    altered(page, talk, as_mails)
    go_to(page, talk)
    expect(page.locator(".head-title")).to_have_text("Die Rechnung vom Mai")
    expect(page.locator(".message-title")).to_have_text(["Nachtrag"])
    assert not barriers(page)

    page = page_of(language="de-DE")
    altered(page, talk, as_review)
    go_to(page, talk)
    first, second = page.locator(".message").first, page.locator(".message").last
    expect(first.get_by_role("img", name="4 von 5 Sternen")).to_have_text("★★★★☆")
    expect(first).not_to_contain_text("Ohne Text")
    expect(second).to_contain_text("Empfiehlt uns nicht")
    first.get_by_role("button", name="bearbeitet").click()
    expect(first.get_by_role("img", name="2 von 5 Sternen")).to_be_visible()
    expect(page.locator(".head-title")).to_have_count(0)
    assert not barriers(page)


def test_new_message_appears_by_itself_and_the_caret_stays(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Guten Tag, ich schaue")
    field.evaluate("field => field.setSelectionRange(5, 9)")
    talk.comment("Hallo? Noch da?")
    expect(message(page, "Hallo? Noch da?")).to_be_visible()
    assert field.evaluate("field => [field.selectionStart, field.selectionEnd]") == [5, 9]
    expect(field).to_be_focused()
    expect(field).to_have_value("Guten Tag, ich schaue")


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_shown_as_text(page_of: PageOf, square: Square, agent_api: AgentApi, kind: str) -> None:
    page = page_of(place=begin(square, agent_api, HOSTILE[kind]).place)
    said = page.locator(".message .message-text").first
    expect(said).to_be_visible()
    shown = said.inner_text().replace("…", "").strip()
    assert shown
    assert HOSTILE[kind].replace("\u00a0", " ").startswith(shown)
    assert "caught" not in page.title()
    expect(said.locator("a, b, script, img")).to_have_count(0)
    overflow = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    assert not overflow
    box = page.locator(".thread-scroll")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")


def test_a_hundred_thousand_characters_are_folded_until_they_are_asked_for(page_of: PageOf, talk: Talk) -> None:
    page = page_of()
    altered(page, talk, lambda whole: whole["messages"][0].update(text="Wort " * 20_000))
    go_to(page, talk)
    said = page.locator(".message .message-text").first
    expect(said).to_be_visible()

    def shows(least: int, most: int) -> None:
        wait_for("as much of the text as was asked for", lambda: least < len(said.inner_text()) < most)

    shows(0, 2_000)
    more = page.get_by_role("button", name="Show more of 100,000 characters")
    more.click()
    expect(page.get_by_role("button", name="Show less")).to_be_visible()
    shows(8_000, 10_000)
    more.click()
    shows(16_000, 18_000)
    more.click()
    shows(24_000, 26_000)
    page.get_by_role("button", name="Show less").click()
    shows(0, 2_000)


FREEZING = {
    "brackets behind an address": "https://a" + ")" * 30_000,
    "a word without end": "x" * 100_000,
    "marks on one letter": "a" + "\u0301\u0323" * 25_000,
    "joiners": "\u200d" * 100_000,
    "directions within directions": "\u2067" * 50_000 + "a" + "\u2069" * 49_999,
    "addresses": "https://a.example/ " * 10_000,
    "lines": "\n" * 100_000 + "a",
}
BUSY = 4.0
"""Seconds for which the page's thread may work to show a message and to unfold it; a quadratic look takes twenty."""


@pytest.mark.parametrize("kind", FREEZING)
def test_a_message_made_to_freeze_the_browser_is_shown_and_unfolded(page_of: PageOf, talk: Talk, kind: str) -> None:
    page = page_of()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    many = [
        {"type": "file", "url": None, "title": FREEZING[kind][:1000], "id": str(at), "state": None} for at in range(300)
    ]
    reactions = [{"author_id": str(at), "reaction": f"{FREEZING[kind][:1000]}{at}"} for at in range(30)]
    strange = {"text": FREEZING[kind], "title": FREEZING[kind], "attachments": many, "reactions": reactions}
    altered(page, talk, lambda whole: whole["messages"][0].update(strange, author={"id": "1", "name": FREEZING[kind]}))
    go_to(page, talk)
    expect(page.locator(".message .message-text").first).to_be_attached()
    expect(page.locator(".message .attached li")).to_have_count(20)
    page.locator(".message-text + .message-all").first.click()
    expect(page.get_by_role("button", name="Show less")).to_be_visible()
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    assert metrics["TaskDuration"] < BUSY


def test_addresses_of_the_web_open_apart_and_say_where_they_lead(
    page_of: PageOf, square: Square, agent_api: AgentApi
) -> None:
    talk = begin(square, agent_api, "Siehe https://hilfe.example/wlan und https://hilfe.example@falsch.example/x.")
    page = page_of(place=talk.place)
    links = page.locator(".message-text a")
    expect(links).to_have_count(2)
    for link in links.all():
        expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        expect(link).to_have_attribute("target", "_blank")
    expect(page.locator(".message-text")).to_contain_text("(link to falsch.example)")
    expect(page.locator(".message-host")).to_have_count(1)


def test_right_to_left_is_shown_right(page_of: PageOf, square: Square, agent_api: AgentApi) -> None:
    page = page_of(place=begin(square, agent_api, "مرحبا، هل هناك حل؟").place)
    said = page.locator(".message-text").first
    expect(said).to_have_css("direction", "rtl")


def test_private_within_public_is_framed_and_named(page_of: PageOf, talk: Talk, agent_api: AgentApi) -> None:
    body = {"text": "Ihre Kundennummer, bitte.", "visibility": "private"}
    agent_api.call("POST", f"/conversations/{talk.id}/replies", **body)
    page = page_of(place=talk.place)
    said = message(page, "Ihre Kundennummer")
    expect(said).to_have_class(re.compile("is-aside"))
    expect(said).to_contain_text("Private, only this person can read it")


def test_notes_are_not_taken_for_answers(page_of: PageOf, talk: Talk, agent_api: AgentApi) -> None:
    agent_api.call("POST", f"/conversations/{talk.id}/notes", text="Bei der Technik nachgefragt.")
    page = page_of(place=talk.place)
    said = message(page, "Bei der Technik")
    expect(said).to_contain_text("Internal note")
    expect(said.locator(".delivery")).to_have_count(0)


def test_actions_are_shown_between_the_messages(page_of: PageOf, talk: Talk, agent_api: AgentApi) -> None:
    agent_api.call("PUT", f"/conversations/{talk.id}/tags", add=["wlan"])
    agent_api.call("POST", f"/conversations/{talk.id}/resolve")
    agent_api.call("POST", f"/conversations/{talk.id}/reopen")
    page = page_of(place=talk.place)
    expect(page.locator(".event-text")).to_contain_text(
        ["Alex Beispiel added tags: wlan", "Alex Beispiel resolved this", "Alex Beispiel reopened this"]
    )
    expect(page.locator(".conversation-head .tag")).to_have_text("wlan")


def test_refused_reply_shows_its_reason_and_can_be_sent_again(page_of: PageOf, square: Square, talk: Talk) -> None:
    square.call("POST", "/faults", on="send", error={"code": 100})
    talk.agent_api.call("POST", f"/conversations/{talk.id}/replies", text="Wir schauen nach.")
    talk.until("the refusal", lambda whole: whole["undelivered"] == "failed")
    page = page_of(place=talk.place)
    said = message(page, "Wir schauen nach.")
    expect(said).to_contain_text("Not sent")
    expect(said).to_contain_text("The platform does not take this content.")
    expect(said.get_by_role("button", name="Copy the text")).to_be_visible()
    said.get_by_role("button", name="Try again").click()
    expect(said).to_contain_text(re.compile(r"Sent|Delivered|Read"))
    assert [each["text"] for each in square.thread(talk.thread)] == ["Wir schauen nach."]


@pytest.mark.parametrize(("button", "arrived"), [("It’s there", True), ("It’s missing, send again", False)])
def test_unclear_delivery_is_settled_by_a_person(page_of: PageOf, talk: Talk, button: str, arrived: bool) -> None:
    talk.agent_api.call("POST", f"/conversations/{talk.id}/replies", text="Wir schauen nach.")
    talk.until("the answer", lambda whole: any(each["state"] == "sent" for each in whole["messages"]))
    page = page_of()
    altered(page, talk, _unconfirmed)
    page.route("**/settle", lambda route: route.fulfill(json={}))
    go_to(page, talk)
    said = message(page, "Wir schauen nach.")
    expect(said).to_contain_text("Delivery unclear")
    expect(said).to_contain_text("Check on the platform")
    with page.expect_request("**/settle") as asked:
        said.get_by_role("button", name=button, exact=True).click()
    assert asked.value.post_data_json == {"arrived": arrived}


def test_files_tell_nobody_who_looks_and_lost_ones_say_so(
    page_of: PageOf, talk: Talk, problems: Problems, stack: Stack
) -> None:
    """The page loads files from our bucket alone; its policy would refuse any other place."""
    problems.expect("Failed to load resource")
    stored = {"state": "stored", "mime": "image/png", "size": 5, "shown": True, "url": None, "explanation": None}
    files = [
        stored | {"id": "1", "type": "image", "title": "Router", "link": f"{stack['endpoint_url']}/files/lost.png"},
        {"type": "file", "url": "javascript:alert(1)", "title": "rechnung.pdf", "state": None, "id": None},
        {"type": "hologram", "url": None, "title": None, "state": None, "id": None},
        stored | {"id": "2", "type": "file", "title": None, "state": "failed", "link": None, "explanation": "Weg."},
    ]
    page = page_of()
    altered(page, talk, lambda whole: whole["messages"][0].update(attachments=files))
    with page.expect_request("**/files/lost.png") as asked:
        go_to(page, talk)
    assert "referer" not in asked.value.headers
    attached = page.locator(".attached > li")
    expect(attached.nth(0)).to_contain_text("This file can’t be shown here")
    expect(attached.nth(1)).to_contain_text("can’t be opened safely")
    expect(attached.nth(1).locator("a")).to_have_count(0)
    expect(attached.nth(2)).to_contain_text("Attachment (hologram)")
    expect(attached.nth(3)).to_contain_text("Weg.")


def test_a_long_thread_begins_at_its_end_and_older_messages_are_fetched(page_of: PageOf, talk: Talk) -> None:
    page = page_of()
    whole = talk.read() | {"unread": 0, "waiting_since": None}
    newest = whole | {"messages": _hundred(whole, "Neu", 2), "earlier": "older"}
    older = whole | {"messages": _hundred(whole, "Alt", 1), "earlier": None}
    page.route(
        f"**/api/conversations/{talk.id}?messages=*",
        lambda route: route.fulfill(json=older if "before=older" in route.request.url else newest),
    )
    go_to(page, talk)
    expect(message(page, "Neu 99.")).to_be_in_viewport()
    before = page.locator(".message").count()
    page.get_by_role("button", name="Show earlier messages").click()
    expect(page.locator(".message")).to_have_count(before + 100)
    expect(page.get_by_role("button", name="Show earlier messages")).to_have_count(0)


def test_lead_hides_a_message_of_others(page_of: PageOf, lea: Person, square: Square, talk: Talk) -> None:
    talk.comment("Alles Betrug hier!", name="Troll Test")
    page = page_of(lea, place=talk.place)
    said = message(page, "Alles Betrug hier!")
    said.hover()
    said.get_by_role("button", name="Message actions").click()
    page.get_by_role("button", name="Hide on the platform").click()
    page.get_by_role("dialog").get_by_role("button", name="Hide on the platform").click()
    expect(page.locator(".event-text").last).to_contain_text("Lea Beispiel hid a message on the platform")
    expect(said).to_contain_text("Hidden on the platform")


def test_agent_is_not_offered_moderation_of_others(page_of: PageOf, kim: Person, talk: Talk) -> None:
    page = page_of(kim, place=talk.place)
    expect(page.locator(".message")).to_have_count(1)
    said = page.locator(".message")
    said.hover()
    said.get_by_role("button", name="Message actions").click()
    expect(page.get_by_role("button", name="Like on the platform")).to_be_visible()
    for name in ("Hide on the platform", "Delete on the platform", "Block this person"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More", exact=True).last.click()
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(page.get_by_role("button", name="Delete this conversation")).to_have_count(0)


def test_erasing_wants_more_than_a_click(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    page.locator('[data-act="more"]').click()
    page.get_by_role("button", name="Delete this conversation").click()
    sure = page.get_by_role("dialog").get_by_role("button", name="Delete this conversation")
    expect(sure).to_be_disabled()
    page.get_by_label("To confirm, type").fill(talk.customer)
    sure.click()
    expect(page).to_have_url(re.compile("#/inbox"))
    assert talk.agent_api.http.get(f"/conversations/{talk.id}").status_code == 404


def test_scheduled_follow_up_is_shown_and_can_be_cancelled(page_of: PageOf, talk: Talk) -> None:
    talk.agent_api.call("PUT", f"/conversations/{talk.id}/follow-up", after="P3D", text="Läuft es wieder?")
    page = page_of(place=talk.place)
    promise = page.get_by_role("region", name="Follow-up")
    expect(promise).to_contain_text("Will be sent automatically")
    promise.get_by_role("button", name="Details").click()
    expect(promise).to_contain_text("Läuft es wieder?")
    promise.get_by_role("button", name="Cancel follow-up").click()
    expect(promise).to_have_count(0)
    assert talk.read()["follow_up"]["state"] == "cancelled"


def test_one_click_says_what_came_of_the_question(page_of: PageOf, talk: Talk) -> None:
    talk.asked_back()
    talk.comment("Ja, läuft wieder, danke!")
    page = page_of(place=talk.place)
    promise = page.get_by_role("region", name="Follow-up")
    expect(promise).to_contain_text("This looks solved. Is it?")
    promise.get_by_role("button", name="Solved, resolve conversation").click()
    expect(promise).to_contain_text("Outcome: solved (Alex Beispiel)")
    expect(page.locator(".conversation-head")).to_contain_text("Resolved")


def test_the_keys_do_what_the_help_says(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    page.keyboard.press("r")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.get_by_role("dialog", name="Snooze until")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator(".conversation-head")).to_contain_text("Resolved")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Send and schedule the default follow-up")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("private", [False, True])
def test_nothing_keeps_people_out(
    page_of: PageOf, square: Square, agent_api: AgentApi, dark: bool, private: bool
) -> None:
    talk = begin(square, agent_api, private=private)
    agent_api.call("POST", f"/conversations/{talk.id}/notes", text="Eine Notiz.")
    agent_api.call("POST", f"/conversations/{talk.id}/replies", text="Eine Antwort.", follow_up={"after": "P7D"})
    page = page_of(place=talk.place, dark=dark, size=(1440, 900))
    expect(page.locator(".message")).to_have_count(3)
    answer_field(page).fill("Noch eine")
    assert not barriers(page)
    page.get_by_role("button", name="Note", exact=True).click()
    assert not barriers(page)


def test_all_of_it_fits_a_phone_in_german(page_of: PageOf, talk: Talk, shoot: Callable[[Page, str], None]) -> None:
    talk.comment("Bei mir auch!", name="Omar Test")
    page = page_of(place=talk.place, language="de-DE", size=PHONE)
    field = answer_field(page)
    field.fill("Wir schauen sofort nach.")
    expect(page.locator(".composer-where").first).to_have_text("Öffentliche Antwort, auf Facebook für alle sichtbar")
    for name in (re.compile("Öffentlich senden"), re.compile("nachfragen$"), re.compile("Vorlagen")):
        button = page.get_by_role("button", name=name).first
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE[0]
        assert box["height"] >= 24
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    shoot(page, "conversation-phone-de")
    page.get_by_role("link", name="Zurück").click()
    expect(page).to_have_url(re.compile("#/inbox"))


def test_pictures_for_eyes(
    page_of: PageOf, talk: Talk, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    talk.comment("Bei mir auch!", name="Omar Test")
    agent_api.call("POST", f"/conversations/{talk.id}/notes", text="Klingt nach dem Update von gestern.")
    agent_api.call(
        "POST", f"/conversations/{talk.id}/replies", text="Das schauen wir uns an.", follow_up={"after": "P7D"}
    )
    talk.until("the answer", lambda whole: any(each["state"] == "sent" for each in whole["messages"]))
    page = page_of(place=talk.place, size=(1440, 900))
    expect(page.locator(".message")).to_have_count(4)
    expect(message(page, "Das schauen wir uns an.")).to_be_visible()
    shoot(page, "conversation")
    dark = page_of(place=talk.place, size=(1440, 900), dark=True)
    expect(dark.locator(".message")).to_have_count(4)
    shoot(dark, "conversation-dark")


def go_to(page: Page, talk: Talk) -> None:
    """Open a conversation in a page that is signed in already."""
    page.evaluate("hash => { location.hash = hash }", talk.place)


def _unconfirmed(whole: Json) -> None:
    for each in whole["messages"]:
        if each["direction"] == "outbound":
            each.update(state="unconfirmed", reason="unconfirmed", explanation="The platform's answer was lost.")


def _hundred(whole: Json, prefix: str, day: int) -> list[Json]:
    """A hundred messages of one day."""
    return [
        whole["messages"][0]
        | {
            "id": f"{prefix}{n}",
            "text": f"{prefix} {n}.",
            "sent_at": f"2026-01-{day:02}T10:{n // 2:02}:{n % 2 * 30:02}.000Z",
        }
        for n in range(100)
    ]


def test_message_shows_what_it_quotes_and_refers_to_and_where_it_was_forwarded_from(
    page_of: PageOf, talk: Talk
) -> None:
    talk.comment("Gilt das noch?")

    def refer(whole: Json) -> None:
        told = next(each for each in whole["messages"] if each["text"] == "Gilt das noch?")
        told.update(forwarded=True, forwarded_from="Olga Ort", quoted={"text": "Für 29 Euro", "author": "Nordlicht"})
        told["referral"] = {
            "kind": "ad",
            "title": "Glasfaser 500",
            "text": "Jetzt wechseln",
            "url": "https://shop.example/a",
            "picture": "javascript:alert(1)",
        }
        told["place"] = {"latitude": 53.5, "longitude": -9.9, "name": "Hafen", "address": "Am Kai 1"}
        told["unsupported"], told["permalink"] = True, "https://platform.example/p/1"

    page = page_of()
    altered(page, talk, refer)
    go_to(page, talk)
    said = message(page, "Gilt das noch?")
    expect(said).to_contain_text("Forwarded from Olga Ort")
    expect(said.locator("blockquote")).to_have_text(re.compile(r"Quote from Nordlicht\s+Für 29 Euro"))
    expect(said.locator(".message-referral")).to_contain_text("Glasfaser 500")
    expect(said.get_by_role("link", name="Open")).to_have_attribute("href", "https://shop.example/a")
    expect(said.get_by_role("link", name="View image")).to_have_count(0)
    map_link = said.get_by_role("link", name="Hafen, Am Kai 1")
    expect(map_link).to_have_attribute("href", re.compile(r"mlat=53\.5&mlon=-9\.9"))
    expect(said.get_by_role("link", name="View on the platform").last).to_have_attribute(
        "href", "https://platform.example/p/1"
    )
    assert not barriers(page)
