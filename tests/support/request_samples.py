"""Bodies of requests made from the API's description: complete ones, and the same with one thing changed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from infra import api_routes, request_bodies

Json = dict[str, Any]
BY_FORMAT = {"duration": "P3D", "date-time": "2030-01-31T09:00:00Z", "date": "2030-12-24"}
ADDED = "surprise"
"""A field that no schema has."""


@cache
def description() -> Json:
    """Return the API's description."""
    return api_routes.described()


def operations() -> list[tuple[str, str]]:
    """Return method and path of each operation that takes a body."""
    return [(method.upper(), path) for path, method, _ in request_bodies.operations(description())]


def schema_of(method: str, path: str) -> Json:
    """Return the schema of an operation's body."""
    (content,) = description()["paths"][path][method.lower()]["requestBody"]["content"].values()
    return content["schema"]


def oracle(schema: Json) -> jsonschema_rs.Draft202012Validator:
    """Return what decides about a body by the description alone; ``jsonschema`` takes thirty times as long."""
    return jsonschema_rs.Draft202012Validator({"allOf": [schema], "components": description()["components"]})


def complete(schema: Json) -> list[Any]:
    """Return a body with all fields for each form that a schema permits."""
    return [body for body in _values(schema) if oracle(schema).is_valid(body)]


def changed(body: Any, probes: list[Any]) -> Iterator[Any]:
    """Return copies of a body: each with a value replaced, a field left out, or a field added."""
    for place in _places(body):
        for probe in probes:
            yield _with(body, place, probe)
        if isinstance(value := _at(body, place), dict):
            yield _with(body, place, value | {ADDED: 1})
            yield from (_with(body, place, {key: value[key] for key in value if key != name}) for name in value)


def probes(schema: Json) -> list[Any]:
    """Return values of all types, and those at and beyond each limit of a schema."""
    found: list[Any] = [None, True, False, 0, -1, 1.5, "", " ", "x", [], [""], [1], {}, {ADDED: 1}]
    for word, limit in _limits(schema):
        if word == "maxLength":
            found += ["x" * limit, "x" * (limit + 1)]
        elif word in ("maxItems", "maxProperties"):
            names = [f"x{number}" for number in range(limit + 1)]
            found += [names[:-1], names, dict.fromkeys(names[:-1], "x"), dict.fromkeys(names, "x")]
        elif word in ("minimum", "maximum"):
            found += [limit - 1, limit, limit + 1]
    return found


def _limits(schema: Any, seen: frozenset[str] = frozenset()) -> set[tuple[str, int]]:
    if isinstance(schema, list):
        return {limit for each in schema for limit in _limits(each, seen)}
    if not isinstance(schema, dict):
        return set()
    reference = schema.get("$ref", "")
    limits = _limits(_target(reference), seen | {reference}) if reference and reference not in seen else set()
    words = ("maxLength", "maxItems", "maxProperties", "minimum", "maximum")
    limits |= {(word, schema[word]) for word in words if isinstance(schema.get(word), int)}
    return limits.union(*(_limits(each, seen) for word, each in schema.items() if word != "examples"))


def _values(schema: Json) -> list[Any]:
    """Return a value for each variant of a schema; of further variants within an object, the first one is taken."""
    if "$ref" in schema:
        schema = request_bodies.joined(_target(schema["$ref"]), {k: v for k, v in schema.items() if k != "$ref"})
        return _values(schema)
    if "properties" not in schema and (variants := schema.get("oneOf") or schema.get("anyOf")):
        return [value for variant in variants if variant != {"type": "null"} for value in _values(variant)]
    if "const" in schema or "enum" in schema:
        return [schema["const"] if "const" in schema else schema["enum"][0]]
    kind = next(iter(request_bodies.types_of(schema) - {"null"}))
    if kind == "object":
        return _objects(schema)
    if kind == "array":
        return [[value] for value in _values(schema["items"])]
    if kind == "string":
        example = next(iter(schema.get("examples", [])), BY_FORMAT.get(schema.get("format", ""), "abcdefgh"))
        return [example if "pattern" not in schema or "examples" in schema else _of_pattern(schema["pattern"])]
    return [{"integer": schema.get("minimum", 1), "boolean": True}[kind]]


def _objects(schema: Json) -> list[Json]:
    if isinstance(further := schema.get("additionalProperties"), dict):
        return [{"a": value} for value in _values(further)]
    left_out = {rule["not"]["required"][1] for rule in schema.get("allOf", [])}
    fields = {name: _values(rule) for name, rule in schema.get("properties", {}).items() if name not in left_out}
    count = max(map(len, fields.values()), default=1)
    return [{name: values[min(number, len(values) - 1)] for name, values in fields.items()} for number in range(count)]


def _of_pattern(pattern: str) -> str:
    examples = ["x", "09:00-12:00", "PT4H", "usual", "30"]
    decides = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    return next(example for example in examples if decides.is_valid(example))


def _target(reference: str) -> Json:
    node: Any = description()
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return node


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(child, (*place, key))


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def _with(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    body = copy.deepcopy(body)
    _at(body, place[:-1])[place[-1]] = value
    return body
