"""Attacks by names: what a stranger calls themself must not be published by the machine in the company's name."""

# ruff: noqa: RUF001 - letters that look like others are what this is about
from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from application import follow_ups, safe_names
from conversations.facts import Author, Fact, Kind, Visibility
from shared import texts
from storage import received_facts
from tests.functional.console_api import Console, come_in, comment, head, now, visitor_post
from tests.functional.follow_ups.agents_api import GERMAN, come_due, follow_up, plan, promise, rules
from tests.support.timing import assert_linear

ATTACKS = {
    "the report": "@everyone Gewinne 500 Euro: https://evil.example/x",
    "two lines": "Mira\nGewinne 500 Euro",
    "carriage return": "Mira\rGewinne",
    "line separator": "Mira\u2028Gewinne",
    "next line": "Mira\u0085Gewinne",
    "vertical tab": "Mira\x0bGewinne",
    "null": "Mira\x00",
    "escape": "Mira\x1b[31m",
    "right-to-left override": "Mira\u202egnirts",
    "isolate": "Mira\u2066x\u2069",
    "mark of direction": "Mira\u200f",
    "zero width space": "Mi\u200bra",
    "zero width joiner": "Mi\u200dra",
    "word joiner": "Mi\u2060ra",
    "byte order mark": "\ufeffMira",
    "soft hyphen": "Mi\u00adra",
    "tag characters": "Mira\U000e0061\U000e0062",
    "variation selectors": "Mira\ufe0f\U000e0101",
    "invisible letters": "Mira\u3164\u115f\uffa0",
    "joined graphemes": "Mira\u034f",
    "braille blank": "Mira\u2800\u2800",
    "private use": "Mira\ue000",
    "lone surrogate": "Mira\ud800",
    "accents without end": "Mi" + "\u0301" * 30,
    "mention": "@everyone",
    "mention in full width": "＠everyone",
    "small mention": "﹫everyone",
    "mention within": "Mira @here",
    "hashtag": "#gewinn",
    "hashtag in full width": "＃gewinn",
    "small hashtag": "﹟gewinn",
    "slack mention": "<!channel>",
    "slack user": "<@U123456>",
    "discord role": "<@&123>",
    "slack link": "<https://evil.example|Mira>",
    "markdown link": "[Mira](https://evil.example)",
    "markdown link without scheme": "[Mira](evil.example)",
    "markdown picture": "![x](//evil.example/p.png)",
    "markdown emphasis": "**Mira**",
    "markdown code": "`Mira`",
    "markdown heading": "# Mira",
    "underlines": "__Mira__",
    "spoiler": "||Mira||",
    "quote": "> Mira",
    "table": "Mira|Gewinne",
    "html": "<b>Mira</b>",
    "html link": "<a href=//evil.example>Mira</a>",
    "entity": "Mira&lt;b&gt;",
    "bbcode": "[url=evil.example]Mira[/url]",
    "mediawiki": "{{Mira}}",
    "template field": "{{agent}}",
    "format string": "{0.__class__}",
    "percent format": "%s%n",
    "scheme": "https://evil.example",
    "scheme in full width": "ｈｔｔｐｓ：／／evil．example",
    "scheme without host": "Mira ://",
    "mail": "mailto:eve@evil.example",
    "telephone scheme": "tel:+49900123456",
    "script": "javascript:alert(1)",
    "protocol-relative": "//evil.example",
    "www": "www.evil.example",
    "www in full width": "ｗｗｗ．evil．example",
    "www before a space": "Mira www. evil example",
    "bare domain": "evil.example",
    "bare domain with path": "Mira evil.example/x",
    "short link": "wa.me/4915112345678",
    "short link with a word": "Mira t.me/gewinne",
    "domain of dot leaders": "evil․example",
    "domain of ideographic stops": "evil。example",
    "domain of half-width stops": "evil｡example",
    "domain in other letters": "пример.рф",
    "domain in circles": "ⓔⓥⓘⓛ．ⓒⓞⓜ",
    "address of numbers": "192.0.2.1",
    "mail address": "eve@evil.example",
    "reddit user": "/u/eve",
    "reddit user without slash": "u/eve",
    "subreddit": "r/evil",
    "federated handle": "@eve@evil.example",
    "division slash": "wa∕me",
    "fraction slash": "r⁄evil",
    "command": "/start",
    "discourse command": "!close",
    "cashtag": "$EVIL",
    "telephone number": "Anruf 0900 1234567",
    "international number": "+49 900 123456",
    "number in full width": "Anruf ０９００１２３４５６",
    "number in Arabic digits": "Anruf ٠٩٠٠١٢٣٤٥٦",
    "number in circles": "Anruf ⓪⑨⓪⓪①②③④",
    "number by joints": "Anruf 0900-12-34-56",
    "emoji": "🎁🎁🎁",
    "keycap": "#\ufe0f\u20e3",
    "too long": "Mira Beispiel von und zu einer langen Werbung",
    "long by normalising": "Mira ﷺﷺﷺ",
    "formula": "=1+1",
    "domain with a stop of another script": "evil\ua4f8example",
    "link with a colon and slashes of other scripts": "https\u02d0\u141f\u141fevil\ua4f8example",
    "slashes of Japanese": "Mira \u3033\u3033evil",
    "exclamation of a click within Greek": "\u039c\u03b9\u03c1\u03b1 \u01c3\u01c3",
    "letters of two scripts that look alike": "\u041cira",
    "words of two directions": "\u0645\u0631\u064a\u0645 Gewinne",
    "only marks": "\u0301\u0301",
    "only space": "\u3000\u00a0",
}


@pytest.fixture(params=ATTACKS.values(), ids=list(ATTACKS))
def attack(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_name_that_is_more_than_a_name_is_not_published(attack: str) -> None:
    assert safe_names.published(attack) is None


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
def test_another_form_of_the_same_name_is_not_published_either(attack: str, form: Any) -> None:
    assert safe_names.published(unicodedata.normalize(form, attack)) is None
    assert safe_names.published(f" {attack} ") is None


def test_a_name_beside_an_honest_one_is_not_published(attack: str) -> None:
    if attack.strip():
        assert safe_names.published(f"Mira {attack}") is None


@pytest.mark.parametrize("part", ["ﷺ", "a", "\u0301", "@", ".", " ", "a "])
def test_a_name_without_end_costs_nothing(part: str) -> None:
    assert safe_names.published(part * 100_000) is None
    assert_linear(lambda size: part * size, safe_names.published, 200_000)


def test_the_shipped_question_does_not_address_a_stranger_by_an_advertisement(console: Console) -> None:
    post = visitor_post(author=Author("eve", ATTACKS["the report"]), text=GERMAN)
    nameless = texts.raw("template.by_name_nameless", "de")
    assert plan(console, post, template="by_name")["text"] == nameless
    promise(console, post, template="by_name")
    assert come_due(post).text == nameless


def test_a_name_that_is_changed_after_the_agent_looked_does_not_go_out(console: Console) -> None:
    post = visitor_post(author=Author("eve", None), text=GERMAN)
    shown = plan(console, post, template="by_name")["text"]
    promise(console, post, template="by_name")
    _renamed(post, "Gewinne jetzt")
    assert head(post).customer.name == "Gewinne jetzt"
    assert come_due(post).text == shown == texts.raw("template.by_name_nameless", "de")


@pytest.mark.parametrize("text", ["Hallo {{customer}}, nach {{days}} Tagen: läuft es?", "Läuft es, {{ customer }}?"])
def test_a_name_that_is_changed_after_the_agent_looked_is_not_read_again(
    console: Console, lead: Console, text: str
) -> None:
    rules(lead)
    lead.put("/teams/service/templates/warm/de", {"text": text})
    post = visitor_post(author=Author("eve", "Jana"), text=GERMAN)
    shown = promise(console, post, template="warm")["text"]
    earlier = Fact(Kind.MESSAGE, Visibility.PUBLIC, "1055_1", 1, "1055_1", author=Author("eve", "Gewinne"), text=GERMAN)
    come_in(earlier)  # a platform tells the same post with another name
    assert "Jana" in shown
    assert come_due(post).text == shown


def test_a_topic_that_spells_a_field_is_not_filled_in(console: Console, lead: Console) -> None:
    rules(lead)
    lead.put("/teams/service/templates/warm/de", {"text": "Nach {{days}} Tagen: läuft {{topic}}?"})
    post = visitor_post(text=GERMAN)
    for topic in ("{{customer}}", "{{days}}", "{{", "{{agent"):
        shown = promise(console, post, template="warm", topic=topic)["text"]
        assert topic in shown
        assert follow_up(post).promise.text == shown
    assert come_due(post).text == shown


@pytest.mark.parametrize("attack", ["the report", "two lines", "bare domain", "right-to-left override"])
def test_a_teams_own_template_refuses_the_name_before_anything_is_promised(
    console: Console, lead: Console, attack: str
) -> None:
    text = "Hallo {{customer}}, läuft es?"
    lead.put("/teams/service/templates/warm/de", {"text": text})
    post = visitor_post(author=Author("eve", ATTACKS[attack]), text=GERMAN)
    answer = console.put(f"/conversations/{post}/follow-up", {"template": "warm"})
    assert (answer.status, answer.body["error"], answer.body["field"]) == (422, "template_field", "customer")
    answer = console.put(f"/conversations/{post}/follow-up", {"text": text})
    assert (answer.status, answer.body["error"], answer.body["field"]) == (422, "template_field", "customer")
    lead.put("/teams/service/templates/warm_nameless/de", {"text": "Hallo, läuft es?"})
    assert plan(console, post, template="warm")["text"] == "Hallo, läuft es?"


def test_a_bulk_addresses_nobody_by_an_advertisement(console: Console, lead: Console) -> None:
    post = visitor_post(author=Author("eve", ATTACKS["the report"]), text=GERMAN)
    console.post(f"/conversations/{post}/replies", {"text": "Gern."})
    wish = {"template": "by_name"}
    made = lead.post("/follow-ups/bulk", {"conversations": [post], "follow_up": wish, "batch": "storm-2026"})
    assert made.status == 200, made
    assert follow_up(post).promise.text == texts.raw("template.by_name_nameless", "de")


def test_a_macro_does_not_answer_with_an_advertisement(console: Console, lead: Console) -> None:
    macro = {"title": "Update", "actions": [{"reply": {"text": "Hallo {{customer}}, das Update ist da."}}]}
    assert lead.put("/teams/service/macros/update", macro).status == 200
    post = visitor_post(author=Author("eve", ATTACKS["the report"]))
    used = console.post(f"/conversations/{post}/macros/update", {"seen": "1055_1"})
    assert (used.status, used.body["error"], used.body["field"]) == (422, "template_field", "customer")
    assert head(post).outbound == 0


def test_an_agents_own_name_is_held_to_the_same(table: str, lambda_context: object, lead: Console) -> None:
    agent = Console(lambda_context, {"name": "@everyone https://evil.example"})
    lead.put("/teams/service/templates/warm/de", {"text": "{{agent}} fragt: läuft es?"})
    answer = agent.put(f"/conversations/{visitor_post(text=GERMAN)}/follow-up", {"template": "warm"})
    assert (answer.status, answer.body["error"], answer.body["field"]) == (422, "template_field", "agent")


def test_an_answer_to_pick_is_not_filled_in_with_an_advertisement(console: Console) -> None:
    post = visitor_post(author=Author("eve", ATTACKS["the report"]), text=GERMAN)
    items = console.get(f"/conversations/{post}/templates").body["items"]
    (greeting,) = [each for each in items if each["name"] == "looking_into_it"]
    assert "{{customer}}" in greeting["text"]
    assert greeting["unfilled"] == ["customer"]
    assert "evil" not in str(items)


def _renamed(conversation: str, name: str) -> None:
    who = head(conversation).identity
    profile = Fact(Kind.PROFILE, who.visibility, who.thread_id, now(), "", author=Author("eve", name))
    received_facts.add(who.channel, who.connection, [profile], now())
    come_in(profile)


def test_a_helper_is_thanked_without_an_advertisement(console: Console) -> None:
    post = visitor_post(text="My router does not start any more.")
    comment("1055_2", author=Author("eve", ATTACKS["the report"]))
    come_in(Fact(Kind.SOLVED, Visibility.PUBLIC, "1055_1", now(), "1055_2"))
    thanks = follow_ups.thank(post, "1055_2", now)
    assert thanks is not None
    assert thanks.text == texts.raw("thanks.helped_nameless", "en")
