"""Writes the template with which a new stack takes over a table and a user pool that an old one left behind.

``python -m infra.adopt OLD-TABLE > build/adopt.json``; docs/operations.md has the steps. CloudFormation imports
resources by a template that holds nothing else, and wants a ``DeletionPolicy`` of each:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

TABLE, POOL = "ConversationTable", "UserPool"
Json = dict[str, Any]


def main() -> None:
    """Print the template for the table that is named."""
    if len(sys.argv) != 2 or not re.fullmatch(r"[a-zA-Z0-9_.-]{3,255}", sys.argv[1]):
        raise SystemExit("python -m infra.adopt OLD-TABLE > build/adopt.json")
    from infra import templates

    print(json.dumps(adopting(templates.template(), sys.argv[1]), indent=1))


def adopting(template: Json, table: str) -> Json:
    """Return the template cut down to table and user pool, with what these refer to, and the table's own name."""
    resources = {name: template["Resources"][name] | {"DeletionPolicy": "Retain"} for name in (TABLE, POOL)}
    resources[TABLE]["Properties"] = {"TableName": table} | resources[TABLE]["Properties"]
    # The function that it names is no part of the import; the next deployment brings both.
    resources[POOL]["Properties"] = {
        name: value for name, value in resources[POOL]["Properties"].items() if name != "LambdaConfig"
    }
    conditions = _closure(template["Conditions"], resources)
    parameters = {name: each for name, each in template["Parameters"].items() if _names(name, [resources, conditions])}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A table and a user pool that an earlier stack left behind.",
        "Parameters": parameters,
        "Conditions": conditions,
        "Resources": resources,
    }


def _closure(conditions: Json, node: Any) -> Json:
    """Return the conditions that a node names, and those that these name."""
    found: Json = {}
    while more := {n: c for n, c in conditions.items() if n not in found and _names(n, [node, found])}:
        found |= more
    return found


def _names(name: str, node: Any) -> bool:
    """Return whether a name stands alone, or in a text to be filled in, anywhere in a node."""
    written = json.dumps(node)
    return f'"{name}"' in written or f"${{{name}}}" in written


if __name__ == "__main__":
    main()
