"""Items are made by schemas: no module of storage builds one by hand, and docs/data-model.md has all attributes."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import stored_attributes
from storage import (
    agents,
    attribute_values,
    audit,
    availability,
    connections,
    customer_aliases,
    customer_cards,
    customers,
    documents,
    earlier_requests,
    erased_conversations,
    file_items,
    files,
    for_me,
    forwards,
    left_out_mails,
    live_connections,
    live_tickets,
    mapping,
    notifications,
    offer_claims,
    open_comments,
    outreach_budgets,
    own_posts,
    poll_cursors,
    profiles,
    proposals,
    quarantine,
    quarantined_sources,
    raw_mails,
    received_facts,
    references,
    renewal_locks,
    reporting,
    searches,
    sign_ins,
    tags,
    teams,
    templates,
)
from storage.schema import LeaveOut, Schema, json_object, json_value, marker, moved, text_set, to_spaced_json

ROOT = Path(__file__).parents[3]
STORAGE = ROOT / "functions" / "storage"
MODULES = sorted(STORAGE.glob("*.py"))
KEYS = {"pk", "sk", "ipk", "isk", "fpk", "fsk", "spk", "ssk", "expires"}
"""Attributes that only an item has."""
DICTS_WITH_KEYS = {
    "schema._stored": "the one place where an item is made",
    "writes.key_item": "the key of an item that is changed or removed",
    "mapping._indexed": "places in the indexes, which are derived from several fields of a head",
    "mapping._searchable_fact": "the place of a removal in the index `said`",
    "mapping.searchable_at": "the place of a text in the index `said`",
    "inbox_index.inbox_part": "the key after which a page of the index goes on",
    "inbox_index.standing": "the key after which a page of the index goes on",
    "follow_up_index.follow_ups_part": "the key after which a page of the index goes on",
    "proposals._begin": "the key after which a page of the index goes on",
    "conversations.range_of": "values of a query's condition",
    "customers.claim": "values of an update's expression",
    "change_counters.read": "stands for a head that is not there",
}
"""Functions of storage with a dict of such attributes, and why."""
UPDATES = {
    "agents.mark": "two fields; what a sign-in told stays",
    "change_counters.bump": "counts up, by ADD alone",
    "change_counters._watch": "one attribute beside the counters",
    "change_counters.mark_absent": "an attribute per agent",
    "change_counters.mark_present": "an attribute per agent",
    "connections.change_options": "one field, where nobody changed it meanwhile",
    "connections.give_connection": "one field; the others may change meanwhile",
    "connections.note_connection": "some fields, by the schema's names; the others may change meanwhile",
    "connections.note_sign": "one field; the others may change meanwhile",
    "connections.lift_pause": "some fields; the others may change meanwhile",
    "connections.pause_connection": "some fields; the others may change meanwhile",
    "connections.put_connection": "some fields; what was found out of a connection stays",
    "conversations.delivery_write": "some fields, by the schema's names; text and author stay",
    "customer_cards._renew": "one field; what the card says stays",
    "customers._permitted": "removes an opt-out, and leaves the counts",
    "customers.claim": "counts up, by ADD",
    "customers.decline": "notes an opt-out, and leaves the counts",
    "live_tickets.redeem": "marks a ticket as used, once",
    "notifications.claim": "counts the attempts, if nobody else does",
    "outreach_budgets.charge": "counts up, by ADD",
    "outreach_figures.count_write": "counts up, by ADD",
    "read_marks.put": "a mark per conversation, of one agent and day",
    "offer_claims._counted": "counts up, by ADD",
    "notifications.release": "some fields, of a notice that one function holds",
    "reporting.addition": "counts up, by ADD",
    "sign_ins._mark": "marks a sign-in as answered, and its account as chosen, once each",
    "tags._counted": "counts up, by ADD",
    "team_names.add": "adds to a set, by ADD",
    "team_names.note": "adds to a set, by ADD",
    "team_names.remove": "takes from a set, by DELETE",
}
"""Functions of storage that change attributes of an item instead of writing all of it, and why."""
UPDATING = ("table.update", "table.change", "writes.update")
READS_BY_NAME = {
    "agents.note": "the day of the last sign-in, which follows from when it is written",
    "audit._entry_of": "the time of a sign-in, whose key has that of its day",
    "change_counters.read": "counts, and the version of a head",
    "connections.change_options": "the options as they are stored, for a condition",
    "customer_aliases._expires_early": "when an entry expires, for its renewal",
    "customer_cards.read": "when a card expires, for its renewal",
    "customer_cards.renew": "when a card expires, for its renewal",
    "offer_persons._server": "a setting of a connection, and no attribute",
    "open_comments._partition": "when the mark of a comparison expires",
    "proposals.page": "the key after which a page of the index goes on",
    "quarantine._written_at": "a mail as it was reported, which is no item",
    "quarantine.handle": "when an entry expires, for its mark",
    "quarantine_erasure.purge": "when an entry expires, for its mark",
    "said_index.Names": "thousands of entries of the index `said`, which has a part of each item",
    "said_index.Sweep": "thousands of entries of the index `said`, which has a part of each item",
    "said_index._Part": "thousands of entries of the index `said`, which has a part of each item",
    "said_index.text_of": "an entry of the index `said`",
    "search_index._Gathered": "entries of the index `said`",
    "search_index._author": "an entry of the index `said`",
    "search_index._distinct": "an entry of the index `said`",
    "search_index._stands": "an entry of the index `said`",
    "search_index._without_echoes": "an entry of the index `said`",
    "team_names.names": "the set of names, which updates add to",
}
"""Functions of storage that read attributes of an item by their names instead of by a schema, and why."""
NOT_ITEMS = {"table", "writes", "files", "raw_mails", "index_places"}
"""Modules that read answers of DynamoDB and S3, or places in an index."""
SCHEMAS_AND_KEYS = {"schema", "mapping", "keys", "attribute_values"}
THREAD = (
    mapping.FACT,
    mapping.ACTION,
    mapping.HEAD,
    file_items.FILE,
    erased_conversations.TRACE,
)
DERIVED = {name for names in stored_attributes.DERIVED for name in names.split(", ")}
Schemas = tuple[Schema[Any], ...]
PARTITIONS: dict[str, tuple[Schemas, set[str]]] = {
    "agents": ((agents.AGENT,), {"day"}),
    "alias": ((customer_aliases.ALIAS,), {"c"}),
    "aliases-of": ((customer_aliases.LISTED,), set()),
    "answers": ((templates.TEMPLATE,), set()),
    "availability": ((availability.AVAILABILITY,), set()),
    "audit": ((audit.ENTRY,), {"at"}),
    "batch": ((), set()),
    "below": ((open_comments.ENTRY,), set()),
    "connections": ((connections.CONNECTION,), set()),
    "counted": ((), set()),
    "counted-once": ((), set()),
    "cursors": ((poll_cursors.CURSOR,), set()),
    "customer": ((customers.CUSTOMER, customer_cards.CARD_ITEM), {"m*"}),
    "erased-customers": ((customers.ERASED_CUSTOMER,), set()),
    "figure-log": ((reporting.ENTRY,), set()),
    "figures": ((reporting.FOLDED_UNTIL,), {"*"}),
    "for": ((for_me.ENTRY,), set()),
    "forward": ((forwards.FORWARDED,), set()),
    "live": ((live_connections.CONNECTION,), set()),
    "macros": ((documents.SPACED_DOCUMENT,), set()),
    "mail-erased": ((), set()),
    "mails-in": ((raw_mails.LOCATION,), set()),
    "mails-left-out": ((left_out_mails.LEFT_OUT_MAIL,), set()),
    "mails-of": ((raw_mails.LOCATION,), set()),
    "next": ((availability.CLAIM,), set()),
    "noticed": ((), set()),
    "notices": ((notifications.PENDING_NOTICE,), set()),
    "nudged": ((received_facts.NUDGED,), set()),
    "offered": ((offer_claims.CLAIM,), set()),
    "offer-pace": ((offer_claims.PACE,), set()),
    "offer-text": ((offer_claims.CLAIM,), set()),
    "offer-thread": ((offer_claims.CLAIM,), set()),
    "offer-writers": ((offer_claims.WRITER,), set()),
    "opt-outs": ((customers.OPT_OUT,), {"c"}),
    "outreach-budget": ((outreach_budgets.LIMIT, outreach_budgets.USE), set()),
    "outreach-figures": ((), {"*"}),
    "parked": ((), set()),
    "person": ((), set()),
    "post": ((own_posts.POST,), {"at"}),
    "presence": ((), {"a.*"}),
    "profile": ((profiles.PROFILE,), set()),
    "proposal": ((proposals.PROPOSAL,), {"ipk", "isk"}),
    "proposals-of": ((), set()),
    "pulse": ((), {"t.*", "d.*", "live", "watched", "lapses"}),
    "quarantine": ((quarantine.PIECE_OF_UPDATE, quarantined_sources.SOURCE, quarantine.MARK), set()),
    "quarantined": ((quarantine.ENTRY, quarantine.HANDLING), {"c"}),
    "read": ((), {"r.*"}),
    "removed-files": ((files.REMOVAL,), set()),
    "renewing": ((renewal_locks.LOCK,), set()),
    "request": ((earlier_requests.REQUEST,), set()),
    "search-cursors": ((searches.SOURCE_CURSOR,), set()),
    "searches": ((searches.SEARCH,), set()),
    "sign-in": ((sign_ins.SIGN_IN,), {"used", "chosen"}),
    "tags": ((tags.TAG,), set()),
    "teams": ((documents.DOCUMENT, teams.OUTDATED, notifications.TEAM_TARGETS), {"names"}),
    "templates": ((templates.TEMPLATE,), set()),
    "ticket": ((live_tickets.TICKET,), {"used"}),
    "turn": ((availability.TURN,), set()),
    "vips": ((), set()),
}
"""Schemas of the items of each partition, and attributes without a field; ``*`` stands for what is counted."""


def functions_of(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Yield the functions of a module by name, and its statements outside of them."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        name = statement.name if isinstance(statement, ast.FunctionDef | ast.ClassDef) else "<module>"
        yield f"{path.stem}.{name}", statement


def named_calls(node: ast.AST, *names: str) -> bool:
    """Return whether a part of the code calls a function of one of these names."""
    called = (ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call))
    return any(name in names for name in called)


def has_item_attribute(node: ast.AST) -> bool:
    """Return whether a dict is written out, or an attribute set, under a name that only an item has."""
    for each in ast.walk(node):
        written = each.keys if isinstance(each, ast.Dict) else []
        if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Store):
            written = [each.slice]
        if any(isinstance(key, ast.Constant) and key.value in KEYS for key in written):
            return True
    return False


def test_no_module_of_storage_builds_an_item_by_hand() -> None:
    parts = [part for path in MODULES for part in functions_of(path)]
    assert {name for name, node in parts if has_item_attribute(node)} == set(DICTS_WITH_KEYS)
    assert {name for name, node in parts if named_calls(node, "StoredItem")} == {"schema._stored"}
    assert {name for name, node in parts if named_calls(node, "cast", "moved")} == {
        "quarantine.handle",
        "quarantine.note_tried",
    }


def reads_attribute(node: ast.AST) -> bool:
    """Return whether an attribute of an item is read by its name; the keys are everybody's."""
    for each in ast.walk(node):
        name: ast.expr | None = None
        if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Load):
            name = each.slice
        elif isinstance(each, ast.Call) and ast.unparse(each.func).endswith(".get") and each.args:
            name = each.args[0] if ast.unparse(each.func) != "table.get" else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value not in ("pk", "sk", ""):
            return True
    return False


def test_attributes_are_read_by_name_only_where_a_reason_is_named() -> None:
    others = NOT_ITEMS | SCHEMAS_AND_KEYS
    parts = [part for path in MODULES if path.stem not in others for part in functions_of(path)]
    assert {name for name, node in parts if reads_attribute(node)} == set(READS_BY_NAME)


def test_attributes_are_changed_by_updates_only_where_a_reason_is_named() -> None:
    parts = [part for path in MODULES if path.stem not in ("table", "writes") for part in functions_of(path)]
    assert {name for name, node in parts if named_calls(node, *UPDATING)} == set(UPDATES)


def test_each_schema_of_storage_is_in_the_data_model() -> None:
    modules = [importlib.import_module(f"storage.{path.stem}") for path in MODULES if path.stem != "__init__"]
    defined = {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Schema)
    }
    documented = {id(schema) for schema in stored_attributes.SECTIONS.values()}
    assert {name for name, schema in defined.items() if id(schema) not in documented} == set()


def golden_items() -> list[dict[str, Any]]:
    return [
        item
        for path in sorted((ROOT / "tests" / "golden").glob("*/items.json"))
        for item in json.loads(path.read_text(encoding="utf-8"))
    ]


def test_each_attribute_of_a_golden_item_is_of_a_schema_of_its_partition_or_derived() -> None:
    unknown: set[tuple[str, str]] = set()
    for item in golden_items():
        partition = item["pk"]["S"].partition("#")[0]
        is_reference = item["sk"]["S"] == "ref"
        schemas, others = PARTITIONS.get(partition, ((references.REFERENCE,) if is_reference else THREAD, DERIVED))
        names = {row.attribute for schema in schemas for row in schema.rows()}
        pattern = "|".join(re.escape(other).replace(r"\*", ".+") for other in others | {"pk", "sk", "expires"})
        unknown |= {(partition, name) for name in item if name not in names and not re.fullmatch(pattern, name)}
    assert unknown == set()


# -- the mechanism ----------------------------------------------------------------------------------------------------


def test_item_has_key_expiry_and_derived_attributes() -> None:
    known = agents.Known("kim", "Kim", groups=("lead", "agent"))
    item = agents.AGENT.item(("agents", "kim"), known, 7, day=3)
    assert item == {"pk": "agents", "sk": "kim", "n": "Kim", "g": {"agent", "lead"}, "day": 3, "expires": 7}


def test_attribute_named_like_a_parameter_is_written() -> None:
    item = raw_mails.LOCATION.item(("mails-of#a", "1"), raw_mails.Location("mail/1"))
    assert item == {"pk": "mails-of#a", "sk": "1", "key": "mail/1"}


def test_marker_has_its_key_alone() -> None:
    assert marker(("counted#a", "1")) == {"pk": "counted#a", "sk": "1"}
    assert marker(("counted#a", "1"), 7) == {"pk": "counted#a", "sk": "1", "expires": 7}


def test_moved_item_keeps_what_a_later_version_wrote() -> None:
    item = {"pk": "a", "sk": "b", "n": 1, "later": 2}
    assert moved(item, ("c", "d"), {"n": 3}) == {"pk": "c", "sk": "d", "n": 3, "later": 2}


@pytest.mark.parametrize(
    ("attribute", "value", "stored"),
    [
        (json_value("b"), {"a": ["ä"]}, '{"a":["ä"]}'),
        (json_value("b", to_spaced_json), {"a": ["ä"]}, '{"a": ["ä"]}'),
        (json_object("b", teams.OUTDATED), teams.Outdated(5), '{"at":5}'),
        (text_set("b"), ("a", "b"), {"a", "b"}),
    ],
)
def test_attribute_is_converted_both_ways(attribute: Any, value: Any, stored: Any) -> None:
    assert attribute.write(value) == stored
    assert attribute.read(stored) == value


@pytest.mark.parametrize("body", [[], {}, 0])
def test_empty_document_is_stored(body: Any) -> None:
    item = documents.DOCUMENT.item(("teams", "routing"), documents.Document(body))
    stored = attribute_values.decode(attribute_values.encode(item))
    assert documents.DOCUMENT.read(stored).body == body


def test_schema_of_one_attribute_is_written_and_read() -> None:
    schema = Schema(renewal_locks.Lock, leave_out=LeaveOut.NONE, until="le")
    assert schema.write(renewal_locks.Lock(0)) == {"le": 0}
    assert schema.read({"le": 0}) == renewal_locks.Lock(0)
