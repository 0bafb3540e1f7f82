"""Lambda: the functions' roles and settings, and how many may run at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TOLD_BY = "CONNECTIONS_PATH"
"""The variable that tells a function where the connections' secrets are."""


def roles(client: Any, resources: Sequence[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Return each function's logical id and role, and whether it is told where the connections' secrets are."""
    found = []
    for logical, physical in resources:
        read = client.get_function_configuration(FunctionName=physical)
        found.append((logical, read["Role"], TOLD_BY in read.get("Environment", {}).get("Variables", {})))
    return found


def concurrency(client: Any) -> int:
    """Return how many executions the account may run at once, those not counted that are kept for some function."""
    return client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
