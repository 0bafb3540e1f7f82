"""The contents of the artifact."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.metadata
import json
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import botocore
import botocore.loaders
import botocore.session
import certifi
import holidays
import pytest
from botocore.config import Config

from infra import build, interpreters, templates, wheels
from tests.support import syntax

PLAIN_REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "t", "Key": {}}),
    "scheduler": ("list_schedules", {}),
    "sqs": ("send_message", {"QueueUrl": "https://sqs.eu-central-1.amazonaws.com/1/q", "MessageBody": "a"}),
    "ssm": ("get_parameter", {"Name": "/a"}),
}
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
from conversations.durations import moment_after

print(json.dumps([zoneinfo.TZPATH, {zone: moment_after("P183D", 0, zone) for zone in zoneinfo.available_timezones()}]))
"""
FUNCTIONS = """
import json, sys
import console.app, dispatch.app, follow_up.app, reconcile.app, reply.app, webhook.app
from console.route_modules import MODULES

for route in MODULES:
    console.app.routes.register(route)
print(json.dumps([name for name in sys.modules if name.split(".")[0] == "holidays"]))
"""
ONE_COUNTRY = """
import json, sys
from conversations.business_hours import Hours, why_closed

hours = Hours("Europe/Berlin", ((),) * 7, country="DE", subdivision="BY")
assert why_closed(hours, 1767264300000) == "holiday"
print(json.dumps([name for name in sys.modules if name.startswith("holidays.countries.")]))
"""


IMPORT_ALL = """
import importlib, json, pkgutil, sys

class Missing:
    # Notes what is looked for and not found.
    names = set()
    def find_spec(self, name, path=None, target=None):
        self.names.add(name.partition(".")[0])

handlers, services, path = json.load(sys.stdin)
sys.meta_path.append(Missing())
sys.path[:] = [each for each in sys.path if "site-packages" not in each] + path
for handler in handlers:
    module, _, name = handler.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))

import console.app
from console.route_modules import MODULES

for route in MODULES:
    console.app.routes.register(route)

import requests
from aws import clients

for module in pkgutil.walk_packages([path[1] + "/channels"], "channels."):
    importlib.import_module(module.name)
for service in services:
    client = clients.client(service)
    print(client.meta.endpoint_url, file=sys.stderr)
clients.client("s3").generate_presigned_url("get_object", {"Bucket": "files", "Key": "a"})
assert clients.client("ssm").meta.config.retries["mode"] == "standard"
try:
    clients.client("ssm").get_parameter(Name="any")  # signs, connects, and finds nobody at the address
except Exception as error:
    print(type(error).__name__, file=sys.stderr)
loaded = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
print(json.dumps([loaded, sorted(Missing.names - set(sys.stdlib_module_names) - {"botocore", "urllib3", "six"})]))
"""
"""Imports all that can be imported, makes every client, signs, and tells which modules came from where."""
LIBRARIES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3", "certifi", "requests")
SDK = (*LIBRARIES, *build.WITHOUT)
"""Packages of the runtime besides Python itself, and packages that a layer could have."""
MISSING = {"backports", "org", "_wmi", "nt", "winreg", "_winreg", "_winapi", "msvcrt"}
"""Modules that are imported and are in neither the artifact nor Lambda's runtime: of other systems, other Pythons."""


@pytest.fixture(scope="module")
def aws_data() -> Path:
    build.build()
    return build.ARTIFACT / "aws_data"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifact as Lambda unpacks it."""
    build.build()
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(build.ZIP) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def decoy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runtime whose SDK fails as soon as it is imported."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in SDK:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f"raise RuntimeError('{name} of the runtime was imported')\n")
    return folder


def _interpreters() -> list[Any]:
    """Every supported interpreter of this machine: the pinned one stands first, and says so where it is missing."""
    versions = dict.fromkeys([interpreters.pinned(), "3.11", "3.12", "3.13", "3.14"])
    found = {version: interpreters.find(version) for version in versions}
    missing = pytest.mark.skip(reason=f"no Python {interpreters.pinned()} on this machine")
    return [
        pytest.param(path, id=version, marks=[] if path else [missing])
        for version, path in found.items()
        if path or version == interpreters.pinned()
    ]


every_interpreter = pytest.mark.parametrize("python", _interpreters())


@every_interpreter
def test_the_artifact_imports_nothing_of_the_runtimes_sdk(
    python: Path, unpacked: Path, decoy: Path, tmp_path: Path
) -> None:
    """Compiled parts are those for this machine, in the place of those for Lambda."""
    build.install_wheels(tmp_path, build.COMPILED, [], python)
    template = templates.template()
    handlers = [
        each["Properties"]["Handler"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Serverless::Function"
    ]
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-W", "ignore", "-c", IMPORT_ALL],
        input=json.dumps([handlers, list(build.AWS_OPERATIONS), [str(tmp_path), str(unpacked), str(decoy)]]),
        env={
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:9",
            "AWS_CA_BUNDLE": str(unpacked / "amazon-roots.pem"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "EndpointConnectionError" in done.stderr
    modules, missing = json.loads(done.stdout)
    loaded = {name: path for name, path in modules.items() if path}
    assert set(missing) <= MISSING
    assert {name for name, path in loaded.items() if path.startswith(str(decoy))} == set()
    assert {"botocore", "urllib3", "requests", "dateutil", "jmespath"} <= {
        name for name, path in loaded.items() if path.startswith(str(unpacked))
    }


def test_compiled_code_is_for_the_processor_and_python_of_lambda_or_for_this_machine(unpacked: Path) -> None:
    assert templates.template()["Globals"]["Function"]["Architectures"] == [wheels.ARCHITECTURE]
    version, machine = interpreters.pinned().replace(".", ""), wheels.MACHINES[wheels.ARCHITECTURE]
    assert _compiled(unpacked) == {f"msgspec/_core.cpython-{version}-{machine}-linux-gnu.so"}
    assert _compiled(build.LOCAL) == {f"msgspec/_core{sysconfig.get_config_var('EXT_SUFFIX')}"}


def _compiled(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.so")}


@every_interpreter
def test_the_same_bytes_come_out_whatever_python_builds(python: Path, tmp_path: Path) -> None:
    build.build()
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from infra import build;"
        "build.make(Path(sys.argv[2]), Path(sys.argv[3]))"
    )
    made = tmp_path / "made.zip"
    subprocess.run([python, "-B", "-c", program, build.ROOT, tmp_path / "made", made], check=True, cwd=tmp_path)
    assert hashlib.sha256(made.read_bytes()).hexdigest() == hashlib.sha256(build.ZIP.read_bytes()).hexdigest()


def test_models_are_those_of_the_botocore_that_goes_along() -> None:
    """The tests speak with the same one, so that what they see holds for the artifact."""
    pinned = re.search(r"^botocore==(\S+)", build.REQUIREMENTS.read_text(), re.MULTILINE)
    assert pinned
    assert pinned[1] == botocore.__version__


@pytest.mark.parametrize("service", build.AWS_OPERATIONS)
def test_trimmed_models_make_a_client_with_the_operations_and_their_errors(service: str, aws_data: Path) -> None:
    client = _client(service, aws_data)
    whole = botocore.loaders.create_loader().load_service_model(service, "service-2")
    assert set(client.meta.service_model.operation_names) == set(build.AWS_OPERATIONS[service])
    for name in build.AWS_OPERATIONS[service]:
        for error in whole["operations"][name].get("errors", []):
            assert hasattr(client.exceptions, error["shape"])


@pytest.mark.parametrize("service", build.WITHOUT_RULES)
def test_service_without_rules_is_asked_where_the_rules_say(
    service: str, aws_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As regions do that botocore's older table of addresses does not know, and those of other partitions."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    operation, arguments = PLAIN_REQUESTS[service]
    trimmed, whole = _session(aws_data), _session()
    config = Config(account_id_endpoint_mode="disabled")
    for region in ("eu-central-1", "us-east-1", "ap-southeast-7", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"):
        clients = [session.create_client(service, region, config=config) for session in (trimmed, whole)]
        addresses = [_asked(client, operation, arguments) for client in clients]
        assert addresses[0] == addresses[1], region


@pytest.mark.parametrize("service", build.WITHOUT_RULES)
def test_address_is_not_looked_up_with_each_request(service: str, aws_data: Path) -> None:
    client, looked_up = _client(service, aws_data), []
    client.meta.events.register("before-endpoint-resolution", lambda **_: looked_up.append(service))
    _asked(client, *PLAIN_REQUESTS[service])
    assert not looked_up
    assert not list((aws_data / service).rglob("endpoint-rule-set-*"))


def test_address_that_the_environment_names_holds_without_rules(
    aws_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    address, scope = _asked(_client("dynamodb", aws_data), *PLAIN_REQUESTS["dynamodb"])
    assert address == "http://127.0.0.1:9/"
    assert scope.endswith("/eu-central-1/dynamodb/aws4_request")


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
    build.write_amazon_roots(tmp_path / "roots.pem", Path(certifi.where()))
    assert (tmp_path / "roots.pem").read_text().count("BEGIN CERTIFICATE") == len(build.AWS_ROOTS)


def test_artifact_is_lean_and_ready_to_start() -> None:
    build.build()
    with zipfile.ZipFile(build.ZIP) as archive:
        names = archive.namelist()
    roots = {name.split("/")[0] for name in names}
    assert build.ZIP.stat().st_size <= build.LARGEST_ZIP
    assert not roots & {"boto3", "pip", "setuptools", "yaml", "click", "tests"}
    assert not [name for name in names if name.startswith("botocore/data/")]
    assert {name for name in names if name.startswith("chalice/") and name.endswith(".py")} == {
        "chalice/__init__.py",
        "chalice/app.py",
    }
    assert "webhook/app.py" in names


def test_sources_go_along_with_byte_code_of_the_pinned_runtime_and_no_other() -> None:
    build.build()
    with zipfile.ZipFile(build.ZIP) as archive:
        names = set(archive.namelist())
    sources = {name for name in names if name.endswith(".py")}
    rare = {name for name in sources if name.startswith(build.RARELY_IMPORTED)}
    assert len(rare) > 200
    assert {path.relative_to(build.SOURCES).as_posix() for path in build.SOURCES.rglob("*.py")} <= sources
    tag = f"cpython-{interpreters.pinned().replace('.', '')}"
    beside = {name: f"{Path(name).parent / '__pycache__' / Path(name).stem}.{tag}.pyc" for name in sources - rare}
    compiled = {name for name in names if name.endswith(".pyc")}
    assert compiled == (set(beside.values()) if interpreters.find(interpreters.pinned()) else set())


def test_byte_code_is_used_without_a_look_at_its_source(unpacked: Path) -> None:
    """Bit 0 says that a hash of the source is kept, bit 1 that it is compared (PEP 552)."""
    for path in unpacked.rglob("*.pyc"):
        assert int.from_bytes(path.read_bytes()[4:8], "little") == 0b01
    if python := interpreters.find(interpreters.pinned()):
        program = "import sys; sys.path.append(sys.argv[1]); import shared.names; print(shared.names.__cached__)"
        (unpacked / "shared" / "names.py").write_text("raise RuntimeError('compiled again')")
        done = subprocess.run(
            [python, "-I", "-S", "-B", "-c", program, unpacked], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_embedded_stack_gets_the_same_files_as_byte_code_of_its_interpreter() -> None:
    build.build()
    with zipfile.ZipFile(build.ZIP) as deployed, zipfile.ZipFile(build.LOCAL_ZIP) as local:
        sources = {name for name in deployed.namelist() if not name.endswith((".pyc", ".so"))}
        assert {re.sub(r"\.pyc$", ".py", name) for name in local.namelist() if not name.endswith(".so")} == sources


def test_the_runtime_is_one_that_lambda_and_the_libraries_support() -> None:
    template = templates.template()
    pinned = f"python{interpreters.pinned()}"
    assert template["Globals"]["Function"]["Runtime"] == pinned
    assert template["Resources"]["PushLayer"]["Properties"]["CompatibleRuntimes"] == [pinned]
    lambda_model = botocore.loaders.create_loader().load_service_model("lambda", "service-2")
    assert pinned in lambda_model["shapes"]["Runtime"]["enum"]
    for library in ("aws-lambda-powertools", "botocore", "chalice", "holidays", "requests", "urllib3"):
        classifiers = importlib.metadata.metadata(library).get_all("Classifier") or []
        assert f"Programming Language :: Python :: {interpreters.pinned()}" in classifiers, library


def test_no_function_changes_anything_in_an_assertion() -> None:
    """On Lambda there are none."""
    for path in build.SOURCES.rglob("*.py"):
        for node in syntax.nodes(path):
            if isinstance(node, ast.Assert):
                assert not [each for each in ast.walk(node) if isinstance(each, ast.NamedExpr | ast.Await | ast.Yield)]


def test_the_artifact_knows_the_holidays_of_every_country_and_part_of_it() -> None:
    whole = {
        code: {place: _days_off(code, place) for place in ("", *places)}
        for code, places in holidays.list_supported_countries().items()
    }
    assert len(whole) > 200
    assert _run_in_artifact(DAYS_OFF) == whole


def test_the_artifact_knows_every_zone_where_the_system_knows_none() -> None:
    where, moments = _run_in_artifact(CLOCKS, PYTHONTZPATH="")
    assert where == []
    assert {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"} < moments.keys()
    half_a_year = 183 * 86_400_000
    # On 3 July 1970 New York's summer time had begun; Kathmandu has none.
    assert moments["America/New_York"] == half_a_year - 3_600_000
    assert moments["Asia/Kathmandu"] == half_a_year


def test_no_function_imports_the_holidays_before_somebody_asks() -> None:
    assert _run_in_artifact(FUNCTIONS) == []


def test_asking_for_one_country_imports_one() -> None:
    assert _run_in_artifact(ONE_COUNTRY) == ["holidays.countries.germany"]


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made in another folder, so that tests which read the artifact meanwhile find it whole."""
    build.build()
    first = [path.read_bytes() for path in (build.ZIP, build.LOCAL_ZIP)]
    for name in ("ARTIFACT", "ZIP", "STAMP", "LOCAL", "LOCAL_ZIP", "LOCAL_STAMP"):
        monkeypatch.setattr(build, name, tmp_path / getattr(build, name).name)
    assert build.build()
    assert [path.read_bytes() == before for path, before in zip((build.ZIP, build.LOCAL_ZIP), first, strict=True)] == [
        True,
        True,
    ]
    assert not build.build()


def _days_off(code: str, place: str) -> list[str]:
    return sorted(day.isoformat() for day in holidays.country_holidays(code, subdiv=place or None, years=2026))


def _run_in_artifact(program: str, **environment: str) -> Any:
    """Return the JSON that a program prints with the artifact on its path, and nothing else."""
    build.build()
    done = subprocess.run(
        [sys.executable, "-S", "-W", "ignore", "-c", program],
        env={"PYTHONPATH": str(build.LOCAL), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _client(service: str, aws_data: Path) -> Any:
    return _session(aws_data).create_client(service, region_name="eu-central-1")


def _session(aws_data: Path | None = None) -> botocore.session.Session:
    """Return a session with botocore's own models, or with those of a folder."""
    session = botocore.session.Session()
    if aws_data:
        loader = botocore.loaders.Loader([str(aws_data)], include_default_search_paths=False)
        session.register_component("data_loader", loader)
    session.set_credentials("none", "none")
    return session


def _asked(client: Any, operation: str, arguments: dict[str, Any]) -> tuple[str, str]:
    """Return the address that a client asks, and the day, region and service for which it signs."""

    class Sent(Exception):
        pass

    seen: list[tuple[str, str]] = []

    def stop(request: Any, **_: Any) -> None:
        signed = request.headers["Authorization"].decode()
        seen.append((request.url, signed.partition("/")[2].partition(",")[0]))
        raise Sent

    client.meta.events.register("before-send", stop)
    with contextlib.suppress(Sent):
        getattr(client, operation)(**arguments)
    return seen[0]


def _called_methods(path: Path) -> set[str]:
    """Return the methods that are called, handed to a function that calls them, or chosen from a table."""
    calls = [node for node in syntax.nodes(path) if isinstance(node, ast.Call)]
    tables = [node for node in syntax.nodes(path) if isinstance(node, ast.Dict)]
    named = [
        *(each for call in calls for each in [call.func, *call.args]),
        *(each for one in tables for each in one.values),
    ]
    used = [each for each in named if isinstance(each, ast.Attribute)]
    return {each.attr for each in used}


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
