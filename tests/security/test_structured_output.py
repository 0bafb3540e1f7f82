"""Strangers' texts as parts of something structured: chats, spreadsheets, file names, logs, the page."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.views.reports import csv_of, numbers
from conversations.team_settings import label_of
from notifications import microsoft_teams, slack
from notifications.notice_texts import Words
from shared import telemetry
from storage.file_names import saved_as

ATTACKS = [
    "<!channel>",
    "<!here|x>",
    "<@U1>",
    "<https://evil.example|Click>",
    "&lt;!channel&gt;",
    "&amp;lt;!channel&amp;gt;",
    "[Click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<at>Everybody</at>",
    "{{DATE(2026-01-01T00:00:00Z)}}",
    "- a list",
    "1. a list",
    "*bold* _slanted_ `code`",
    '", "injected": "',
    "\\",
    "=HYPERLINK(1)",
]
WORDS = Words("Service", "An answer waits.", "https://inbox.example/#/c/x", "Open")


# -- chats ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_in_slack_mentions_nobody_and_links_nowhere(attack: str) -> None:
    for words in (replace(WORDS, team=attack, link=""), replace(WORDS, text=attack, link="")):
        text = json.loads(json.dumps(slack.body(words)))["text"]
        assert "<" not in text and ">" not in text
        assert text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "").count("&") == 0
        shown = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert attack in shown, "it is shown as it was written"


@pytest.mark.parametrize(
    "attack", [*ATTACKS, "https://evil.example", "evil.example/x", "@channel", "#general", "x" * 5000]
)
def test_text_in_slack_stands_where_nothing_is_formatted_or_linked(attack: str) -> None:
    for words in (replace(WORDS, team=attack), replace(WORDS, text=attack)):
        told, link = [block["text"] for block in slack.body(words)["blocks"]]
        assert (told["type"], told["emoji"]) == ("plain_text", False)
        assert attack[:2000] in told["text"], "it is shown as it was written"
        assert len(told["text"]) <= 3000
        assert (link["type"], link["text"], link["verbatim"]) == ("mrkdwn", f"<{WORDS.link}|{WORDS.label}>", True)


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_in_teams_stands_where_no_markdown_is_read(attack: str) -> None:
    for words in (replace(WORDS, team=attack), replace(WORDS, text=attack)):
        card = microsoft_teams.body(words)["attachments"][0]["content"]
        assert [each["type"] for each in card["body"]] == ["RichTextBlock"] * 2
        runs = [run for block in card["body"] for run in block["inlines"]]
        assert all(run["type"] == "TextRun" and "selectAction" not in run for run in runs)
        assert attack in [run["text"] for run in runs]
        assert "msteams" not in card, "nobody is mentioned without an entity"
        assert [action["url"] for action in card["actions"]] == [WORDS.link]


@pytest.mark.parametrize("label", ["a\nb", "a\rb", "\u202eb", "a\u2028b", "a\x00", "a\u200b", "\ufeffa", "x" * 300])
def test_team_cannot_be_called_by_what_breaks_a_line_or_turns_it(label: str) -> None:
    with pytest.raises(ValueError, match="label"):
        label_of(f"x{label}x")


# -- spreadsheets -----------------------------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "|cmd", "%x", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u3000=1"]
FORMULAS += [
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "\ufeff=1",
    "\u200b=1",
    "\u202e=1",
    "\x00=1",
    "\ufe66x",
    "\ufe63x",
    "=\u03381+1",
    "+\u0301\u0323",
]


def cell(text: str) -> str:
    """Return what stands in a spreadsheet's cell."""
    place = {"week": "2026-W48", "team": text, "channel": "facebook", "visibility": "public"}
    rows = list(csv.DictReader(io.StringIO(csv_of([place | numbers({})]))))
    assert len(rows) == 1, "one row stays one"
    assert rows[0]["channel"] == "facebook"
    return rows[0]["team"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_in_a_report_is_text(formula: str) -> None:
    assert cell(formula).startswith("'")


@given(text=st.text(max_size=30))
def test_no_text_in_a_report_is_a_formula_or_another_cell(text: str) -> None:
    shown = cell(text)
    assert not unicodedata.normalize("NFKC", shown).lstrip().startswith(("=", "+", "-", "@", "|", "%"))
    assert "\n" not in shown and "\r" not in shown


# -- names of files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("rechnung.pdf", "rechnung.pdf"),
        ("Übersicht März.pdf", "Übersicht März.pdf"),
        ("photo\u202egpj.exe", "photo_gpj.exe"),
        ("a\u2066b.png", "a_b.png"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\x.dll", "_.._x.dll"),
        ("C:\\x.exe", "C__x.exe"),
        ('a"; filename="b.exe', "a_; filename=_b.exe"),
        ("a\r\nX-Injected: 1.txt", "a__X-Injected_ 1.txt"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("nul .txt", "_nul .txt"),
        ("LPT1.x.y", "_LPT1.x.y"),
        ("COM\u00b9.txt", "_COM\u00b9.txt"),
        (".", "file"),
        ("...", "file"),
        ("", "file"),
        ("x.exe. . .", "x.exe"),
    ],
)
def test_file_is_saved_under_a_name_that_is_what_it_seems(name: str, saved: str) -> None:
    assert saved_as(name) == saved


@given(name=st.text(max_size=300))
def test_no_name_of_a_file_leads_anywhere(name: str) -> None:
    saved = saved_as(name)
    assert 0 < len(saved) <= 125
    assert saved.isprintable()
    assert not set(saved) & set('/\\:*?"<>|')
    assert saved not in (".", "..")


def test_long_name_keeps_its_ending() -> None:
    assert saved_as("x" * 500 + ".exe").endswith("x.exe")


# -- logs and metrics -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", ["a\nb", '", "level": "ERROR', "\x1b[2J", "a\u2028b", '{"_aws": {}}', "x" * 500])
def test_foreign_text_in_a_log_is_one_value_of_one_line(attack: str, capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    handler = telemetry.logger._logger.handlers[0]
    before: Any = handler.setStream(stream)  # type: ignore[attr-defined]
    try:
        telemetry.logger.warning("Said", channel=attack)
    finally:
        handler.setStream(before)  # type: ignore[attr-defined]
    (line,) = stream.getvalue().rstrip("\n").split("\n")
    written = json.loads(line)
    assert (written["channel"], written["level"], written["message"]) == (attack, "WARNING", "Said")


@pytest.mark.parametrize("attack", ["a\nb", '"}, {"Name": "Forged', '{"_aws": {}}'])
def test_foreign_text_in_a_dimension_makes_no_metric_of_its_own(
    attack: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Nachfrage")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")
    telemetry.count("Quarantined", channel=attack)
    (line,) = capsys.readouterr().out.rstrip("\n").split("\n")
    written = json.loads(line)
    assert [each["Name"] for each in written["_aws"]["CloudWatchMetrics"][0]["Metrics"]] == ["Quarantined"]
    assert written["Quarantined"] == [1]
