"""The composer: it says who will read it, can be taken back, is sent once, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Route, expect

from infra.local.players import AgentApi, Square, sign_in, wait_for
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PageOf
from tests.browser.hearing import hear_nothing, wait_until_live
from tests.browser.people import Person
from tests.browser.problems import Problems
from tests.browser.talk import Json, Talk, altered, answer_field, begin, message
from tests.browser.test_conversation import go_to

LOST = "Sending wasn’t confirmed. Your reply is still here."


@pytest.fixture
def talk(square: Square, agent_api: AgentApi) -> Talk:
    """Somebody posted on the Page."""
    return begin(square, agent_api)


def ours(whole: Json) -> list[Json]:
    """The answers of a conversation, but not those that were taken back in time."""
    return [each for each in whole["messages"] if each["direction"] == "outbound" and each["reason"] != "undone"]


def test_an_answer_shows_at_once_and_leaves_after_some_seconds(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Bitte einmal neu starten.")
    field.press("Control+Enter")
    expect(field).to_have_value("")
    said = message(page, "Bitte einmal neu starten.")
    expect(said).to_contain_text(re.compile(r"Sending in \d seconds?"))
    assert talk.square.thread(talk.thread) == []
    expect(said).to_contain_text(re.compile(r"Sent|Delivered"), timeout=60_000)
    assert [each["text"] for each in talk.square.thread(talk.thread)] == ["Bitte einmal neu starten."]


def test_undone_reply_is_never_sent_and_returns_to_the_field(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Das war zu schnell.")
    page.get_by_role("button", name=re.compile("^Follow up")).first.click()
    page.get_by_role("button", name="Add private message").click()
    page.locator("#privately").fill("Ihre Kundennummer?")
    page.get_by_role("button", name="Send both").click()
    page.get_by_role("button", name="Undo").first.click()
    expect(field).to_have_value("Das war zu schnell.")
    expect(page.locator("#privately")).to_have_value("Ihre Kundennummer?")
    expect(page.locator(".ask-chip.on")).to_have_count(1)
    expect(page.locator(".message.is-outbound")).to_have_count(0)
    assert ours(talk.read()) == []
    assert talk.read()["follow_up"] is None


def test_one_keystroke_answers_and_asks_back(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Bitte einmal neu starten.")
    field.press("Control+Shift+Enter")
    expect(page.get_by_role("region", name="Follow-up")).to_contain_text("Will be sent automatically")
    assert talk.read()["follow_up"]["state"] == "planned"


def test_another_answers_and_closes(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Gern geschehen!")
    field.press("Alt+Enter")
    expect(page.locator(".conversation-head")).to_contain_text("Resolved")


def test_the_plan_is_told_before_anything_is_promised(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    answer_field(page).fill("Bitte neu starten.")
    page.get_by_role("button", name="Follow-up options").click()
    wish = page.get_by_role("dialog", name="Schedule follow-up")
    wish.get_by_text("in 2 weeks").click()
    expect(wish.get_by_role("status")).to_contain_text("The question goes out by itself")
    wish.get_by_label("Question").fill("Läuft das WLAN?")
    wish.get_by_role("button", name="Schedule").click()
    expect(page.locator(".composer-plan")).to_contain_text("The question goes out by itself")
    expect(page.locator(".composer-plan")).to_contain_text("Läuft das WLAN?")
    assert talk.read()["follow_up"] is None


def test_plan_and_promise_show_one_time_by_the_teams_clock_and_the_chosen_language(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Bitte neu starten.")
    page.get_by_role("button", name="Follow-up options").click()
    wish = page.get_by_role("dialog", name="Schedule follow-up")
    wish.get_by_text("in 2 weeks").click()
    wish.get_by_label("Language").select_option("English")
    wish.get_by_role("button", name="Schedule").click()
    plan = page.locator(".composer-plan")
    expect(plan).to_contain_text("How is it going?")
    expect(plan).to_contain_text(re.compile(r"\d\d:\d\d"))
    shown = re.search(r"\d\d:\d\d", plan.inner_text())
    field.press("Control+Enter")
    promise = page.get_by_role("region", name="Follow-up")
    expect(promise).to_contain_text("Will be sent automatically", timeout=60_000)
    made = talk.read()["follow_up"]
    at_the_team = datetime.fromisoformat(made["at"]).astimezone(ZoneInfo("Etc/UTC"))
    assert shown is not None
    assert shown[0] == f"{at_the_team:%H:%M}"
    expect(promise).to_contain_text(f"{at_the_team.hour % 12 or 12}:{at_the_team:%M}")
    assert made["language"] == "en"


def test_where_it_appears_is_said_in_words_and_colour(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    answer_field(page)
    composer = page.locator(".composer")
    where = composer.locator(".composer-where").first
    expect(where).to_have_text("Public reply, visible to everyone on Facebook")
    public = where.evaluate("each => getComputedStyle(each).color")
    composer.get_by_role("radio", name="Private").check()
    expect(where).to_have_text(f"Private reply, visible only to {talk.customer}")
    expect(composer).to_contain_text("One private reply possible until")
    expect(composer.get_by_role("button", name="Send privately")).to_be_visible()
    expect(where).not_to_have_css("color", public)
    composer.get_by_role("button", name="Note", exact=True).click()
    expect(where).to_have_text("Internal note, visible only to your team")


def test_agent_is_told_that_a_reply_replaces_the_published_one(page_of: PageOf, talk: Talk) -> None:
    page = page_of()

    def once(whole: Json) -> None:
        whole["routes"] = [
            next(each for each in whole["routes"] if each["visibility"] == "public") | {"way": "replace"}
        ]

    altered(page, talk, once)
    go_to(page, talk)
    answer_field(page)
    expect(page.locator(".composer-until")).to_have_text("Replaces your published reply")


def test_a_public_and_a_private_answer_go_in_one(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    answer_field(page).fill("Wir schreiben Ihnen privat.")
    page.get_by_role("button", name="Add private message").click()
    expect(page.get_by_role("button", name="Send both")).to_be_disabled()
    page.locator("#privately").fill("Ihre Kundennummer, bitte.")
    page.get_by_role("button", name="Send both").click()
    expect(message(page, "Ihre Kundennummer, bitte.")).to_have_class(re.compile("is-aside"))
    said = {each["text"]: each["visibility"] for each in ours(talk.read())}
    assert said == {"Wir schreiben Ihnen privat.": "public", "Ihre Kundennummer, bitte.": "private"}


def test_the_counter_counts_as_the_platform_and_stops_at_its_limit(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    send = page.get_by_role("button", name="Send publicly")
    field.fill("🙂" * 7990)
    expect(page.locator("#composer-count")).to_have_text("10 characters left")
    expect(send).to_be_enabled()
    # An address is not cut, so what is too long as one stays where it is.
    address = "https://nordlicht.example/" + "a" * 7975
    field.fill(address)
    expect(page.locator("#composer-count")).to_have_text("1 characters too long")
    expect(send).to_be_disabled()
    field.press("Control+Enter")
    expect(field).to_have_value(address)
    assert ours(talk.read()) == []


def test_a_text_that_is_too_long_goes_out_in_parts(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    sentence = "Bitte starten Sie den Router neu und warten Sie dann zwei Minuten."
    answer_field(page).fill(" ".join([sentence] * 130))
    cuts = page.get_by_role("list", name="This text is sent in 2 parts:").get_by_role("listitem")
    expect(cuts).to_have_count(2)
    expect(cuts.first).to_contain_text("Bitte starten")
    page.get_by_role("button", name="Send in 2 parts").click()
    expect(message(page, sentence)).to_have_count(2)
    expect(answer_field(page)).to_have_value("")
    said = [each["text"] for each in ours(talk.read())]
    assert " ".join(said) == " ".join([sentence] * 130)
    assert all(len(part) <= 8000 for part in said)


def test_where_no_way_is_open_it_says_why_and_takes_notes(page_of: PageOf, square: Square, agent_api: AgentApi) -> None:
    talk = begin(square, agent_api, private=True)
    page = page_of()
    altered(page, talk, lambda whole: whole.update(routes=[]))
    go_to(page, talk)
    composer = page.locator(".composer")
    expect(composer).to_contain_text("The time for a private reply has passed.")
    expect(composer.locator("#answer")).to_have_count(0)
    composer.get_by_role("button", name="Note", exact=True).click()
    expect(composer.locator("#note")).to_be_editable()


def test_answer_that_a_platform_takes_from_a_person_alone_is_said_before_writing(
    page_of: PageOf, talk: Talk, shoot: Any
) -> None:
    why, url = "X lets programs answer only who named or quoted us.", "https://x.com/intent/post?in_reply_to=1&text="
    page = page_of()
    by_hand = {"reason": "x_self_serve", "why": why, "url": url}
    altered(page, talk, lambda whole: whole.update(routes=[], by_hand=by_hand))
    go_to(page, talk)
    composer = page.locator(".composer")
    expect(composer).to_contain_text(why)
    expect(composer.get_by_role("link", name="Answer on the platform")).to_have_attribute("href", url)
    expect(composer.locator("#answer")).to_have_count(0)
    assert barriers(page) == []
    shoot(page, "answer-by-hand")


def test_a_draft_survives_a_reload_in_its_own_conversation(
    page_of: PageOf, square: Square, agent_api: AgentApi, talk: Talk
) -> None:
    other = begin(square, agent_api)
    page = page_of(place=talk.place)
    answer_field(page).fill("Noch nicht fertig …")
    page.reload()
    expect(answer_field(page)).to_have_value("Noch nicht fertig …")
    go_to(page, other)
    expect(page.locator(".conversation-head")).to_contain_text(other.customer)
    expect(answer_field(page)).to_have_value("")
    go_to(page, talk)
    expect(answer_field(page)).to_have_value("Noch nicht fertig …")


def test_reply_is_refused_until_a_newer_message_was_seen(page_of: PageOf, problems: Problems, talk: Talk) -> None:
    problems.expect("409")
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Haben Sie schon neu gestartet?")
    hear_nothing(page)
    talk.comment("Neu gestartet habe ich schon dreimal!")
    field.press("Control+Enter")
    notice = page.locator(".composer-notice")
    expect(notice).to_contain_text("A new message arrived while you were writing")
    expect(notice).to_contain_text("Neu gestartet habe ich schon dreimal!")
    expect(page.locator(".message.is-missed")).to_contain_text("New while you were writing")
    expect(field).to_have_value("Haben Sie schon neu gestartet?")
    assert ours(talk.read()) == []
    notice.get_by_role("button", name="Edit reply").click()
    expect(notice).to_have_count(0)
    field.fill("Dann tauschen wir den Router.")
    talk.comment("Und jetzt riecht er verbrannt!")
    field.press("Control+Enter")
    expect(notice).to_contain_text("Und jetzt riecht er verbrannt!")
    notice.get_by_role("button", name="Send anyway").click()
    expect(message(page, "Dann tauschen wir den Router.")).to_be_visible()
    # The page shows a reply before the API has it.
    sent = talk.until("the reply", ours)
    assert [each["text"] for each in ours(sent)] == ["Dann tauschen wir den Router."]


@pytest.mark.invariant(14)
def test_reply_is_refused_when_a_colleague_answered_and_can_be_sent_all_the_same(
    page_of: PageOf, problems: Problems, talk: Talk, stack: Stack, kim: Person
) -> None:
    problems.expect("409")
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Der Techniker kommt Dienstag.")
    hear_nothing(page)
    with sign_in(stack.values, kim.email, kim.password) as client:
        path = f"/conversations/{talk.id}"
        AgentApi(client).call("POST", f"{path}/replies", text="Der Techniker kommt Montag.")
        field.press("Control+Enter")
        notice = page.locator(".composer-notice")
        expect(notice).to_contain_text("Kim Beispiel answered while you were writing")
        expect(notice).to_contain_text("Der Techniker kommt Montag.")
        expect(field).to_have_value("Der Techniker kommt Dienstag.")
        notice.get_by_role("button", name="Send anyway").click()
        sent = talk.until("both replies", lambda whole: len(ours(whole)) == 2)
        assert [each["text"] for each in ours(sent)] == ["Der Techniker kommt Montag.", "Der Techniker kommt Dienstag."]


def test_an_answer_whose_confirmation_was_lost_is_sent_once(page_of: PageOf, problems: Problems, talk: Talk) -> None:
    problems.expect("ERR_FAILED", "Failed to load resource")
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Nur einmal.")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/replies", lose)
    # What the page would read by itself would tell that it had arrived.
    page.route(f"**/api/conversations/{talk.id}?messages=*", lambda route: route.abort())
    field.press("Control+Enter")
    notice = page.locator(".composer-notice", has_text=LOST)
    expect(notice).to_be_visible()
    expect(field).to_have_value("Nur einmal.")
    page.unroute("**/replies")
    page.unroute(f"**/api/conversations/{talk.id}?messages=*")
    notice.get_by_role("button", name="Send again").click()
    expect(message(page, "Nur einmal.")).to_have_count(1)
    expect(field).to_have_value("")
    assert [each["text"] for each in ours(talk.read())] == ["Nur einmal."]


def test_an_answer_that_had_arrived_after_all_is_not_asked_for_again(
    page_of: PageOf, problems: Problems, talk: Talk
) -> None:
    problems.expect("ERR_FAILED", "Failed to load resource")
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Schon da.")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/replies", lose)
    tries = iter([False, True])
    with page.expect_event("requestfailed", lambda each: each.url.endswith("/replies") and next(tries)):
        field.press("Control+Enter")
    expect(message(page, "Schon da.")).to_contain_text(re.compile("Sending in|Queued|Sent"))
    expect(field).to_have_value("")
    expect(page.locator(".composer-notice", has_text=LOST)).to_have_count(0)


def test_reply_written_offline_stays_in_the_composer_until_it_is_sent_again(
    page_of: PageOf, problems: Problems, talk: Talk
) -> None:
    problems.expect("ERR_INTERNET_DISCONNECTED", "Failed to load resource")
    page = page_of(place=talk.place)
    field = answer_field(page)
    page.context.set_offline(True)
    field.fill("Kommt später.")
    field.press("Control+Enter")
    expect(page.locator(".composer-notice", has_text=LOST)).to_be_visible()
    expect(field).to_have_value("Kommt später.")
    page.context.set_offline(False)
    expect(page.get_by_text("You’re back online.").first).to_be_attached()
    assert ours(talk.read()) == []
    page.locator(".composer-notice").get_by_role("button", name="Send again").click()
    expect(message(page, "Kommt später.")).to_be_visible()
    wait_for("the answer to be stored", lambda: ours(talk.read()))
    assert len(ours(talk.read())) == 1


@pytest.mark.parametrize("status", [500, 422])
def test_reply_that_the_api_refuses_is_not_lost(page_of: PageOf, problems: Problems, talk: Talk, status: int) -> None:
    problems.expect(str(status))
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Bleibt stehen.")
    refusal: Json = {"error": "route_closed", "message": "The platform does not permit this now."}
    page.route("**/replies", lambda route: route.fulfill(status=status, json=refusal))
    field.press("Control+Enter")
    expect(page.locator(".composer-notice", has_text=LOST)).to_be_visible()
    expect(field).to_have_value("Bleibt stehen.")
    page.reload()
    expect(answer_field(page)).to_have_value("Bleibt stehen.")


def test_a_slash_brings_up_answers_kept_ready(page_of: PageOf, agent_api: AgentApi, talk: Talk) -> None:
    for language in ("en", "de"):
        text = "Guten Tag {{customer}}, bitte den Router neu starten."
        agent_api.call("PUT", f"/teams/service/templates/neustart/{language}", text=text, kind="answer")
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.press_sequentially("/neust")
    offers = page.get_by_role("listbox", name="Templates and macros").get_by_role("option")
    expect(offers).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value(f"Guten Tag {talk.customer}, bitte den Router neu starten.")
    expect(offers).to_have_count(0)


def test_an_answer_with_an_empty_field_does_not_leave(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    items = [{"name": "neustart", "language": "de", "text": "Dann geht {{topic}} wieder.", "unfilled": ["topic"]}]
    page.route("**/templates", lambda route: route.fulfill(json={"items": items, "language": "de"}))
    field = answer_field(page)
    field.press_sequentially("Hallo! /neust")
    page.get_by_role("option", name="neustart").click()
    expect(field).to_have_value("Hallo! Dann geht {{topic}} wieder.")
    field.press("Control+Enter")
    expect(page.locator(".composer-notice")).to_have_text("Fill in: topic")
    assert ours(talk.read()) == []
    field.press_sequentially("das WLAN")
    expect(field).to_have_value("Hallo! Dann geht das WLAN wieder.")
    expect(page.locator(".composer-notice")).to_have_count(0)


def test_escape_leaves_the_slash_as_it_was_typed(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.press_sequentially("/")
    expect(page.get_by_role("listbox", name="Templates and macros")).to_be_visible()
    field.press("Escape")
    expect(page.get_by_role("listbox", name="Templates and macros")).to_have_count(0)
    field.press_sequentially("home")
    expect(field).to_have_value("/home")
    expect(field).to_be_focused()


def test_a_note_names_a_colleague(page_of: PageOf, kim: Person, talk: Talk) -> None:
    page_of(kim)
    page = page_of(place=talk.place)
    answer_field(page)
    page.keyboard.press("n")
    note = page.locator("#note")
    note.press_sequentially("@kim")
    page.get_by_role("listbox", name="Colleagues").get_by_role("option", name="Kim Beispiel").first.wait_for()
    note.press("Enter")
    note.press_sequentially("schaust du?")
    note.press("Control+Enter")
    said = message(page, "@Kim Beispiel schaust du?")
    expect(said).to_contain_text("Internal note")
    kept = talk.until("the note", lambda whole: [each for each in whole["messages"] if each["direction"] == "note"])
    assert len(kept["mentioned"]) == 1


def test_a_colleague_sees_that_an_answer_is_being_written(page_of: PageOf, kim: Person, talk: Talk) -> None:
    mine = page_of(place=talk.place)
    kims_page = page_of(kim, place=talk.place)
    expect(answer_field(mine)).to_be_visible()
    wait_until_live(kims_page)
    answer_field(kims_page).press_sequentially("Ich schau", delay=50)
    expect(mine.locator(".composer-others")).to_contain_text("Kim Beispiel is replying")


def test_a_colleague_who_was_faster_stops_nobody_but_is_seen(page_of: PageOf, agent_api: AgentApi, talk: Talk) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Ich schreibe noch")
    agent_api.call("POST", f"/conversations/{talk.id}/replies", text="Schon beantwortet.")
    expect(message(page, "Schon beantwortet.")).to_be_visible()
    expect(field).to_have_value("Ich schreibe noch")


def test_typing_stays_quick_in_a_long_thread(page_of: PageOf, talk: Talk, say: Callable[[str], None]) -> None:
    page = page_of()
    altered(page, talk, _many)
    go_to(page, talk)
    field = answer_field(page)
    expect(page.locator(".message")).to_have_count(300)
    field.focus()
    took: Any = page.evaluate(_TYPE)
    say(f"a letter in a thread of 300 messages is drawn in {took:.1f} ms")
    assert took < 100


def _many(whole: Json) -> None:
    first = whole["messages"][0]
    whole["messages"] = [
        first
        | {
            "id": f"m{n}",
            "text": f"Nachricht {n} https://a.example/{n}",
            "sent_at": f"2026-01-01T{n // 60:02}:{n % 60:02}:00.000Z",
        }
        for n in range(300)
    ]


_TYPE = """async () => {
  const field = document.getElementById("answer");
  const took = [];
  for (const letter of "Guten Tag, wir schauen") {
    const begun = performance.now();
    field.value += letter;
    field.dispatchEvent(new Event("input", {bubbles: true}));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    took.push(performance.now() - begun);
  }
  return took.sort((one, other) => one - other)[Math.floor(took.length / 2)];
}"""
