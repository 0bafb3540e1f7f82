"""What a customer's message means: did it help, is somebody angry, does somebody want to be left alone.

By rules alone: pure, the same answer every time, in linear time, and no text leaves the house. ``words/*.json`` holds
the vocabulary; how well it reads is measured on labelled sentences. A model may take over the first question
(``reading.model``).
"""

from reading.language import language_of
from reading.rules import Meaning, meaning
from reading.temper import is_angry
from reading.wishes import declines

__all__ = ["Meaning", "declines", "is_angry", "language_of", "meaning"]
