"""Subscriptions of a topic."""

from __future__ import annotations

from typing import Any


def subscriptions(client: Any, topic: str) -> list[str]:
    """Return the ARNs of a topic's subscriptions; of one that nobody confirmed, ``PendingConfirmation``."""
    if not topic:
        return []
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    return [each["SubscriptionArn"] for page in pages for each in page["Subscriptions"]]
