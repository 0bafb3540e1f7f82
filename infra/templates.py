"""Reads template.yaml and infra/ci.yaml, each parsed once in a process: that takes half a second."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def template() -> dict[str, Any]:
    """Return template.yaml, which describes a stack, as a copy that the caller may change."""
    return copy.deepcopy(_parsed(ROOT / "template.yaml"))


def pipeline() -> dict[str, Any]:
    """Return infra/ci.yaml, which describes what deploys a stack, as a copy that the caller may change."""
    return copy.deepcopy(_parsed(ROOT / "infra" / "ci.yaml"))


@cache
def _parsed(path: Path) -> dict[str, Any]:
    # Imported here, as it takes a second, which callers that only need the paths do not wait for.
    import yaml
    from samtranslator.yaml_helper import intrinsics_multi_constructor

    class Loader(yaml.CSafeLoader):
        """Reads short forms such as ``!Ref`` as SAM does, by the parser that is ten times as fast."""

    Loader.add_multi_constructor("!", intrinsics_multi_constructor)
    return yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506 - it is a safe loader
