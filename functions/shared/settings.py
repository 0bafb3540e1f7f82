"""The environment, typed, read on first use. A missing variable fails by its name.

Every variable a function reads is named here and set in ``template.yaml``; a test compares the two.
"""

from __future__ import annotations

import os


class MissingSetting(RuntimeError):
    """A variable that the template should have set is not there."""


def table_name() -> str:
    """The one table."""
    return _required("TABLE_NAME")


def connections_path() -> str:
    """The parameter path below which the secrets of the connections lie: ``/<stack>/connections``."""
    return _required("CONNECTIONS_PATH")


def send_queue_url() -> str:
    """The FIFO queue between dispatch and reply."""
    return _required("SEND_QUEUE_URL")


def schedule_group() -> str:
    """The schedule group of the stack."""
    return _required("SCHEDULE_GROUP")


def schedule_role_arn() -> str:
    """The role with which EventBridge Scheduler calls the follow-up function."""
    return _required("SCHEDULE_ROLE_ARN")


def follow_up_function_arn() -> str:
    """What a schedule calls: the published alias."""
    return _required("FOLLOW_UP_FUNCTION_ARN")


def schedule_dead_letter_queue_arn() -> str:
    """Where a call of Scheduler goes that could not be delivered."""
    return _required("SCHEDULE_DEAD_LETTER_QUEUE_ARN")


def retention_days() -> int:
    """How long personal data is kept, in days."""
    return int(_required("RETENTION_DAYS"))


def follow_up_default_delay() -> str:
    """When to ask back if the agent names no time: an ISO 8601 duration, ``P7D``."""
    return _required("FOLLOW_UP_DEFAULT_DELAY")


def follow_up_hours() -> str:
    """When a team that has said nothing asks: ``usual`` business hours, or ``always``."""
    return _required("FOLLOW_UP_HOURS")


def follow_up_monthly_cap() -> int:
    """How often a month a customer is asked, unless the team says otherwise."""
    return int(_required("FOLLOW_UP_MONTHLY_CAP"))


def time_zone() -> str:
    """The IANA time zone of a team that has said nothing."""
    return _required("TIME_ZONE")


def outcome_model_id() -> str:
    """The Bedrock model that reads what customers answer; empty for the rules alone."""
    return _required("OUTCOME_MODEL_ID")


def _required(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise MissingSetting(name) from None
