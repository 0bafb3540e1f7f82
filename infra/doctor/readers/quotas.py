"""Service Quotas: what the account may have of a service."""

from __future__ import annotations

from typing import Any

SCHEDULES = "Number of schedules"
"""The quota's name, by docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html."""


def schedules(client: Any) -> float | None:
    """Return how many schedules the region may hold; None where Service Quotas does not know."""
    pages = client.get_paginator("list_service_quotas").paginate(ServiceCode="scheduler")
    found = [each["Value"] for page in pages for each in page["Quotas"] if each["QuotaName"] == SCHEDULES]
    return found[0] if found else None
