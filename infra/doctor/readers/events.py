"""The rules of EventBridge that the stack made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.doctor.account import Rule


def rules(client: Any, resources: Sequence[tuple[str, str]]) -> list[Rule]:
    """Return how each rule is; ``resources`` are their logical and physical ids."""
    return [_rule(client, logical, physical.rpartition("|")[2]) for logical, physical in resources]


def _rule(client: Any, logical: str, name: str) -> Rule:
    try:
        state = client.describe_rule(Name=name)["State"]
        return Rule(logical, state, len(client.list_targets_by_rule(Rule=name)["Targets"]))
    except client.exceptions.ResourceNotFoundException:
        return Rule(logical, None)
