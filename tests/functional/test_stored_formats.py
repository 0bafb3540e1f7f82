"""Versions share one table: what one of them writes, the other reads. docs/delivery.md says the rule.

``tests/golden/<version>`` holds what a version wrote (items.json, in DynamoDB's own form) and how its API showed that
(views.json). After a change of a format that the rule allows, ``make golden`` writes the folder of the version that
pyproject.toml names. Folders of versions that are released stay as they are.
"""

from __future__ import annotations

import base64
import json
import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from application import loading
from storage import attribute_values, keys, mapping, packed_bodies
from tests.functional.console_api import Console
from tests.functional.stored_history import Clock, History
from tests.support.stack import Stack

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
RELEASES = sorted(folder.name for folder in GOLDEN.glob("*") if folder.is_dir())
LISTS = ("/conversations", "/follow-ups?state=answered", "/teams", "/connections", "/routing", "/unread", "/opt-outs")
_ID = re.compile(r"([0-9]{13}(?:#a?)?)([a-z2-7]{13})(?![a-z2-7])")
"""Ids made of a time and of something random."""
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def unpacked(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Store heads as a stack does in which an earlier release ran."""
    monkeypatch.setenv("PACK_HEADS", "false")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    made.rule(monkeypatch)
    return made


@pytest.fixture
def history(stack: Stack, clock: Clock, console: Console, lead: Console, admin: Console) -> History:
    return History(stack, clock, console, lead, admin)


def test_items_written_today_equal_the_golden_items(
    history: History, client: Callable[[str], Any], table: str, admin: Console, clock: Clock
) -> None:
    """A change of format is noticed, so that it is meant."""
    history.play()
    written = stored(client, table)
    if os.environ.get("GOLDEN") == "write":
        _write("items", written)
        _write("views", {"at": clock.now, "views": shown(written, admin)})
    assert canonical(written) == canonical(golden(VERSION, "items"))


def test_packed_heads_written_today_hold_what_the_golden_heads_hold(
    history: History, client: Callable[[str], Any], table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACK_HEADS", "true")
    history.play()
    written = stored(client, table)
    assert any("z" in item for item in written)
    assert canonical([_unpacked(item) for item in written]) == canonical(golden(VERSION, "items"))


@pytest.mark.parametrize("release", RELEASES)
def test_items_of_each_version_are_shown_as_it_showed_them(
    release: str, client: Callable[[str], Any], table: str, admin: Console, clock: Clock
) -> None:
    written, views = golden(release, "items"), golden(release, "views")
    load(client, table, written)
    clock.now = views["at"]
    assert _of(views["views"], shown(written, admin)) == views["views"]


@pytest.mark.parametrize("release", RELEASES)
def test_attributes_of_a_later_version_are_ignored(
    release: str, client: Callable[[str], Any], table: str, admin: Console, clock: Clock
) -> None:
    """While a deployment is on its way, and after it was taken back, this version reads items of the next one."""
    written, views = golden(release, "items"), golden(release, "views")
    load(client, table, [_with_more(item) for item in written])
    clock.now = views["at"]
    assert _of(views["views"], shown(written, admin)) == views["views"]


@pytest.mark.parametrize("release", RELEASES)
def test_packed_heads_are_shown_as_others_are(
    release: str, client: Callable[[str], Any], table: str, admin: Console, clock: Clock
) -> None:
    """After a rollback to this version from one that writes them, or where the operator said so."""
    written, views = golden(release, "items"), golden(release, "views")
    packed = [_packed(item) for item in written]
    assert sum("z" in item for item in packed) > 10
    load(client, table, packed)
    clock.now = views["at"]
    assert _of(views["views"], shown(packed, admin)) == views["views"]


@pytest.mark.parametrize("release", RELEASES)
def test_heads_of_a_version_are_what_its_facts_and_actions_fold_to(
    release: str, client: Callable[[str], Any], table: str, clock: Clock
) -> None:
    """Or each conversation would be written again after the deployment."""
    written = golden(release, "items")
    load(client, table, written)
    clock.now = golden(release, "views")["at"]
    for item in map(attribute_values.decode, written):
        if keys.is_head(item):
            head = mapping.head_of(item)
            found = loading.load(keys.id_of(head.identity))
            assert found is not None
            assert found.head == head


def test_golden_items_are_of_each_kind_that_the_data_model_names() -> None:
    keys = {(item["pk"]["S"], item["sk"]["S"]) for item in golden(VERSION, "items")}
    missing = {
        name
        for name, pk, sk in _kinds()
        if not any(re.fullmatch(pk, each[0]) and re.fullmatch(sk, each[1]) for each in keys)
    }
    assert missing == NOT_YET


AT_ONCE = 25
"""Items of one request, which may have no more."""
NOT_YET: set[str] = set()
"""Kinds of items that the history does not leave; who adds one strikes it out here."""


# -- golden items -----------------------------------------------------------------------------------------------------


def stored(client: Callable[[str], Any], table: str) -> list[Json]:
    """All items of a table as JSON, in the order of their keys."""
    found: list[Json] = []
    for page in client("dynamodb").get_paginator("scan").paginate(TableName=table):
        found += page["Items"]
    return json.loads(json.dumps(sorted(found, key=lambda each: (each["pk"]["S"], each["sk"]["S"])), default=_text))


def canonical(written: list[Json]) -> list[str]:
    """Items as text, with the random ends of ids numbered: conversations are worked on side by side, in any order."""
    texts = sorted((json.dumps(item, sort_keys=True, ensure_ascii=False) for item in written), key=_masked)
    names: dict[str, str] = {}
    return [_ID.sub(lambda found: found[1] + names.setdefault(found[2], f"<{len(names)}>"), text) for text in texts]


def _masked(text: str) -> str:
    return _ID.sub(r"\1<>", text)


def load(client: Callable[[str], Any], table: str, written: list[Json]) -> None:
    """Put items into an empty table as they were."""
    requests = [{"PutRequest": {"Item": {name: _wired(value) for name, value in item.items()}}} for item in written]
    for start in range(0, len(requests), AT_ONCE):
        batch = {table: requests[start : start + AT_ONCE]}
        assert not client("dynamodb").batch_write_item(RequestItems=batch)["UnprocessedItems"]


def shown(written: list[Json], admin: Console) -> Json:
    """Return the API's view of a table with these items: each conversation, and the settings."""
    heads = [mapping.head_of(item) for item in map(attribute_values.decode, written) if keys.is_head(item)]
    paths = [*LISTS, *sorted(f"/conversations/{keys.id_of(head.identity)}" for head in heads)]
    return {path: _body(admin, path) for path in paths}


def golden(release: str, name: str) -> Any:
    return json.loads((GOLDEN / release / f"{name}.json").read_text(encoding="utf-8"))


def _write(name: str, content: Any) -> None:
    path = GOLDEN / VERSION / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def _body(console: Console, path: str) -> Json:
    bare, _, query = path.partition("?")
    answer = console.get(bare, dict([query.split("=")]) if query else None)
    assert answer.status == 200, (path, answer)
    return answer.body


def _of(expected: Any, found: Any) -> Any:
    """Return the result without the fields that the version did not have yet."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {name: _of(expected[name], value) for name, value in found.items() if name in expected}
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [_of(*each) for each in zip(expected, found, strict=True)]
    return found


def _with_more(item: Json) -> Json:
    """An item with an attribute of tomorrow, and another one in each JSON object it holds."""
    return {"zz9": {"S": "of tomorrow"}} | {name: _grown(value) for name, value in item.items()}


def _packed(item: Json) -> Json:
    if not keys.is_head(attribute_values.decode(item)):
        return item
    body = {"z": {"S": packed_bodies.packed(item["b"]["S"])}}
    return {name: value for name, value in item.items() if name != "b"} | body


def _unpacked(item: Json) -> Json:
    body = {"b": {"S": packed_bodies.unpacked(item["z"]["S"])}} if "z" in item else {}
    return {name: value for name, value in item.items() if name != "z"} | body


def _grown(value: Json) -> Json:
    text = value.get("S", "")
    if not text.startswith(("{", "[")):
        return value
    try:
        return {"S": json.dumps(_more(json.loads(text)), ensure_ascii=False, separators=(",", ":"))}
    except ValueError:
        return value


def _more(value: Any) -> Any:
    """Conditions of rules stay (one with another decides nothing in this version), and so do the days of a week."""
    if isinstance(value, dict):
        return {name: each if name in ("when", "week") else _more(each) for name, each in value.items()} | {
            "zz9": "of tomorrow"
        }
    return [_more(each) for each in value] if isinstance(value, list) else value


def _kinds() -> list[tuple[str, str, str]]:
    """The rows of the table of items in docs/data-model.md: the kind, and patterns of its keys."""
    text = (ROOT / "docs" / "data-model.md").read_text(encoding="utf-8").partition("## The index")[0]
    rows = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| ")][1:]
    return [(row[0], _pattern(row[1]), _pattern(row[2])) for row in rows if not row[0].startswith("---")]


def _pattern(described: str) -> str:
    """Return the pattern of a description: code in backticks as it is, words as anything, other forms after a comma."""
    forms = re.split(r", |; ", described)
    return "|".join(_form(form) for form in forms)


def _form(form: str) -> str:
    pieces = re.split(r"(`[^`]+`)", form)
    return "".join(
        re.escape(each.strip("`")) if each.startswith("`") else ".*" if each.strip() else "" for each in pieces
    )


def _text(value: bytes) -> Json:
    return {"base64": base64.b64encode(value).decode()}


def _wired(value: Json) -> Json:
    return {"B": base64.b64decode(value["B"]["base64"])} if "B" in value else value
