"""The demo: one agent, and one connection to the Page of the market square. Making them twice makes them once."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from infra import build

from .installation import Installation
from .processes import StartFailure

CONNECTION = "demo"
GRAPH_VERSION = "v26.0"
TEAM = "service"
FIELDS = {
    "app": "feed,messages,messaging_postbacks,message_reads,message_deliveries,message_echoes,message_edits,"
    "message_reactions,standby",
}

# Runs with the artifact's own code, as the store alone knows what a connection looks like in the table.
PUT_CONNECTION = """
import json, sys
from conversations import store
store.put_connection(**json.load(sys.stdin))
"""


def invite_agent(cognito: Any, pool: str, installation: Installation) -> None:
    """An agent with a password that need not be changed."""
    user = {"UserPoolId": pool, "Username": installation.agent_email}
    attributes = {"email": installation.agent_email, "email_verified": "true", "name": installation.agent_name}
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            **user,
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
            TemporaryPassword=installation.agent_password,
            MessageAction="SUPPRESS",
        )
    cognito.admin_set_user_password(**user, Password=installation.agent_password, Permanent=True)
    cognito.admin_add_user_to_group(**user, GroupName="agent")


def connect(ssm: Any, path: str, square_url: str, installation: Installation) -> None:
    """The connection's secrets, where the functions look for them."""
    document = {
        "account_id": installation.page_id,
        "secrets": {
            "app_secret": installation.app_secret,
            "verify_token": installation.verify_token,
            "access_token": installation.page_token,
        },
        "options": {"base_url": square_url, "version": GRAPH_VERSION},
    }
    name = f"{path}/facebook/{CONNECTION}"
    ssm.put_parameter(Name=name, Value=json.dumps(document), Type="SecureString", Overwrite=True)


def list_connection(environment: dict[str, str], installation: Installation) -> None:
    """The connection's item in the table, written by the store of the artifact."""
    if not (build.ARTIFACT / "conversations" / "store.py").exists():
        return
    connection = {
        "channel": "facebook",
        "name": CONNECTION,
        "account_id": installation.page_id,
        "account_name": installation.page_name,
        "team": TEAM,
    }
    done = subprocess.run(
        [sys.executable, "-c", PUT_CONNECTION],
        input=json.dumps(connection),
        env={**environment, "PYTHONPATH": str(build.ARTIFACT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StartFailure(f"The connection could not be stored.\n{done.stderr[-2000:]}")


def subscribe(square_url: str, webhook_url: str, installation: Installation) -> None:
    """Tell the square's app to call our webhook, and its Page to send to the app."""
    graph = f"{square_url}/{GRAPH_VERSION}"
    callback = webhook_url.replace("{channel}", "facebook").replace("{connection}", CONNECTION)
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


def _post(url: str, **form: str) -> None:
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        raise StartFailure(f"The market square answered {error.code}: {error.read().decode()[:500]}") from None
