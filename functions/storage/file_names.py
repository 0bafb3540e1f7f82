"""Names under which any system can save a file."""

from __future__ import annotations

from conversations.normalization import normalize

LONGEST_STEM, LONGEST_ENDING = 100, 20
"""Characters of a file's name, and of what stands behind its last dot."""
_NO_NAME = frozenset('/\\:*?"<>|')
_DEVICES = frozenset({"con", "prn", "aux", "nul", "conin$", "conout$"}).union(
    f"{device}{number}" for device in ("com", "lpt") for number in range(10)
)
"""https://learn.microsoft.com/windows/win32/fileio/naming-a-file"""


def saved_as(name: str) -> str:
    """Return a name under which any system can save a file, and that ends as it seems to: no folders, nothing that
    cannot be seen or turns the direction of reading, and none that Windows keeps for its devices."""
    seen = normalize("NFC", name)
    seen = "".join("_" if letter in _NO_NAME or not letter.isprintable() else letter for letter in seen).strip(". ")
    stem, dot, ending = seen.rpartition(".")
    seen = f"{stem[:LONGEST_STEM]}{dot}{ending[:LONGEST_ENDING]}" if dot else seen[:LONGEST_STEM]
    first = normalize("NFKC", seen).partition(".")[0].strip().casefold()
    return f"_{seen}" if first in _DEVICES else seen or "file"
