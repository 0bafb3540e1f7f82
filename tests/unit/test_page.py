"""The page's files: bundled, few, the same for the same sources; and its modules' own tests."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from infra import build
from infra.page import bundle

ROOT = build.ROOT
LARGEST_FIRST_LOAD = 100_000
LARGEST_WITH_FONT = 150_000
"""Bytes, compressed: all that the browser loads before a conversation can be read and answered."""


@pytest.fixture(scope="module")
def made() -> Path:
    """The page of the artifact, which is bundled once as long as its sources are the same."""
    build.build()
    return bundle.make(build.BUILD)


def test_the_modules_hold_what_their_tests_say() -> None:
    tests = sorted(str(path) for path in (ROOT / "tests" / "page").glob("*.test.js"))
    done = subprocess.run(["node", "--test", *tests], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^# pass [1-9]", done.stdout, re.MULTILINE)


def test_the_same_sources_give_the_same_files(made: Path, tmp_path: Path) -> None:
    again = bundle.make(tmp_path)
    assert again.name == made.name
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in made.iterdir()
    }


def test_nothing_is_bundled_when_nothing_changed(made: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in made.iterdir()}
    assert bundle.make(made.parent) == made
    assert {path.name: path.stat().st_mtime_ns for path in made.iterdir()} == before


def test_files_that_the_page_needs_first_exist(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    styles = [manifest["style"], manifest["later"], manifest["font"]]
    needed = [manifest["main"], *styles, *manifest["imports"], *manifest["texts"].values()]
    assert sorted(manifest["texts"]) == ["de", "en"]
    assert all((made / name).is_file() for name in needed)


def test_reports_and_settings_are_not_part_of_the_first_load(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    first = {manifest["main"], *manifest["imports"]}
    later = {path.name for path in made.glob("*.js")} - first - set(manifest["texts"].values())
    assert any(name.startswith("admin-") for name in later)


@pytest.mark.parametrize("language", ["de", "en"])
def test_first_load_is_below_its_bound_with_and_without_the_font(made: Path, language: str) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    names = ["index.html", manifest["main"], *manifest["imports"], manifest["style"], manifest["texts"][language]]
    size = sum(len(gzip.compress((made / name).read_bytes())) for name in names)
    assert size < LARGEST_FIRST_LOAD
    assert size + len(gzip.compress((made / manifest["font"]).read_bytes())) < LARGEST_WITH_FONT


@pytest.mark.parametrize("language", ["de", "en"])
def test_texts_of_the_two_files_of_a_language_are_all_its_texts(made: Path, language: str) -> None:
    texts = json.loads((bundle.SOURCES / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    first = json.loads((made / "manifest.json").read_text())["texts"][language]
    counts = {path.name: _texts_in(path, list(texts)) for path in made.glob(f"{language}-*.js")}
    assert len(counts) == 2 and counts[first] < len(texts) / 2 + 100
    assert sum(counts.values()) == len(texts)


def _texts_in(path: Path, keys: list[str]) -> int:
    """Return how many of these texts a bundled file has."""
    code = path.read_text(encoding="utf-8")
    return sum(f'"{key}":' in code for key in keys)


def test_module_that_is_loaded_later_comes_with_its_texts_and_styles() -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in bundle.SOURCES.rglob("*.js")}
    code = {name: re.sub(r"/\*.*?\*/|//.*", "", source, flags=re.DOTALL) for name, source in sources.items()}
    loads = {name: len(re.findall(r"(?<!loadPart\(\(\) => )\bimport\(", source)) for name, source in code.items()}
    assert {name for name, count in loads.items() if count} == {"texts.js", "rich_text.js"}
    assert 'import("../lib/safe_html.js")' in code["rich_text.js"], "its words are handed to it, and it has no styles"


def test_the_artifact_has_the_bundle_and_not_what_it_was_made_of() -> None:
    build.build()
    page = build.ARTIFACT / "console" / "page"
    assert (page / "manifest.json").is_file()
    assert not list(page.rglob("views")) and not list(page.rglob("texts")) and not (page / "README.md").exists()


def test_a_machine_without_node_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert not shutil.which("node")
    with pytest.raises(bundle.NoNode, match="apt-get install npm"):
        bundle.install()


def test_state_imports_no_view_and_the_library_no_state() -> None:
    allowed = {"lib": {"lib"}, "state": {"lib", "state"}}
    found = {
        f"{path.relative_to(bundle.SOURCES)} imports {target}"
        for folder, others in allowed.items()
        for path in (bundle.SOURCES / folder).rglob("*.js")
        for target in _imports(path)
        if target.parts[0] not in others | {"texts"}
    }
    assert not found


def test_state_draws_nothing() -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in (bundle.SOURCES / "state").rglob("*.js")}
    assert len(sources) > 10
    assert not [name for name, source in sources.items() if "lit-html" in source]


def _imports(module: Path) -> list[Path]:
    """The page's modules that a module imports, as code or as types, below the page's folder."""
    specifiers = re.findall(
        r'(?:\bfrom |\bimport\(|^import )"(\.[^"]+)"', module.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [(module.parent / each).resolve().relative_to(bundle.SOURCES) for each in specifiers]


def test_no_module_is_longer_than_400_lines() -> None:
    lines = {
        str(path.relative_to(bundle.SOURCES)): len(path.read_text(encoding="utf-8").splitlines())
        for path in bundle.SOURCES.rglob("*.js")
    }
    assert not {name: count for name, count in lines.items() if count > 400}


def test_no_two_modules_call_their_part_of_the_state_the_same() -> None:
    sources = [path.read_text(encoding="utf-8") for path in bundle.SOURCES.rglob("*.js")]
    names = [name for source in sources for name in re.findall(r'\bslice\(\s*"([^"]+)"', source)]
    assert len(names) > 10
    assert sorted(names) == sorted(set(names))


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((bundle.FOLDER / "package-lock.json").read_text())
    packages = [each for name, each in lock["packages"].items() if name]
    assert all("integrity" in each and "resolved" not in each for each in packages)


def test_types_of_the_api_are_those_of_its_description() -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in bundle.SOURCES.rglob("*.js")}
    assert not [name for name, source in sources.items() if "Record<string, any>" in source]
