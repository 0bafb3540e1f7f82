"""`make test` runs every test there is, and fails when one does."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from infra import build, other_pythons, test_run
from infra.test_run import Part
from tests.support import work_units

TESTS = build.ROOT / "tests"


def all_parts() -> list[Part]:
    """List the parts of all lanes."""
    return [part for lane in [test_run.busy_lane(), *test_run.waiting_lanes()] for part in lane]


def test_every_folder_with_tests_is_run_once() -> None:
    folders = {f"tests/{path.relative_to(TESTS).parts[0]}" for path in TESTS.rglob("test_*.py")}
    parts = [part for part in all_parts() if part.name != "moto"]
    assert Counter(argument for part in parts for argument in part.command if argument.startswith("tests/")) == Counter(
        folders
    )


def test_each_test_that_runs_on_moto_too_is_there() -> None:
    assert [name for name in test_run.ALSO_ON_MOTO if not (TESTS / "functional" / f"test_{name}.py").exists()] == []


def test_each_test_that_runs_under_one_python_only_is_there() -> None:
    names = other_pythons.SAME_ANYWHERE
    assert [name for name in names if not (TESTS / "unit" / f"test_{name}.py").exists()] == []


@pytest.mark.parametrize("path", [*other_pythons.READERS, *other_pythons.SAME_FOLD])
def test_readers_that_run_under_other_pythons_are_there(path: str) -> None:
    assert (build.ROOT / path).exists()


@pytest.mark.parametrize("name", sorted({*work_units.LONGEST, *work_units.INDEPENDENT, work_units.LAST}))
def test_module_whose_place_in_the_run_is_named_is_there(name: str) -> None:
    assert (TESTS / "integration" / f"{name}.py").exists()


def test_longest_modules_begin_and_the_one_of_many_short_tests_ends() -> None:
    names = ["test_api_contract", "test_webhook", "test_story", "test_faults"]
    assert sorted(names, key=work_units.rank) == ["test_faults", "test_story", "test_webhook", "test_api_contract"]


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/integration/test_faults.py::test_a[x-y]", "tests/integration/test_faults.py"),
        ("tests/integration/test_channels.py::test_a[x::y]", "tests/integration/test_channels.py::test_a[x::y]"),
    ],
)
def test_independent_tests_are_shared_one_by_one_and_others_with_their_file(nodeid: str, unit: str) -> None:
    assert work_units.unit_of(nodeid) == unit


@pytest.mark.parametrize(("statuses", "passes"), [((0, 0, 0), True), ((0, 3, 0), False), ((0, 0, 1), False)])
def test_run_fails_when_any_part_does_and_runs_the_others(
    statuses: tuple[int, int, int],
    passes: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    parts = [
        Part(f"part-{number}", [sys.executable, "-c", f"print('output {number}'); raise SystemExit({status})"])
        for number, status in enumerate(statuses)
    ]
    monkeypatch.setattr(test_run, "LOGS", tmp_path)
    monkeypatch.setattr(test_run, "compile_imports", lambda: None)
    monkeypatch.setattr(test_run, "busy_lane", lambda: parts[:2])
    monkeypatch.setattr(test_run, "waiting_lanes", lambda: [parts[2:]])
    if passes:
        test_run.main()
    else:
        with pytest.raises(SystemExit) as left:
            test_run.main()
        assert left.value.code == "Tests failed."
    printed = capsys.readouterr().out
    assert [f"output {number}" in printed for number in range(3)] == [True] * 3
    assert [part.status for part in parts] == list(statuses)


@pytest.fixture
def needed_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run of pytest load only plugins whose options it gets: all of them take a second of the processor."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_cov.plugin,xdist.plugin")


FLAKY = """
from pathlib import Path
import pytest

@pytest.fixture(scope="session")
def server(request):
    assert request.config.getoption("--log-level") == "{option}"
    return "running"

@pytest.mark.parametrize("number", range({tests}))
def test_something(number, server):
    mark = Path(__file__).with_name(f"was-here-{{number}}")
    was_here = mark.exists()
    mark.touch()
    assert was_here or number < {passing}, "too slow"

def test_broken():
    assert not {broken}
"""


@pytest.mark.usefixtures("needed_plugins")
@pytest.mark.parametrize(
    ("tests", "passing", "broken", "passes", "options"),
    [(6, 1, False, True, ["--numprocesses=1"]), (7, 1, False, False, []), (3, 1, True, False, [])],
    ids=["five fail once", "six fail once", "one fails twice"],
)
def test_few_tests_that_fail_are_run_once_more_with_their_options(
    tests: int,
    passing: int,
    broken: bool,
    passes: bool,
    options: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(test_run, "LOGS", tmp_path)
    flaky = FLAKY.format(tests=tests, passing=passing, broken=broken, option="WARNING")
    (tmp_path / "test_flaky.py").write_text(flaky)
    needed = ["--log-level=WARNING"]
    command = [*test_run.PYTEST, *options, *needed, "test_flaky.py"]
    part = Part("part", command, tried_again=True, options=needed, directory=tmp_path)
    part.run()
    assert part.status == 1
    part.try_again()
    assert (part.status == 0) is passes
    assert len(part.passed_at_second_try) == (tests - passing if passes else 0)
    assert "AssertionError: too slow" in capsys.readouterr().out, "what the first try said"


@pytest.mark.usefixtures("needed_plugins")
def test_finding_of_fuzzing_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_run, "LOGS", tmp_path)
    (tmp_path / test_run.BY_CHANCE).mkdir(parents=True)
    path = f"{test_run.BY_CHANCE}test_flaky.py"
    (tmp_path / path).write_text(FLAKY.format(tests=1, passing=0, broken=False, option="WARNING"))
    command = [*test_run.PYTEST, "--log-level=WARNING", f"--rootdir={tmp_path}", path]
    part = Part("part", command, tried_again=True, options=["--log-level=WARNING"], directory=tmp_path)
    part.run()
    part.try_again()
    assert (part.status, part.passed_at_second_try) == (1, ())


def test_each_part_of_pytest_is_tried_again_with_the_emulator_that_it_needs() -> None:
    options = {part.name: [*part.options] for part in all_parts() if part.tried_again}
    assert options == {"modules": [], "moto": ["--aws=moto"], "integration": [], "browser": []}


def test_busy_lane_runs_at_a_lower_priority_than_tests_on_a_stack() -> None:
    yielding = {part.name for part in all_parts() if tuple(part.command[:3]) == test_run.YIELDING}
    assert yielding == {part.name for part in test_run.busy_lane()}
    assert yielding.isdisjoint(test_run.ON_A_STACK)
