"""A team's rules for asking back, and its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from application import safe_names, templates
from application.first_names import first_name
from application.planning_context import circumstances
from console.actions import replies, template_files
from console.errors import ApiError
from conversations.team_settings import LANGUAGES, document_of, team_from
from storage import audit, teams
from storage import templates as stored_templates
from storage.audit import AuditEvent
from storage.templates import Use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.authorization import Agent
    from conversations.team_settings import Team
    from storage.templates import TemplateFile

LONGEST_TEMPLATE = 2000
USES = tuple(Use)


class Template(Struct, frozen=True):
    """A template of a team, or one that all teams have (not ``own``)."""

    name: str
    language: str
    text: str
    own: bool
    use: Use
    title: str = ""
    folder: str = ""
    files: tuple[TemplateFile, ...] = ()
    unfilled: tuple[str, ...] = ()
    """Fields of which nothing is known in the conversation that it was filled in for."""


def existing(team: str) -> str:
    """Return the name of a team that there is; raises a 404."""
    return replies.team(team)


def read(team: str) -> Team:
    """Return a team's rules; raises a 404."""
    return teams.team_now(existing(team))


def put(agent: Agent, team: str, document: dict[str, Any], now: int) -> Team:
    """Set a team's rules; what is left out is as the stack has it. Raises a 422.

    Who reads the team's conversations stays as it is, so that nobody opens them without saying so; so do the approval
    of its offers, and the fields of its customers.
    """
    before = document_of(teams.team_now(team))
    document = {name: before[name] for name in ("members_only", "approve_offers", "customer_fields")} | document
    try:
        rules = team_from(team, document, teams.usual(team))
    except ValueError as wrong:
        raise ApiError(422, "rules", detail=str(wrong)) from None
    teams.put_team(rules, now)
    audit.put(AuditEvent.TEAM, agent.author, team, now)
    return rules


def templates_of(team: str) -> list[Template]:
    """Return a team's templates, those that all teams have among them."""
    existing(team)
    found = []
    for use in Use:
        written = stored_templates.of_team(team, use)
        both = sorted((templates.shipped(use) | written).items())
        found += [
            Template(*key, each.text, key in written, use, each.title, each.folder, each.files) for key, each in both
        ]
    return found


def put_template(agent: Agent, team: str, template: Template, files: Sequence[str], now: int) -> Template:
    """Keep a template with the files of these ids; a field nobody knows is refused with a 422, not found in a post."""
    if len(template.text) > LONGEST_TEMPLATE:
        raise ApiError(422, "text_too_long", limit=LONGEST_TEMPLATE, length=len(template.text), unit="characters")
    try:
        templates.check(template.text, templates.FIELDS if template.use == Use.QUESTION else templates.ANSWER_FIELDS)
    except templates.Unfilled as unknown:
        raise ApiError(422, "template_field", detail=unknown.field, field=unknown.field) from None
    except ValueError:
        raise ApiError(422, "template_broken") from None
    name, language, use = template.name, template.language, template.use
    if files and use == Use.QUESTION:
        raise ApiError(422, "files_refused")
    known = [file for each in stored_templates.of_team(team, use).values() for file in each.files] if files else []
    template = replace(template, files=template_files.kept(team, files, known, now))
    kept = stored_templates.Template(template.text, template.title, template.folder, template.files)
    stored_templates.put(team, name, language, kept, use)
    audit.put(AuditEvent.TEMPLATE, agent.author, team, now, template=name, language=language, use=use)
    return template


def delete_template(agent: Agent, team: str, name: str, language: str, use: Use, now: int) -> None:
    """Remove a template of a team; raises a 404."""
    if (name, language) not in stored_templates.of_team(existing(team), use):
        raise ApiError(404, "no_template")
    stored_templates.delete(team, name, language, use)
    audit.put(AuditEvent.TEMPLATE_DELETED, agent.author, team, now, template=name, language=language, use=use)


def answers(agent: Agent, conversation_id: str, wanted: str | None, now: int) -> tuple[str, list[Template]]:
    """Return the answers a team has ready, filled in for one conversation, and their language.

    ``wanted`` is a language; by itself it is the customer's.
    """
    around = circumstances(replies.find(conversation_id), now)
    language = wanted or around.language
    written = stored_templates.of_team(around.team.name, Use.ANSWER)
    found = templates.shipped(Use.ANSWER) | written
    named = {"customer": around.conversation.person_answered.name, "agent": agent.name}
    values = {field: safe_names.published(name) for field, name in named.items()}
    values["firstname"] = first_name(named["customer"])
    items = []
    for name in sorted({name for name, _ in found}):
        chosen_language = next(each for each in (language, around.team.language, *LANGUAGES) if (name, each) in found)
        chosen = found[name, chosen_language]
        text, unfilled = templates.fill_known(chosen.text, values)
        own = (name, chosen_language) in written
        items.append(
            Template(
                name, chosen_language, text, own, Use.ANSWER, chosen.title, chosen.folder, chosen.files, tuple(unfilled)
            )
        )
    return language, items


def _template(name: str, language: str, kept: stored_templates.Template, own: bool, use: Use) -> Template:
    return Template(name, language, kept.text, own, use, kept.title, kept.folder, kept.files)
