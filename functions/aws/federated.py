"""Accounts that came into the user pool from the company's own directory.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDeleteUserAttributes.html
"""

from __future__ import annotations

from aws import clients

GROUPS = "custom:groups"
"""The account's attribute in which Cognito keeps what the directory told last of somebody's groups."""


def forget_groups(user_pool: str, username: str) -> None:
    """Take away the groups that the directory told at the sign-in before. Raises the errors of Cognito."""
    clients.client("cognito-idp").admin_delete_user_attributes(
        UserPoolId=user_pool, Username=username, UserAttributeNames=[GROUPS]
    )
