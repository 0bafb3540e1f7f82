"""Quality of praise, irony, and asks of many shapes, measured on posts that were written before their rules.

``*_development.txt`` was used to tune the rules, ``*_held_out.txt`` only measured. One author wrote posts and rules on
one day: expect less of real posts. docs/intents.md has the numbers.
"""

from __future__ import annotations

import pytest

from classification import intent
from classification.praise import Tone
from tests.support import intent_measures as measures

FLOORS_OF_TONES = {Tone.PRAISE: (0.90, 0.65), Tone.NEUTRAL: (0.70, 0.90), Tone.IRONIC: (0.75, 0.80)}
FLOORS_OF_VARIANTS = {"development": (0.95, 0.95), "held_out": (0.95, 0.60)}


@pytest.mark.parametrize("part", measures.PARTS)
def test_tones_are_read_as_well_as_is_said(part: str) -> None:
    counted = measures.tones(part)
    for kind, (least_precision, least_recall) in FLOORS_OF_TONES.items():
        precision, recall = measures.precision_and_recall(counted, str(kind))
        assert precision >= least_precision, kind
        assert recall >= least_recall, kind


@pytest.mark.parametrize("part", measures.PARTS)
def test_asks_of_many_shapes_are_found_as_often_as_is_said(part: str) -> None:
    precision, recall = measures.precision_and_recall(measures.variants(part), measures.PROPOSED)
    assert precision >= FLOORS_OF_VARIANTS[part][0]
    assert recall >= FLOORS_OF_VARIANTS[part][1]


def test_texts_are_many_and_stand_in_one_half_alone() -> None:
    for name, least in (("praise", 120), ("variants", 120)):
        texts = [text for part in measures.PARTS for _, text in measures.rows(f"{name}_{part}")]
        assert len(set(texts)) == len(texts) >= least
    assert {label for label, _ in measures.rows("praise_held_out")} == set(Tone)
    asks = [label == measures.PROPOSED for part in measures.PARTS for label, _ in measures.rows(f"variants_{part}")]
    assert min(sum(asks), len(asks) - sum(asks)) >= 60


def test_document_has_the_numbers_that_are_measured() -> None:
    written = measures.DOCUMENT.read_text(encoding="utf-8")
    assert measures.updated(written) == written, "run python -m tests.support.intent_measures"


@pytest.mark.parametrize(
    "text",
    [
        "Can anyone recommend headphones for running in the rain?",
        "Can anyone recommend noise cancelling headphones for the train?",
        "Which headphones would you get for work?",
        "What chair would you buy for a small room?",
        "Can someone recommend good shoes for the warehouse?",
        "Kann jemand Kopfhörer für die Bahn empfehlen?",
        "Welchen Staubsauger würdet ihr für die Wohnung nehmen?",
        "Könnt ihr mir eine Jacke empfehlen, die bei jedem Wetter hält?",
    ],
)
def test_circumstance_of_an_ask_is_not_its_object(text: str) -> None:
    assert measures.is_proposed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Can you recommend a flat in Bristol?",
        "Can anyone recommend me for a job?",
        "Any recommendations for a good film?",
        "Does anyone have a tip for a job in Leeds?",
        "Kann jemand einen Film für heute Abend empfehlen?",
        "Kann jemand eine Wohnung bei der Arbeit empfehlen?",
        "Hat jemand einen Tipp für einen Job?",
        "Looking for an internship, recommendations welcome",
    ],
)
def test_ask_for_what_is_no_goods_is_not_proposed(text: str) -> None:
    assert not measures.is_proposed(text), intent(text)
