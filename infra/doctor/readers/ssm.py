"""Parameters in SSM: those of the console, and of the connections what is filled in, never with what."""

from __future__ import annotations

from typing import Any

from application.doctor.checks import Secret, secret_of
from aws import sign_in_secrets


def console(client: Any, stack: str) -> dict[str, str | None]:
    """Return the parameters that the console needs, by their names; None for one that is not there."""
    return {name: _value(client, name) for name in (f"/{stack}/console/sign-in", f"/{stack}/console/webhook")}


def _value(client: Any, name: str) -> str | None:
    try:
        return client.get_parameter(Name=name)["Parameter"]["Value"]
    except client.exceptions.ParameterNotFound:
        return None


def secrets(client: Any, path: str) -> dict[str, tuple[str, Secret]]:
    """Return the type of each parameter below the connections' path, and what it holds, by ``channel/name``.

    Those of sign-ins that are under way belong to no connection.
    """
    pages = client.get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True, WithDecryption=True)
    return {
        each["Name"].removeprefix(f"{path}/"): (each["Type"], secret_of(each["Value"]))
        for page in pages
        for each in page["Parameters"]
        if not each["Name"].startswith(f"{path}/{sign_in_secrets.FOLDER}/")
    }
