"""What the artifact is made of."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import botocore.loaders
import botocore.session
import holidays
import pytest

from infra import build

DAYS_OFF = """
import json
import holidays
from holidays.registry import EntityLoader

def days(code, subdivision):
    return sorted(day.isoformat() for day in holidays.country_holidays(code, subdiv=subdivision, years=2026))

def places(code):
    return [None, *getattr(holidays, code).subdivisions]

codes = EntityLoader.get_country_codes()
print(json.dumps({code: {place or "": days(code, place) for place in places(code)} for code in codes}))
"""
CLOCKS = """
import json, zoneinfo
from conversations.hours import moment_after

print(json.dumps([zoneinfo.TZPATH, {zone: moment_after("P183D", 0, zone) for zone in zoneinfo.available_timezones()}]))
"""
FUNCTIONS = """
import json, sys
import console.app, dispatch.app, follow_up.app, reconcile.app, reply.app, webhook.app

print(json.dumps([name for name in sys.modules if name.split(".")[0] == "holidays"]))
"""
ONE_COUNTRY = """
import json, sys
from conversations.hours import Hours, why_closed

hours = Hours("Europe/Berlin", ((),) * 7, country="DE", subdivision="BY")
assert why_closed(hours, 1767264300000) == "holiday"
print(json.dumps([name for name in sys.modules if name.startswith("holidays.countries.")]))
"""


@pytest.fixture(scope="module")
def aws_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("aws_data")
    build.write_aws_data(folder)
    return folder


@pytest.mark.parametrize("service", build.AWS_OPERATIONS)
def test_trimmed_models_make_a_client_with_the_operations_and_their_errors(service: str, aws_data: Path) -> None:
    client = _client(service, aws_data)
    whole = botocore.loaders.create_loader().load_service_model(service, "service-2")
    assert set(client.meta.service_model.operation_names) == set(build.AWS_OPERATIONS[service])
    for name in build.AWS_OPERATIONS[service]:
        for error in whole["operations"][name].get("errors", []):
            assert hasattr(client.exceptions, error["shape"])


def test_trimmed_models_carry_no_documentation(aws_data: Path) -> None:
    model = botocore.loaders.Loader([str(aws_data)], include_default_search_paths=False)
    assert "documentation" not in str(model.load_service_model("dynamodb", "service-2"))


def test_links_are_signed_with_the_trimmed_models(aws_data: Path) -> None:
    """Signing reads more of the model than a call does."""
    link = _client("s3", aws_data).generate_presigned_url("get_object", {"Bucket": "files", "Key": "a"})
    assert "Signature=" in link


def test_every_operation_that_is_called_is_in_the_artifact() -> None:
    """With the whole of botocore, as in tests of the source tree, a missing one would not be noticed."""
    known = {operation for operations in build.AWS_OPERATIONS.values() for operation in operations}
    every = {
        name
        for service in build.AWS_OPERATIONS
        for name in botocore.loaders.create_loader().load_service_model(service, "service-2")["operations"]
    }
    called = {_pascal(name) for path in build.SOURCES.rglob("*.py") for name in _called_methods(path)}
    assert called & every <= known
    assert known <= called


def test_amazons_roots_are_five_certificates(tmp_path: Path) -> None:
    build.write_amazon_roots(tmp_path / "roots.pem")
    assert (tmp_path / "roots.pem").read_text().count("BEGIN CERTIFICATE") == len(build.AWS_ROOTS)


def test_artifact_is_lean_and_ready_to_start() -> None:
    build.build()
    with zipfile.ZipFile(build.ZIP) as archive:
        names = archive.namelist()
    roots = {name.split("/")[0] for name in names}
    assert build.ZIP.stat().st_size <= build.LARGEST_ZIP
    assert not roots & {"boto3", "botocore", "pip", "setuptools", "yaml", "click", "tests"}
    assert {name for name in names if name.startswith("chalice/") and name.endswith(".pyc")} == {
        "chalice/__init__.pyc",
        "chalice/app.pyc",
    }
    assert "webhook/app.pyc" in names


def test_there_is_byte_code_of_everything_and_no_source() -> None:
    build.build()
    with zipfile.ZipFile(build.ZIP) as archive:
        names = set(archive.namelist())
    modules = {path.relative_to(build.SOURCES).with_suffix(".pyc").as_posix() for path in build.SOURCES.rglob("*.py")}
    assert modules <= names
    assert not [name for name in names if name.endswith(".py") or "__pycache__" in name]


def test_no_function_changes_anything_in_an_assertion() -> None:
    """On Lambda there are none."""
    for path in build.SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assert):
                assert not [each for each in ast.walk(node) if isinstance(each, ast.NamedExpr | ast.Await | ast.Yield)]


def test_the_artifact_knows_the_holidays_of_every_country_and_part_of_it() -> None:
    whole = {
        code: {place: _days_off(code, place) for place in ("", *places)}
        for code, places in holidays.list_supported_countries().items()
    }
    assert len(whole) > 200
    assert _run_in_artifact(DAYS_OFF, with_runtime=True) == whole


def test_the_artifact_knows_every_zone_where_the_system_knows_none() -> None:
    where, moments = _run_in_artifact(CLOCKS, PYTHONTZPATH="")
    assert where == []
    assert {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"} < moments.keys()
    half_a_year = 183 * 86_400_000
    # On 3 July 1970 New York's summer time had begun; Kathmandu has none.
    assert moments["America/New_York"] == half_a_year - 3_600_000
    assert moments["Asia/Kathmandu"] == half_a_year


def test_no_function_imports_the_holidays_before_somebody_asks() -> None:
    assert _run_in_artifact(FUNCTIONS, with_runtime=True) == []


def test_asking_for_one_country_imports_one() -> None:
    assert _run_in_artifact(ONE_COUNTRY, with_runtime=True) == ["holidays.countries.germany"]


def test_the_same_inputs_give_the_same_bytes() -> None:
    build.build()
    first = build.artifact_hash()
    build.STAMP.unlink()
    assert build.build()
    assert build.artifact_hash() == first
    assert not build.build()


def _days_off(code: str, place: str) -> list[str]:
    return sorted(day.isoformat() for day in holidays.country_holidays(code, subdiv=place or None, years=2026))


def _run_in_artifact(program: str, *, with_runtime: bool = False, **environment: str) -> Any:
    """What a program prints as JSON that has the artifact on its path, and boto3 only ``with_runtime``."""
    build.build()
    options = [] if with_runtime else ["-S"]
    done = subprocess.run(
        [sys.executable, *options, "-W", "ignore", "-c", program],
        env={"PYTHONPATH": str(build.ARTIFACT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _client(service: str, aws_data: Path) -> Any:
    session = botocore.session.Session()
    loader = botocore.loaders.Loader([str(aws_data)], include_default_search_paths=False)
    session.register_component("data_loader", loader)
    session.set_credentials("none", "none")
    return session.create_client(service, region_name="eu-central-1")


def _called_methods(path: Path) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
