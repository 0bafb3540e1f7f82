"""The demo: two agents, and one connection to the Page of the market square. Making them twice makes them once."""

from __future__ import annotations

import contextlib
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import replace
from typing import Any

from infra.connect import Connection, Refused, put_item, put_secrets

from .installation import Installation
from .processes import StartFailure

CONNECTION = "demo"
GRAPH_VERSION = "v26.0"
TEAM = "service"
FIELDS = {
    "app": "feed,messages,messaging_postbacks,message_reads,message_deliveries,message_echoes,message_edits,"
    "message_reactions,standby",
}


def invite_agent(cognito: Any, pool: str, installation: Installation) -> None:
    """Invite one person who plays everybody who works here."""
    person = (installation.agent_email, installation.agent_password, installation.agent_name)
    _invite(cognito, pool, *person, ("agent", "lead", "admin"))


def invite_colleague(cognito: Any, pool: str, installation: Installation) -> None:
    """Invite a second person, who approves texts of the first."""
    person = (installation.colleague_email, installation.colleague_password, installation.colleague_name)
    _invite(cognito, pool, *person, ("agent",))


def _invite(cognito: Any, pool: str, email: str, password: str, name: str, groups: tuple[str, ...]) -> None:
    """An agent with a password that need not be changed."""
    user = {"UserPoolId": pool, "Username": email}
    attributes = {"email": email, "email_verified": "true", "name": name}
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            **user,
            UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
            TemporaryPassword=password,
            MessageAction="SUPPRESS",
        )
    cognito.admin_set_user_password(**user, Password=password, Permanent=True)
    for group in groups:
        cognito.admin_add_user_to_group(**user, GroupName=group)


def connect(ssm: Any, path: str, square_url: str, installation: Installation) -> None:
    """The connection's secrets, where the functions look for them."""
    secrets = {
        "app_secret": installation.app_secret,
        "verify_token": installation.verify_token,
        "access_token": installation.page_token,
    }
    put_secrets(ssm, path, _connection(installation), secrets, _options(square_url))


def list_connection(environment: dict[str, str], square_url: str, webhook_url: str, installation: Installation) -> None:
    """The connection's item in the table."""
    connection = replace(_connection(installation), options=_options(square_url), webhook=_callback(webhook_url))
    try:
        put_item(connection, environment)
    except Refused as error:
        raise StartFailure(str(error)) from None


def _connection(installation: Installation) -> Connection:
    return Connection("facebook", CONNECTION, installation.page_id, installation.page_name, TEAM)


def _options(square_url: str) -> dict[str, str]:
    return {"base_url": square_url, "version": GRAPH_VERSION}


def _callback(webhook_url: str) -> str:
    return webhook_url.format(channel="facebook", connection=CONNECTION)


def subscribe(square_url: str, webhook_url: str, installation: Installation) -> None:
    """Tell the square's app to call our webhook, and its Page to send to the app."""
    graph = f"{square_url}/{GRAPH_VERSION}"
    callback = _callback(webhook_url)
    _post(
        f"{graph}/{installation.app_id}/subscriptions",
        object="page",
        callback_url=callback,
        verify_token=installation.verify_token,
        fields=FIELDS["app"],
        access_token=f"{installation.app_id}|{installation.app_secret}",
    )
    _post(
        f"{graph}/{installation.page_id}/subscribed_apps",
        subscribed_fields=FIELDS["app"],
        access_token=installation.page_token,
    )


def name_inbox(square_url: str, console_url: str) -> None:
    """Tell the square where the inbox is, so that its page has a link to it."""
    body = json.dumps({"url": console_url}).encode()
    request = urllib.request.Request(f"{square_url}/_square/inbox", body, method="PUT")
    request.add_header("Content-Type", "application/json")
    _send(request)


def _post(url: str, **form: str) -> None:
    _send(urllib.request.Request(url, urllib.parse.urlencode(form).encode(), method="POST"))


def _send(request: urllib.request.Request) -> None:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        raise StartFailure(f"The market square answered {error.code}: {error.read().decode()[:500]}") from None
