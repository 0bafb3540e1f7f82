"""The secrets of a connection after some were replaced."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys

import pytest

import channels
from application.connections.forms import all_options, leads_elsewhere, merge, unknown_options
from infra import connect
from infra.connect import Refused, _check_team
from infra.local import platforms

OLD = {"app_secret": "old", "verify_token": "v", "access_token": "t"}


def test_omitted_secret_stays_as_it_was() -> None:
    assert merge(OLD, {"access_token": "t2"}, "app_secret") == {**OLD, "access_token": "t2"}


def test_a_rotated_secret_stays_valid_beside_the_new_one() -> None:
    rotated = merge(OLD, {"app_secret": "new"}, "app_secret", "begin")
    assert rotated == {**OLD, "app_secret": "new", "previous_app_secret": "old"}


def test_rotating_twice_is_rotating_once() -> None:
    once = merge(OLD, {"app_secret": "new"}, "app_secret", "begin")
    assert merge(once, {"app_secret": "new"}, "app_secret", "begin") == once


def test_replacing_another_secret_does_not_end_a_rotation() -> None:
    rotated = merge(OLD, {"app_secret": "new"}, "app_secret", "begin")
    assert merge(rotated, {"access_token": "t2"}, "app_secret")["previous_app_secret"] == "old"


@pytest.mark.parametrize(("new", "rotation"), [({"app_secret": "newer"}, None), ({}, "end")])
def test_an_old_secret_ends_when_it_is_replaced_or_the_rotation_is(new: dict[str, str], rotation: str | None) -> None:
    rotated = merge(OLD, {"app_secret": "new"}, "app_secret", "begin")
    assert "previous_app_secret" not in merge(rotated, new, "app_secret", rotation)


def test_a_first_secret_has_no_predecessor() -> None:
    assert merge({}, OLD, "app_secret", "begin") == OLD


@pytest.mark.parametrize("name", channels.names())
def test_a_channel_signs_with_a_secret_that_is_asked_for(name: str) -> None:
    channel = channels.get(name)
    assert (
        channel.capabilities.signing_secret is None
        or channel.capabilities.signing_secret in channel.capabilities.secret_names
    )


@pytest.mark.parametrize("name", channels.names())
def test_required_fields_of_a_channel_are_among_its_known_fields(name: str) -> None:
    channel = channels.get(name)
    assert unknown_options(channel, channel.capabilities.required_options) == []
    assert all_options(channel)[: len(channel.capabilities.required_options)] == channel.capabilities.required_options
    assert set(channel.capabilities.chosen_secrets) <= {
        *channel.capabilities.secret_names,
        *channel.capabilities.optional_secrets,
    }


@pytest.mark.parametrize(
    ("after", "elsewhere"),
    [
        ({"base_url": "https://a.example", "shelf": "4"}, False),
        ({"base_url": "https://b.example", "shelf": "3"}, True),
        ({"shelf": "3"}, True),
        ({"base_url": "https://a.example", "token_url": "https://a.example"}, True),
        ({"base_url": "https://a.example", "shelf": "https://b.example"}, True),
    ],
)
def test_another_address_is_noticed(after: dict[str, str], elsewhere: bool) -> None:
    assert leads_elsewhere({"base_url": "https://a.example", "shelf": "3"}, after) == elsewhere


@pytest.mark.parametrize(
    "team", ["", "a b", "a#b", "Service", "a/b", "../a", "service\n", "s\N{CYRILLIC SMALL LETTER IE}", "a" * 51]
)
def test_a_team_of_no_permitted_name_is_refused_before_anything_is_asked(team: str) -> None:
    with pytest.raises(Refused, match="--team takes"):
        _check_team(team)


@pytest.mark.parametrize("team", [None, "service", "team_2-b"])
def test_a_team_of_a_permitted_name_or_none_is_taken(team: str | None) -> None:
    def is_taken(name: str | None) -> bool:
        try:
            _check_team(name)
        except Refused:
            return False
        return True

    assert [is_taken(team), is_taken(f"{team}?")] == [True, False]


PROGRAMS = {
    "put_connection": connect.PUT_CONNECTION,
    "register": connect.REGISTER,
    "connect_platforms": platforms.CONNECT,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_for_the_functions_code_uses_only_names_that_it_defines(name: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select=F", "--no-cache", "-"]
    done = subprocess.run(command, input=PROGRAMS[name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_for_the_functions_code_imports_what_is_there(name: str) -> None:
    for node in ast.walk(ast.parse(PROGRAMS[name])):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                owner = importlib.import_module(node.module)
                assert hasattr(owner, alias.name) or importlib.import_module(f"{node.module}.{alias.name}")
