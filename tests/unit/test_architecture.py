"""Rules of the code's structure that the import contracts in pyproject.toml cannot state."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.support import syntax

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"
PROJECT = ROOT / "pyproject.toml"
MODULES = sorted(path for path in FUNCTIONS.rglob("*.py") if "__pycache__" not in path.parts)
PACKAGES = sorted(path.parent.name for path in FUNCTIONS.glob("*/__init__.py"))
CORE = sorted((FUNCTIONS / "conversations").rglob("*.py"))
IMPORTED_BY = {
    "boto3": set[str](),
    "botocore": {"aws", "channels.email", "classification.outcome"},
    "chalice": {"console", "webhook"},
    "requests": {"channels", "notifications", "shared.http_guard"},
    "urllib3": {"channels", "notifications", "shared.http_guard"},
}
"""Libraries with a network behind them, and the packages or modules that may import them. Amazon SES is the platform
of e-mail, whose calls are signed as AWS wants it; a language model's errors are told apart where it is asked."""
SPOKEN_BY = {
    "dynamodb": "storage.table",
    "scheduler": "aws.schedules",
    "sesv2": "notifications.email",
    "sqs": "aws.queues",
    "ssm": "aws.parameters",
}
"""Services of AWS, and the one module that speaks each. S3 holds several things, each with a module."""
Node = TypeVar("Node", bound=ast.AST)
ONE_RESOURCE_ON_SEVERAL_LEVELS = {
    "advocates": "people who speak for the company: found in conversations, and listed",
    "agents": "those who work here: stored, and managed",
    "attachments": "files of messages: their rules, and what the console does with them",
    "availability": "the status of agents: the rule, stored, and set by them",
    "attention": "states of comments: their rules, and what agents state",
    "audit": "the audit log: stored, and listed",
    "checks": "checks of the doctor: made, and shown by the console",
    "connections": "accounts on platforms: stored, and managed",
    "conversations": "stored, and shown",
    "forwards": "conversations handed on to people without a seat: sent, stored, and answered",
    "for_me": "an agent's own business: stored, and listed",
    "customers": "customers: stored, and their cards",
    "follow_ups": "rules, use cases, and requests of agents",
    "logged_calls": "calls and visits that agents log: stored, and made",
    "left_out_mails": "mails that were not taken in: stored, and listed",
    "macros": "stored, and managed",
    "moderation": "hiding and deleting: asked for by agents, carried out after that, on each platform",
    "notifications": "notices to teams: stored, and managed",
    "polling": "schedules of polls, and the polls of each platform",
    "proposals": "posts that somebody may answer: their steps, stored, and worked on by agents",
    "posts": "posts on platforms: as their interfaces hold them, and the company's with open comments",
    "presence": "who looks at a conversation: noted and told, and asked for by pages that poll",
    "quarantine": "updates that could not be read: stored, read again, and managed",
    "reports": "counted by dispatch, and shown",
    "routing_rules": "the rules, and how they are stored",
    "saved_views": "stored, and managed",
    "searches": "saved searches: the query, stored, and managed",
    "searching": "runs of saved searches, and the search of each platform",
    "sign_ins": "sign-ins on platforms: stored, carried out, and begun and finished by administrators",
    "speakers": "who speaks in a public thread: proposed, and corrected by agents",
    "team_settings": "the settings, and how they are managed",
    "teams": "stored, and managed",
    "templates": "stored, and filled in",
}
"""Names of modules that occur on several levels, and what they are about on each."""
KEYS = {"pk", "sk", "ipk", "isk", "fpk", "fsk", "spk", "ssk"}
"""Attributes of the table's keys and of its indexes."""
ENVIRONMENT = {"environ", "environb", "getenv", "putenv"}
CLOCK = {"now", "utcnow", "today", "time", "time_ns", "monotonic"}

# Imports everything with nothing set, and fails on what ought to wait for the first request.
IMPORT_ALL = """
import importlib, socket, sys
import botocore.session

def forbidden(*arguments, **options):
    raise AssertionError("reaches out at import")

botocore.session.Session.create_client = forbidden
socket.socket.connect = forbidden
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def test_no_name_at_the_root_hides_the_standard_library() -> None:
    """functions/ comes first on Lambda's path: a folder called ``secrets`` would hide the module for all libraries."""
    names = {path.stem for path in FUNCTIONS.iterdir() if path.suffix in {"", ".py"}}
    assert not names & set(sys.stdlib_module_names)


def test_the_import_contracts_hold_for_every_package() -> None:
    contracts = tomllib.loads(PROJECT.read_text())["tool"]["importlinter"]
    assert contracts["root_packages"] == PACKAGES
    (layers,) = (
        each["layers"] for each in contracts["contracts"] if each["type"] == "layers" and "containers" not in each
    )
    assert sorted(name.strip() for layer in layers for name in layer.split("|")) == PACKAGES


def test_every_module_is_in_a_package_that_the_import_contracts_see() -> None:
    """They read neither a module beside the packages nor a folder without ``__init__.py``."""
    folders = {folder for path in MODULES for folder in path.relative_to(FUNCTIONS).parents}
    assert sorted(folder for folder in folders if not (FUNCTIONS / folder / "__init__.py").exists()) == [Path()]
    assert [path.name for path in FUNCTIONS.glob("*.py")] == []


def test_a_library_with_a_network_behind_it_stays_where_it_belongs() -> None:
    imports = ((_name(path), library) for path in MODULES for library in _libraries(path) & IMPORTED_BY.keys())
    allowed = {library: tuple(f"{name}." for name in names) for library, names in IMPORTED_BY.items()}
    assert [(name, library) for name, library in imports if not f"{name}.".startswith(allowed[library])] == []


def test_no_channel_knows_another() -> None:
    names = [(_name(path), module) for path in (FUNCTIONS / "channels").rglob("*.py") for module in _modules(path)]
    assert [(name, module) for name, module in names if _is_of_another_channel(module, *name.split(".")[1:2])] == []


def _is_of_another_channel(module: str, *own: str) -> bool:
    package, _, rest = module.partition(".")
    of_channel = package == "channels" and rest and not rest.startswith("_")
    return bool(of_channel) and rest.split(".")[0] not in ["base", *own]


def test_importing_does_nothing_but_define() -> None:
    names = [_name(path) for path in MODULES]
    command = [sys.executable, "-c", IMPORT_ALL, *names]
    done = subprocess.run(command, env={"PYTHONPATH": str(FUNCTIONS)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_settings_reads_the_environment() -> None:
    assert [_name(path) for path in MODULES if ENVIRONMENT & set(_names(path))] == ["shared.settings"]


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_is_told_the_time(path: Path) -> None:
    called = {node.func.attr for node in _nodes(path, ast.Call) if isinstance(node.func, ast.Attribute)}
    assert not CLOCK & called


@pytest.mark.parametrize("path", sorted(FUNCTIONS.glob("*/app.py")), ids=lambda path: path.parent.name)
def test_an_entrypoint_is_a_page_at_most(path: Path) -> None:
    """It translates; what is decided about conversations stands elsewhere."""
    assert len(path.read_text().splitlines()) <= 100


def test_relay_imports_at_most_twelve_modules_of_ours() -> None:
    """Each effect is registered by the module that carries it out, so the module that hands them out knows few."""
    ours = {name for name in _modules(FUNCTIONS / "dispatch" / "relay.py") if name.split(".")[0] in PACKAGES}
    assert len(ours) <= 12, sorted(ours)


def test_conversations_are_changed_in_one_loop() -> None:
    """Only one function repeats a write because others were quicker, and only one commits actions."""
    loops = {_name(path) for path in MODULES if _repeats_on_conflict(path)}
    commits = {_name(path) for path in MODULES if "conversations.commit(" in path.read_text()}
    assert (loops, commits) == ({"application.commands"}, {"application.commands"})


@pytest.mark.parametrize("service", SPOKEN_BY)
def test_a_service_is_spoken_by_one_module(service: str) -> None:
    assert {_name(path) for path in MODULES if service in _clients(path)} == {SPOKEN_BY[service]}


def test_only_storage_knows_the_keys_of_items() -> None:
    constants = ((_name(path), node.value) for path in MODULES for node in _nodes(path, ast.Constant))
    keys = ((name, value) for name, value in constants if isinstance(value, str) and value in KEYS)
    assert [(name, value) for name, value in keys if not name.startswith("storage")] == []


def test_a_module_says_what_it_is_for() -> None:
    trees = {_name(path): syntax.tree(path) for path in MODULES}
    assert [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []


def _name(path: Path) -> str:
    return ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts).removesuffix(".__init__")


def _repeats_on_conflict(path: Path) -> bool:
    """Return whether a module has a loop in which a ``Conflict`` of a conversation is caught."""
    loops = [*_nodes(path, ast.For), *_nodes(path, ast.While)]
    caught = [node for loop in loops for node in ast.walk(loop) if isinstance(node, ast.ExceptHandler) and node.type]
    return any("conversations.Conflict" in ast.unparse(node.type) for node in caught if node.type)


def _libraries(path: Path) -> set[str]:
    """The root names of the modules that a file imports, also within a function."""
    return {name.split(".")[0] for name in _modules(path)}


def _modules(path: Path) -> set[str]:
    imported = {alias.name for node in _nodes(path, ast.Import) for alias in node.names}
    for node in _nodes(path, ast.ImportFrom):
        imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    return imported


def _names(path: Path) -> Iterator[str]:
    yield from (node.attr for node in _nodes(path, ast.Attribute))
    yield from (node.id for node in _nodes(path, ast.Name))


def _clients(path: Path) -> set[str]:
    """The services of which a module asks for a client, by ``aws.client``."""
    calls = [
        call for call in _nodes(path, ast.Call) if isinstance(call.func, ast.Attribute) and call.func.attr == "client"
    ]
    return {str(each.value) for call in calls for each in call.args if isinstance(each, ast.Constant)}


def _nodes(path: Path, kind: type[Node]) -> Iterator[Node]:
    return (node for node in syntax.nodes(path) if isinstance(node, kind))


def test_records_are_those_of_msgspec() -> None:
    """``class Name(Struct, frozen=True)``, and ``replace`` of ``msgspec.structs``: a dataclass takes thirty times as
    long to declare, which each cold start pays. ``shared.hidden.repr_without`` leaves out what logs must not show."""
    imported = {
        (path.relative_to(FUNCTIONS).as_posix(), name)
        for path in MODULES
        for node in _nodes(path, ast.Import | ast.ImportFrom)  # type: ignore[type-var]
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
    }
    assert {place for place in imported if place[1] == "dataclasses"} == set()


def test_modules_of_one_name_are_about_one_resource() -> None:
    """A name is found once, unless it is the same resource on another level; all platforms have the same inner names,
    and so have the levels of the console."""
    levels: dict[str, set[str]] = {}
    for path in MODULES:
        if path.stem not in {"__init__", "app"}:
            levels.setdefault(path.stem, set()).add(_level(path))
    assert {stem for stem, found in levels.items() if len(found) > 1} == set(ONE_RESOURCE_ON_SEVERAL_LEVELS)


def _level(path: Path) -> str:
    parts = path.relative_to(FUNCTIONS).parts
    one_level = parts[0] == "console" or (parts[0] == "channels" and len(parts) == 3)
    return parts[0] + ("/*" if one_level else "".join(f"/{part}" for part in parts[1:-1]))
