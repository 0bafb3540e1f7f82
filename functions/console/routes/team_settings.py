"""The routes of a team's rules and templates."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from application import safe_names, templates
from application.planning_context import circumstances
from console.actions import replies
from console.authorization import LEADS
from console.bodies import fields
from console.bodies import teams as team_bodies
from console.errors import ApiError, malformed
from console.http import Api, now
from console.paging import page_of
from conversations.team_settings import LANGUAGES, document_of, team_from, template_name
from storage import teams
from storage import templates as stored_templates
from storage.audit import AuditEvent
from storage.templates import Use

api = Api(__name__)
LONGEST_TEMPLATE = 2000
_TEAM = "/api/teams/{team}"
_TEMPLATE = _TEAM + "/templates/{template}/{language}"


@api.at(_TEAM, "GET")
def read_team(team: str) -> Response:
    """A team's rules for asking back."""
    return Response({"name": replies.team(team)} | document_of(teams.team_now(team)))


@api.at(_TEAM, "PUT", LEADS)
def put_team(team: str) -> Response:
    """Set a team's rules; what is left out is as the stack has it."""
    replies.team(team)
    try:
        rules = team_from(team, team_bodies.team(api.body(), team), teams.usual(team))
    except ValueError as wrong:
        raise ApiError(422, "rules", detail=str(wrong)) from None
    teams.put_team(rules, now())
    api.record(AuditEvent.TEAM, team)
    return Response({"name": team} | document_of(rules))


@api.at(_TEAM + "/templates", "GET")
def list_templates(team: str) -> Response:
    """A team's templates, the shipped ones among them."""
    query = api.query("cursor")
    replies.team(team)
    found = []
    for use in Use:
        written = stored_templates.of_team(team, use)
        both = sorted((templates.shipped(use) | written).items())
        found += [_template(*key, text, key in written, use) for key, text in both]
    return Response(page_of("templates", found, query.get("cursor"), {"team": team}))


@api.at(_TEMPLATE, "PUT", LEADS)
def put_template(team: str, template: str, language: str) -> Response:
    """Write a template; a field nobody knows is refused here, not found in a post."""
    replies.team(team)
    body = api.body()
    text, use = fields.text_of(body), _use(body.get("kind"))
    _named(template, language)
    if len(text) > LONGEST_TEMPLATE:
        raise ApiError(422, "text_too_long", limit=LONGEST_TEMPLATE, length=len(text), unit="characters")
    try:
        templates.check(text, templates.FIELDS if use == Use.QUESTION else templates.ANSWER_FIELDS)
    except templates.Unfilled as unknown:
        raise ApiError(422, "template_field", detail=unknown.field, field=unknown.field) from None
    except ValueError:
        raise ApiError(422, "template_broken") from None
    stored_templates.put(team, template, language, text, use)
    api.record(AuditEvent.TEMPLATE, team, template=template, language=language, use=use)
    return Response(_template(template, language, text, True, use))


@api.at(_TEMPLATE, "DELETE", LEADS)
def delete_template(team: str, template: str, language: str) -> Response:
    """Take a team's template away."""
    _named(template, language)
    use = _use(api.query("kind").get("kind"))
    if (template, language) not in stored_templates.of_team(replies.team(team), use):
        raise ApiError(404, "no_template")
    stored_templates.delete(team, template, language, use)
    api.record(AuditEvent.TEMPLATE_DELETED, team, template=template, language=language, use=use)
    return Response({"deleted": True})


@api.at("/api/conversations/{conversation_id}/templates", "GET")
def list_answers(conversation_id: str) -> Response:
    """The answers a team has ready, filled in for one conversation."""
    query = api.query("language", "cursor")
    wanted = query.get("language")
    if wanted is not None and wanted not in LANGUAGES:
        raise malformed(f"language: {', '.join(LANGUAGES)}")
    around = circumstances(replies.find(conversation_id), now())
    language = wanted or around.language
    written = stored_templates.of_team(around.team.name, Use.ANSWER)
    found = templates.shipped(Use.ANSWER) | written
    named = {"customer": around.conversation.head.customer.name, "agent": api.agent().name}
    values = {field: safe_names.published(name) for field, name in named.items()}
    items = []
    for name in sorted({name for name, _ in found}):
        spoken = next(each for each in (language, around.team.language, *LANGUAGES) if (name, each) in found)
        text, unfilled = templates.fill_known(found[name, spoken], values)
        own = (name, spoken) in written
        items.append(_template(name, spoken, text, own, Use.ANSWER) | {"unfilled": unfilled})
    filters = {"conversation": conversation_id, "language": language}
    return Response(page_of("answers", items, query.get("cursor"), filters) | {"language": language})


def _named(template: str, language: str) -> None:
    if language not in LANGUAGES:
        raise malformed(f"language: {', '.join(LANGUAGES)}")
    try:
        template_name(template)
    except ValueError as wrong:
        raise malformed(str(wrong)) from None


def _use(kind: str | None) -> Use:
    if kind is not None and kind not in list(Use):
        raise malformed(f"kind: {', '.join(Use)}")
    return Use(kind) if kind else Use.QUESTION


def _template(name: str, language: str, text: str, own: bool, use: Use) -> dict[str, Any]:
    return {"name": name, "language": language, "text": text, "own": own, "kind": use}
