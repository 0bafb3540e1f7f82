"""Tests of linear time catch work that is not linear, and are patient with a machine that has other things to do."""

from __future__ import annotations

import itertools
import time

import pytest

from tests.support.timing import TOO_SHORT, TRIES, assert_linear

UNIT = 2 * TOO_SHORT
"""Seconds that work on one thing takes."""


def _spend(seconds: float) -> None:
    """Use the processor for this long, however busy the machine is."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_linear_work_passes() -> None:
    assert_linear(int, lambda size: _spend(size * UNIT), 1)


def test_quadratic_work_is_caught_and_the_times_are_told() -> None:
    with pytest.raises(AssertionError, match=r"sizes 1 and 4 took 0\.\d{4} s and 0\.\d{4} s, "):
        assert_linear(int, lambda size: _spend(size**2 * UNIT), 1)


def test_linear_work_passes_when_it_is_left_alone_once() -> None:
    tries = itertools.count(1)

    def held_up(size: int) -> None:
        _spend(size * UNIT + (10 * UNIT * size if size == 4 and next(tries) < TRIES else 0))

    assert_linear(int, held_up, 1)
    assert next(tries) == TRIES + 1


def test_quadratic_work_does_not_pass_by_a_slow_beginning() -> None:
    begins = itertools.cycle([True, False])

    def slow_at_first(size: int) -> None:
        _spend(size**2 * UNIT + (9 * UNIT if size == 1 and next(begins) else 0))

    with pytest.raises(AssertionError):
        assert_linear(int, slow_at_first, 1)


def test_work_that_takes_next_to_no_time_is_not_judged() -> None:
    assert_linear(int, lambda size: _spend(size**2 * TOO_SHORT / 100), 1)


def test_making_the_input_is_not_measured() -> None:
    def made(size: int) -> int:
        _spend(size**2 * UNIT)
        return size

    assert_linear(made, lambda size: _spend(size * UNIT), 1)
