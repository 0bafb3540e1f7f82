"""People at the browser: agents with passwords and groups of their own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from infra.local.stack import Stack


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in."""

    name: str
    email: str
    password: str


def hire(stack: Stack, name: str, *groups: str, first_password: bool = False) -> Person:
    """An agent of a stack. A ``first_password`` has to be changed at the first sign-in."""
    person = Person(name, f"{name.split()[0].lower()}.{secrets.token_hex(3)}@example.com", password())
    cognito = stack.client("cognito-idp")
    user = {"UserPoolId": stack["user_pool_id"], "Username": person.email}
    attributes = {"email": person.email, "email_verified": "true", "name": name}
    cognito.admin_create_user(
        **user,
        UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
        TemporaryPassword=person.password,
        MessageAction="SUPPRESS",
    )
    if not first_password:
        cognito.admin_set_user_password(**user, Password=person.password, Permanent=True)
    for group in groups:
        cognito.admin_add_user_to_group(**user, GroupName=group)
    return person


def password() -> str:
    """A password that the user pool takes."""
    return f"{secrets.token_urlsafe(12)}-aA1"
