"""Writes the checks of request bodies from docs/openapi.yaml: ``python -m infra.request_bodies``.

Each object of a request's schema, and each component that it refers to, becomes a function in ``generated.py``, which
calls the checks in ``json_types.py``. ``python -m infra.build`` writes the module as well; a unit test compares it with
the description.

This translates what the description uses of JSON Schema. Anything else ends with ``Unsupported``, so that no rule of
the description is left out. ``format`` and ``default`` are annotations: the code that reads a body knows times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from infra import api_routes

TARGET = api_routes.ROOT / "functions" / "console" / "bodies" / "generated.py"
WIDTH = 108
"""Columns of a statement, which stands in a function, and perhaps in a condition or a loop there."""
ANNOTATIONS = {"default", "description", "example", "examples", "format", "title"}
COMPONENTS = "#/components/schemas/"
SCALARS = {
    "string": {"minLength": "least", "maxLength": "most", "pattern": "pattern"},
    "integer": {"minimum": "least", "maximum": "most"},
    "boolean": {},
}
"""Types with the rules that are arguments of their checks."""
HEADER = '''"""Checks of request bodies, written by `python -m infra.request_bodies` from docs/openapi.yaml."""

from __future__ import annotations

from typing import Any

from console.bodies import json_types as check
'''
Schema = dict[str, Any]


class Unsupported(Exception):
    """A schema has a rule that is not translated."""


def main() -> None:
    """Write the module if the description says something else."""
    write()


def write(target: Path = TARGET) -> None:
    """Write the module, unless it is as the description wants it."""
    text = generated(api_routes.described())
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")


def generated(description: Schema) -> str:
    """Return the text of the module."""
    translation = Translation(description)
    table = []
    for path, method, operation in operations(description):
        body = operation["requestBody"]
        (content,) = body["content"].values()
        function = translation.function(content["schema"], operation["operationId"])
        key = f'("{method.upper()}", "{api_routes.BELOW}{path}")'
        table.append(f"    {key}: ({function}, {body.get('required', False)}),")
    return "\n".join(
        [
            HEADER,
            *(f"\n{function}\n" for function in translation.functions.values()),
            "",
            "CHECKS: dict[tuple[str, str], tuple[check.Check, bool]] = {",
            *table,
            "}",
            '"""By method and path: the check of the body, and whether there has to be one."""',
            "",
        ]
    )


def operations(description: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Return path, method and description of each operation that takes a body."""
    for path, item in description["paths"].items():
        for method in api_routes.METHODS:
            if "requestBody" in item.get(method, {}):
                yield path, method, item[method]


class Translation:
    """The functions that check the objects of schemas, by their names."""

    def __init__(self, description: Schema) -> None:
        self.description = description
        self.functions: dict[str, str] = {}
        self._sources: dict[str, Schema] = {}
        self._inline: dict[str, str] = {}
        """By the code of functions for schemas without a name: the first of them, which stands for all of its code."""

    def function(self, schema: Schema, name: str) -> str:
        """Return the name of the function that checks a schema, after writing it and those that it calls."""
        if reference := _reference(schema):
            name = reference.rpartition("/")[2]
        name = "_" + re.sub(r"(?<=[a-z])(?=[A-Z])|\W+", "_", name).lower().strip("_")
        resolved = self.resolved(schema)
        if self._sources.setdefault(name, resolved) != resolved:
            raise Unsupported(f"{name}: two schemas of this name")
        if name in self.functions:
            return name
        is_object = "properties" in resolved or resolved.get("additionalProperties") is False
        lines = self._object(resolved, name) if is_object else self._check(resolved, "value", "path", name)
        body = "\n".join(_indented(lines))
        if not reference and body in self._inline:
            return self._inline[body]
        if not reference:
            self._inline[body] = name
        self.functions[name] = f"def {name}(value: Any, path: str) -> None:\n{body}"
        return name

    def resolved(self, schema: Schema) -> Schema:
        """Return a schema without annotations, a reference at its top, and null as a variant.

        What stands beside a reference is joined with it, as JSON Schema does.
        """
        schema = {word: rule for word, rule in schema.items() if word not in ANNOTATIONS}
        for word in ("oneOf", "anyOf"):
            variants = [variant for variant in schema.get(word, []) if variant != {"type": "null"}]
            if len(variants) == 1 and schema.keys() == {word}:
                return self.resolved(variants[0])
            if variants:
                schema[word] = variants
        if "$ref" in schema:
            schema = joined(self.resolved(self._target(schema.pop("$ref"))), schema)
        if schema.pop("unevaluatedProperties", None) is False:
            schema["additionalProperties"] = False
        return schema

    def is_nullable(self, schema: Schema) -> bool:
        """Return whether a schema accepts null."""
        if variants := schema.get("oneOf") or schema.get("anyOf"):
            return any(self.is_nullable(variant) for variant in variants)
        resolved = self.resolved(schema)
        return None in resolved["enum"] if "enum" in resolved else "null" in types_of(resolved)

    def _target(self, reference: str) -> Schema:
        node: Any = self.description
        for key in reference.removeprefix("#/").split("/"):
            node = node[key]
        return node

    def _check(self, schema: Schema, value: str, path: str, name: str) -> list[str]:
        """Return the statements that check a value, which is not null; ``value`` and ``path`` are expressions of it."""
        if _reference(schema):
            return [f"{self.function(schema, name)}({value}, {path})"]
        resolved = self.resolved(schema)
        if "oneOf" in resolved:
            return self._variants(resolved["oneOf"], value, path, name)
        if choices := [resolved["const"]] if "const" in resolved else resolved.get("enum"):
            return _call("choice", value, path, _tuple(choice for choice in choices if choice is not None))
        kind = _only(types_of(resolved) - {"null"})
        if kind in SCALARS:
            return _call(kind, value, path, *_arguments(resolved, SCALARS[kind], name))
        if kind == "array" and "items" in resolved:
            arguments = _arguments(resolved, {"minItems": "least", "maxItems": "most"}, name, "items")
            return self._each("items", value, path, arguments, resolved["items"], name)
        if kind != "object":
            raise Unsupported(f"{name}: {kind}")
        if isinstance(further := resolved.get("additionalProperties"), dict):
            arguments = _arguments(resolved, {"maxProperties": "most"}, name, "additionalProperties")
            return self._each("entries", value, path, arguments, further, name)
        return [f"{self.function(schema, name)}({value}, {path})"]

    def _each(self, word: str, value: str, path: str, arguments: list[str], schema: Schema, name: str) -> list[str]:
        """Return a loop that checks the values in an array or object."""
        if self.is_nullable(schema):
            raise Unsupported(f"{name}: null in an array or object")
        call = _only(_call(word, value, path, *arguments))
        return [f"for each, at in {call}:", *_indented(self._check(schema, "each", "at", f"{name}_item"))]

    # -- objects with known fields

    def _object(self, schema: Schema, name: str) -> list[str]:
        words = {"type", "properties", "required", "additionalProperties", "minProperties", "anyOf", "allOf"}
        _expect(schema, words, name)
        properties, required = schema.get("properties", {}), schema.get("required", [])
        known = _set(properties) if schema.get("additionalProperties") is False else "None"
        arguments = [known, *([_tuple(required)] if required else [])]
        if "minProperties" in schema:
            arguments.append(f"least={schema['minProperties']}")
        lines = _call("fields", "value", "path", *arguments)
        for field, rule in properties.items():
            lines += self._field(field, rule, field in required, f"{name}_{field}")
        if "anyOf" in schema:
            needed = [_needed(variant, name) for variant in schema["anyOf"]]
            lines += _call("any_of", "value", "path", f"{{{', '.join(needed)}}}")
        for rule in schema.get("allOf", []):
            _expect(rule, {"not"}, name)
            lines += _call("not_together", "value", "path", _tuple(_together(rule["not"], name)))
        return lines

    def _field(self, field: str, schema: Schema, is_required: bool, name: str) -> list[str]:
        path = f'f"{{path}}.{field}"'
        if self.is_nullable(schema):
            if is_required:
                raise Unsupported(f"{name}: required, and null")
            condition, value = f'if (item := value.get("{field}")) is not None:', "item"
        else:
            condition, value = f'if "{field}" in value:', f'value["{field}"]'
        lines = self._check(schema, value, path, name)
        return lines if is_required else [condition, *_indented(lines)]

    # -- values of one form or another

    def _variants(self, variants: list[Schema], value: str, path: str, name: str) -> list[str]:
        """Return the choice of a variant: by a field that says which, by the only field, or by the type."""
        resolved = [self.resolved(variant) for variant in variants]
        fields = [variant.get("properties", {}) for variant in resolved]
        if constants := [field for field, rule in fields[0].items() if "const" in rule and len(fields[0]) > 1]:
            (field,) = constants
            names = [each[field]["const"] for each in fields]
            return self._table("by_value", variants, names, [value, path, f'"{field}"'], name)
        if all(len(each) == 1 and rule["required"] == [*each] for each, rule in zip(fields, resolved, strict=True)):
            return self._table("by_name", variants, [_only(each) for each in fields], [value, path], name)
        by_type = {_only(types_of(each)): variant for each, variant in zip(resolved, variants, strict=True)}
        if by_type.keys() != {"object", "string"}:
            raise Unsupported(f"{name}: variants")
        return [
            f"if isinstance({value}, dict):",
            *_indented(self._check(by_type["object"], value, path, name)),
            "else:",
            *_indented(self._check(by_type["string"], value, path, name)),
        ]

    def _table(self, word: str, variants: list[Schema], names: list[str], arguments: list[str], name: str) -> list[str]:
        functions = [self.function(variant, f"{name}_{key}") for key, variant in zip(names, variants, strict=True)]
        lines = [f'"{key}": {function},' for key, function in zip(names, functions, strict=True)]
        arguments = [f"{argument}," for argument in arguments]
        return [f"check.{word}(", *_indented([*arguments, "{", *_indented(lines), "},"]), ")"]


def _reference(schema: Schema) -> str:
    """Return what a schema refers to, if it says nothing else but that null is accepted as well."""
    variants = schema.get("oneOf") or schema.get("anyOf") or []
    named = [variant for variant in variants if variant != {"type": "null"}] if len(variants) == 2 else [schema]
    if len(named) == 1 and named[0].keys() - ANNOTATIONS == {"$ref"}:
        return named[0]["$ref"]
    return ""


def _needed(variant: Schema, name: str) -> str:
    """Return the field that a variant needs, with its least length."""
    field = _only(variant["required"])
    rule = variant["properties"][field]
    if variant != {"required": [field], "properties": {field: rule}}:
        raise Unsupported(f"{name}: anyOf")
    _expect(rule, {"type", "minItems"}, name)
    return f'"{field}": {rule.get("minItems", 0)}'


def _together(schema: Schema, name: str) -> list[str]:
    """Return the fields that do not stand together; the rule names their types, so that null is left out."""
    fields = schema["required"]
    if schema != {"required": fields, "properties": {field: {"type": "string"} for field in fields}}:
        raise Unsupported(f"{name}: not")
    return fields


def joined(target: Schema, beside: Schema) -> Schema:
    """Return a schema that says what a reference's target says, and what stands beside the reference."""
    joined = target | beside
    if "properties" in beside:
        joined["properties"] = target.get("properties", {}) | beside["properties"]
    if "required" in beside:
        joined["required"] = [*target.get("required", []), *beside["required"]]
    if both := (target.keys() & beside.keys()) - {"properties", "required"}:
        raise Unsupported(f"twice: {', '.join(both)}")
    return joined


def types_of(schema: Schema) -> set[str]:
    """Return the types of a schema's values."""
    kinds = schema.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _expect(schema: Schema, words: set[str], name: str) -> None:
    if unknown := schema.keys() - words:
        raise Unsupported(f"{name}: {', '.join(sorted(unknown))}")


def _arguments(schema: Schema, rules: dict[str, str], name: str, *further: str) -> list[str]:
    """Return the limits that a schema sets, as arguments of a check."""
    _expect(schema, {"type", *rules, *further}, name)
    return [f"{argument}={_literal(schema[word])}" for word, argument in rules.items() if word in schema]


def _call(word: str, *arguments: str) -> list[str]:
    """Return a call as it is formatted: one that is too long has each argument on a line of its own."""
    line = f"check.{word}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return [line]
    parts = [part for argument in arguments for part in _exploded(argument)]
    return [f"check.{word}(", *_indented(parts), ")"]


def _exploded(argument: str) -> list[str]:
    if len(argument) <= WIDTH:
        return [f"{argument},"]
    return [argument[0], *_indented([f"{part}," for part in argument[1:-1].split(", ")]), f"{argument[-1]},"]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _literal(value: str | int) -> str:
    if isinstance(value, int):
        return repr(value)
    # Python's $ accepts a line break after the end, and its \d the digits of all scripts.
    pattern = re.sub(r"\$$", r"\\Z", value).replace(r"\d", "[0-9]")
    return f'r"{pattern}"'


def _tuple(values: Iterable[str | bool]) -> str:
    literals = [repr(value) if isinstance(value, bool) else f'"{value}"' for value in values]
    return f"({', '.join(literals)}{',' if len(literals) == 1 else ''})"


def _set(names: Iterable[str]) -> str:
    literals = [f'"{name}"' for name in names]
    return f"{{{', '.join(literals)}}}" if literals else "set()"


def _only(values: Iterable[str]) -> str:
    """Return the one string in a collection; raises ``Unsupported`` if there are several, or none."""
    several = list(values)
    if len(several) != 1:
        raise Unsupported(f"one expected: {several}")
    return several[0]


if __name__ == "__main__":
    main()
