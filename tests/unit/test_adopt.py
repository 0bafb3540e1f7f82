"""Taking over a table and a user pool: the template for the import holds what CloudFormation wants of one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra import adopt, templates

Json = dict[str, Any]


@pytest.fixture(scope="module")
def adopting() -> Json:
    """The template for a table of this name."""
    return adopt.adopting(templates.template(), "nachfrage-ConversationTable-1A2B3C")


def test_import_holds_table_and_user_pool_with_a_deletion_policy_and_nothing_else(adopting: Json) -> None:
    assert {name: each["DeletionPolicy"] for name, each in adopting["Resources"].items()} == {
        "ConversationTable": "Retain",
        "UserPool": "Retain",
    }
    assert not adopting.keys() & {"Transform", "Outputs", "Rules", "Globals"}


def test_table_keeps_its_name_and_everything_that_the_template_says_of_it(adopting: Json) -> None:
    properties = adopting["Resources"]["ConversationTable"]["Properties"]
    assert properties.pop("TableName") == "nachfrage-ConversationTable-1A2B3C"
    assert properties == templates.template()["Resources"]["ConversationTable"]["Properties"]


def test_everything_that_the_import_refers_to_is_in_it(adopting: Json) -> None:
    written = json.dumps(adopting)
    known = adopting["Parameters"].keys() | adopting["Conditions"].keys() | adopting["Resources"].keys()
    referred = set(re.findall(r'"(?:Ref|Condition)": "([A-Za-z]+)"', written))
    referred |= set(re.findall(r'"Fn::If": \["([A-Za-z]+)"', written)) | set(re.findall(r"\$\{([A-Za-z]+)\}", written))
    assert referred - known == set()
    assert adopting["Parameters"].keys() - referred == set()


def test_linter_of_cloudformation_has_nothing_against_the_import(adopting: Json, tmp_path: Path) -> None:
    path = tmp_path / "adopt.json"
    path.write_text(json.dumps(adopting))
    assert path.stat().st_size < 51_200, "more is taken in a bucket alone"
    command = [Path(sys.executable).with_name("cfn-lint"), "--non-zero-exit-code", "error", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["", "a b", "x", "table/other"])
def test_invalid_name_of_a_table_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["infra.adopt", name])
    with pytest.raises(SystemExit, match="OLD-TABLE"):
        adopt.main()
