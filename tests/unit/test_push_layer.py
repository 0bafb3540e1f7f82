"""The layer for Google's pushes: what is in it, when it is made, and that the webhook alone has it.

Making it fetches wheels, once. Where nobody answers, the tests of what is in it are left out, and say so.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra import build, interpreters, layer, templates

TEMPLATE: dict[str, Any] = templates.template()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
LARGEST = 20_000_000
"""Bytes, unpacked. Lambda takes 250 MB of a function and its layers; the start of the webhook is what counts."""
OFFLINE = re.compile("connection|resolution|timed out", re.IGNORECASE)
HERE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "")
ELF_MACHINES = {"x86_64": 62, "arm64": 183}
PUSH = """
import json, sys
from base64 import urlsafe_b64encode

import cryptography
from channels.google.push import _is_signed
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

def packed(number):
    return urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode().rstrip("=")

key = generate_private_key(65537, 2048)
public = key.public_key().public_numbers()
jwk = {"n": packed(public.n), "e": packed(public.e)}
signature = key.sign(b"a review", PKCS1v15(), SHA256())
believed = [_is_signed(jwk, signed, signature) for signed in (b"a review", b"another")]
print(json.dumps([cryptography.__file__, believed]))
"""


@pytest.fixture(scope="module", params=["arm64", "x86_64"])
def architecture(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def made(architecture: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory.mktemp("layer") / "made", architecture)


def test_a_layer_is_for_its_processor_and_for_lambdas_path(made: Path, architecture: str) -> None:
    libraries = list(made.rglob("*.so"))
    assert {path.name.partition(".")[0] for path in libraries} == {"_cffi_backend", "_rust"}
    for path in libraries:
        (machine,) = struct.unpack_from("<H", path.read_bytes(), 18)
        assert machine == ELF_MACHINES[architecture], path.name
    assert [path.name for path in made.iterdir()] == ["python"]
    sources = list(made.rglob("*.py"))
    assert (made / "python" / "cryptography" / "__init__.py") in sources
    compiled = list(made.rglob("*.pyc"))
    assert len(compiled) == (len(sources) if interpreters.find(interpreters.pinned()) else 0)
    assert all(layer.UNPACKED_AT.encode() in path.read_bytes() for path in compiled)
    assert layer.size(made) <= LARGEST


def test_the_same_inputs_give_the_same_bytes_and_nothing_is_made_twice(made: Path, architecture: str) -> None:
    assert layer.make(made, architecture) is False
    again = _make(made.parent / "again", architecture)
    assert _hashes(again) == _hashes(made)


def test_with_the_layer_a_push_is_checked_and_without_it_nothing_is_believed(tmp_path: Path) -> None:
    if not HERE:
        pytest.skip(f"no layer runs on {platform.machine()}")
    build.build()
    here = _make(tmp_path / "layer", HERE, f"{sys.version_info.major}.{sys.version_info.minor}")
    where, believed = json.loads(_run(PUSH, build.LOCAL, here / "python"))
    assert where.startswith(str(here))
    assert believed == [True, False]
    nothing = "from channels.google.push import _is_signed; print(_is_signed({}, b'', b''))"
    assert _run(nothing, build.LOCAL).strip() == "False"


def test_failed_download_is_reported_and_leaves_no_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _without_index(monkeypatch)
    monkeypatch.setattr(layer, "LAYER", tmp_path / "layer")
    monkeypatch.setattr(layer, "is_asked_for", lambda _profile: True)
    monkeypatch.setattr(sys, "argv", ["layer", str(tmp_path / "target")])
    for _ in range(2):  # what was left half done is not taken for a layer
        with pytest.raises(SystemExit, match=r"wheels of requirements/push\.txt for python3\.\d+ on arm64"):
            layer.main()
    assert not (tmp_path / "target").exists()


def test_nothing_is_made_where_nobody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_index(monkeypatch)
    monkeypatch.setattr(layer, "LAYER", tmp_path / "layer")
    monkeypatch.setattr(sys, "argv", ["layer", str(tmp_path)])
    monkeypatch.setattr(layer, "is_asked_for", lambda _profile: False)
    layer.main()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("overrides", "asked"),
    [
        ('["RetentionDays=30", "GooglePush=true"]', True),
        ('"RetentionDays=30 GooglePush=true"', True),
        ("""'GooglePush="true"'""", True),
        ('["GooglePush=false"]', False),
        ('["NotGooglePush=true"]', False),
        ("[]", False),
    ],
)
def test_a_deployment_asks_in_its_profile(overrides: str, asked: bool, tmp_path: Path) -> None:
    profiles = tmp_path / "samconfig.toml"
    text = f"version = 0.1\n[dev.build.parameters]\n[prod.deploy.parameters]\nparameter_overrides = {overrides}\n"
    profiles.write_text(text)
    assert layer.is_asked_for("prod", profiles) is asked
    assert layer.is_asked_for(None, profiles) is asked  # `sam build` by hand
    assert not layer.is_asked_for("dev", profiles)
    assert not layer.is_asked_for("other", profiles)


def test_the_webhook_alone_has_the_layer_and_only_if_the_stack_takes_pushes() -> None:
    users = {name for name, each in RESOURCES.items() if "Layers" in each["Properties"]}
    assert users == {"WebhookFunction"}
    assert "Layers" not in TEMPLATE["Globals"]["Function"]
    condition, taken, otherwise = RESOURCES["WebhookFunction"]["Properties"]["Layers"]["Fn::If"]
    assert RESOURCES["PushLayer"]["Condition"] == condition
    assert (taken, otherwise) == ([{"Ref": "PushLayer"}], {"Ref": "AWS::NoValue"})
    assert TEMPLATE["Parameters"]["GooglePush"]["Default"] == "false"


def test_the_layer_is_made_for_what_the_functions_run_on() -> None:
    made, described = RESOURCES["PushLayer"]["Metadata"], RESOURCES["PushLayer"]["Properties"]
    architectures = TEMPLATE["Globals"]["Function"]["Architectures"]
    assert described["CompatibleArchitectures"] == architectures == [made["BuildArchitecture"]]
    assert made["BuildMethod"] == "makefile"
    assert "\nbuild-PushLayer:\n" in (build.ROOT / described["ContentUri"] / "Makefile").read_text()


def _make(folder: Path, architecture: str, version: str | None = None) -> Path:
    try:
        assert layer.make(folder, architecture, version)
    except layer.NotMade as why:
        if OFFLINE.search(str(why)):
            pytest.skip("nobody answers for the wheels")
        raise
    return folder


def _without_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens at port 9, and nothing is remembered."""
    for name, value in (("INDEX_URL", "http://127.0.0.1:9/simple"), ("RETRIES", "0"), ("NO_CACHE_DIR", "1")):
        monkeypatch.setenv(f"PIP_{name}", value)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _run(program: str, *folders: Path) -> str:
    """Return the output of a program with these folders on its path, and nothing of this environment."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": ":".join(map(str, folders))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
