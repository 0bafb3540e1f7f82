"""Precision of a search, out of what people decided."""

from __future__ import annotations

import pytest

from outreach.search_precision import precision


@pytest.mark.parametrize(
    ("figures", "share"),
    [
        ({}, None),
        ({"found": 90, "proposed": 9, "dismissed:too_old": 4, "dismissed:tactless": 2}, None),
        ({"offered": 3, "dismissed:not_an_ask": 1}, 0.75),
        ({"offered": 1, "dismissed:wrong_topic": 1, "dismissed:spam": 1, "dismissed:competitor": 1}, 0.25),
        ({"fit": 1, "unfit": 1, "dismissed:too_old": 7}, 0.5),
    ],
)
def test_precision_is_the_share_of_what_fits_among_what_was_judged(
    figures: dict[str, int], share: float | None
) -> None:
    assert precision(figures).share == share
