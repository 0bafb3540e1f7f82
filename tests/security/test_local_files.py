"""The files of a stack on one machine, looked at by another user of it: secrets lie there in clear."""

from __future__ import annotations

import ast
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra import build
from infra.local import private
from infra.local.installation import Installation
from infra.local.processes import Child, StartFailure
from infra.local.stack import start_stack

SECRETS = ("app_secret", "verify_token", "page_token", "agent_password", "colleague_password")


@pytest.fixture(autouse=True)
def permissive() -> Iterator[None]:
    """The umask of most systems: what says nothing is readable by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(directory: Path) -> list[str]:
    """Return what group or others may do anything with."""
    found = [directory, *directory.rglob("*")]
    return [str(each) for each in found if not each.is_symlink() and each.lstat().st_mode & 0o077]


def test_new_installation_is_closed_to_other_users(tmp_path: Path) -> None:
    directory = tmp_path / "stacks" / "one"
    private.make_directory(directory)
    Installation.new().save(directory)
    private.write(directory / "stack.json", "{}")
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert open_to_others(directory) == []


def test_installation_of_an_earlier_version_is_closed_at_the_next_start(tmp_path: Path) -> None:
    directory = tmp_path / ".local"
    (directory / "aws" / "s3" / "files").mkdir(parents=True)
    (directory / "tmp" / "lambda-1").mkdir(parents=True)
    names = ["installation.json", "square.json", "square-state.json", "square-state.json.draft", "stack.json", "lock"]
    names += ["deployed", "aws.log", "square.log", "aws/ssm.json", "aws/s3/files/one", "tmp/lambda-1/app.py"]
    for name in names:
        (directory / name).write_text("secret")
        (directory / name).chmod(0o644)
    assert len(open_to_others(directory)) > len(names)
    private.make_directory(directory)
    assert open_to_others(directory) == []
    assert all((directory / name).read_text() == "secret" for name in names)


def test_directory_with_other_things_in_it_keeps_its_mode_and_them(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    tmp_path.chmod(0o755)
    (tmp_path / "mine.txt").chmod(0o644)
    private.make_directory(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "mine.txt").stat().st_mode) == 0o644


def test_link_that_stands_in_the_directory_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("x")
    elsewhere.chmod(0o755)
    (elsewhere / "file").chmod(0o644)
    directory = tmp_path / "stack"
    (directory / "aws").mkdir(parents=True)
    (directory / "tmp").symlink_to(elsewhere)
    (directory / "stack.json").symlink_to(elsewhere / "file")
    (directory / "aws" / "link").symlink_to(elsewhere)
    private.make_directory(directory)
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755
    assert stat.S_IMODE((elsewhere / "file").stat().st_mode) == 0o644


def test_directory_above_is_closed_too_whatever_the_umask(tmp_path: Path) -> None:
    """A user who may write there could put another directory in this one's place."""
    os.umask(0)
    private.make_directory(tmp_path / "stacks" / "mine" / "one")
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("stacks", "stacks/mine")] == [0o700] * 2


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775, 0o722])
def test_directory_in_which_others_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "theirs.txt").write_text("theirs")
    tmp_path.chmod(mode)
    with pytest.raises(private.NotPrivate, match="chmod go-w"):
        private.make_directory(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == mode
    with pytest.raises(StartFailure), start_stack(tmp_path):
        raise AssertionError("it started")


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o755])
def test_stack_that_others_could_write_in_is_closed_to_them(tmp_path: Path, mode: int) -> None:
    directory = tmp_path / "stack"
    directory.mkdir()
    Installation.new().save(directory)
    (directory / "aws").mkdir()
    (directory / "aws").chmod(mode)
    directory.chmod(mode)
    private.make_directory(directory)
    assert open_to_others(directory) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize(
    "name", ["aws", "tmp", "lock", "stack.json", "installation.json", "aws.log", "square.json.new"]
)
@pytest.mark.parametrize("kind", ["file", "directory", "link"])
def test_state_replaced_by_another_user_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    directory, elsewhere = tmp_path / "stack", tmp_path / "elsewhere"
    directory.mkdir(mode=0o700)
    elsewhere.mkdir()
    planted = directory / name
    {"file": planted.touch, "directory": planted.mkdir, "link": lambda: planted.symlink_to(elsewhere)}[kind]()
    os.chown(planted, 12345, 12345, follow_symlinks=False)
    with pytest.raises(private.NotPrivate, match="another user"):
        private.make_directory(directory)


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_link_in_the_place_of_a_secret_leads_it_nowhere(tmp_path: Path, link: Callable[[Path, Path], None]) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("precious")
    elsewhere.chmod(0o644)
    place = tmp_path / "square.json"
    link(place, elsewhere)
    (tmp_path / "square.json.new").symlink_to(elsewhere)
    private.write(place, "secret")
    assert elsewhere.read_text() == "precious"
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644
    assert (place.read_text(), stat.S_IMODE(place.lstat().st_mode)) == ("secret\n", 0o600)
    assert not place.is_symlink()


def test_files_of_a_started_process_are_closed_to_other_users(tmp_path: Path) -> None:
    """The embedded AWS keeps its state, and unpacks functions, with whatever mode Python gives."""
    code = "import os; os.makedirs('state/s3'); open('state/s3/object', 'w').write('x'); print('said')"
    child = Child("A child", [sys.executable, "-c", code], tmp_path / "child.log", {}, tmp_path)
    child._process.wait(30)
    child.kill()
    assert (tmp_path / "child.log").read_text() == "said\n"
    assert [each for each in open_to_others(tmp_path) if each != str(tmp_path)] == []


def test_every_file_that_the_stack_writes_is_written_privately() -> None:
    """A new file in infra/local must be listed with its protection."""
    permitted = {"private.py"}
    for path in (build.ROOT / "infra" / "local").glob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        writes = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "write_text"]
        assert not writes or path.name in permitted, path.name


def test_no_secret_is_an_argument_of_a_process() -> None:
    """Arguments can be read by everybody on the machine. Secrets go by files and standard input."""
    for name in ("stack.py", "platforms.py", "processes.py", "demo.py"):
        tree = ast.parse((build.ROOT / "infra" / "local" / name).read_text())
        commands = [node for node in ast.walk(tree) if isinstance(node, ast.List)]
        said = {word.attr for each in commands for word in ast.walk(each) if isinstance(word, ast.Attribute)}
        assert not said & set(SECRETS), name


def test_connecting_takes_no_secret_as_an_argument() -> None:
    text = (build.ROOT / "infra" / "connect.py").read_text()
    assert "input=json.dumps(wanted)" in text
    assert not [
        line for line in text.splitlines() if "add_argument" in line and ("token" in line or "password" in line)
    ]
