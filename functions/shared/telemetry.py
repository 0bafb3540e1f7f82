"""The logger and the counters. Ids, counts and reasons only: no text, name, token or secret."""

from __future__ import annotations

from pathlib import PurePath
from traceback import extract_tb

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from shared import settings

logger = Logger()


def measure(metric: str, seconds: float, **dimensions: str) -> None:
    """Write one length of time in CloudWatch's embedded format; nothing where nobody reads it, as on a command line."""
    if not settings.collects_metrics():
        return
    with single_metric(name=metric, unit=MetricUnit.Seconds, value=seconds) as written:
        for name, of in dimensions.items():
            written.add_dimension(name=name, value=of)


def count(metric: str, value: int = 1, **dimensions: str) -> None:
    """Write one counter in CloudWatch's embedded format, e.g. ``count("Quarantined", channel="facebook")``.

    Nothing is written for zero: each metric that has data in an hour is paid for, and no alarm needs the zeros.
    """
    if not value or not settings.collects_metrics():
        return
    with single_metric(name=metric, unit=MetricUnit.Count, value=value) as written:
        for name, of in dimensions.items():
            written.add_dimension(name=name, value=of)


def place_of(error: Exception) -> str:
    """Return the file and line that raised an error whose words are not to be logged."""
    place = extract_tb(error.__traceback__)[-1]
    return f"{PurePath(place.filename).name}:{place.lineno}"
