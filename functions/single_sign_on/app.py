"""Lambda function that Amazon Cognito calls before it signs somebody in, and before it makes a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws import federated
from shared import settings
from shared.telemetry import logger
from single_sign_on import groups

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return the event, for an account of the directory with its roles. An error ends the sign-in."""
    attributes = event["request"]["userAttributes"]
    if not groups.is_of(settings.identity_provider(), attributes):
        return event
    if event["triggerSource"] == groups.BEFORE_SIGN_IN:
        federated.forget_groups(event["userPoolId"], event["userName"])
        return event
    roles = groups.roles_of(attributes.get(federated.GROUPS, ""), groups.mapping(settings.single_sign_on_groups()))
    logger.info("Roles of the directory's groups", roles=list(roles))
    return event | {"response": groups.response(roles)}
