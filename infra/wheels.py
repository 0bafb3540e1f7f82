"""The names of wheels with compiled code that run on Lambda."""

from __future__ import annotations

ARCHITECTURE = "arm64"
"""The processor that the template names."""
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
"""The processors of Lambda, and what wheels call them."""
OLDEST_GLIBC, GLIBC_OF_AMAZON_LINUX_2, GLIBC_OF_AMAZON_LINUX_2023 = 17, 26, 34
"""Minor versions: the oldest that wheels are made for, that of Python 3.11's runtime, and that of all later ones."""


def platforms(architecture: str, version: str) -> list[str]:
    """Return the names of wheels that run on Lambda with a version of Python, the most demanding first."""
    minor_version = int(version.partition(".")[2])
    newest = GLIBC_OF_AMAZON_LINUX_2 if minor_version < 12 else GLIBC_OF_AMAZON_LINUX_2023
    machine = MACHINES[architecture]
    by_glibc = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, OLDEST_GLIBC - 1, -1)]
    return [*by_glibc, f"manylinux2014_{machine}"]
