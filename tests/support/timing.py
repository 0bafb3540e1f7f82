"""Checks that the time of some work grows with its input and no faster, also on a busy machine."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
TIMES = 4
"""Factor between the sizes of the two inputs."""
BOUND = 8
"""Factor by which it may take longer: twice that of linear work, and half of that of quadratic work."""
TRIES = 5
"""A busy machine slows down some of them; work that is not linear fails at each."""
TOO_SHORT = 0.002
"""Seconds below which fixed costs and chance say more than the input: a smaller one counts as having taken these."""


def assert_linear(made: Callable[[int], T], work: Callable[[T], object], size: int) -> None:
    """Work on four times the size takes about four times the processor time; what makes the inputs is not measured."""
    small, large = made(size), made(TIMES * size)
    seen = []
    for _ in range(TRIES):
        # The better of two, as one that was held up, or warms something up, would let quadratic work pass.
        short = min(processor_seconds(work, small), processor_seconds(work, small))
        long = processor_seconds(work, large)
        if long < BOUND * max(short, TOO_SHORT):
            return
        seen.append(f"{short:.4f} s and {long:.4f} s")
    raise AssertionError(f"sizes {size} and {TIMES * size} took {', '.join(seen)}: that is not linear")


def processor_seconds(work: Callable[[T], object], given: T) -> float:
    """Processor time that ``work`` takes, without the collection of garbage and without the measuring of coverage.

    Both cost what the work does not: coverage looks at each line, which makes Python three times as slow. As timeit
    does it for the collection, which looks through all that other tests left behind and tends to fall into long work.
    """
    was_collecting, tracer = gc.isenabled(), sys.gettrace()
    gc.disable()
    sys.settrace(None)
    try:
        began = time.process_time()
        work(given)
        return time.process_time() - began
    finally:
        sys.settrace(tracer)
        if was_collecting:
            gc.enable()
