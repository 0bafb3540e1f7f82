"""Customers' cards: what is noted of somebody, which identities are one person, and calls that agents log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from console import sizes
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.kept_cards import KeepCard
from dispatch import erasures, reactions
from dispatch.stream_changes import Change
from outreach import proposals as steps
from outreach.found_posts import FoundPost
from outreach.proposals import Offer, Proposal
from shared import settings
from storage import attribute_values, audit, conversations, customer_cards, customers, proposals, table, teams
from storage.table import Conflict
from tests.functional.console_api import JANA, OLE, Answer, Console, come_in, now, private_message, visitor_post
from tests.functional.follow_ups.agents_api import plan, promise
from tests.support.stack import Stack

Json = dict[str, Any]
OTHER = "billing"
JANA_MAIL = Author("jana@example.com", "Jana B.")


def remember(conversation: str) -> str:
    """Note whose a conversation is, as dispatch does; returns the customer's card."""
    head = conversations.head(conversation)
    assert head
    assert head.customer.id
    who = head.identity
    customers.remember(who.channel, who.connection, head.customer.id, conversation, now() // 1000 + 86_400)
    return customers.digest(who.channel, who.connection, head.customer.id)


def change(by: Console, card: str, **body: object) -> Answer:
    return by.ask("PATCH", f"/customers/{card}", body, headers={})


def changed(by: Console, card: str, **body: object) -> Json:
    answer = change(by, card, **body)
    assert answer.status == 200, answer
    return answer.body


def join(by: Console, card: str, other: str) -> Json:
    answer = by.post(f"/customers/{card}/identities", {"customer": other})
    assert answer.status == 200, answer
    return answer.body


def log(by: Console, key: str = "", **body: object) -> Json:
    headers = {"Idempotency_Key": key} if key else {}
    answer = by.post(
        "/conversations", {"kind": "phone", "team": "service", "summary": "Router getauscht", **body}, **headers
    )
    assert answer.status == 201, answer
    return answer.body


@pytest.fixture
def jana(table: str) -> str:
    """The card of a customer with two conversations."""
    remember(visitor_post())
    return remember(private_message())


@pytest.fixture
def jana_elsewhere(table: str) -> str:
    """The same person at another account."""
    return remember(private_message("m_9", author=JANA_MAIL, thread="t_9"))


# -- the card ---------------------------------------------------------------------------------------------------------


def test_card_of_a_conversation_has_all_conversations_of_the_customer(console: Console, jana: str) -> None:
    listed = console.get("/conversations").body["items"]
    assert {each["card"] for each in listed} == {jana}
    card = console.get(f"/customers/{jana}").body
    assert {each["id"] for each in card["conversations"]} == {each["id"] for each in listed}
    assert [(each["channel"], each["name"], each["joined"]) for each in card["identities"]] == [
        ("facebook", "Jana", False)
    ]
    assert (card["vip"], card["tags"], card["notes"], card["fields"]) == (False, [], [], [])


def test_details_tags_and_notes_are_kept_and_taken_away(console: Console, jana: str) -> None:
    card = changed(
        console, jana, name="Jana Beispiel", number="+49 30 1", language="de", tags=["Glasfaser"], note="Abends"
    )
    assert (card["name"], card["number"], card["language"]) == ("Jana Beispiel", "+49 30 1", "de")
    assert (card["tags"], [each["text"] for each in card["notes"]]) == (["glasfaser"], ["Abends"])
    card = changed(console, jana, number="", tags=[], remove_note=card["notes"][0]["id"])
    assert (card["name"], card["number"], card["tags"], card["notes"]) == ("Jana Beispiel", None, [], [])


def test_important_customer_is_marked_in_the_list(console: Console, jana: str) -> None:
    visitor_post("1055_9", author=OLE)
    changed(console, jana, vip=True)
    marked = {each["customer"]["name"]: each.get("vip", False) for each in console.get("/conversations").body["items"]}
    assert marked == {"Jana": True, "Ole": False}
    changed(console, jana, vip=False)
    assert not any("vip" in each for each in console.get("/conversations").body["items"])


def test_important_customer_stands_first_among_the_urgent_ones(console: Console, jana: str) -> None:
    waiting = visitor_post("1055_9", author=OLE)
    before = [each["customer"]["name"] for each in console.get("/conversations").body["items"]]
    card = remember(waiting)
    changed(console, card, vip=True)
    urgent = console.get("/conversations").body["items"]
    assert (before[0], urgent[0]["customer"]["name"]) == ("Jana", "Ole")
    assert urgent[0]["due_at"]
    assert "service" in teams.outdated()
    changed(console, card, vip=False)
    assert console.get("/conversations").body["items"][0]["customer"]["name"] == "Jana"


def test_of_two_changes_at_once_both_stand(console: Console, jana: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put, others = customer_cards.put, iter(["Zuerst"])

    def overtaken(*arguments: Any) -> None:
        for note in others:
            changed(console, jana, note=note)
        put(*arguments)

    monkeypatch.setattr(customer_cards, "put", overtaken)
    card = changed(console, jana, tags=["glasfaser"], note="Danach")
    assert ({each["text"] for each in card["notes"]}, card["tags"]) == ({"Danach", "Zuerst"}, ["glasfaser"])


def test_card_outlasts_the_newest_conversation_of_its_customer(
    console: Console, jana: str, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(console, jana, note="Abends", vip=True)
    newest = now() + 20 * 86_400_000
    reactions.keep_card("", KeepCard("facebook", "demo", JANA.id or "", newest), now)
    expires = newest // 1000 + settings.retention_days() * 86_400
    kept = [item for item in map(attribute_values.decode, stack.items()) if item["sk"] in ("#card", jana)]
    assert len(kept) == 2
    assert all(item["expires"] >= expires for item in kept)
    reactions.keep_card("", KeepCard("facebook", "demo", JANA.id or "", now()), now)
    again = [item for item in map(attribute_values.decode, stack.items()) if item["sk"] in ("#card", jana)]
    assert again == kept


def test_export_has_card_fields_notes_identities_and_logged_calls(
    console: Console, lead: Console, admin: Console, jana: str, jana_elsewhere: str
) -> None:
    fields = [{"name": "contract", "label": "Vertrag", "type": "text"}]
    assert admin.put("/teams/service", {"customer_fields": fields}).status == 200
    value = [{"team": "service", "name": "contract", "value": "M"}]
    changed(console, jana, note="Abends anrufen", fields=value)
    join(console, jana, jana_elsewhere)
    log(console, customer=jana, summary="Router getauscht, 17 Uhr")
    assert console.get(f"/customers/{jana}/export").status == 403
    exported = lead.get(f"/customers/{jana}/export").body
    text = json.dumps(exported, ensure_ascii=False)
    assert exported["cursor"] is None
    assert {each["id"] for each in exported["card"]["identities"]} == {jana, jana_elsewhere}
    assert [each["text"] for each in exported["card"]["notes"]] == ["Abends anrufen"]
    assert [each["value"] for each in exported["card"]["fields"]] == ["M"]
    assert "Router getauscht, 17 Uhr" in text
    assert {"phone", "facebook"} == {each["channel"] for each in exported["items"]}


def test_export_in_pages_is_recorded_once(
    console: Console, lead: Console, jana: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(console, customer=jana, summary="Router getauscht")
    monkeypatch.setattr(sizes, "LARGEST", 1_000)
    path = f"/customers/{jana}/export"
    cursor = lead.get(path).body["cursor"]
    assert lead.get(path, {"cursor": cursor}).status == 200
    entries, _ = audit.page(audit.Period(0, 10**13), 9, event="customer_exported")
    assert [entry.target for entry in entries] == [jana]


def test_list_is_narrowed_to_logged_calls(console: Console, jana: str) -> None:
    log(console, customer=jana)
    listed = console.get("/conversations", {"channel": ["phone", "visit"]}).body["items"]
    assert [each["channel"] for each in listed] == ["phone"]
    kept = console.post("/views", {"name": "Anrufe", "filters": {"channel": ["phone"]}})
    assert kept.status == 200, kept


def test_fields_are_those_of_the_team_and_take_their_values_alone(console: Console, admin: Console, jana: str) -> None:
    fields = [
        {"name": "contract", "label": "Vertrag", "type": "choice", "choices": ["S", "M"]},
        {"name": "since", "label": "Kunde seit", "type": "date"},
    ]
    assert admin.put("/teams/service", {"customer_fields": fields}).status == 200
    assert admin.put("/teams/service", {"label": "Service"}).body["customer_fields"][0]["label"] == "Vertrag"
    values = [
        {"team": "service", "name": "contract", "value": "M"},
        {"team": "service", "name": "since", "value": "2020-02-29"},
    ]
    card = changed(console, jana, fields=values)
    assert [(each["label"], each["value"]) for each in card["fields"]] == [
        ("Vertrag", "M"),
        ("Kunde seit", "2020-02-29"),
    ]
    for name, value in (("contract", "L"), ("since", "2021-02-29"), ("nothing", "x")):
        refused = change(console, jana, fields=[{"team": "service", "name": name, "value": value}])
        assert (refused.status, refused.body["error"]) == (422, "customer_field")
    cleared = changed(console, jana, fields=[{"team": "service", "name": "contract", "value": ""}])
    assert [each["value"] for each in cleared["fields"]] == [None, "2020-02-29"]


@pytest.mark.parametrize(
    "field",
    [
        {"name": "A B", "label": "x"},
        {"name": "a", "label": " "},
        {"name": "a", "label": "x", "type": "choice"},
        {"name": "a", "label": "x", "choices": ["y"]},
    ],
)
def test_field_that_cannot_be_is_refused(admin: Console, field: Json) -> None:
    assert admin.put("/teams/service", {"customer_fields": [field]}).status == 422


def test_last_follow_ups_are_on_the_card(console: Console, jana: str, stack: Stack) -> None:
    post = visitor_post()
    promise(console, post)
    (shown,) = console.get(f"/customers/{jana}").body["follow_ups"]
    assert (shown["conversation"], shown["follow_up"]["state"]) == (post, "planned")


def test_changes_are_in_the_audit_log_without_words(console: Console, admin: Console, jana: str) -> None:
    changed(console, jana, note="Geheimwort", vip=True)
    (entry,) = (each for each in admin.get("/audit").body["items"] if each["kind"] == "customer")
    assert (entry["target"], entry["detail"]) == (jana, {"changed": ["vip", "note"]})


# -- one person -------------------------------------------------------------------------------------------------------


def test_joined_identities_share_a_card_and_separate_with_what_was_theirs(
    console: Console, jana: str, jana_elsewhere: str
) -> None:
    changed(console, jana, tags=["a"], note="eins")
    changed(console, jana_elsewhere, tags=["b"], note="zwei", name="Jana Beispiel")
    card = join(console, jana, jana_elsewhere)
    assert [each["id"] for each in card["identities"]] == [jana, jana_elsewhere]
    assert (card["tags"], {each["text"] for each in card["notes"]}) == (["a", "b"], {"eins", "zwei"})
    assert (card["name"], len(card["conversations"])) == ("Jana Beispiel", 3)
    assert console.get(f"/customers/{jana_elsewhere}").body["tags"] == ["a", "b"]
    apart = console.delete(f"/customers/{jana}/identities/{jana_elsewhere}").body
    assert (apart["tags"], [each["text"] for each in apart["notes"]], apart["name"]) == (["a"], ["eins"], "Jana")
    assert console.get(f"/customers/{jana_elsewhere}").body["tags"] == ["b"]


def test_removal_is_made_on_all_joined(console: Console, jana: str, jana_elsewhere: str) -> None:
    changed(console, jana_elsewhere, tags=["b"], vip=True)
    join(console, jana, jana_elsewhere)
    card = changed(console, jana, tags=[], vip=False)
    assert (card["tags"], card["vip"], customer_cards.vips()) == ([], False, frozenset())


def test_two_persons_of_several_identities_become_one(console: Console, jana: str, jana_elsewhere: str) -> None:
    third = remember(private_message("m_7", author=Author("7", "J."), thread="t_7"))
    fourth = remember(private_message("m_8", author=Author("8", "J."), thread="t_8"))
    join(console, jana, jana_elsewhere)
    join(console, third, fourth)
    card = join(console, jana, third)
    assert {each["id"] for each in card["identities"]} == {jana, jana_elsewhere, third, fourth}
    apart = console.delete(f"/customers/{jana}/identities/{fourth}").body
    assert {each["id"] for each in apart["identities"]} == {jana, jana_elsewhere, third}


def test_answer_goes_to_the_identity_that_wrote(console: Console, jana: str, jana_elsewhere: str, stack: Stack) -> None:
    join(console, jana, jana_elsewhere)
    chat = private_message("m_9", author=JANA_MAIL, thread="t_9")
    stack.platform.says({"recipient_id": "x", "message_id": "m_10"})
    assert console.post(f"/conversations/{chat}/replies", {"text": "Gern!"}).status == 201
    stack.settle()
    (sent,) = stack.platform.asked
    assert str(JANA_MAIL.id) in json.dumps(sent)


@pytest.mark.invariant(5)
def test_opt_out_of_one_identity_stops_questions_to_all(
    console: Console, lead: Console, jana: str, jana_elsewhere: str, stack: Stack
) -> None:
    there = private_message("m_9", author=JANA_MAIL, thread="t_9")
    promise(console, there)
    join(console, jana, jana_elsewhere)
    assert console.put(f"/conversations/{visitor_post()}/opt-out").status == 200
    shown = console.get(f"/conversations/{there}").body["follow_up"]
    assert (shown["state"], shown["reason"]) == ("skipped", "declined")
    assert change(console, jana, opt_out=False).status == 403
    assert changed(lead, jana_elsewhere, opt_out=False)["opt_out"] is False
    assert plan(console, visitor_post())["reason"] != "declined"


def test_opt_out_from_before_holds_for_whom_it_is_joined_with(console: Console, jana: str, jana_elsewhere: str) -> None:
    changed(console, jana_elsewhere, opt_out=True)
    join(console, jana, jana_elsewhere)
    assert plan(console, visitor_post())["reason"] == "declined"


def test_join_with_nobody_or_oneself_is_refused(console: Console, jana: str) -> None:
    path = f"/customers/{jana}/identities"
    assert console.post(path, {"customer": "0" * 32}).body["error"] == "no_card"
    assert console.post(path, {"customer": "x"}).body["error"] == "no_card"
    assert console.post(path, {"customer": jana}).body["error"] == "same_customer"
    assert console.delete(f"{path}/{jana}").body["error"] == "no_card"


# -- erasure ----------------------------------------------------------------------------------------------------------


def words(stack: Stack) -> str:
    return json.dumps(stack.items(), ensure_ascii=False, default=lambda raw: raw.decode(errors="replace"))


def in_lists(stack: Stack) -> set[str]:
    """Return the digests in the lists of persons and of important customers."""
    plain = [attribute_values.decode(item) for item in stack.items()]
    return {item["sk"] for item in plain if item["pk"].startswith(("person#", "vips"))}


@pytest.mark.invariant(11)
def test_erased_customer_is_gone_from_cards_joins_and_logged_calls(
    console: Console, lead: Console, jana: str, jana_elsewhere: str, stack: Stack
) -> None:
    changed(console, jana, note="Geheimwort", vip=True, number="0305551")
    changed(console, jana_elsewhere, note="Bleibt")
    join(console, jana, jana_elsewhere)
    call = log(console, customer=jana, summary="Zaubernuss", number="0305552")
    assert lead.delete(f"/conversations/{visitor_post()}/customer").status == 200
    stack.settle()
    assert console.get(f"/conversations/{call['id']}").status == 404
    assert [word for word in ("Geheimwort", "Zaubernuss", "0305551", "0305552") if word in words(stack)] == []
    assert jana not in in_lists(stack)
    left = console.get(f"/customers/{jana_elsewhere}").body
    assert [each["id"] for each in left["identities"]] == [jana_elsewhere]
    assert [each["text"] for each in left["notes"]] == ["Bleibt"]


@pytest.mark.invariant(11)
def test_customer_is_erased_by_their_call_as_by_a_message(
    console: Console, lead: Console, jana: str, stack: Stack
) -> None:
    call = log(console, customer=jana)
    assert lead.delete(f"/conversations/{call['id']}/customer").body["erased"] == 3
    assert customers.erased_at("facebook", "demo", str(JANA.id)) > 0


@pytest.mark.invariant(11)
def test_change_that_was_under_way_during_the_erasure_writes_nothing(console: Console, jana: str) -> None:
    before = now()
    card = customer_cards.Card(jana, "facebook", "demo", str(JANA.id))
    customers.erase("facebook", "demo", str(JANA.id), before + 1, before // 1000 + 86_400)
    with pytest.raises(Conflict):
        customer_cards.put(card, before // 1000 + 86_400, before)
    assert customer_cards.card(jana).version == 0


def test_late_message_of_an_erased_customer_finds_an_empty_card(
    console: Console, lead: Console, jana: str, stack: Stack
) -> None:
    changed(console, jana, note="Geheimwort")
    lead.delete(f"/conversations/{visitor_post()}/customer")
    stack.settle()
    assert console.get(f"/customers/{jana}").status == 404
    come_in(Fact(Kind.MESSAGE, Visibility.PUBLIC, "1055_5", now() + 1000, "1055_5", author=JANA, text="Neu"))
    stack.settle()
    card = console.get(f"/customers/{jana}").body
    assert (len(card["conversations"]), card["notes"]) == (1, [])


def test_erasure_is_completed_twice_with_the_same_result(console: Console, jana: str) -> None:
    changed(console, jana, note="x")
    customers.erase("facebook", "demo", str(JANA.id), now(), now() // 1000 + 86_400)
    item = table.get("erased-customers#facebook/demo", jana)
    assert item
    for _ in range(2):
        assert erasures.complete(Change(None, item), now())  # type: ignore[call-arg]
    assert customer_cards.card(jana).version == 0


# -- calls ------------------------------------------------------------------------------------------------------------


def test_logged_call_is_a_conversation_of_the_agent_and_nothing_is_sent(console: Console, stack: Stack) -> None:
    call = log(console, name="Jana", number="030 555")
    assert (call["channel"], call["status"], call["assignee"]["name"]) == ("phone", "open", "Alex Beispiel")
    stack.settle()
    whole = console.get(f"/conversations/{call['id']}").body
    assert ([each["text"] for each in whole["messages"]], whole["routes"]) == (["Router getauscht"], [])
    refused = console.post(f"/conversations/{call['id']}/replies", {"text": "Hallo"})
    assert (refused.status, refused.body["error"]) == (422, "route_closed")
    assert console.post(f"/conversations/{call['id']}/notes", {"text": "Notiz"}).status == 201
    assert console.post(f"/conversations/{call['id']}/resolve").status == 200
    assert stack.platform.asked == []


def test_call_that_needs_nothing_is_resolved_at_once(console: Console, stack: Stack) -> None:
    call = log(console, kind="visit", name="Jana", resolve=True)
    stack.settle()
    assert console.get(f"/conversations/{call['id']}").body["status"] == "resolved"


@pytest.mark.invariant(2)
def test_call_logged_twice_with_one_key_is_one(console: Console, stack: Stack) -> None:
    first, second = (log(console, "a-key", name="Jana") for _ in range(2))
    stack.settle()
    assert first["id"] == second["id"]
    assert len(console.get("/conversations").body["items"]) == 1


def test_call_of_a_known_customer_is_one_of_theirs(console: Console, jana: str, stack: Stack) -> None:
    call = log(console, customer=jana)
    stack.settle()
    card = console.get(f"/customers/{jana}").body
    assert call["card"] == jana
    assert call["id"] in {each["id"] for each in card["conversations"]}
    assert [each["channel"] for each in card["identities"]] == ["facebook"]


def test_follow_up_of_a_call_is_a_task_for_a_person(console: Console, stack: Stack) -> None:
    call = log(console, name="Jana")
    planned = plan(console, call["id"])
    assert (planned["by"], planned["reason"]) == ("person", "call_back")


def test_words_about_a_call_are_no_opt_out_of_the_customer(console: Console, jana: str, stack: Stack) -> None:
    log(console, customer=jana, summary="Bitte keine Nachfragen mehr")
    stack.settle()
    assert console.get(f"/customers/{jana}").body["opt_out"] is False


def test_call_that_cannot_be_is_refused(console: Console) -> None:
    usual = {"kind": "phone", "team": "service", "summary": "x", "name": "Jana"}
    for wrong, status, error in (
        ({"name": ""}, 422, "nobody"),
        ({"summary": " "}, 422, "text_empty"),
        ({"team": "nowhere"}, 404, "no_team"),
        ({"customer": "0" * 32}, 404, "no_card"),
        ({"at": "2001-01-01T00:00:00Z"}, 422, "call_time"),
        ({"kind": "facebook"}, 400, "malformed"),
    ):
        answer = console.post("/conversations", usual | wrong)
        assert (answer.status, answer.body["error"]) == (status, error)


# -- borders ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(admin: Console, console: Console, colleague: Console, jana_elsewhere: str) -> str:
    """The card of a customer whose only conversation is in a team for members only, of whom Kim is one."""
    admin.post("/teams", {"name": OTHER, "label": "Billing"})
    chat = private_message("m_9", author=JANA_MAIL, thread="t_9")
    assert admin.post(f"/conversations/{chat}/assign", {"assignee": None, "team": OTHER}).status == 200
    assert admin.put(f"/teams/{OTHER}", {"members": ["kim"], "members_only": True}).status == 200
    return jana_elsewhere


def test_card_is_not_there_for_whom_no_conversation_is(closed: str, console: Console, colleague: Console) -> None:
    changed(colleague, closed, note="Geheimwort")
    answers = [
        console.get(f"/customers/{closed}"),
        change(console, closed, vip=True),
        console.post(f"/customers/{closed}/identities", {"customer": closed}),
        console.delete(f"/customers/{closed}/identities/{closed}"),
        console.post("/conversations", {"kind": "phone", "team": "service", "summary": "x", "customer": closed}),
    ]
    assert [(each.status, each.body["error"]) for each in answers] == [(404, "no_card")] * len(answers)


def test_joined_identity_of_a_closed_team_is_hidden_with_all_that_was_noted(
    closed: str, console: Console, colleague: Console, jana: str
) -> None:
    changed(colleague, closed, note="Geheimwort", tags=["schulden"], name="Jana Geheim")
    join(colleague, jana, closed)
    seen = console.get(f"/customers/{jana}").body
    assert [each["id"] for each in seen["identities"]] == [jana]
    assert (seen["tags"], seen["notes"], seen["name"]) == ([], [], "Jana")
    assert closed not in json.dumps(seen)
    assert console.delete(f"/customers/{jana}/identities/{closed}").status == 404
    assert console.post(f"/customers/{jana}/identities", {"customer": closed}).status == 404


def test_call_is_not_logged_into_a_team_that_is_closed(closed: str, console: Console) -> None:
    answer = console.post("/conversations", {"kind": "phone", "team": OTHER, "summary": "x", "name": "Jana"})
    assert (answer.status, answer.body["error"]) == (404, "no_team")


def test_unproven_author_has_no_card_and_opens_none(console: Console, jana: str) -> None:
    forged = Fact(
        Kind.MESSAGE,
        Visibility.PRIVATE,
        "t_5",
        now(),
        "m_5",
        author=JANA,
        text="Ich",
        customer_id=JANA.id,
        unproven=True,
    )
    conversation = come_in(forged)
    assert "card" not in console.get(f"/conversations/{conversation}").body
    assert conversation not in {each["id"] for each in console.get(f"/customers/{jana}").body["conversations"]}


def test_tag_of_a_conversation_is_none_of_the_customer(console: Console, jana: str) -> None:
    console.put(f"/conversations/{visitor_post()}/tags", {"add": ["wlan"]})
    assert console.get(f"/customers/{jana}").body["tags"] == []


def found(author: Author, name: str, team: str = "service") -> Proposal:
    """Store a post that a search found as a proposal."""
    url = f"https://example.social/{name}"
    post = FoundPost("facebook", "demo", name, name, url, now(), author, "Welche Kopfhörer?")
    added = proposals.add(post, "s1", "asks_advice", team=team, now=now())
    assert added
    return added[0]


def test_export_has_found_posts_and_offers_of_all_identities_as_far_as_the_lead_sees_them(
    console: Console, lead: Console, admin: Console, jana: str, jana_elsewhere: str
) -> None:
    admin.post("/teams", {"name": OTHER, "label": "Billing"})
    console.get("/me")
    assert admin.put(f"/teams/{OTHER}", {"members": ["kim"], "members_only": True}).status == 200
    join(console, jana, jana_elsewhere)
    offered = found(JANA, "p1")
    for author, name, team in ((JANA_MAIL, "p2", "service"), (JANA, "p3", OTHER), (OLE, "p4", "service")):
        found(author, name, team)
    offer = Offer("Unsere passen.", Author("kim", "Kim"), now(), needs_approval=True)
    proposals.change(offered, steps.write_offer(offered, offer), now())
    exported = lead.get(f"/customers/{jana}/export").body
    shown = {each["post"]["url"]: each for each in exported["proposals"]}
    assert set(shown) == {"https://example.social/p1", "https://example.social/p2"}
    assert shown["https://example.social/p1"]["offer"]["text"] == "Unsere passen."
    assert shown["https://example.social/p1"]["offer"]["by"] == {"id": "kim", "name": "Kim"}
    assert len(exported["items"]) == 3
    seen_by_admin = admin.get(f"/customers/{jana}/export").body["proposals"]
    assert "https://example.social/p3" in {each["post"]["url"] for each in seen_by_admin}
