"""The agents' accounts."""

from __future__ import annotations

from typing import Any


def admins(client: Any, pool: str) -> int:
    """Return how many accounts that are not disabled have the role of an administrator."""
    pages = client.get_paginator("list_users_in_group").paginate(UserPoolId=pool, GroupName="admin")
    return sum(1 for page in pages for each in page["Users"] if each["Enabled"])
