"""The accounts in Amazon Cognito that can be worked with: not disabled, and with a role.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html,
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsersInGroup.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws import clients
from shared import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FEDERATED = "EXTERNAL_PROVIDER"
"""Status of an account that came from a company's own directory."""


def ids(groups: Iterable[str]) -> frozenset[str]:
    """Return the ids (``sub``) of accounts that are not disabled and in one of some groups.

    The groups of an account of a company's own directory are known at its sign-in only: it has to be there, and not
    disabled. All of the pool is read, sixty accounts a request.
    """
    cognito, pool = clients.client("cognito-idp"), settings.user_pool_id()
    named: set[str] = set()
    for group in groups:
        members = pages(cognito.list_users_in_group, "NextToken", pool, GroupName=group)
        named |= {each["Username"] for each in members}
    return frozenset(
        str(_subject(each))
        for each in pages(cognito.list_users, "PaginationToken", pool)
        if each.get("Enabled", True) and (each.get("UserStatus") == FEDERATED or each["Username"] in named)
    )


def pages(
    list_page: Callable[..., dict[str, Any]], token: str, user_pool: str, **fields: str
) -> Iterator[dict[str, Any]]:
    """Yield the accounts that are listed; ``token`` is the name under which a page says where the next one begins."""
    further: dict[str, str] = {}
    while True:
        page = list_page(UserPoolId=user_pool, Limit=60, **fields, **further)
        yield from page["Users"]
        if not page.get(token):
            return
        further = {token: page[token]}


def _subject(account: dict[str, Any]) -> str | None:
    return next((each["Value"] for each in account.get("Attributes", []) if each["Name"] == "sub"), None)
