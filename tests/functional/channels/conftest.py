"""The simulated platform of a test on the square: ``test_<platform>_square.py`` gets that platform.

Such a module says in ``SECTION`` which account the platform has. One simulation runs for the module, and each test gets
it empty.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.square_platform import SquarePlatform


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SquarePlatform]:
    name = request.path.stem.removeprefix("test_").removesuffix("_square")
    square_platform = SquarePlatform(tmp_path_factory.mktemp("square"), name, request.module.SECTION)
    yield square_platform
    square_platform.close()


@pytest.fixture
def square(running: SquarePlatform) -> SquarePlatform:
    running.reset()
    return running
