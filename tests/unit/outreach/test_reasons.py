"""Reasons for which an offer did not leave."""

from __future__ import annotations

import pytest

from console.views.conversations import explanation
from outreach import leaving, tact


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("reason", sorted({*leaving.REASONS, *leaving.FOR_GOOD, *tact.RULES}))
def test_every_reason_for_which_an_offer_did_not_leave_is_a_sentence(reason: str, language: str) -> None:
    sentence = explanation(reason, language)
    assert sentence
    assert sentence.endswith(".")
