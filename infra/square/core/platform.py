"""A platform of the square: the parts that every package in ``infra/square/platforms`` puts together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.account import Account
    from infra.square.core.actions import Actions
    from infra.square.core.webhook import Webhook
    from infra.square.core.world import World

ABILITIES = frozenset({"public", "private", "edit", "remove", "react", "read", "attach", "attach_public"})
"""Abilities of customers: to write in public, to write in private, to attach pictures in private and in public, and
the rest with what stands there."""


class Platform(Protocol):
    """One account of the company on one platform; made of the square and the platform's part of the configuration."""

    name: str
    """The package's."""
    label: str
    """The name that people know."""
    can: frozenset[str]
    """Abilities of its customers, out of ``ABILITIES``."""
    account: Account
    world: World
    webhook: Webhook
    actions: Actions

    def routes(self) -> list[BaseRoute]:
        """Return the platform's own API, mounted under ``/<name>``."""
        ...

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        """Return a configuration with secrets made by ``secret``."""
        ...

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        """Return how the company connects to it: ``account_id``, ``account_name``, ``secrets``, ``options``."""
        ...
