"""The profiles of samconfig.toml: which stack each deploys, where, and with which parameters."""

from __future__ import annotations

import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROFILES = Path(__file__).resolve().parent.parent / "samconfig.toml"
PROTECTION = "DeletionProtection"


@dataclass(frozen=True)
class Profile:
    """A deployment's profile in samconfig.toml."""

    name: str
    stack: str
    region: str | None
    overrides: tuple[str, ...]

    @property
    def is_protected(self) -> bool:
        """Protected is what the template does by itself; a profile may say otherwise."""
        return f"{PROTECTION}=false" not in self.overrides

    @property
    def has_own_rule_set(self) -> bool:
        """Mails are received, by a rule set that the stack makes itself."""
        overrides = {name: value for name, _, value in (each.partition("=") for each in self.overrides)}
        return bool(overrides.get("MailDomain", "").strip('"')) and not overrides.get("MailRuleSetName", "").strip('"')


def read(name: str, path: Path = PROFILES) -> Profile:
    """Return a profile. Raises ``SystemExit`` for one that the file does not have."""
    profiles = tomllib.loads(path.read_text(encoding="utf-8"))
    parameters: dict[str, Any] = profiles.get(name, {}).get("deploy", {}).get("parameters", {})
    if "stack_name" not in parameters:
        raise SystemExit(f"{path.name} has no profile {name!r} that names a stack.")
    given = parameters.get("parameter_overrides", [])
    overrides = shlex.split(given) if isinstance(given, str) else [str(override) for override in given]
    return Profile(name, parameters["stack_name"], parameters.get("region"), tuple(overrides))
