"""The meaning of messages: whether it helped, whether customers are angry, in hardship, or opt out, and who helps them.

Of posts of strangers: what their author asks for, and whether an offer below them would be tactless.

By rules alone: pure, the same answer every time, in linear time, without sending a text anywhere. ``words/*.json``
holds the vocabulary; how well it reads is measured on labelled sentences. A model may take over the first question
(``classification.outcome``).
"""

from classification.hardship import Hardship, hardship
from classification.intent import PROPOSES, Intent, IntentKind, intent
from classification.language import language_of
from classification.offer_answers import Refusal, refusal
from classification.opt_out import declines
from classification.outcome_rules import Meaning, meaning
from classification.praise import gives_thanks, praises
from classification.sentiment import is_angry
from classification.speakers import Said, Speaker, speakers
from classification.tact_signs import TactSign, tact_sign

__all__ = [
    "PROPOSES",
    "Hardship",
    "Intent",
    "IntentKind",
    "Meaning",
    "Refusal",
    "Said",
    "Speaker",
    "TactSign",
    "declines",
    "gives_thanks",
    "hardship",
    "intent",
    "is_angry",
    "language_of",
    "meaning",
    "praises",
    "refusal",
    "speakers",
    "tact_sign",
]
