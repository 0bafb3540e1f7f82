"""The guides that are part of the page: made from docs/ without markup, styles or links that lead nowhere."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

import channels
from infra.page import bundle

SCRIPT = """
import { pathToFileURL } from "node:url";
const [module, docs, ...guides] = process.argv.slice(2);
const { guidesOf, render } = await import(pathToFileURL(module));
let list = "";
const onLoad = ({ namespace }, load) => { if (namespace === "guides") list = load().contents };
guidesOf(docs, guides).setup({ onResolve() {}, onLoad });
const entry = (path) => ({ path: path.slice(docs.length + 1), name: path.replace(/.*\\/|(\\.de)?\\.md$/g, "") });
const pages = Object.fromEntries(guides.map((path) => [path, render(path, guides.map(entry))]));
console.log(JSON.stringify({ list, pages }));
"""
GUIDES = bundle.guides()
CHANNELS = bundle.DOCS / "channels"
GERMAN = ".de"
OFTEN = {60: "every minute", 600: "every ten minutes", 900: "every fifteen minutes", 1800: "every thirty minutes"}
OFTEN_GERMAN = {60: "jede Minute", 600: "alle zehn Minuten", 900: "alle fünfzehn Minuten", 1800: "alle dreißig Minuten"}


@cache
def rendered() -> tuple[str, dict[str, str]]:
    """Return the list of guides as a script, and the guides as HTML by their paths."""
    bundle.install()
    arguments = [str(bundle.FOLDER / "guides.mjs"), str(bundle.DOCS), *map(str, GUIDES)]
    command = ["node", "--input-type=module", "-", *arguments]
    made = json.loads(subprocess.run(command, input=SCRIPT, check=True, capture_output=True, text=True).stdout)
    return made["list"], made["pages"]


def test_each_channel_has_a_guide_in_the_page() -> None:
    channels = {path.stem for path in CHANNELS.glob("*.md")}
    assert channels <= {path.stem for path in GUIDES} and "inbox.de" in {path.stem for path in GUIDES}


def test_guide_links_to_guides_within_the_page_and_to_other_documents_not_at_all() -> None:
    guides, pages = rendered()
    html = guides + pages[str(bundle.DOCS / "channels" / "email.md")]
    assert '<a href="#/settings/guides?guide=operations&amp;part=who-receives-mails">' in html
    assert not re.search(r'href="[^"]+\.md', html)


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_guide_has_no_markup_of_its_own_and_no_gap_between_headings(path: Path) -> None:
    html = rendered()[1][str(path)]
    assert not re.search(r"\bstyle=|<(?:img|script|iframe)|\son\w+=", html)
    levels = [1, *(int(level) for level in re.findall(r"<h(\d)", html))]
    assert len(levels) > 1
    assert all(following - level <= 1 for level, following in itertools.pairwise(levels))


def outline(path: Path) -> dict[str, list[str]]:
    """Return what a guide and its translation have in common: all but their words."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    return {
        "levels": [line.partition(" ")[0] for line in lines if re.match(r"#{1,4} ", line)],
        "steps": [line.partition(".")[0] for line in lines if re.match(r"\d+\. ", line)],
        "points": [line[:2] for line in lines if line.startswith("- ")],
        "rows": [str(line.count(" | ")) for line in lines if re.match(r" *\|", line)],
        "fields": re.findall(r"^ *\| (`[^|]+?) \|", text, re.MULTILINE),
        "names": sorted(re.findall(r"`([a-z_]+(?:[.:][a-z_]+)?)`", text)),
        "links": [target.partition("#")[0].replace(".de.md", ".md") for target in re.findall(r"\]\(([^)]+)\)", text)],
    }


@pytest.mark.parametrize("name", channels.names())
def test_guide_of_a_channel_has_the_same_headings_steps_and_fields_in_german(name: str) -> None:
    guides = [CHANNELS / f"{name}{language}.md" for language in ("", GERMAN)]
    assert [path.name for path in guides if not path.is_file()] == [], f"write them into {CHANNELS}"
    english, german = map(outline, guides)
    assert german == english


@pytest.mark.parametrize("name", [name for name in channels.names() if channels.get(name).searcher])
def test_guide_of_a_channel_says_how_often_it_is_searched(name: str) -> None:
    searcher = channels.get(name).searcher
    assert searcher
    for language, often in (("", OFTEN), (GERMAN, OFTEN_GERMAN)):
        text = (CHANNELS / f"{name}{language}.md").read_text(encoding="utf-8")
        assert often[searcher.seconds] in re.split("\n## (?:Searching|Suchen)\n", text)[1].partition("\n## ")[0]


def test_no_guide_is_a_translation_of_nothing() -> None:
    assert {path.name.removesuffix(f"{GERMAN}.md") for path in CHANNELS.glob(f"*{GERMAN}.md")} <= set(channels.names())
