"""The search: what is found, what is not, and what it says of how far it looked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from conversations.actions import State
from conversations.facts import Attachment, Author, Fact, Kind, Visibility
from conversations.message_context import Place, Quote, Referral
from storage import conversations, received_facts, said_index
from tests.functional.console_api import (
    DAY,
    JANA,
    MINUTE,
    OLE,
    Console,
    come_in,
    comment,
    now,
    private_message,
    visitor_post,
)

Json = dict[str, Any]


def ask(console: Console, words: str, **query: str) -> Json:
    answer = console.get("/search", {"q": words} | query)
    assert answer.status == 200, answer
    return answer.body


def found(console: Console, words: str, **query: str) -> list[str]:
    """The conversations of a page."""
    return [each["conversation"]["id"] for each in ask(console, words, **query)["items"]]


def all_found(console: Console, words: str, **query: str) -> list[str]:
    """The conversations of all pages."""
    ids: list[str] = []
    while True:
        page = ask(console, words, **query)
        ids += [each["conversation"]["id"] for each in page["items"]]
        if page["cursor"] is None:
            return ids
        query["cursor"] = page["cursor"]


@pytest.mark.parametrize(
    "words",
    [
        "wlan",
        "WLAN",
        "brich",
        "wlan bricht",
        '"wlan bricht ab"',
        "bricht, wlan!",
        "mein wlan ab",
        "wlan jana",
        "jan wlan",
    ],
)
def test_all_words_are_found_by_their_beginnings_in_any_order(console: Console, words: str) -> None:
    post = visitor_post(text="Mein WLAN bricht ab.")
    visitor_post("1055_2", text="Meine Rechnung stimmt nicht.", author=OLE)
    assert found(console, words) == [post]


@pytest.mark.parametrize("words", ["lan", "wlan rechnung", '"bricht wlan"', "kaputt", "ole wlan"])
def test_message_that_lacks_a_word_is_not_found(console: Console, words: str) -> None:
    visitor_post(text="Mein WLAN bricht ab.")
    assert found(console, words) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Die Störung dauert an", "storung"),
        ("Die Storung dauert an", "störung"),
        ("Große Straße", "grosse strasse"),
        ("İstanbul", "istanbul"),
        ("インターネットが繋がらない", "繋が"),
        ("אין לי אינטרנט", "אינט"),
        ("Nummer #4711/12", "4711"),
        ("x\n\nalles   klar", '"x alles klar"'),
    ],
)
def test_accents_scripts_and_spaces_do_not_matter(console: Console, text: str, words: str) -> None:
    post = visitor_post(text=text)
    assert found(console, words) == [post]


def test_the_snippet_shows_what_was_found_where_browsers_count(console: Console) -> None:
    visitor_post(text="😀 " + "Vorher war alles gut. " * 10 + "Der Fritzbox 📦 fehlt Strom. " + "Danach auch. " * 20)
    ((match,),) = [each["matches"] for each in ask(console, "strom fritzbox")["items"]]
    units = match["snippet"].encode("utf-16-le")
    shown = [units[2 * first : 2 * last].decode("utf-16-le") for first, last in match["ranges"]]
    assert shown == ["Fritzbox", "Strom"]
    assert len(match["snippet"]) < 170
    assert match["author"] == {"id": "jana", "name": "Jana"}


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("rechnung oktober", ["Rechnung vom Oktober Und wann kommt die neue?"]),
        ("rechnung router", ["Darin steht ein Router."]),
        ("router", ["Darin steht ein Router."]),
    ],
)
def test_message_is_found_by_its_subject_and_shown_once(console: Console, words: str, shown: list[str]) -> None:
    mail = Fact(Kind.MESSAGE, Visibility.PRIVATE, "t_1", now(), "m_1", author=JANA, customer_id=JANA.id)
    mail = replace(mail, title="Rechnung vom Oktober", text="Darin steht ein Router.")
    come_in(mail)
    come_in(replace(mail, at=mail.at + 1, message_id="m_2", text="Und wann kommt die neue?"))
    gone = replace(mail, at=mail.at + 2, message_id="m_3", text="Hallo?")
    come_in(gone)
    come_in(Fact(Kind.REMOVED, gone.visibility, gone.thread_id, gone.at + 1, gone.message_id))
    (matches,) = [each["matches"] for each in ask(console, words)["items"]]
    assert [match["snippet"] for match in matches] == shown
    assert all(match["ranges"] for match in matches)


def test_answers_and_notes_are_found_too(console: Console) -> None:
    post = visitor_post()
    answer = console.post(f"/conversations/{post}/replies", {"text": "Bitte den Stecker ziehen."}).body["id"]
    console.post(f"/conversations/{post}/notes", {"text": "Hatte schon einmal Ärger mit dem Stecker."})
    (hit,) = ask(console, "stecker")["items"]
    assert [each["message_id"] for each in hit["matches"]][1] == answer
    assert hit["matches"][1]["author"]["name"] == "Alex Beispiel"


def test_customers_are_found_by_name_however_long_ago_they_wrote(console: Console) -> None:
    old = private_message(author=Author("mira", "Mira Öztürk-Lang"), at=now() - 300 * DAY)
    private_message("m_2", thread="t_2", author=OLE)
    for words in ("mira", "ozturk", "lang mira", "Öztürk"):
        assert found(console, words)[0] == old, words


def test_a_name_that_was_looked_up_later_is_found_with_words(console: Console) -> None:
    nameless = Author("5512")
    chat = private_message(author=nameless, text="Meine Rechnung stimmt nicht.")
    come_in(Fact(Kind.PROFILE, Visibility.PRIVATE, "t_1", now() - MINUTE, author=Author("5512", "Mira Beispiel")))
    assert found(console, "beispiel rechnung") == [chat]
    assert ask(console, "rechnung")["items"][0]["matches"][0]["author"]["name"] == "Mira Beispiel"


def test_conversations_come_once_the_latest_first(console: Console) -> None:
    moment = now()
    older = visitor_post("1055_1", at=moment - 40 * DAY, text="Router kaputt")
    newer = visitor_post("1055_2", at=moment - 3 * DAY, text="Router kaputt")
    comment("c_1", post_id="1055_1", at=moment - 5 * DAY, text="Der Router immer noch")
    hits = ask(console, "router")["items"]
    assert [each["conversation"]["id"] for each in hits] == [newer, older]
    assert [each["message_id"] for each in hits[1]["matches"]] == ["c_1", "1055_1"]


def test_a_comment_is_found_in_the_conversation_it_belongs_to(console: Console) -> None:
    own = comment("c_1", post_id="1055_9", text="Bei mir ruckelt es.")
    (hit,) = ask(console, "ruckelt")["items"]
    assert hit["conversation"]["id"] == own


def test_companys_own_posts_are_not_found_as_conversations(console: Console) -> None:
    post = Fact(
        Kind.MESSAGE, Visibility.PUBLIC, "1055_7", now(), "1055_7", author=Author("1055"), own=True, text="Neu!"
    )
    received_facts.add("facebook", "demo", [post], now())
    assert found(console, "neu") == []


def test_erased_message_is_not_found(console: Console, lead: Console) -> None:
    """Invariant 11, also before the entries are purged."""
    post = visitor_post(text="Mein WLAN bricht ab.")
    lead.delete(f"/conversations/{post}")
    assert found(console, "wlan") == []
    assert found(console, "jana") == []


def test_a_conversation_that_began_again_does_not_bring_back_what_was_erased(console: Console, lead: Console) -> None:
    chat = private_message("m_1", text="Meine alte Sorge", at=now() - 5 * MINUTE)
    lead.delete(f"/conversations/{chat}")
    private_message("m_2", text="Meine neue Sorge", at=now() + MINUTE)
    (hit,) = ask(console, "sorge")["items"]
    assert [each["message_id"] for each in hit["matches"]] == ["m_2"]


def test_message_removed_by_its_author_is_not_found(console: Console) -> None:
    visitor_post(at=now() - 90 * DAY, text="Mein Passwort lautet hunter2")
    come_in(Fact(Kind.REMOVED, Visibility.PUBLIC, "1055_1", now(), "1055_1", author=JANA))
    assert all_found(console, "passwort") == []


@pytest.mark.parametrize(
    "words", ["Kupfer", "Nordlicht", "Glasfaser 500", "Hafen", "Speicherstadt", "chef@laden.example"]
)
def test_message_is_found_by_what_it_refers_to(console: Console, words: str) -> None:
    fact = Fact(
        Kind.MESSAGE,
        Visibility.PRIVATE,
        "t_9",
        now(),
        "m_9",
        author=JANA,
        text="Stimmt das?",
        customer_id=JANA.id,
        quoted=Quote("Kupfer wird abgeschaltet", "Nordlicht"),
        referral=Referral("ad", "Glasfaser 500"),
        place=Place(53.5, 9.9, "Hafen", "Speicherstadt 1"),
        attachments=(Attachment("contact", title="Chef, chef@laden.example"),),
    )
    come_in(fact)
    (hit,) = ask(console, words)["items"]
    assert [match["message_id"] for match in hit["matches"]] == ["m_9"]
    come_in(replace(fact, kind=Kind.REMOVED, text=None, quoted=None, referral=None, place=None, attachments=()))
    assert found(console, words) == []


def test_an_edited_message_is_found_once(console: Console) -> None:
    post = visitor_post(at=now() - MINUTE, text="Mein WLAN bricht ab")
    come_in(Fact(Kind.EDITED, Visibility.PUBLIC, "1055_1", now(), "1055_1", author=JANA, text="Mein WLAN geht nicht"))
    (hit,) = ask(console, "wlan")["items"]
    assert (hit["conversation"]["id"], len(hit["matches"])) == (post, 1)
    assert "geht nicht" in hit["matches"][0]["snippet"]


def test_an_answer_that_was_taken_back_is_not_found(console: Console) -> None:
    post = visitor_post()
    answer = console.post(f"/conversations/{post}/replies", {"text": "Voreilig geschrieben"}).body["id"]
    assert found(console, "voreilig") == [post]
    action = conversations.action(post, answer)
    assert action is not None
    conversations.change_delivery(post, action, replace(action, state=State.CANCELLED, reason="undone"))
    assert found(console, "voreilig") == []


def test_an_answer_and_its_echo_are_one(console: Console) -> None:
    post = visitor_post()
    console.post(f"/conversations/{post}/replies", {"text": "Bitte neu starten."})
    echo = Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        "1055_1",
        now(),
        "1055_1_9",
        "1055_1_9",
        author=Author("1055"),
        own=True,
        text="Bitte neu starten.",
    )
    received_facts.add("facebook", "demo", [echo], now())
    (hit,) = ask(console, "starten")["items"]
    assert len(hit["matches"]) == 1


def test_pages_hold_every_conversation_that_is_found(console: Console) -> None:
    moment = now()
    posts = [visitor_post(f"1055_{each}", at=moment - each * 9 * DAY, text="Störung im Netz") for each in range(9)]
    assert all_found(console, "storung", limit="2") == posts


def test_pages_end_within_one_moment(console: Console) -> None:
    at = now() - DAY
    posts = {visitor_post(f"1055_{each}", at=at, text="Störung im Netz") for each in range(7)}
    assert set(all_found(console, "störung", limit="2")) == posts


def test_a_search_that_has_read_enough_says_how_far_it_came_and_goes_on(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(said_index, "PAGE", 3)
    monkeypatch.setattr(said_index, "MESSAGES", 5)
    moment = now()
    posts = [visitor_post(f"1055_{each}", at=moment - each * MINUTE, text=f"Wort{each} im Netz") for each in range(20)]
    page = ask(console, "wort19")
    assert (page["items"], page["covers"]["complete"]) == ([], False)
    assert page["covers"]["sentence"].startswith("What was said since ")
    assert all_found(console, "wort19") == [posts[19]]
    assert all_found(console, "netz") == posts


def test_it_says_that_everything_was_searched(console: Console) -> None:
    visitor_post()
    query = {"q": "wlan"}
    while (page := console.get("/search", query).body)["cursor"]:
        query["cursor"] = page["cursor"]
    assert page["covers"]["complete"]
    assert page["covers"]["sentence"] == "Everything that is kept was searched, and the names of customers."
    german = console.get("/search", {"q": "wlan"}, Accept_Language="de").body
    assert german["covers"]["sentence"].startswith("Durchsucht wurde alles, was aufbewahrt wird")


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ({}, 400, "malformed"),
        ({"q": ""}, 400, "malformed"),
        ({"q": "x" * 201}, 400, "malformed"),
        ({"q": '  " "  '}, 422, "query_empty"),
        ({"q": "wlan", "limit": "0"}, 400, "malformed"),
        ({"q": "wlan", "cursor": "bm9uc2Vuc2U="}, 422, "cursor"),
    ],
)
def test_invalid_search_is_refused(console: Console, query: dict[str, str], status: int, error: str) -> None:
    answer = console.get("/search", query)
    assert (answer.status, answer.body["error"]) == (status, error)


def test_a_redelivery_writes_the_same_item(console: Console, table: str, client: Callable[[str], Any]) -> None:
    """Invariant 2: what makes it searchable says nothing of when it arrived."""
    moment = now() - DAY
    visitor_post(at=moment)
    before = client("dynamodb").scan(TableName=table)["Items"]
    visitor_post(at=moment)
    assert sorted(map(str, client("dynamodb").scan(TableName=table)["Items"])) == sorted(map(str, before))


# -- addresses, numbers and letters -----------------------------------------------------------------------------------

TESSA = Author("tessa@probe.example", "Tessa")
GROSS = Author("4915188001", "Jürgen Groß")
IPEK = Author("4915188002", "İpek Y\u0131lmaz")


@pytest.fixture
def customers(console: Console) -> dict[str, str]:
    """Chats of customers by mail and by telephone, by whose they are."""
    return {
        "tessa": private_message("m_1", thread="t_1", author=TESSA, text="Guten Tag"),
        "gross": private_message("m_2", thread="t_2", author=GROSS, text="Łódź, Müllerstraße 5"),
        "ipek": private_message("m_3", thread="t_3", author=IPEK, text="Hallo"),
        "number": private_message("m_4", thread="t_4", author=OLE, text="請求書番号は12345です"),
    }


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("tessa@probe.example", ["tessa"]),
        ("4915188001", ["gross"]),
        ("+49 151 88001", ["gross"]),
        ("0151/88001", ["gross"]),
        ("lodz", ["gross"]),
        ("yilmaz", ["ipek"]),
        ("12345", ["number"]),
        ("mueller", ["gross"]),
        ("muller", ["gross"]),
        ("müller", ["gross"]),
        ("strasse", ["gross"]),
        ("gross", ["gross"]),
        ("tessa@probe.example guten", ["tessa"]),
        ("niemand@nirgends.example", []),
        ("essa@probe", []),
        ("15188001", []),
    ],
)
def test_customer_is_found_by_address_number_and_plain_letters(
    console: Console, customers: dict[str, str], words: str, whose: list[str]
) -> None:
    assert all_found(console, words) == [customers[each] for each in whose]


def test_customer_without_a_name_is_found_by_address(console: Console) -> None:
    chat = private_message(author=Author("mira@probe.example"), text="Hallo")
    (hit,) = ask(console, "mira@probe.example")["items"]
    assert (hit["conversation"]["id"], hit["matches"]) == (chat, [])


def test_conversation_is_found_by_the_address_of_another_who_wrote_in_it(console: Console) -> None:
    chat = private_message("m_1", author=TESSA, text="Guten Tag")
    bernd = Author("bernd@probe.example", "Bernd")
    come_in(
        Fact(Kind.MESSAGE, Visibility.PRIVATE, "t_1", now(), "m_2", "", bernd, text="Ich auch", customer_id=TESSA.id)
    )
    assert found(console, "bernd@probe.example") == [chat]


def test_conversations_of_before_are_found_by_the_address_of_their_messages(
    console: Console, client: Callable[[str], Any], table: str
) -> None:
    """Heads written by earlier versions lack the address."""
    chat = private_message(author=GROSS, text="Hallo")
    key = {"pk": {"S": chat}, "sk": {"S": "#~"}}
    client("dynamodb").update_item(TableName=table, Key=key, UpdateExpression="REMOVE a")
    assert found(console, "+49 151 88001") == [chat]


def test_erased_customer_is_not_found_by_address_or_number(
    console: Console, lead: Console, customers: dict[str, str]
) -> None:
    """Invariant 11."""
    for each in customers.values():
        lead.delete(f"/conversations/{each}")
    assert all_found(console, "tessa@probe.example") == all_found(console, "+49 151 88001") == []


def test_pages_hold_each_conversation_of_an_address(console: Console) -> None:
    chats = {private_message(f"m_{n}", thread=f"t_{n}", author=TESSA, at=now() - n * MINUTE) for n in range(7)}
    assert set(all_found(console, "tessa@probe.example", limit="2")) == chats


@pytest.mark.parametrize("words", ["@leuchtturm9", "leuchtturm9", "@leuchtturm9@mast.example", "Leucht"])
def test_customer_is_found_by_handle(console: Console, words: str) -> None:
    chat = private_message(author=Author("5512", "Mira Beispiel", "leuchtturm9@mast.example"), text="Hallo")
    private_message("m_2", thread="t_2", author=OLE)
    assert found(console, words) == [chat]


@pytest.mark.parametrize("words", ["+49 151 88001", "@leuchtturm9", "0151/88001"])
def test_customer_is_found_by_each_of_several_handles(console: Console, words: str) -> None:
    chat = private_message(author=Author("DE.7300000000000001", "Jördis", "4915188001 leuchtturm9"), text="Hallo")
    assert found(console, words) == [chat]


def test_handle_that_a_profile_tells_is_found(console: Console) -> None:
    chat = private_message(author=Author("5512"), text="Hallo")
    told = Author("5512", "Mira Beispiel", "mira.und.emil")
    come_in(Fact(Kind.PROFILE, Visibility.PRIVATE, "t_1", now() - MINUTE, author=told))
    assert found(console, "@mira.und.emil") == [chat]
