"""Tables of docs/intents.md: how well intents, asks of other shapes, and praise are read.

``python -m tests.support.intent_measures`` writes them into the document; a test compares it with them.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "functions")]

from classification import PROPOSES, IntentKind, intent  # noqa: E402 - the functions' folder is not a package
from classification.praise import Tone, tone  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HERE = ROOT / "tests" / "unit" / "classification"
DOCUMENT = ROOT / "docs" / "intents.md"
PARTS = ("held_out", "development")
BRANDS = ("Klangwerk", "Funkturm", "Radnah", "Bohnenglück", "Notira", "Sicura")
KINDS = ("asks_advice", "has_problem", "praises", "compares", "talk", "sells", "joke", "news", "spam")
PROPOSED, OTHER = "ask", "other"
HEAD = "| | Held out | Precision | Recall | Development: precision | recall |\n|---|--:|--:|--:|--:|--:|"
Pairs = Counter[tuple[str, str]]
"""Number of texts of the first class that were read as the second."""


def rows(name: str) -> list[tuple[str, str]]:
    """Return class and text of each line of a file; ``# class language`` begins a class."""
    found: list[tuple[str, str]] = []
    label = ""
    for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") and line.rsplit(" ", 1)[-1] in ("de", "en"):
            label = line.split()[1]
        elif line:
            found.append((label, line.replace("\\n", "\n")))
    return found


def is_proposed(text: str) -> bool:
    """Return whether a post would become a proposal."""
    found = intent(text, BRANDS)
    return found.kind == IntentKind.ASKS_ADVICE and found.confidence >= PROPOSES


def pairs(name: str, read: Callable[[str], str], same: Callable[[str], str] = str) -> Pairs:
    """Count how the texts of a file are read."""
    return Counter((same(label), read(text)) for label, text in rows(name))


def intents(part: str) -> Pairs:
    return pairs(f"intent_{part}", lambda text: str(intent(text, BRANDS).kind))


def proposals(part: str) -> Pairs:
    return pairs(f"intent_{part}", _proposed, lambda label: PROPOSED if label == "asks_advice" else OTHER)


def variants(part: str) -> Pairs:
    return pairs(f"variants_{part}", _proposed)


def tones(part: str) -> Pairs:
    return pairs(f"praise_{part}", lambda text: str(tone(text)))


def precision_and_recall(counted: Pairs, label: str) -> tuple[float, float]:
    """Return precision and recall of a class."""
    right = counted[label, label]
    said = sum(count for (_, read), count in counted.items() if read == label)
    return right / max(said, 1), right / max(_meant(counted, label), 1)


def tables() -> dict[str, str]:
    """Return the tables by the names of their marks in the document."""
    every = [
        ("**proposed** (`asks_advice` from 0.6)", PROPOSED, proposals),
        ("`asks_advice`, any confidence", KINDS[0], intents),
    ]
    every += [(f"`{kind}`", kind, intents) for kind in KINDS[1:]]
    return {
        "intents": _table(every),
        "variants": _table([("proposed", PROPOSED, variants)]),
        "praise": _table([(f"{each}", str(each), tones) for each in Tone]),
    }


def updated(document: str) -> str:
    """Return the document with its tables as they are measured now."""
    for name, table in tables().items():
        before, begin, rest = document.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        document = f"{before}{begin}{table}\n{end}{after}"
    return document


def _table(lines: Iterable[tuple[str, str, Callable[[str], Pairs]]]) -> str:
    return "\n".join([HEAD, *(_line(*line) for line in lines)])


def _line(title: str, label: str, measure: Callable[[str], Pairs]) -> str:
    measured = [measure(part) for part in PARTS]
    numbers = [f"{number:.2f}" for counted in measured for number in precision_and_recall(counted, label)]
    return f"| {title} | {_meant(measured[0], label)} | {' | '.join(numbers)} |"


def _meant(counted: Pairs, label: str) -> int:
    return sum(count for (meant, _), count in counted.items() if meant == label)


def _proposed(text: str) -> str:
    return PROPOSED if is_proposed(text) else OTHER


if __name__ == "__main__":
    DOCUMENT.write_text(updated(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
