"""Tests that moto fails because it is unlike AWS. Each is expected to fail there, and noticed as soon as it passes.

docs/emulators.md tells of them, and of the differences that were ours.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

UNLIKE_AWS = {
    "tests/security/test_unsigned_parts.py::test_a_claim_alone_changes_nothing_and_has_the_platform_asked": (
        "moto writes a stream record for a PutItem that changes nothing"
    ),
    "tests/functional/test_queues.py::test_claim_shows_all_tasks_again_after_its_time": (
        "moto takes equal deduplication ids of two message groups for one message"
    ),
    "tests/functional/test_webhook.py::test_a_redelivery_changes_nothing_and_is_not_even_noticed_downstream": (
        "moto writes a stream record for a PutItem that changes nothing"
    ),
}
"""The reason by the test's id, without parameters or with them."""


def expect(tests: Iterable[pytest.Item]) -> None:
    """Mark those among ``tests`` that fail on moto."""
    for test in tests:
        reason = UNLIKE_AWS.get(test.nodeid) or UNLIKE_AWS.get(test.nodeid.partition("[")[0])
        if reason:
            test.add_marker(pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError))
