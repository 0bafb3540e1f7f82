"""Makes the one artifact that all functions share: ``build/functions/`` and, zipped, ``build/functions.zip``.

Everything in it is there because a function imports it on Lambda. What keeps it lean, and its start short:

* the hash-pinned requirements as pure Python wheels, so that one artifact runs on arm64 and on this machine;
* of Chalice the two modules that serve requests, without its command line;
* neither boto3 nor what it needs, which the runtime brings, but ``aws_data/``: descriptions of the operations we call;
* ``amazon-roots.pem``: the five roots that AWS endpoints chain to, instead of all that certifi knows;
* byte code that is valid whatever time the files are unpacked at, and nothing but that;
* of ``holidays`` every country, each imported when it is asked for, and none of its translations;
* the page as a few bundled files instead of its sources.

The same inputs give the same bytes, and a build whose inputs did not change does nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from infra.page import bundle

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
ARTIFACT = BUILD / "functions"
ZIP = BUILD / "functions.zip"
STAMP = BUILD / "functions.sha256"
PARAMETERS = BUILD / "parameters.yaml"
SOURCES = ROOT / "functions"
REQUIREMENTS = ROOT / "requirements" / "functions.txt"

LARGEST_ZIP = 3_500_000
LONG_AGO = (1980, 1, 1, 0, 0, 0)

CHALICE_RUNTIME = {"__init__.py", "app.py", "py.typed"}
PRUNED = (
    "*.dist-info",
    "bin",
    # Ways to connect that are tried for and done without: browsers, SOCKS proxies, another OpenSSL.
    "urllib3/contrib",
    # Utilities of Powertools that we do not use: routes are Chalice's, models are dataclasses.
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    # Events of services that do not call us, of those that its package does not import by itself.
    "aws_lambda_powertools/utilities/data_classes/active_mq_event.py",
    "aws_lambda_powertools/utilities/data_classes/api_gateway_authorizer_event.py",
    "aws_lambda_powertools/utilities/data_classes/appsync",
    "aws_lambda_powertools/utilities/data_classes/appsync_authorizer_event.py",
    "aws_lambda_powertools/utilities/data_classes/cognito_user_pool_event.py",
    "aws_lambda_powertools/utilities/data_classes/iot_registry_event.py",
    "aws_lambda_powertools/utilities/data_classes/rabbit_mq_event.py",
    "aws_lambda_powertools/utilities/data_classes/s3_object_event.py",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/metadata",
    "aws_lambda_powertools/utilities/parameters",
    "aws_lambda_powertools/utilities/parser",
    "aws_lambda_powertools/utilities/streaming",
    "aws_lambda_powertools/utilities/validation",
    "aws_lambda_powertools/metrics/provider/datadog",
    # Stock exchanges, calendar files, and the names of holidays in other languages: we ask for days only.
    "holidays/financial",
    "holidays/generate_ics.py",
    "holidays/ical.py",
    "holidays/locale",
    # It imports all 250 countries, half a second, whenever one is asked for; without it that one is imported.
    "holidays/countries/__init__.py",
    # boto3 needs them, too, so the runtime brings them as it brings boto3.
    "dateutil",
    "jmespath",
    "six.py",
    # Tables for programs that choose zones from a map, and the source that the zones' files were made from.
    "tzdata/zoneinfo/*.tab",
    "tzdata/zoneinfo/leapseconds",
    "tzdata/zoneinfo/tzdata.zi",
)
ASKS_FOR_ITS_VERSION = "holidays-*.dist-info/METADATA"
"""What one library reads when it is imported, and fails without."""

AWS_OPERATIONS = {
    "cognito-idp": ("AdminGetUser",),
    "dynamodb": (
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    ),
    "scheduler": ("CreateSchedule", "DeleteSchedule", "ListSchedules", "UpdateSchedule"),
    "bedrock-runtime": ("Converse",),
    "s3": (
        "DeleteObject",
        "DeleteObjects",
        "DeleteObjectTagging",
        "GetObject",
        "ListObjectsV2",
        "PutObject",
    ),
    "sesv2": ("SendEmail",),
    "sqs": ("ChangeMessageVisibility", "SendMessage"),
    "ssm": ("DeleteParameter", "GetParameter", "PutParameter"),
}
AWS_ROOTS = (
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
)


def main() -> None:
    """Build, if anything changed, and say how large it became."""
    if len(sys.argv) > 1:
        deliver(Path(sys.argv[1]))
        return
    changed = build()
    size = ZIP.stat().st_size
    print(f"{ZIP.relative_to(ROOT)}: {size / 1e6:.2f} MB{'' if changed else ' (unchanged)'}")
    if size > LARGEST_ZIP:
        sys.exit(f"The artifact may have {LARGEST_ZIP / 1e6:.1f} MB.")


def deliver(directory: Path) -> None:
    """What ``sam build`` asks for: the artifact, copied to where it wants it."""
    build()
    shutil.copytree(ARTIFACT, directory, dirs_exist_ok=True)


def build() -> bool:
    """Make the artifact unless it is there already; tell whether it was made."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        # Tests and `make run` may want the artifact at the same moment.
        fcntl.flock(lock, fcntl.LOCK_EX)
        fingerprint = _fingerprint()
        if ZIP.exists() and STAMP.exists() and STAMP.read_text() == fingerprint:
            return False
        _make(fingerprint)
        return True


def _make(fingerprint: str) -> None:
    STAMP.unlink(missing_ok=True)
    shutil.rmtree(ARTIFACT, ignore_errors=True)
    shutil.copytree(_packages(), ARTIFACT)
    for source in _sources():
        target = ARTIFACT / source.relative_to(SOURCES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.copytree(bundle.make(BUILD), ARTIFACT / "console" / "page")
    write_aws_data(ARTIFACT / "aws_data")
    write_amazon_roots(ARTIFACT / "amazon-roots.pem")
    leave_byte_code(ARTIFACT, "/var/task")
    _zip(ARTIFACT, ZIP)
    PARAMETERS.write_text(f"PythonRuntime: {runtime()}\n")
    STAMP.write_text(fingerprint)


def runtime() -> str:
    """The Lambda runtime that this interpreter is, and that its byte code is for."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def artifact_hash() -> str:
    """The hash of the zip: what a deployment compares."""
    return hashlib.sha256(ZIP.read_bytes()).hexdigest()


def _sources() -> list[Path]:
    """The functions' own files; what only a person or ``sam build`` reads stays behind."""
    return sorted(
        path
        for path in SOURCES.rglob("*")
        if path.is_file()
        and bundle.SOURCES not in path.parents
        and "__pycache__" not in path.parts
        and path.suffix not in {".pyc", ".md"}
        and path.name != "Makefile"
    )


def _fingerprint() -> str:
    """The hash of all that the artifact is made from."""
    digest = hashlib.sha256(runtime().encode())
    digest.update(_botocore_version().encode())
    for path in [Path(__file__), REQUIREMENTS, *_sources(), *bundle.sources()]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _botocore_version() -> str:
    import botocore

    return botocore.__version__


def _packages() -> Path:
    """The requirements, installed and pruned once for as long as they and Python are the same."""
    inputs = runtime().encode() + REQUIREMENTS.read_bytes() + Path(__file__).read_bytes()
    digest = hashlib.sha256(inputs).hexdigest()[:16]
    packages = BUILD / f"packages-{digest}"
    if packages.exists():
        return packages
    for outdated in BUILD.glob("packages-*"):
        shutil.rmtree(outdated)
    unfinished = BUILD / "packages.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    _install(unfinished)
    _prune(unfinished)
    return unfinished.rename(packages)


def _prune(packages: Path) -> None:
    versions = {path: _head(path) for path in packages.glob(ASKS_FOR_ITS_VERSION)}
    command_line = [path for path in (packages / "chalice").iterdir() if path.name not in CHALICE_RUNTIME]
    for path in [*command_line, *(path for pattern in PRUNED for path in packages.glob(pattern))]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for path, head in versions.items():
        path.parent.mkdir()
        path.write_text(head)


def _head(metadata: Path) -> str:
    """Name and version, without the library's advertisement."""
    lines = metadata.read_text().splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith(("Metadata-Version:", "Name:", "Version:")))


def _install(target: Path) -> None:
    """Install the pinned wheels that are pure Python, whatever machine this is."""
    print("Installing what the functions import …", flush=True)
    pure = ["--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none"]
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile"]
    command = [
        *pip,
        "--no-deps",
        "--require-hashes",
        *pure,
        "--target",
        str(target),
        "--requirement",
        str(REQUIREMENTS),
    ]
    subprocess.run(command, check=True)


def leave_byte_code(directory: Path, place: str) -> None:
    """Byte code for this interpreter instead of sources and explanations: a third of the size.

    A traceback's lines keep file and number; paths are those on Lambda, below ``place``. What only explains or asserts
    goes. Done by a process of its own: what else a process holds shows in the bytes it writes.
    """
    command = [sys.executable, "-S", "-m", "compileall", "-q", "-b", "-o", "2", "-s", str(directory), "-p", place]
    subprocess.run(
        [*command, "--invalidation-mode", "unchecked-hash", str(directory)], check=True, env={"PYTHONHASHSEED": "0"}
    )
    for source in directory.rglob("*.py"):
        source.unlink()


def _zip(directory: Path, target: Path) -> None:
    unfinished = target.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(directory).as_posix(), LONG_AGO)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    unfinished.replace(target)


# ---------------------------------------------------------------------- botocore's descriptions


def write_aws_data(target: Path) -> None:
    """A data folder for botocore with the operations we call, and nothing to walk through."""
    import botocore.loaders

    loader = botocore.loaders.create_loader()
    for service, operations in AWS_OPERATIONS.items():
        version = loader.determine_latest_version(service, "service-2")
        folder = target / service / version
        model = loader.load_service_model(service, "service-2", version)
        _write_json(folder / "service-2.json", trim_model(model, operations))
        _write_json(
            folder / "endpoint-rule-set-1.json",
            _undocumented(loader.load_service_model(service, "endpoint-rule-set-1", version)),
        )
    for name in ("partitions", "sdk-default-configuration", "_retry"):
        _write_json(target / f"{name}.json", _undocumented(loader.load_data(name)))
    _write_json(target / "endpoints.json", _trim_endpoints(loader.load_data("endpoints")))


def trim_model(model: dict[str, Any], operations: tuple[str, ...]) -> dict[str, Any]:
    """A service model with these operations and the shapes they reach, errors included."""
    kept = {name: model["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    waiting = sorted(set(_references(kept)))
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            waiting.extend(_references(shapes[name]))
    trimmed = {key: value for key, value in model.items() if key not in {"operations", "shapes"}}
    made = _undocumented({**trimmed, "operations": kept, "shapes": dict(sorted(shapes.items()))})
    for context in made.get("clientContextParams", {}).values():
        context["documentation"] = ""  # botocore wants it to be there, for S3
    return made


def _references(node: Any) -> list[str]:
    """The names of all shapes that a piece of a model refers to."""
    if isinstance(node, list):
        return [name for child in node for name in _references(child)]
    if not isinstance(node, dict):
        return []
    own = [node["shape"]] if isinstance(node.get("shape"), str) else []
    return own + [name for child in node.values() for name in _references(child)]


def _undocumented(node: Any) -> Any:
    if isinstance(node, list):
        return [_undocumented(child) for child in node]
    if isinstance(node, dict):
        return {k: _undocumented(v) for k, v in node.items() if not (k == "documentation" and isinstance(v, str))}
    return node


def _trim_endpoints(endpoints: dict[str, Any]) -> dict[str, Any]:
    def trimmed(partition: dict[str, Any]) -> dict[str, Any]:
        services = {name: value for name, value in partition["services"].items() if name in AWS_OPERATIONS}
        return {**partition, "services": services}

    return {**endpoints, "partitions": [trimmed(partition) for partition in endpoints["partitions"]]}


def _write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, separators=(",", ":"), sort_keys=False))


# ---------------------------------------------------------------------- roots of trust


def write_amazon_roots(target: Path) -> None:
    """Take the roots that AWS says its endpoints chain to out of certifi's bundle."""
    import certifi

    bundle = Path(certifi.where()).read_text()
    roots = [_root(bundle, label) for label in AWS_ROOTS]
    target.write_text("\n".join(roots) + "\n")


def _root(bundle: str, label: str) -> str:
    pattern = rf'# Label: "{re.escape(label)}".*?(-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----)'
    found = re.search(pattern, bundle, re.DOTALL)
    if found is None:
        raise LookupError(f"certifi no longer knows {label}")
    return f"# {label}\n{found[1]}"


if __name__ == "__main__":
    main()
