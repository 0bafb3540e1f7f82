"""The accounts of agents in Amazon Cognito, as administrators keep them: invited, given roles, switched off, removed.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html and the actions
beside it. An account is named by its ``sub`` everywhere else; Cognito's own name of it does not leave this module.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aws import clients
from aws.working_accounts import FEDERATED, pages
from shared import settings

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLES = ("agent", "lead", "admin")
"""The groups of the pool, each with more rights than the one before."""
INVITED = "FORCE_CHANGE_PASSWORD"
"""Status of an account whose first password was not changed yet."""


class AccountExists(Exception):
    """There is an account with this address."""


class AddressRefused(Exception):
    """Cognito does not take the address, or cannot send a mail to it now."""


class AccountMissing(Exception):
    """The account was removed meanwhile."""


class Account(Struct, frozen=True):
    """An account of the pool."""

    id: str
    """Its ``sub``, by which tokens name it."""
    username: str
    """Cognito's name of it."""
    email: str
    name: str
    is_enabled: bool
    status: str
    roles: tuple[str, ...]

    @property
    def is_federated(self) -> bool:
        """Return whether the company's own directory says who it is, and which roles it has."""
        return self.status == FEDERATED

    @property
    def state(self) -> str:
        """Return ``off``, ``invited`` until the first password was changed, or ``active``."""
        if not self.is_enabled:
            return "off"
        return "invited" if self.status == INVITED else "active"

    @property
    def is_working_admin(self) -> bool:
        """Return whether it can sign in as an administrator; an invitation alone may never have arrived."""
        return self.is_enabled and "admin" in self.roles and self.status != INVITED


def every() -> list[Account]:
    """Return all accounts of the pool with their roles, by name; sixty accounts a request."""
    cognito, pool = clients.client("cognito-idp"), settings.user_pool_id()
    roles: dict[str, list[str]] = {}
    for role in ROLES:
        for each in pages(cognito.list_users_in_group, "NextToken", pool, GroupName=role):
            roles.setdefault(each["Username"], []).append(role)
    listed = pages(cognito.list_users, "PaginationToken", pool)
    found = [_account(each, tuple(roles.get(each["Username"], ()))) for each in listed]
    return sorted(found, key=lambda account: (account.name.casefold(), account.email, account.id))


def invite(email: str, name: str) -> Account:
    """Make an account without a role; Cognito sends its first password by mail.

    Raises ``AccountExists`` and ``AddressRefused``.
    """
    cognito = clients.client("cognito-idp")
    attributes = {"email": email, "email_verified": "true", "name": name}
    try:
        made = cognito.admin_create_user(
            UserPoolId=settings.user_pool_id(),
            Username=email,
            UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
            TemporaryPassword=_first_password(),
            DesiredDeliveryMediums=["EMAIL"],
        )
    except cognito.exceptions.UsernameExistsException:
        raise AccountExists from None
    except clients.refusal() as error:
        raise _explained(error) from None
    return _account(made["User"], ())


def invite_again(account: Account) -> None:
    """Send a new first password to one who did not use the last; raises ``AddressRefused``."""
    cognito = clients.client("cognito-idp")
    try:
        cognito.admin_create_user(
            UserPoolId=settings.user_pool_id(),
            Username=account.email,
            MessageAction="RESEND",
            TemporaryPassword=_first_password(),
            DesiredDeliveryMediums=["EMAIL"],
        )
    except clients.refusal() as error:
        raise _explained(error) from None


def _first_password() -> str:
    """Return a random password that any policy of a pool permits; Cognito sends it, and it is used once."""
    return f"{secrets.token_urlsafe(18)}aA1!"


def set_roles(account: Account, roles: Iterable[str]) -> None:
    """Give an account these roles and no other; what is new is given first, so that it never has none in between."""
    wanted = set(roles)
    cognito = clients.client("cognito-idp")
    for role in ROLES:
        if role in wanted and role not in account.roles:
            _ask(cognito.admin_add_user_to_group, account, GroupName=role)
    for role in ROLES:
        if role not in wanted and role in account.roles:
            _ask(cognito.admin_remove_user_from_group, account, GroupName=role)


def switch_off(account: Account) -> None:
    """Let an account sign in no more, and end its sessions: no token of it is renewed."""
    cognito = clients.client("cognito-idp")
    _ask(cognito.admin_disable_user, account)
    end_sessions(account)


def switch_on(account: Account) -> None:
    """Let an account sign in again."""
    _ask(clients.client("cognito-idp").admin_enable_user, account)


def end_sessions(account: Account) -> None:
    """Have an account sign in again, with the roles that it has then; raises ``AccountMissing``."""
    _ask(clients.client("cognito-idp").admin_user_global_sign_out, account)


def remove(account: Account) -> None:
    """Remove an account; one that is not there is removed already."""
    try:
        _ask(clients.client("cognito-idp").admin_delete_user, account)
    except AccountMissing:
        return


def _ask(operation: Any, account: Account, **more: str) -> None:
    try:
        operation(UserPoolId=settings.user_pool_id(), Username=account.username, **more)
    except clients.refusal() as error:
        if clients.code_of(error) == "UserNotFoundException":
            raise AccountMissing from None
        raise


def _account(found: dict[str, Any], roles: tuple[str, ...]) -> Account:
    attributes = {each["Name"]: each["Value"] for each in found.get("Attributes", [])}
    return Account(
        id=attributes.get("sub", ""),
        username=found["Username"],
        email=attributes.get("email", ""),
        name=attributes.get("name", ""),
        is_enabled=found.get("Enabled", True),
        status=found.get("UserStatus", ""),
        roles=roles,
    )


def _explained(error: Exception) -> Exception:
    """Return what a refused invitation means; the error itself for anything that is not the address's."""
    refused = ("InvalidParameterException", "CodeDeliveryFailureException", "UserNotFoundException")
    return AddressRefused() if clients.code_of(error) in refused else error
