"""What the artifact is made of."""

from __future__ import annotations

import ast
import zipfile
from pathlib import Path
from typing import Any

import botocore.loaders
import botocore.session
import pytest

from infra import build


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
    assert {name for name in names if name.startswith("chalice/") and name.endswith(".py")} == {
        "chalice/__init__.py",
        "chalice/app.py",
    }
    assert [name for name in names if name.startswith("webhook/__pycache__/app.")]


def test_the_same_inputs_give_the_same_bytes() -> None:
    build.build()
    first = build.artifact_hash()
    build.STAMP.unlink()
    assert build.build()
    assert build.artifact_hash() == first
    assert not build.build()


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
