"""Files, commands and names in the documents exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra import api_routes, build, channel_table, request_bodies, stored_attributes, templates
from infra.local import stack
from infra.local.installation import Installation
from tests.support import emulator_differences

ROOT = build.ROOT
NOT_OURS = {"build", "node_modules"}
DECISIONS = ROOT / "docs" / "decisions"


def _documents(folder: Path = ROOT) -> Iterator[Path]:
    yield from folder.glob("*.md")
    for each in folder.iterdir():
        if each.is_dir() and not each.name.startswith(".") and each.name not in NOT_OURS:
            yield from _documents(each)


DOCUMENTS = sorted(_documents())
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|^    .*?$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"\bmake((?: +(?:[A-Z_]+=(?:\"[^\"]*\"|\S+)|[a-z-]+\b))+)")
PATH_OF_A_MACHINE = re.compile(r"(?<![\w./$}])/(?:home|root|tmp|Users|work|mnt)/")
every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def test_the_readme_says_what_each_channel_can_do_as_its_code_says() -> None:
    readme = channel_table.README.read_text(encoding="utf-8")
    assert channel_table.written(readme) == readme, "run: .venv/bin/python -m infra.channel_table"


def test_modules_of_routes_are_named_for_each_path() -> None:
    code = api_routes.MODULES.read_text(encoding="utf-8")
    assert api_routes.modules_by_path() == code, "run: .venv/bin/python -m infra.api_routes"


def test_checks_of_request_bodies_are_those_of_the_description() -> None:
    code = request_bodies.TARGET.read_text(encoding="utf-8")
    assert request_bodies.generated(api_routes.described()) == code, "run: .venv/bin/python -m infra.request_bodies"


def test_data_model_has_the_attributes_of_the_schemas() -> None:
    document = stored_attributes.DOCUMENT.read_text(encoding="utf-8")
    assert stored_attributes.written(document) == document, "run: .venv/bin/python -m infra.stored_attributes"


@pytest.mark.parametrize("test", emulator_differences.UNLIKE_AWS)
def test_tests_that_are_expected_to_fail_on_moto_exist_and_are_explained(test: str) -> None:
    path, _, name = test.partition("[")[0].partition("::")
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
    assert f"`{name}` is expected to fail on moto" in (ROOT / "docs/emulators.md").read_text(encoding="utf-8")


def test_no_test_is_said_to_fail_on_moto_that_is_not_expected_to() -> None:
    said = re.findall(r"`(\w+)` is expected to fail on moto", (ROOT / "docs/emulators.md").read_text(encoding="utf-8"))
    known = {test.partition("[")[0].partition("::")[2] for test in emulator_differences.UNLIKE_AWS}
    assert set(said) == known


@every_document
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if target.startswith(("https://", "http://")):
            continue
        file, _, heading = target.partition("#")
        found = path.parent / file if file else path
        assert found.exists(), target
        assert not heading or heading in _headings(found), target


@every_document
def test_make_knows_the_targets_that_are_named(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for words in COMMAND.findall(" ; ".join(_code(path))):
        assert set(re.findall(r"(?<= )[a-z-]+(?= |$)", re.sub(r"\"[^\"]*\"", "", words))) <= targets


@every_document
def test_no_path_is_that_of_one_machine(path: Path) -> None:
    assert not PATH_OF_A_MACHINE.findall(path.read_text(encoding="utf-8"))


@every_document
def test_names_of_the_stack_are_in_the_template(path: Path) -> None:
    template = _template()
    code = " ".join(_code(path))
    assert set(re.findall(r"\$\(output (\w+)\)", code)) <= template["Outputs"].keys()
    assert set(re.findall(r"`(\w+(?:Alarm|LogGroup|Queue))`", code)) <= template["Resources"].keys()


def _section(heading: str, document: str = "README.md") -> str:
    text = (ROOT / document).read_text(encoding="utf-8")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_readme_has_at_most_200_lines() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200


def test_index_of_documents_names_each_document() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target.partition("#")[0]).resolve() for target in LINK.findall(index.read_text("utf-8"))}
    pages = {path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "decisions"}
    assert pages - {index} <= linked


def test_index_of_decisions_names_each_decision() -> None:
    index = (DECISIONS / "README.md").read_text("utf-8")
    for page in DECISIONS.glob("*.md"):
        headings = re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE) if page.name != "README.md" else []
        assert [heading for heading in headings if f"- [{heading}]({page.name}#" not in index] == []


def test_each_decision_has_a_date_and_four_parts() -> None:
    for page in DECISIONS.glob("*.md"):
        sections = (
            re.split(r"^## ", page.read_text("utf-8"), flags=re.MULTILINE)[1:] if page.name != "README.md" else []
        )
        for title, _, text in (
            section.partition("\n") for section in sections if not section.startswith("Dependencies")
        ):
            parts = re.findall(r"^\*\*(\w+)\.\*\* \S", text, re.MULTILINE)
            assert parts == ["Context", "Options", "Decision", "Consequences"], title
            assert re.match(r"\n\*20\d\d-\d\d-\d\d[*;,]", text), title


def test_local_stack_document_explains_each_key_of_the_stack_and_no_other() -> None:
    section = _section("`.local/stack.json`", "docs/local-stack.md")
    explained = re.findall(r"^\| `([\w.]+)` \|", section, re.MULTILINE)
    assert explained == list(_keys(_values()))


def test_the_readme_names_each_target_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", _section("Where things are")))
    assert targets - {"help"} <= named


def test_the_readme_names_each_folder_of_tests() -> None:
    row = next(line for line in _section("Where things are").splitlines() if line.startswith("| `tests/`"))
    folders = {each.name for each in (ROOT / "tests").iterdir() if each.is_dir() and not each.name.startswith("__")}
    assert folders - {"support"} <= set(re.findall(r"`([a-z]+)`", row))


def test_the_readme_names_each_folder() -> None:
    section = _section("Where things are")
    named = set(re.findall(r"`([a-z]+)/`", section))
    folders = {each.name for each in ROOT.iterdir() if each.is_dir() and not each.name.startswith(".")}
    assert folders - NOT_OURS <= named


def _values() -> dict[str, Any]:
    """Return the values that ``stack.json`` would hold, without a stack."""
    outputs = {name: name for name in _template()["Outputs"]}
    running: Any = SimpleNamespace(
        installation=Installation.new(), aws=SimpleNamespace(pid=1), square=SimpleNamespace(pid=2)
    )
    return stack._values(running, "http://127.0.0.1:1", outputs)


def _keys(values: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _template() -> dict[str, Any]:
    return templates.template()


def _code(path: Path) -> list[str]:
    return CODE.findall(path.read_text(encoding="utf-8"))


def _headings(path: Path) -> set[str]:
    """The anchors that GitHub makes of a document's headings."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
