"""Ports, ids and secrets that stay the same from run to run, generated once per directory."""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import private

AWS_PORT = 4566
SQUARE_PORT = 8765


def _password() -> str:
    """Return a random password with one of each kind of sign that the user pool asks for."""
    return f"{secrets.token_urlsafe(12)}-aA1"


@dataclass
class Installation:
    """One directory's own ports, ids and secrets. Kept in a file that its owner alone may read."""

    aws_port: int
    square_port: int
    app_id: str
    app_secret: str
    verify_token: str
    page_id: str
    page_token: str
    agent_email: str
    agent_password: str
    page_name: str = "Nordlicht Netz"
    agent_name: str = "Alex Beispiel"
    colleague_email: str = "robin@example.com"
    colleague_password: str = field(default_factory=_password)
    colleague_name: str = "Robin Muster"
    platforms: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The configurations of the square's other platforms, by name."""
    left_ports: dict[str, list[int]] = field(default_factory=dict)
    """Ports that ``aws_port`` and ``square_port`` were before, as long as stored addresses may still name them."""

    @classmethod
    def of(cls, directory: Path) -> Installation:
        """The installation of ``directory``; a new one if there is none yet."""
        path = _path(directory)
        if not path.exists():
            return cls.new()
        stored = json.loads(path.read_text())
        # Earlier versions stored the configurations under another name.
        platforms = stored.pop("stalls", {})
        return cls(**{"platforms": platforms, **stored})

    @classmethod
    def new(cls) -> Installation:
        return cls(
            aws_port=AWS_PORT,
            square_port=SQUARE_PORT,
            app_id=_digits(15),
            app_secret=secrets.token_hex(16),
            verify_token=secrets.token_urlsafe(24),
            page_id=_digits(15),
            page_token=f"EAA{secrets.token_hex(32)}",
            agent_email="alex@example.com",
            agent_password=_password(),
        )

    def take_ports(self, aws_port: int, square_port: int) -> list[str]:
        """Have other ports from now on, and remember those that are left; returns what moved, for a person to read."""
        said = []
        for name, label, port in (
            ("aws_port", "the embedded AWS", aws_port),
            ("square_port", "the market square", square_port),
        ):
            before = getattr(self, name)
            if before != port:
                self.left_ports.setdefault(name, []).append(before)
                said.append(f"Port {before} is taken: {label} moves to {port}.")
                setattr(self, name, port)
        return said

    def moves(self) -> dict[int, int]:
        """Ports that were left, each with the one that has its place."""
        return {
            before: getattr(self, name)
            for name, left in self.left_ports.items()
            for before in left
            if before not in (self.aws_port, self.square_port)
        }

    def save(self, directory: Path) -> None:
        private.write(_path(directory), json.dumps(asdict(self), indent=2))


def _path(directory: Path) -> Path:
    return directory / "installation.json"


def _digits(count: int) -> str:
    return "1" + "".join(secrets.choice(string.digits) for _ in range(count - 1))
