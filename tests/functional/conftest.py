"""The square, or one of its platforms, as a module's tests get it: one simulation for the module, empty for each test.

A module that says in ``SECTION`` which account a platform has is named ``test_<platform>_square.py`` and gets that
platform; any other gets the whole square, with a Page of Facebook.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.square import Square
from tests.support.square_platform import SquarePlatform


@pytest.fixture(scope="module")
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Square | SquarePlatform]:
    section = getattr(request.module, "SECTION", None)
    name = request.path.stem.removeprefix("test_").removesuffix("_square")
    folder = tmp_path_factory.mktemp("square")
    found = Square(folder) if section is None else SquarePlatform(folder, name, section)
    yield found
    found.close()


@pytest.fixture
def square(running: Square | SquarePlatform) -> Square | SquarePlatform:
    running.reset()
    return running
