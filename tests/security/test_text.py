"""Texts made to be expensive to read: the work grows with their length and no faster."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from channels import _text
from classification import tokens
from console.bodies import collaboration
from console.errors import ApiError
from console.http import checked_body
from conversations import plain_letters, routing_rules
from tests.support.timing import assert_linear


def _refused_as_tag(text: str) -> None:
    body = json.dumps({"add": [text]}).encode()
    with pytest.raises(ApiError):
        collaboration.marks(checked_body("PUT", "/api/conversations/{conversation_id}/tags", body))


READERS: dict[str, Callable[[str], object]] = {
    "search": plain_letters.folded,
    "classification": tokens.clauses,
    "routing": routing_rules._words,
    "measuring a reply": _text.weighted,
    "naming a tag": _refused_as_tag,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("unit", ["\u0301\u0323", "\u0f73", "\uff9e\u0301"], ids=ascii)
def test_marks_piled_on_one_letter_hold_nothing_up(name: str, unit: str) -> None:
    assert_linear(lambda size: "a" + unit * size, READERS[name], 4000)
