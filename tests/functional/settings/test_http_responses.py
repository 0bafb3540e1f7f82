"""Answers that a team has ready: shipped and its own, filled in for a conversation."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.functional.console_api import JANA, Author, Console, private_message, visitor_post

Json = dict[str, Any]


def ready(console: Console, conversation: str, **query: str) -> dict[str, Json]:
    answer = console.get(f"/conversations/{conversation}/templates", query)
    assert answer.status == 200, answer
    return {each["name"]: each for each in answer.body["items"]}


def test_shipped_answers_come_in_the_customer_s_language_with_the_names_filled_in(console: Console) -> None:
    post = visitor_post(text="Mein WLAN ist seit gestern kaputt. Was soll ich tun?", author=JANA)
    found = ready(console, post)["looking_into_it"]
    assert found["text"].startswith("Guten Tag Jana, danke für den Hinweis.")
    assert found["text"].endswith("Alex Beispiel")
    assert (found["language"], found["own"], found["kind"], found["unfilled"]) == ("de", False, "answer", [])


def test_the_language_can_be_chosen(console: Console) -> None:
    post = visitor_post(text="Mein WLAN ist seit gestern kaputt. Was soll ich tun?")
    assert ready(console, post, language="en")["thanks"]["text"] == "Thank you for writing to us!"


def test_unknown_placeholder_stays_and_is_named(console: Console) -> None:
    chat = private_message(author=Author("5511"))
    found = ready(console, chat, language="en")["looking_into_it"]
    assert found["unfilled"] == ["customer"]
    assert found["text"].startswith("Hello {{customer}}, thank you")


def test_a_team_s_own_answer_takes_the_place_of_the_shipped_one(console: Console, lead: Console) -> None:
    path = "/teams/service/templates/thanks/en"
    body = {"text": "Cheers, {{customer}}! $5 {{agent}}", "kind": "answer"}
    body |= {"title": "Cheers", "folder": "Praise"}
    assert lead.put(path, body).body == {"name": "thanks", "language": "en", "own": True, "files": []} | body
    found = ready(console, visitor_post(), language="en")["thanks"]
    assert (found["text"], found["own"]) == ("Cheers, Jana! $5 Alex Beispiel", True)
    assert (found["title"], found["folder"]) == ("Cheers", "Praise")
    assert lead.delete(path, {"kind": "answer"}).status == 200
    assert not ready(console, visitor_post(), language="en")["thanks"]["own"]


def test_an_answer_that_is_there_in_one_language_only_is_offered_in_it(console: Console, lead: Console) -> None:
    lead.put("/teams/service/templates/moin/de", {"text": "Moin!", "kind": "answer"})
    assert ready(console, visitor_post(), language="en")["moin"]["language"] == "de"


def test_questions_and_answers_of_one_name_are_two(console: Console, lead: Console) -> None:
    path = "/teams/service/templates/hello/en"
    lead.put(path, {"text": "All well?"})
    lead.put(path, {"text": "Hello!", "kind": "answer"})
    listed = console.get("/teams/service/templates").body["items"]
    assert {each["kind"]: each["text"] for each in listed if each["name"] == "hello"} == {
        "question": "All well?",
        "answer": "Hello!",
    }
    assert lead.delete(path).status == 200
    assert lead.delete(path).status == 404
    assert "hello" in ready(console, visitor_post())


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"text": "About {{topic}}", "kind": "answer"}, 422, "template_field"),
        ({"text": "Hello {{customer", "kind": "answer"}, 422, "template_broken"),
        ({"text": "Hello", "kind": "poem"}, 400, "malformed"),
        ({"kind": "answer"}, 400, "malformed"),
    ],
)
def test_an_answer_that_cannot_be_filled_in_is_refused(lead: Console, body: Json, status: int, error: str) -> None:
    answer = lead.put("/teams/service/templates/hello/en", body)
    assert (answer.status, answer.body["error"]) == (status, error)


def test_there_are_none_for_nothing_and_in_no_other_language(console: Console) -> None:
    assert console.get(f"/conversations/{'a' * 26}/templates").status == 404
    assert console.get(f"/conversations/{visitor_post()}/templates", {"language": "tlh"}).status == 400


def stored_file(lead: Console, content: bytes = b"%PDF-1.7 " + b"x" * 100, name: str = "anleitung.pdf") -> str:
    """Upload a file for templates; return its id."""
    wish = {"name": name, "type": "application/pdf", "size": len(content)}
    offer = lead.post("/teams/service/template-files", wish)
    assert offer.status == 201, offer
    upload = offer.body["upload"]
    assert httpx.put(upload["url"], content=content, headers=upload["headers"]).status_code == 200
    return str(offer.body["id"])


def test_file_is_kept_with_a_template_and_goes_along_with_an_answer(console: Console, lead: Console) -> None:
    path, chat = "/teams/service/templates/manual/en", private_message()
    file_id = stored_file(lead)
    kept = lead.put(path, {"text": "Here it is.", "kind": "answer", "files": [file_id]}).body["files"]
    assert kept == [{"id": file_id, "name": "anleitung.pdf", "type": "application/pdf", "size": 109}]
    assert ready(console, chat, language="en")["manual"]["files"] == kept
    copy = console.post(f"/conversations/{chat}/template-files/{file_id}", {}).body
    assert (copy["name"], copy["type"], copy["size"]) == ("anleitung.pdf", "application/pdf", 109)
    sent = console.post(f"/conversations/{chat}/replies", {"text": "Here it is.", "files": [copy["id"]]})
    assert sent.status == 201, sent
    again = console.post(f"/conversations/{chat}/template-files/{file_id}", {}).body
    assert again["id"] != copy["id"]


def test_file_of_a_template_is_refused_where_it_cannot_be_kept_or_sent(console: Console, lead: Console) -> None:
    chat, wish = private_message(), {"name": "a.exe", "type": "application/x-msdownload", "size": 5}
    assert lead.post("/teams/service/template-files", wish).body["error"] == "file_dangerous"
    assert lead.post("/teams/service/template-files", wish | {"name": "a", "size": 0}).body["error"] == "file_empty"
    large = {"name": "a.pdf", "type": "application/pdf", "size": 10_000_001}
    assert lead.post("/teams/service/template-files", large).body["error"] == "file_large"
    assert console.post("/teams/service/template-files", large).status == 403
    missing = {"text": "x", "kind": "answer", "files": ["-.0000000000000aaaaaaaaaaaaaaaaaaaaaaaaaa"]}
    assert lead.put("/teams/service/templates/x/en", missing).body["error"] == "file_missing"
    assert lead.put("/teams/service/templates/x/en", {"text": "x", "files": ["y"]}).body["error"] == "files_refused"
    assert console.post(f"/conversations/{chat}/template-files/nothing", {}).body["error"] == "no_file"
