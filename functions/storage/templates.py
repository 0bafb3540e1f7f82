"""The templates that teams wrote: questions that ask back, and answers that agents pick."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from storage import table
from storage.schema import Schema, json_text


class Use(StrEnum):
    """Purpose of a template."""

    QUESTION = "question"
    """Asking back."""
    ANSWER = "answer"
    """Answering, as agents pick it while they write."""


class TemplateFile(Struct, frozen=True):
    """A file that goes along with a template; the bytes are in the bucket of files."""

    id: str
    name: str
    mime: str
    size: int
    """Bytes."""


class Template(Struct, frozen=True):
    """A template, whose name and language stand in the key."""

    text: str
    title: str = ""
    """Its name for people; empty for that in the key, in words."""
    folder: str = ""
    """The group in which lists show it; empty for those in none."""
    files: tuple[TemplateFile, ...] = ()


TEMPLATE_FILE = Schema(TemplateFile, id="i", name="nm", mime="mt", size="sz")
TEMPLATE = Schema(Template, keep=("text",), text="x", title="ti", folder="fo", files=json_text("fi", TEMPLATE_FILE))
_PARTITIONS = {Use.QUESTION: "templates", Use.ANSWER: "answers"}


def of_team(name: str, use: Use = Use.QUESTION) -> dict[tuple[str, str], Template]:
    """Return the templates a team wrote for a use, by name and language."""
    items = table.query("pk = :pk", pk=f"{_PARTITIONS[use]}#{name}")
    return {(item["sk"].split("#")[0], item["sk"].split("#")[1]): TEMPLATE.read(item) for item in items}


def put(name: str, template: str, language: str, written: Template, use: Use = Use.QUESTION) -> None:
    """Keep a team's template, in the place of the shipped one if that has the same name."""
    table.put(TEMPLATE.item((f"{_PARTITIONS[use]}#{name}", f"{template}#{language}"), written))


def delete(name: str, template: str, language: str, use: Use = Use.QUESTION) -> None:
    """Forget a team's template; the shipped one of that name, if any, is used again."""
    table.delete((f"{_PARTITIONS[use]}#{name}", f"{template}#{language}"))
