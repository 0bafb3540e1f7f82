"""Runs a moto server that does not grow: ``python -m infra.local.tether tests.support.moto_server -H HOST -p PORT``.

moto lists every object it ever made, for a page that shows them: each item, and the copies that it makes of a whole
table before each transaction. A thousand tests would fill some gigabytes with them.
"""

from __future__ import annotations

from typing import Any

from moto.core.common_models import BaseModel
from moto.server import main


def _unlisted(cls: type[BaseModel], *_: Any, **__: Any) -> BaseModel:
    return object.__new__(cls)


if __name__ == "__main__":
    BaseModel.__new__ = _unlisted
    main()
