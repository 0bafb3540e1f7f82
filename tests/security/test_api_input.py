"""The agents' API, attacked by somebody who is signed in: forged cursors, and input of any form on every route.

The whole console runs in this process, before a real table. Nothing that is sent may make it fail: what has not the
form of the API document is refused, with a status that the document names for the route.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import itertools
import json
import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.app import lambda_handler
from console.bodies import list_filters
from console.paging import write_cursor
from storage import inbox_index
from storage.table import Conflict
from tests.functional.console_api import (
    Answer,
    Console,
    body_of,
    comment,
    document,
    examples_of,
    hold_to_document,
    now,
    sample,
    visitor_post,
)
from tests.support.console_routes import all_routes
from tests.support.stack import Stack
from tests.support.user_pool import user_pool

Json = dict[str, Any]
EXAMPLES = 5
"""Of random requests per route."""
SAMPLES = int(os.environ.get("HOSTILE_SAMPLES", "30"))
"""Of hostile requests per route; there are some hundred thousand."""
UNHARMED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
"""One table for all examples: what one does to it, the next may find."""
NAMED = {"connection": "demo", "channel": "facebook", "team": "service", "language": "de"}
"""Parameters of paths that exist."""
PARTITION = "service#0"
PLACE = ["a41700000000000", "a" * 26, "#~"]
FORGED: list[Any] = [
    "x",
    "",
    "\0",
    "١٢٣٤٥٦٧٨٩٠١٢٣",
    "\ud800",
    "9" * 5000,
    5,
    0,
    -1,
    2**63,
    10**400,
    99999999999999,
    True,
    False,
    1.5,
    1e30,
    [],
    [[]],
    [[[[[[[[[[]]]]]]]]]],
    ["x"],
    ["a", "b", "c"],
    [None, None, None],
    {},
    {"x": "y"},
    {PARTITION: "x"},
    {PARTITION: 0},
    {PARTITION: False},
    {PARTITION: ""},
    {PARTITION: {}},
    {PARTITION: [PLACE]},
    {PARTITION: ["", "", ""]},
    {PARTITION: PLACE[:2]},
    {PARTITION: [*PLACE, "x"]},
    {PARTITION: ["z41700000000000", "a" * 26, "#~"]},
    {PARTITION: ["a41700000000000", "A" * 26, "#~"]},
    {PARTITION: ["a41700000000000", "a" * 3000, "#~"]},
    {PARTITION: ["a41700000000000", "a" * 26, "#a"]},
    {PARTITION: ["a41700000000000", "a" * 26, ["#~"]]},
    {PARTITION: PLACE, "": PLACE},
    {f"team{number}#0": None for number in range(2000)},
    "1700000000000#",
    "1700000000000-" + "g" * 32,
    "9999999999999-" + "0" * 33,
    "9999999999999#x",
    "0000000000000#x",
    "170000000000",
]
"""Values in a cursor in place of a position."""
LISTS = {
    "conversations": ("/conversations", "cursor", {}),
    "open": ("/conversations", "cursor", {"status": "open"}),
    "follow-ups": ("/follow-ups", "cursor", {"state": "planned"}),
    "due": ("/follow-ups", "cursor", {"state": "due"}),
    "search": ("/search", "cursor", {"q": "wlan"}),
    "opt-outs": ("/opt-outs", "cursor", {}),
    "audit": ("/audit", "cursor", {}),
    "messages": ("/conversations/{conversation}", "before", {}),
}
"""All lists that take a cursor: the path, the parameter's name and what else is asked for."""
FILTERS: dict[str, dict[str, str]] = {
    "conversations": list_filters.fingerprint(list_filters.Filters(), ""),
    "follow-ups": {"state": "planned", "team": ""},
    "due": {"state": "due", "team": ""},
    "search": {"q": "wlan"},
    "opt-outs": {},
    "audit": dict.fromkeys(("from", "to", "agent", "kind"), ""),
}
FILTERS["open"] = FILTERS["conversations"] | {"status": "open"}


@pytest.fixture
def conversation(stack: Stack) -> str:
    """A conversation with two messages."""
    post = visitor_post()
    comment("1055_2")
    return post


# -- cursors ----------------------------------------------------------------------------------------------------------


def ask(admin: Console, conversation: str, name: str, cursor: str) -> Answer:
    """Ask for the next page of a list; the answer is held to the API document."""
    path, parameter, filters = LISTS[name]
    return admin.get(path.format(conversation=conversation), {**filters, parameter: cursor})


def forge(name: str, place: Any, conversation: str) -> str:
    """Make a cursor as any reader of this repository can: of the right list, with a fingerprint that fits."""
    filters = {"conversation": conversation} if name == "messages" else FILTERS[name]
    lists = {"open": "conversations", "due": "follow-ups"}
    written = write_cursor(lists.get(name, name), place, filters)
    return written or base64.urlsafe_b64encode(b'["",null]').decode()


@pytest.mark.parametrize("name", LISTS)
def test_cursor_forged_with_a_fitting_fingerprint_is_refused(admin: Console, conversation: str, name: str) -> None:
    for place in FORGED:
        if name == "search" and place in (0, 5) and place is not False:
            continue  # moments, though long ago
        answer = ask(admin, conversation, name, forge(name, place, conversation))
        assert (answer.status, answer.body["error"]) == (422, "cursor"), place


@pytest.mark.parametrize("name", LISTS)
def test_cursor_forged_in_the_form_of_earlier_versions_is_refused(admin: Console, conversation: str, name: str) -> None:
    """The fingerprint was one over place and filters, without the list's name."""
    for place in FORGED:
        filters = {"conversation": conversation} if name == "messages" else FILTERS[name]
        content = json.dumps([place, filters], sort_keys=True)
        written = json.dumps([hashlib.sha256(content.encode()).hexdigest()[:16], place])
        answer = ask(admin, conversation, name, base64.urlsafe_b64encode(written.encode()).decode())
        assert (answer.status, answer.body["error"]) == (422, "cursor"), place


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=25, suppress_health_check=UNHARMED)
@given(
    cursor=st.one_of(
        st.text(max_size=60),
        st.binary(max_size=80).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
            max_leaves=12,
        ).map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode()),
    )
)
def test_cursor_of_any_bytes_is_refused(attacked: Attacked, name: str, cursor: str) -> None:
    answer = ask(attacked.admin, attacked.conversation, name, cursor)
    assert (answer.status, answer.body["error"]) == (422, "cursor")


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=25, suppress_health_check=UNHARMED)
@given(
    place=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(PLACE),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12) | st.just(PARTITION), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_cursor_of_any_place_never_makes_the_list_fail(attacked: Attacked, name: str, place: Any) -> None:
    """Some places that are made up at random are places; then the list goes on there."""
    answer = ask(attacked.admin, attacked.conversation, name, forge(name, place, attacked.conversation))
    assert answer.status in (200, 422)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


WRITTEN = [
    encoded(b"[" * 70_000 + b"]" * 5_000),
    encoded(b'["x",' + b"[" * 30_000 + b"]" * 30_000 + b"]"),
    encoded(b'["x",' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"]"),
    *(encoded(b'["x",%s]' % each) for each in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0.0", b"9" * 5000)),
    *(encoded(each) for each in ("\ufeff[]".encode(), "[]".encode("utf-16"), b"[],[]", b"[]\0", b"", b'"', b"[1,2,3]")),
    *("A" * 99_996, "A" * 100_001, " ", "\n", "=", "====", "W10=\n", " W10=", "W10", "W1 0=", "W10==", "W10=W10="),
    *("é", "١٢", "\uff37\uff11\uff10=", "W10%3D", "../", "null"),
]
"""Cursors that are no base64 of JSON, or of the wrong JSON."""


@pytest.mark.parametrize("name", LISTS)
def test_cursor_that_is_wrongly_written_is_refused(admin: Console, conversation: str, name: str) -> None:
    for cursor in WRITTEN:
        answer = ask(admin, conversation, name, cursor)
        assert (answer.status, answer.body["error"]) == (422, "cursor"), cursor[:50]


@pytest.mark.parametrize("name", ["conversations", "search", "opt-outs", "audit"])
def test_cursor_of_an_agent_gives_a_colleague_nothing_that_the_list_would_not(
    lead: Console, console: Console, conversation: str, name: str
) -> None:
    """A cursor holds no right: roles are looked at before it is."""
    for caller in (lead, console):
        place = {"audit": f"{now():013d}#x", "opt-outs": "1700000000000-" + "0" * 32, "search": now()}.get(name)
        answer = ask(caller, conversation, name, forge(name, place or {PARTITION: PLACE}, conversation))
        path, _, filters = LISTS[name]
        assert answer.status == caller.get(path, dict(filters)).status, name


def test_cursor_of_one_list_is_refused_by_every_other(admin: Console, conversation: str) -> None:
    places = {
        "conversations": {PARTITION: PLACE},
        "follow-ups": {PARTITION: ["a1700000000000", "a" * 26, "#~"]},
        "search": now(),
        "opt-outs": "1700000000000-" + "0" * 32,
        "audit": f"{now():013d}#x",
        "messages": f"{now():013d}000061055_1",
    }
    cursors = {name: forge(name, place, conversation) for name, place in places.items()}
    for name, cursor in cursors.items():
        assert ask(admin, conversation, name, cursor).status == 200, name
    for name, other in itertools.permutations(cursors, 2):
        answer = ask(admin, conversation, name, cursors[other])
        assert (answer.status, answer.body["error"]) == (422, "cursor"), (name, other)


def test_cursor_of_one_conversation_or_filter_is_refused_by_another(admin: Console, conversation: str) -> None:
    other = visitor_post("1055_9")
    cursor = forge("messages", f"{now():013d}000061055_1", conversation)
    assert admin.get(f"/conversations/{other}", {"before": cursor}).status == 422
    listed = forge("conversations", {PARTITION: PLACE}, "")
    assert admin.get("/conversations", {"cursor": listed, "status": "resolved"}).status == 422
    # A place among the open ones is none among the resolved, even with a fingerprint that fits.
    resolved = write_cursor("conversations", {PARTITION: PLACE}, FILTERS["conversations"] | {"status": "resolved"})
    assert admin.get("/conversations", {"cursor": resolved or "", "status": "resolved"}).status == 422


@pytest.mark.parametrize("period", [{}, {"from": "2026-01-01", "to": "2026-01-31"}])
def test_audit_cursor_does_not_lead_out_of_its_period(admin: Console, stack: Stack, period: dict[str, str]) -> None:
    filters = FILTERS["audit"] | period
    for place in ("0000000000000#x", "9999999999999#x"):
        cursor = write_cursor("audit", place, filters)
        assert admin.get("/audit", {**period, "cursor": cursor or ""}).status == 422


def test_search_cursor_in_the_far_future_is_refused(admin: Console, stack: Stack) -> None:
    cursor = write_cursor("search", now() + 400 * 86_400_000, {"q": "wlan"})
    assert admin.get("/search", {"q": "wlan", "cursor": cursor or ""}).status == 422


@pytest.mark.parametrize("after", ["", "x", "a" * 101, "\0", "1700000000000", "é", "a" * 25, "*" * 26])
def test_place_in_a_bulk_that_no_answer_gave_is_refused(lead: Console, stack: Stack, after: str) -> None:
    assert lead.delete("/follow-ups/bulk/batch-0001", {"after": after}).status == 400


# -- every route ------------------------------------------------------------------------------------------------------


@dataclass
class Attacked:
    """A console with something in it, and who is signed in there."""

    admin: Console
    conversation: str
    stack: Stack

    def send(self, wanted: Wanted) -> Answer:
        """Send a request as the gateway hands it on."""
        raw = lambda_handler(wanted.event(self.admin.claims), self.admin.context)
        text = raw["body"] or ""
        is_json = "json" in str(raw["headers"].get("Content-Type", ""))
        return Answer(raw["statusCode"], json.loads(text or "null") if is_json else {"text": text}, raw["headers"])


@dataclass(frozen=True)
class Wanted:
    """One request."""

    method: str
    route: str
    path: dict[str, str]
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str | None
    encoded: bool = False

    def event(self, claims: Json) -> Json:
        """The event that API Gateway makes of it."""
        event = sample("reply")
        context = event["requestContext"]
        context |= {"httpMethod": self.method, "resourcePath": self.route, "path": f"/live{self.route}"}
        context["authorizer"]["claims"] |= claims
        return event | {
            "resource": self.route,
            "path": self.route,
            "httpMethod": self.method,
            "pathParameters": self.path or None,
            "multiValueQueryStringParameters": self.query or None,
            "headers": self.headers,
            "multiValueHeaders": {name: [value] for name, value in self.headers.items()},
            "body": self.body,
            "isBase64Encoded": self.encoded,
        }


@pytest.fixture
def attacked(admin: Console, stack: Stack, conversation: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Attacked]:
    name = f"/test/{conversation}/webhook"
    pattern = "https://nachfrage.example/webhooks/{channel}/{connection}"
    stack.client("ssm").put_parameter(Name=name, Value=pattern, Type="String", Overwrite=True)
    monkeypatch.setenv("WEBHOOK_PARAMETER", name)
    with user_pool(stack.client) as pool:
        monkeypatch.setenv("USER_POOL_ID", pool)
        yield Attacked(admin, conversation, stack)


def api_routes() -> Iterator[tuple[str, str]]:
    """Every route of the API, by method and path."""
    for route, methods in all_routes().routes.items():
        if route.startswith("/api/"):
            yield from ((method, route) for method in methods)


ROUTES = sorted(api_routes())
HOSTILE_TEXTS = [
    "",
    " ",
    "\0",
    "..",
    "../../etc/passwd",
    "%00",
    "%",
    "{}",
    "{name}",
    "{0.__class__}",
    "a:1",
    "a" * 26,
    "a" * 3000,
    "9" * 5000,
    "-1",
    "1e30",
    "NaN",
    "null",
    "true",
    "١٢",
    "²",
    "\u202egnp.exe",
    "🙂" * 50,
    "é\u0301",
    "\r\nX-Injected: 1",
    "<script>",
    "' OR 1=1 --",
    "#",
    "~",
    "2026-02-30",
    "2026-W53",
    "2025-W53",
    "9999-W52",
    "1000-W01",
    "0000-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+23:59",
    "P99999999999999D",
    "PT0S",
    "-P1D",
    "P1Y",
    "facebook",
    "service",
    "me",
    "none",
]
HOSTILE_VALUES: list[Any] = [
    *HOSTILE_TEXTS,
    "\ud800",
    None,
    True,
    False,
    0,
    -1,
    1,
    2**63,
    10**50,
    10**400,
    1.5,
    1e308,
    float("inf"),
    float("nan"),
    [],
    [None],
    [[]],
    [{}],
    [0] * 1000,
    ["x"] * 1000,
    [{"x": "y"}],
    {},
    {"": ""},
    {"\0": None},
    {"x": {"x": {"x": []}}},
    {"zone": "../../etc/passwd"},
    {"after": "P7D", "at": "x"},
]
HEADERS = {
    "accept-language": HOSTILE_TEXTS,
    "idempotency-key": HOSTILE_TEXTS,
    "if-none-match": [*HOSTILE_TEXTS, "*", 'W/"x"'],
    "if-match": HOSTILE_TEXTS,
    "accept": [*HOSTILE_TEXTS, "text/csv;q=x", "application/xml", "*/*"],
    "content-type": ["text/plain", "", "application/json; charset=utf-16", "multipart/form-data"],
}


def described(method: str, route: str) -> Json:
    """Return what the document says of a route."""
    return document()["paths"][route.removeprefix("/api")][method.lower()]


def query_names(method: str, route: str) -> list[str]:
    """The parameters that a route's query takes."""
    path = document()["paths"][route.removeprefix("/api")]
    both = [*path.get("parameters", []), *described(method, route).get("parameters", [])]
    found = [
        document()["components"]["parameters"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        for each in both
    ]
    return [each["name"] for each in found if each["in"] == "query"]


def bodies_for(method: str, route: str) -> list[Any]:
    """Bodies that the document gives as examples."""
    if "requestBody" not in described(method, route):
        return [{}]
    return examples_of(body_of(described(method, route))) or [{}]


def usual(attacked: Attacked, method: str, route: str) -> Wanted:
    """A request that leads to something that is there."""
    names = [part[1:-1] for part in route.split("/") if part.startswith("{")]
    known = NAMED | {"conversation_id": attacked.conversation, "message_id": "1055_2", "file_id": "x-1"}
    path = {name: known.get(name, "name") for name in names}
    body = bodies_for(method, route)[0] if method in ("POST", "PUT", "PATCH") else None
    return Wanted(method, route, path, {}, {}, None if body is None else dumped(attacked, route, body))


def dumped(attacked: Attacked, route: str, body: Any) -> str:
    """A body as it is sent. Nobody is called who is not on this machine."""
    if route.startswith("/api/connections") and isinstance(body, dict):
        options = body.get("options")
        here = {"base_url": attacked.stack.platform.document["options"]["base_url"]}
        body = body | {"options": {**(options if isinstance(options, dict) else {}), **here}}
    return json.dumps(body)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands in a document, the whole excepted."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A document with something else at one place."""
    copied = copy.deepcopy(value)
    at = copied
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return copied


def schema_fields(schema: Json) -> list[str]:
    """The names of fields that a body's schema has, those behind references, too."""
    if "$ref" in schema:
        return schema_fields(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    nested = [part for word in ("allOf", "oneOf", "anyOf") for part in schema.get(word, [])]
    return [*schema.get("properties", {}), *(name for part in nested for name in schema_fields(part))]


def hostile_bodies(attacked: Attacked, method: str, route: str) -> Iterator[str]:
    """Bodies with one thing wrong in each, and some that are none."""
    yield from ["", "{", "[]", "null", "5", '"x"', "NaN", '{"a": 1', "[" * 5000, '{"a":' * 3000, "\0", "{}", "\ud800"]
    yield '{"text": "a", "text": {"b": 1}}'
    yield json.dumps({"9" * 200: 1})
    for body in bodies_for(method, route):
        yield dumped(attacked, route, body)
        for path, new in itertools.product(list(places(body)), HOSTILE_VALUES):
            yield dumped(attacked, route, changed(body, path, new))
    if "requestBody" in described(method, route):
        for name, new in itertools.product(schema_fields(body_of(described(method, route))["schema"]), HOSTILE_VALUES):
            body = bodies_for(method, route)[0]
            if isinstance(body, dict):
                yield dumped(attacked, route, body | {name: new})


def hostile_requests(attacked: Attacked, fine: Wanted) -> Iterator[Wanted]:
    """A request with each hostile value in each place."""
    for name, value in itertools.product(fine.path, HOSTILE_TEXTS):
        yield replace(fine, path=fine.path | {name: value})
    for name, value in itertools.product([*query_names(fine.method, fine.route), "x", ""], HOSTILE_TEXTS):
        yield replace(fine, query={name: [value]})
        yield replace(fine, query={name: ["1", value]})
    for name, values in HEADERS.items():
        yield from (replace(fine, headers={name: value}) for value in values)
    for body in hostile_bodies(attacked, fine.method, fine.route):
        yield replace(fine, body=body)
    for raw in (b"\xff\xfe", b"{\xff}", '{"text": "x"}'.encode("utf-16")):
        yield replace(fine, body=base64.b64encode(raw).decode(), encoded=True)
    yield replace(fine, body="no base64", encoded=True)


def sampled(wanted: Iterable[Wanted], seed: str) -> list[Wanted]:
    """Some of the requests, the same at each run: all of them take minutes."""
    everything = list(wanted)
    return random.Random(seed).sample(everything, min(SAMPLES, len(everything)))


def held(attacked: Attacked, wanted: Wanted) -> None:
    """Fail unless the answer is no failure, and one that the document names."""
    answer = attacked.send(wanted)
    assert answer.status < 500, (wanted, answer)
    if "json" in str(answer.headers.get("Content-Type", "")) and answer.status != 304:
        hold_to_document(wanted.route.removeprefix("/api"), wanted.method, answer)


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_hostile_input_in_one_place_is_never_a_failure(attacked: Attacked, method: str, route: str) -> None:
    """One parameter, header or field of a body with a hostile value, all else as it should be."""
    fine = usual(attacked, method, route)
    for wanted in sampled(hostile_requests(attacked, fine), f"{method} {route}"):
        held(attacked, wanted)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(HOSTILE_VALUES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(HOSTILE_TEXTS)


@pytest.mark.parametrize(("method", "route"), ROUTES)
@settings(max_examples=EXAMPLES, suppress_health_check=UNHARMED)
@given(data=st.data())
def test_random_input_in_all_places_is_never_a_failure(
    attacked: Attacked, method: str, route: str, data: st.DataObject
) -> None:
    fine = usual(attacked, method, route)
    path = {name: data.draw(st.just(value) | TEXT, label=name) for name, value in fine.path.items()}
    names = st.sampled_from([*query_names(method, route), "x"])
    query = data.draw(st.dictionaries(names, st.lists(TEXT, min_size=1, max_size=2), max_size=3), label="query")
    headers = data.draw(st.dictionaries(st.sampled_from(sorted(HEADERS)), TEXT, max_size=3), label="headers")
    body = data.draw(st.none() | st.sampled_from(bodies_for(method, route)) | JSON, label="body")
    if isinstance(body, dict) and body and data.draw(st.booleans()):
        body = changed(body, data.draw(st.sampled_from(list(places(body)))), data.draw(JSON))
    held(attacked, Wanted(method, route, path, query, headers, None if body is None else dumped(attacked, route, body)))


# -- what answers say -------------------------------------------------------------------------------------------------


def raw_answer(attacked: Attacked, method: str, route: str | None, body: str | None = None, **more: Any) -> Json:
    """The answer of the function to an event that API Gateway would hardly make."""
    event = Wanted(method, route or "", {"conversation_id": attacked.conversation, "name": "../x"}, {}, {}, body).event(
        {}
    )
    event["requestContext"] |= {"resourcePath": route} | more
    return lambda_handler(event, attacked.admin.context)


def test_every_answer_is_kept_by_no_cache_and_taken_for_no_other_type(
    attacked: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those that the framework makes by itself, and those to what nobody expected."""
    one = "/api/conversations/{conversation_id}"
    nobody = {"claims": {"sub": "x", "token_use": "access"}}
    answers = [
        raw_answer(attacked, "GET", "/api/me"),
        raw_answer(attacked, "GET", "/api/me", authorizer=nobody),
        raw_answer(attacked, "GET", "/api/me", authorizer=None),
        raw_answer(attacked, "GET", "/api/audit"),
        raw_answer(attacked, "GET", "/api/nowhere"),
        raw_answer(attacked, "GET", None),
        raw_answer(attacked, "TRACE", one),
        raw_answer(attacked, "GET", "/assets/{name}"),
        raw_answer(attacked, "POST", f"{one}/notes", "\ud800"),
        raw_answer(attacked, "POST", f"{one}/replies", "{}"),
        raw_answer(attacked, "POST", f"{one}/replies", json.dumps({"text": " "})),
        lambda_handler({}, None),
    ]

    def unavailable(*_: object) -> None:
        raise Conflict

    with monkeypatch.context() as failing:
        failing.setattr(inbox_index, "page", unavailable)
        answers.append(raw_answer(attacked, "GET", "/api/conversations"))
    assert {answer["statusCode"] for answer in answers} >= {200, 400, 401, 403, 404, 405, 422, 500, 503}
    for answer in answers:
        assert (answer["headers"]["Cache-Control"], answer["headers"]["X-Content-Type-Options"]) == (
            "no-store",
            "nosniff",
        )
