"""Makes the one artifact that all functions share: ``build/functions/`` and, zipped, ``build/functions.zip``.

Everything in it is there because a function imports it on Lambda, and what a function imports is there: nothing of the
runtime's SDK is used, which changes without notice. What keeps it lean, and its start short:

* the hash-pinned requirements as pure Python wheels, which run anywhere; and of the one library that is compiled
  (``requirements/compiled.in``) the wheel for Lambda's processor and Python;
* of Chalice the two modules that serve requests, without its command line;
* of botocore the code, and ``aws_data/`` in the place of its 22 MB of models: descriptions of the operations we call;
* ``amazon-roots.pem``: the five roots that AWS endpoints chain to, instead of all that certifi knows;
* of ``holidays`` every country, each imported when it is asked for, and none of its translations;
* the page as a few bundled files instead of its sources.

The checks of request bodies are generated beside the sources that call them (``infra.request_bodies``).

The sources go along, so that the artifact runs whatever Python built it, and beside them byte code of the runtime that
the template pins, valid whatever time the files are unpacked at, where this machine has an interpreter of that version.
Where it has none, the artifact has no byte code, and each cold start compiles what it imports.

The embedded stack runs functions with the interpreter that builds, from a zip of its own, ``build/local-3.….zip``: the
same files, as byte code of that interpreter alone, and the compiled library's wheel for this machine.

The same inputs give the same bytes, whatever Python builds, and a build whose inputs did not change does nothing.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra import interpreters, request_bodies, wheels
from infra.page import bundle

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
ARTIFACT = BUILD / "functions"
ZIP = BUILD / "functions.zip"
STAMP = BUILD / "functions.sha256"
LOCAL = BUILD / f"local-{sys.version_info.major}.{sys.version_info.minor}"
LOCAL_ZIP = BUILD / f"{LOCAL.name}.zip"
LOCAL_STAMP = BUILD / f"{LOCAL.name}.sha256"
SOURCES = ROOT / "functions"
REQUIREMENTS = ROOT / "requirements" / "functions.txt"
COMPILED = ROOT / "requirements" / "compiled.txt"

LARGEST_ZIP = 8_500_000
WITHOUT = ("awscrt", "brotli", "brotlicffi", "chardet", "simplejson")
"""Optional modules of libraries. The runtime may or may not have them, so the artifact shadows them."""
RARELY_IMPORTED = ("holidays/countries", "snowballstemmer")
"""Packages without byte code: of 250 countries a plan imports its team's own, of the languages a search has two or
three, and compiles them in some milliseconds."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)

CHALICE_RUNTIME = {"__init__.py", "app.py", "py.typed"}
PRUNED = (
    "*.dist-info",
    "bin",
    # Ways to connect that are tried for and done without: browsers, SOCKS proxies, another OpenSSL.
    "urllib3/contrib",
    # Models of 400 services, in whose place aws_data/ stands, and roots of trust, in whose place amazon-roots.pem does.
    "botocore/data",
    "botocore/cacert.pem",
    # Utilities of Powertools that we do not use: routes are Chalice's, models are records.
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    # Partial batches are our own (shared/partial_batches.py), events are dictionaries.
    "aws_lambda_powertools/utilities/batch",
    "aws_lambda_powertools/utilities/data_classes",
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
    # It imports the stemmers of all languages; and those of languages that are not among ours (outreach/matching.py).
    "snowballstemmer/__init__.py",
    "snowballstemmer/arabic_stemmer.py",
    "snowballstemmer/armenian_stemmer.py",
    "snowballstemmer/basque_stemmer.py",
    "snowballstemmer/catalan_stemmer.py",
    "snowballstemmer/czech_stemmer.py",
    "snowballstemmer/dutch_porter_stemmer.py",
    "snowballstemmer/esperanto_stemmer.py",
    "snowballstemmer/estonian_stemmer.py",
    "snowballstemmer/greek_stemmer.py",
    "snowballstemmer/hindi_stemmer.py",
    "snowballstemmer/hungarian_stemmer.py",
    "snowballstemmer/indonesian_stemmer.py",
    "snowballstemmer/irish_stemmer.py",
    "snowballstemmer/lithuanian_stemmer.py",
    "snowballstemmer/nepali_stemmer.py",
    "snowballstemmer/persian_stemmer.py",
    "snowballstemmer/porter_stemmer.py",
    "snowballstemmer/romanian_stemmer.py",
    "snowballstemmer/russian_stemmer.py",
    "snowballstemmer/serbian_stemmer.py",
    "snowballstemmer/sesotho_stemmer.py",
    "snowballstemmer/tamil_stemmer.py",
    "snowballstemmer/turkish_stemmer.py",
    "snowballstemmer/yiddish_stemmer.py",
    # The time zones a second time, for programs that ask dateutil for them; none does here.
    "dateutil/zoneinfo/*.tar.gz",
    "dateutil/zoneinfo/rebuild.py",
    # Recurring dates.
    "dateutil/rrule.py",
    # Programs.
    "idna/__main__.py",
    "idna/cli.py",
    "requests/help.py",
    # Of the public suffix list: its own tests, and the program that fetches a newer one.
    "publicsuffixlist/test.py",
    "publicsuffixlist/test_psl.txt",
    "publicsuffixlist/update.py",
    # Tables for programs that choose zones from a map, and the source that the zones' files were made from.
    "tzdata/zoneinfo/*.tab",
    "tzdata/zoneinfo/leapseconds",
    "tzdata/zoneinfo/tzdata.zi",
)
ASKS_FOR_ITS_VERSION = "holidays-*.dist-info/METADATA"
"""The metadata that one library reads when it is imported, and fails without."""

AWS_OPERATIONS = {
    "apigatewaymanagementapi": ("DeleteConnection", "PostToConnection"),
    "cognito-idp": (
        "AdminAddUserToGroup",
        "AdminCreateUser",
        "AdminDeleteUser",
        "AdminDeleteUserAttributes",
        "AdminDisableUser",
        "AdminEnableUser",
        "AdminGetUser",
        "AdminRemoveUserFromGroup",
        "AdminUserGlobalSignOut",
        "ListUsers",
        "ListUsersInGroup",
    ),
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
    "scheduler": ("CreateSchedule", "DeleteSchedule", "ListSchedules"),
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
    "sqs": ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "SendMessage"),
    "ssm": ("DeleteParameter", "GetParameter", "PutParameter"),
}
WITHOUT_RULES = ("dynamodb", "scheduler", "sqs", "ssm")
"""Services whose address follows from the region alone. botocore goes through its rules with each request, for 0.1 ms,
to find what its table of addresses said when the client was made; where it has no rules, it takes that."""
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
    """Copy the artifact to where ``sam build`` wants it."""
    build()
    if interpreters.find(interpreters.pinned()) is None:
        print(
            f"No Python {interpreters.pinned()} is on this machine, so the artifact has no byte code: it runs, and each"
            f" cold start takes longer. {interpreters.ELSEWHERE}=… names one."
        )
    shutil.copytree(ARTIFACT, directory, dirs_exist_ok=True)


def build() -> bool:
    """Make the artifact unless it is there already; tell whether it was made."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        # Tests and `make run` may want the artifact at the same moment.
        fcntl.flock(lock, fcntl.LOCK_EX)
        request_bodies.write()
        fingerprint = _fingerprint()
        made = _unless_made(lambda: make(ARTIFACT, ZIP), ZIP, STAMP, fingerprint)
        return _unless_made(_make_local, LOCAL_ZIP, LOCAL_STAMP, fingerprint) or made


def _unless_made(make_it: Callable[[], None], made: Path, stamp: Path, fingerprint: str) -> bool:
    """Make a file unless its stamp says that it was made from the same inputs; tell whether it was made."""
    if made.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return False
    stamp.unlink(missing_ok=True)
    make_it()
    stamp.write_text(fingerprint)
    return True


def make(directory: Path, target: Path) -> None:
    """Make the artifact for Lambda in a folder of its own, and its zip."""
    _assemble(directory)
    shutil.copytree(_compiled("lambda", for_lambda()), directory, dirs_exist_ok=True)
    add_byte_code(directory, "/var/task")
    _zip(directory, target)


def _make_local() -> None:
    """Make what the embedded stack unpacks for each of its workers: small, and ready for this interpreter."""
    _assemble(LOCAL)
    shutil.copytree(_compiled(LOCAL.name, []), LOCAL, dirs_exist_ok=True)
    _leave_byte_code(LOCAL, "/var/task")
    _zip(LOCAL, LOCAL_ZIP)


def _assemble(directory: Path) -> None:
    """Put libraries, sources, models, roots and page together."""
    shutil.rmtree(directory, ignore_errors=True)
    packages = _packages()
    shutil.copytree(packages / "pruned", directory)
    for source in _sources():
        target = directory / source.relative_to(SOURCES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.copytree(bundle.make(BUILD), directory / "console" / "page")
    shutil.copytree(packages / "aws_data", directory / "aws_data")
    for name in WITHOUT:
        (directory / f"{name}.py").write_text(f'raise ModuleNotFoundError("{name} is not used here", name="{name}")\n')
    write_amazon_roots(directory / "amazon-roots.pem", directory / "certifi" / "cacert.pem")


def artifact_hash() -> str:
    """Return the hash of the zip that the embedded stack deploys: what tells one deployment from another."""
    return hashlib.sha256(LOCAL_ZIP.read_bytes()).hexdigest()


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
    """Return the hash of all that the artifact is made from."""
    pinned = interpreters.pinned()
    digest = hashlib.sha256(f"{pinned} {interpreters.find(pinned) is not None}".encode())
    for path in [Path(__file__), REQUIREMENTS, COMPILED, *_sources(), *bundle.sources()]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _packages() -> Path:
    """Return the folder of the requirements, installed and pruned once as long as they and the runtime are the same.

    It holds ``pruned/``, the libraries, and ``aws_data/``, made from the models of the very botocore that goes along.
    """
    inputs = interpreters.pinned().encode() + REQUIREMENTS.read_bytes() + Path(__file__).read_bytes()
    digest = hashlib.sha256(inputs).hexdigest()[:16]
    packages = BUILD / f"packages-{digest}"
    if packages.exists():
        return packages
    for outdated in BUILD.glob("packages-*"):
        shutil.rmtree(outdated)
    unfinished = BUILD / "packages.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    _install(unfinished / "pruned")
    write_aws_data(unfinished / "aws_data", unfinished / "pruned")
    _prune(unfinished / "pruned")
    return unfinished.rename(packages)


def _compiled(name: str, platform: list[str]) -> Path:
    """Return the folder of what is compiled, for a platform: installed once as long as the list is the same."""
    digest = hashlib.sha256(" ".join(platform).encode() + COMPILED.read_bytes() + Path(__file__).read_bytes())
    packages = BUILD / f"compiled-{name}-{digest.hexdigest()[:16]}"
    if packages.exists():
        return packages
    for outdated in BUILD.glob(f"compiled-{name}-*"):
        shutil.rmtree(outdated)
    unfinished = BUILD / "compiled.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    install_wheels(unfinished, COMPILED, platform)
    for path in [path for pattern in (*PRUNED, "*/*.pyi") for path in unfinished.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return unfinished.rename(packages)


def for_lambda(architecture: str = wheels.ARCHITECTURE, version: str = "") -> list[str]:
    """Return the options with which pip chooses the wheels of Lambda, whatever machine this is.

    They are for the runtime that the template pins, if no other ``version`` is named.
    """
    version = version or interpreters.pinned()
    names = [f"--platform={each}" for each in wheels.platforms(architecture, version)]
    return [f"--python-version={version}", *names]


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
    version = f"--python-version={interpreters.pinned()}"
    install_wheels(target, REQUIREMENTS, ["--platform=any", "--implementation=py", "--abi=none", version])


def install_wheels(
    target: Path,
    requirements: Path,
    platform: list[str],
    python: Path = Path(sys.executable),
    stderr: int | None = None,
) -> None:
    """Install pinned wheels in a folder, for a platform or, with no options, for an interpreter of this machine.

    Raises ``CalledProcessError``; with ``stderr=subprocess.PIPE``, it holds what pip said.
    """
    pip = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile", "--only-binary=:all:"]
    pinned = ["--no-deps", "--require-hashes", "--requirement", requirements]
    subprocess.run([*pip, *pinned, *platform, "--target", target], check=True, stderr=stderr)


def add_byte_code(directory: Path, place: str) -> None:
    """Put byte code of the pinned runtime beside the sources, if this machine has an interpreter of that version.

    A traceback's paths are those on Lambda, below ``place``. What only explains or asserts is left out of byte code.
    """
    python = interpreters.find(interpreters.pinned())
    if python is None:
        return
    _compile(python, directory, place)
    for compiled in directory.rglob("*.opt-2.pyc"):
        # The name under which an interpreter without options looks for it.
        compiled.rename(compiled.with_name(compiled.name.replace(".opt-2.pyc", ".pyc")))
    for folder in RARELY_IMPORTED:
        shutil.rmtree(directory / folder / "__pycache__", ignore_errors=True)


def _leave_byte_code(directory: Path, place: str) -> None:
    """Put byte code of this interpreter in the place of the sources: a third of the size."""
    _compile(Path(sys.executable), directory, place, "-b")
    for source in directory.rglob("*.py"):
        source.unlink()


def _compile(python: Path, directory: Path, place: str, *options: str) -> None:
    """Compile a folder, in a process of its own: what else a process holds shows in the bytes it writes."""
    command = [python, "-S", "-m", "compileall", "-q", "-f", "-o", "2", "-s", directory, "-p", place, *options]
    subprocess.run(
        [*command, "--invalidation-mode", "unchecked-hash", directory], check=True, env={"PYTHONHASHSEED": "0"}
    )


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


READ_MODELS = """
import json, sys
from botocore.loaders import create_loader

loader, services, without_rules = create_loader(), sys.argv[1].split(","), sys.argv[2].split(",")
versions = {service: loader.determine_latest_version(service, "service-2") for service in services}
models = {
    f"{service}/{version}/{kind}": loader.load_service_model(service, kind, version)
    for service, version in versions.items()
    for kind in ("service-2", "endpoint-rule-set-1")
    if kind == "service-2" or service not in without_rules
}
shared = ("partitions", "sdk-default-configuration", "_retry", "endpoints")
json.dump({**models, **{name: loader.load_data(name) for name in shared}}, sys.stdout)
"""
"""Prints botocore's models as its own loader puts them together."""


def write_aws_data(target: Path, packages: Path) -> None:
    """Write a data folder for botocore with the operations we call, and nothing to walk through.

    The models are those of the botocore in ``packages``, which goes along: another may not understand them.
    """
    command = [sys.executable, "-S", "-c", READ_MODELS, ",".join(AWS_OPERATIONS), ",".join(WITHOUT_RULES)]
    environment = {"PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    for name, model in json.loads(done.stdout).items():
        _write_json(target / f"{name}.json", _trimmed(name, model))


def _trimmed(name: str, model: dict[str, Any]) -> dict[str, Any]:
    if name.endswith("/service-2"):
        return trim_model(model, AWS_OPERATIONS[name.partition("/")[0]])
    return _trim_endpoints(model) if name == "endpoints" else _undocumented(model)


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


def write_amazon_roots(target: Path, known: Path) -> None:
    """Take the roots that AWS says its endpoints chain to out of certifi's bundle, which is ``known``."""
    bundled = known.read_text()
    roots = [_root(bundled, label) for label in AWS_ROOTS]
    target.write_text("\n".join(roots) + "\n")


def _root(bundle: str, label: str) -> str:
    pattern = rf'# Label: "{re.escape(label)}".*?(-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----)'
    found = re.search(pattern, bundle, re.DOTALL)
    if found is None:
        raise LookupError(f"certifi no longer knows {label}")
    return f"# {label}\n{found[1]}"


if __name__ == "__main__":
    main()
