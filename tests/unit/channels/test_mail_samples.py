"""Each sample of events/mails gives what is right for it, on each version of Python that is here."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels import email
from channels.email import quote_signs
from channels.email.bodies import line_of
from channels.email.mails import declared_charset, opened
from channels.email.quotes import Words, divide
from conversations.facts import Fact
from infra import build, interpreters
from tests.support import mails
from tests.support.timing import assert_linear

SAMPLES = {sample.name: sample for sample in mails.samples()}
FIELDS = {
    "text": lambda fact: fact.text,
    "folded": lambda fact: fact.folded,
    "forwarded": lambda fact: fact.forwarded,
    "title": lambda fact: fact.title,
    "name": lambda fact: fact.author.name,
    "customer": lambda fact: fact.customer_id,
    "own": lambda fact: fact.own,
    "unproven": lambda fact: fact.unproven,
    "files": lambda fact: [attachment.title for attachment in fact.attachments],
}


def check(fact: Fact, expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        if name.endswith("_has"):
            whole = FIELDS[name.removesuffix("_has")](fact) or ""
            assert [each for each in value if each not in whole] == []
        else:
            assert (name, FIELDS[name](fact)) == (name, value)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_read_as_it_is_right(name: str) -> None:
    sample = SAMPLES[name]
    for raw, expected in zip(sample.mails, sample.expected, strict=True):
        if "left_out" in expected:
            assert mails.parsed(raw) == []
            assert email.left_out_reason(mails.notification(), raw, mails.CREDENTIALS) == expected["left_out"]
            continue
        assert email.left_out_reason(mails.notification(), raw, mails.CREDENTIALS) == ""
        (fact,) = mails.parsed(raw)
        assert isinstance(fact, Fact)
        check(fact, expected)


PROGRAM = """
import json, sys
from tests.support import mails
read = [[repr(mails.parsed(raw)) for raw in sample.mails] for sample in mails.samples()]
print(json.dumps(read))
"""


def others() -> list[str]:
    versions = ["3.11", "3.12", "3.13", "3.14"]
    return [each for each in versions if interpreters.find(each) is not None]


@pytest.mark.parametrize("version", others())
def test_samples_are_read_the_same_by_each_version_of_python(version: str, tmp_path: Path) -> None:
    python, packages = interpreters.find(version), Path(pytest.__file__).parents[1]
    assert python
    build.install_wheels(tmp_path, build.COMPILED, [], python)
    root = mails.FOLDER.parents[1]
    path = os.pathsep.join(map(str, (root / "functions", root, tmp_path, packages)))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        [python, "-B", "-c", PROGRAM],
        env=environment,
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    here = [[repr(mails.parsed(raw)) for raw in sample.mails] for sample in mails.samples()]
    assert json.loads(done.stdout) == here


LINES = st.sampled_from(
    [
        "", "Guten Tag,", "> zitiert", ">> tiefer", "Am 03.11.2026 um 08:15 schrieb Hilfe:", "Von: Hilfe <h@n.example>",
        "Gesendet: Dienstag, 3. November 2026 08:15", "An: Mira", "Betreff: Netz",
        "---------- Forwarded message ---------",
        "-----Original Message-----", "______________________________",
        "On Tue, Nov 3, 2026 at 8:15 AM Hilfe <h@n.example>",
        "wrote:", "-- ", "Mira", "Anfang der weitergeleiteten Nachricht:", "Von: Bremen", "An: Hamburg",
    ]
) | st.text(max_size=30).map(lambda text: " ".join(text.split()))  # fmt: skip


def lines_in(words: Words) -> set[str]:
    return {line.strip() for line in f"{words.text}\n{words.folded}".split("\n")}


@given(st.lists(LINES, max_size=25), st.booleans(), st.booleans())
def test_each_line_is_in_the_text_or_folded(lines: list[str], is_reply: bool, is_forward: bool) -> None:
    words = divide([line_of(line) for line in lines], is_reply=is_reply, is_forward=is_forward)
    assert {line.strip() for line in lines} - lines_in(words) <= {""}
    assert bool(words.text) == any(line.strip() for line in lines)


@given(st.lists(LINES, max_size=25))
def test_lines_stay_in_their_order(lines: list[str]) -> None:
    marked = [f"no.{number} {line}" if number % 2 else line for number, line in enumerate(lines)]
    words = divide([line_of(line) for line in marked])
    for part in (words.text, words.folded):
        firsts = [line.split()[0] for line in part.split("\n") if line.startswith("no.")]
        numbers = [int(first.removeprefix("no.")) for first in firsts if first.removeprefix("no.").isdecimal()]
        assert numbers == sorted(numbers)


SIGNS = st.text(alphabet="-_=*~:\uff1a\u200e\u2069 >aä1\n", max_size=40).map(lambda text: text.split("\n"))


@example(["Gruß", "", "Am 3.11.2026 schrieb Hilfe -"], True, False)
@example(["Gruß", "==Original Message=="], False, False)
@example(["Gruß", "_\u200e____", "Von\uff1ah@n.example"], False, False)
@given(st.lists(LINES, max_size=12) | SIGNS, st.booleans(), st.booleans())
def test_text_that_quotes_nothing_is_divided_as_if_each_line_were_looked_at(
    lines: list[str], is_reply: bool, is_forward: bool
) -> None:
    read = [line_of(line) for line in lines]
    words = divide(read, is_reply=is_reply, is_forward=is_forward)
    with pytest.MonkeyPatch.context() as thorough:
        thorough.setattr(quote_signs, "may_quote", lambda text: True)
        assert divide(read, is_reply=is_reply, is_forward=is_forward) == words


CONTENT_TYPES = st.lists(
    st.sampled_from(
        [
            "text/plain", "text/html", "; ", ";", ";\r\n ", "charset=", "CHARSET=", "charset*=", "utf-8", '"', "'",
            "ISO-8859-1", "=", "us-ascii''x", "format=flowed", "delsp=yes", "koi8-r", " ", "charset*0=", "\\",
        ]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@given(CONTENT_TYPES | CONTENT_TYPES.map("text/plain; charset=utf-8".__add__))
def test_declared_character_set_is_the_one_that_the_library_finds(content_type: str) -> None:
    part = opened(f"Content-Type: {content_type}\r\n\r\nx".encode())
    found = part.get_param("charset")
    assert declared_charset(part) == ((found[2] if isinstance(found, tuple) else found) or None)


@given(st.lists(st.text(alphabet="> abc", max_size=8), min_size=1, max_size=12))
def test_signs_are_kept_where_nothing_introduces_a_quotation(lines: list[str]) -> None:
    assert divide([line_of(line) for line in lines]).folded == ""


@pytest.mark.parametrize(
    "line",
    [
        "> a",
        "Von: a",
        "Von: a@b.example",
        "Betreff: 10:00",
        "---- weitergeleitet ---x",
        "1:00:",
        "a 10:00 wrote",
        "_____",
    ],
)
def test_many_lines_take_a_time_that_grows_with_their_number_alone(line: str) -> None:
    assert_linear(lambda number: [line_of(line)] * number, divide, 4000)
