"""Makes the one layer there is, ``build/push-layer/``: ``cryptography``, with which pushes for Google are checked.

It is compiled code, 13 MB of it, and only the webhook of those who take such pushes needs it; so it is no part of the
artifact (infra/build.py), and no part of ``make build``: it is fetched when a deployment asks for it (``GooglePush`` in
samconfig.toml), by ``sam build``, through functions/Makefile.

The wheels are those of ``requirements/push.txt``, by their hashes, for Amazon Linux on the processor that the template
names, whatever machine this is. The same inputs give the same bytes, and nothing is done twice.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from infra import build, interpreters, wheels

LAYER = build.BUILD / "push-layer"
REQUIREMENTS = build.ROOT / "requirements" / "push.txt"
PROFILES = build.ROOT / "samconfig.toml"
ON = "GooglePush=true"
UNPACKED_AT = "/opt/python"
"""The folder in which Lambda puts a layer's ``python``, which is on the path."""

MADE_WITH_ONLY = ("cffi", "pycparser", "bin", "cryptography-*.dist-info/sboms", "cffi-*", "pycparser-*")
"""Files that only create bindings; those of ``cryptography`` exist already, and import ``_cffi_backend`` alone."""


class NotMade(Exception):
    """The layer could not be made; the text says why, and what to do."""


def main() -> None:
    """Copy the layer to where ``sam build`` wants it, if the deployment uses it.

    ``sam build`` knows no conditions and asks always. Where nobody takes pushes it gets nothing, and of nothing Lambda
    makes no layer: a stack that is told ``GooglePush=true`` behind the back of samconfig.toml fails, and says so.
    """
    directory = Path(sys.argv[1])
    if not is_asked_for(os.environ.get("CONFIG")):
        print(f"No layer for Google's pushes: {PROFILES.name} does not say {ON}.")
        return
    try:
        make(LAYER)
    except NotMade as why:
        sys.exit(str(why))
    shutil.copytree(LAYER / "python", directory / "python", dirs_exist_ok=True)
    print(f"The layer for Google's pushes: {size(LAYER) / 1e6:.1f} MB")


def is_asked_for(profile: str | None, profiles: Path = PROFILES) -> bool:
    """Return whether a profile of samconfig.toml takes pushes; without a profile, whether any does."""
    each = tomllib.loads(profiles.read_text(encoding="utf-8"))
    wanted = [each.get(profile, {})] if profile else [found for found in each.values() if isinstance(found, dict)]
    return any(ON in _overrides(found) for found in wanted)


def _overrides(profile: dict[str, dict[str, dict[str, object]]]) -> list[str]:
    """The template's parameters as a profile gives them, in one text or in several."""
    told = profile.get("deploy", {}).get("parameters", {}).get("parameter_overrides", [])
    words = told.split() if isinstance(told, str) else [str(each) for each in told] if isinstance(told, list) else []
    return [word.replace('"', "") for word in words]


def make(layer: Path, architecture: str = wheels.ARCHITECTURE, version: str | None = None) -> bool:
    """Make the layer in a folder unless it is there already; tell whether it was made. Raises ``NotMade``.

    It is for the runtime that the template pins, if no other ``version`` is named.
    """
    version = version or interpreters.pinned()
    layer.parent.mkdir(parents=True, exist_ok=True)
    stamp = layer.with_suffix(".sha256")
    with layer.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fingerprint = _fingerprint(architecture, version)
        if layer.exists() and stamp.exists() and stamp.read_text() == fingerprint:
            return False
        stamp.unlink(missing_ok=True)
        shutil.rmtree(layer, ignore_errors=True)
        packages = layer / "python"
        _install(packages, architecture, version)
        _prune(packages)
        build.add_byte_code(packages, UNPACKED_AT)
        stamp.write_text(fingerprint)
        return True


def size(layer: Path) -> int:
    """Bytes, unpacked: what Lambda counts."""
    return sum(path.stat().st_size for path in layer.rglob("*") if path.is_file())


def _fingerprint(architecture: str, version: str) -> str:
    """The hash of all that the layer is made from."""
    byte_code = interpreters.find(interpreters.pinned()) is not None
    digest = hashlib.sha256(f"{version} {architecture} {byte_code}".encode())
    for path in (Path(__file__), Path(build.__file__), REQUIREMENTS):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _install(target: Path, architecture: str, version: str) -> None:
    print(f"Installing what checks Google's pushes, for {architecture} …", flush=True)
    try:
        build.install_wheels(target, REQUIREMENTS, build.for_lambda(architecture, version), stderr=subprocess.PIPE)
    except subprocess.CalledProcessError as failed:
        said = failed.stderr.decode(errors="replace").strip()[-1000:]
        raise NotMade(
            f"The layer for Google's pushes could not be made: the wheels of requirements/{REQUIREMENTS.name} for"
            f" python{version} on {architecture} could not be installed. It needs the package index once; without"
            f" GooglePush nothing of it is needed.\n{said}"
        ) from None


def _prune(packages: Path) -> None:
    for path in [path for pattern in MADE_WITH_ONLY for path in packages.glob(pattern)]:
        shutil.rmtree(path)


if __name__ == "__main__":
    main()
