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


def identity_provider() -> str:
    """The name of the company's directory in the user pool."""
    return _required("IDENTITY_PROVIDER")


def single_sign_on_groups() -> str:
    """Return the roles of the directory's groups: ``<group>=<role>``, separated by semicolons."""
    return _required("SINGLE_SIGN_ON_GROUPS")


def webhook_parameter() -> str:
    """The parameter that says where platforms call us, with places for channel and connection."""
    return _required("WEBHOOK_PARAMETER")


def collects_metrics() -> bool:
    """Tell if what is written to the standard output becomes metrics: in a Lambda function it does."""
    return "POWERTOOLS_METRICS_NAMESPACE" in os.environ


def send_queue_url() -> str:
    """The FIFO queue between dispatch and reply."""
    return _required("SEND_QUEUE_URL")


def media_queue_url() -> str:
    """The queue of files that are to be fetched."""
    return _required("MEDIA_QUEUE_URL")


def has_media_queue() -> bool:
    """Return whether anybody fetches files; a measurement of the other functions does without."""
    return bool(os.environ.get("MEDIA_QUEUE_URL"))


def media_bucket() -> str:
    """The bucket that files lie in."""
    return _required("MEDIA_BUCKET")


def mail_bucket() -> str:
    """The bucket in which SES puts the mails that come in."""
    return _required("MAIL_BUCKET")


def mail_queue_url() -> str:
    """The queue of mails that came in, and of those that are to be read again."""
    return _required("MAIL_QUEUE_URL")


def media_limit() -> int:
    """The largest file that is fetched, in bytes."""
    return int(_required("MEDIA_LIMIT")) * 1_000_000


def link_previews() -> bool:
    """Return whether pages that messages link to are looked at."""
    return _required("LINK_PREVIEWS") == "true"


def schedule_group() -> str:
    """The schedule group of the stack."""
    return _required("SCHEDULE_GROUP")


def schedule_role_arn() -> str:
    """The role with which EventBridge Scheduler calls the follow-up function."""
    return _required("SCHEDULE_ROLE_ARN")


def follow_up_function_arn() -> str:
    """Return the function that schedules of follow-ups call: its published alias."""
    return _required("FOLLOW_UP_FUNCTION_ARN")


def listen_function_arn() -> str:
    """Return the function that polls platforms: its published alias."""
    return _required("LISTEN_FUNCTION_ARN")


def schedule_dead_letter_queue_arn() -> str:
    """Return the queue of undeliverable calls of Scheduler."""
    return _required("SCHEDULE_DEAD_LETTER_QUEUE_ARN")


def retention_days() -> int:
    """Return the retention of personal data, in days."""
    return int(_required("RETENTION_DAYS"))


def packs_heads() -> bool:
    """Return whether heads are stored packed, which an older release cannot read."""
    return _required("PACK_HEADS") == "true"


def follow_up_default_delay() -> str:
    """Return the delay of a follow-up if the agent chooses none: an ISO 8601 duration, ``P7D``."""
    return _required("FOLLOW_UP_DEFAULT_DELAY")


def follow_up_hours() -> str:
    """Return the default hours of a team: ``usual`` business hours, or ``always``."""
    return _required("FOLLOW_UP_HOURS")


def follow_up_monthly_cap() -> int:
    """Return the default number of questions per customer and month."""
    return int(_required("FOLLOW_UP_MONTHLY_CAP"))


def notices_path() -> str:
    """The parameter path below which the addresses of notices lie: ``/<stack>/notices``."""
    return _required("NOTICES_PATH")


def notice_sender() -> str:
    """The e-mail address that notices come from; empty where none are sent by e-mail."""
    return _required("NOTICE_SENDER")


def network() -> str:
    """Return the permitted networks: ``public`` addresses over TLS, or ``any`` on a local machine."""
    return _required("NETWORK")


def console_url() -> str:
    """The inbox's address, with a slash at the end."""
    return _required("CONSOLE_URL")


def figure_metrics() -> bool:
    """Return whether reports are also written as metrics, by team and channel."""
    return _required("FIGURE_METRICS") == "true"


def time_zone() -> str:
    """The IANA time zone of a team that has said nothing."""
    return _required("TIME_ZONE")


def outcome_model_id() -> str:
    """The Bedrock model that reads what customers answer; empty for the rules alone."""
    return _required("OUTCOME_MODEL_ID")


def sign_in_parameter() -> str:
    """The parameter that says with what and where the page signs agents in."""
    return _required("SIGN_IN_PARAMETER")


def live_endpoint() -> str:
    """Return the address of the WebSocket API's stage, with ``https``, as its management is called."""
    return _required("LIVE_ENDPOINT")


def live_url() -> str:
    """Return the address at which pages open live connections."""
    return f"ws{_required('LIVE_ENDPOINT').removeprefix('http')}"


def user_pool_id() -> str:
    """The Cognito pool that the agents' accounts are in."""
    return _required("USER_POOL_ID")


def require_mfa() -> str:
    """Return who must have a second factor: nobody (``off``), ``admins``, or ``all``, which Cognito enforces."""
    return _required("REQUIRE_MFA")


def brand_name() -> str:
    """The company's name, as agents read it."""
    return _required("BRAND_NAME")


def region() -> str:
    """Return the region that this runs in, which Lambda says, or the AWS configuration elsewhere; empty if neither."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")


def check_aws_parameters() -> bool:
    """Return whether botocore holds each request to the service's model before it is sent.

    Off on AWS, where the template does not set it; on in the embedded stack and in all tests.
    """
    return os.environ.get("CHECK_AWS_PARAMETERS") == "true"


def _required(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise MissingSetting(name) from None
