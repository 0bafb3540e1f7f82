"""The meaning of messages: whether it helped, whether customers are angry, in hardship, or opt out, and who helps them.

By rules alone: pure, the same answer every time, in linear time, without sending a text anywhere. ``words/*.json``
holds the vocabulary; how well it reads is measured on labelled sentences. A model may take over the first question
(``classification.outcome``).
"""

from classification.hardship import Hardship, hardship
from classification.language import language_of
from classification.opt_out import declines
from classification.outcome_rules import Meaning, meaning
from classification.sentiment import is_angry
from classification.speakers import Said, Speaker, speakers

__all__ = [
    "Hardship",
    "Meaning",
    "Said",
    "Speaker",
    "declines",
    "hardship",
    "is_angry",
    "language_of",
    "meaning",
    "speakers",
]
