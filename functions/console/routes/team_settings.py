"""The routes of a team's rules and templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

from console.actions import team_settings
from console.authorization import LEADS
from console.bodies import fields
from console.bodies import teams as team_bodies
from console.errors import malformed
from console.http import Api, now
from console.paging import page_of
from conversations.team_settings import LANGUAGES, document_of, template_name

if TYPE_CHECKING:
    from console.actions.team_settings import Template, Use

api = Api(__name__)
_TEAM = "/api/teams/{team}"
_TEMPLATE = _TEAM + "/templates/{template}/{language}"


@api.at(_TEAM, "GET")
def read_team(team: str) -> Response:
    """A team's rules for asking back."""
    return Response({"name": team} | document_of(team_settings.read(team)))


@api.at(_TEAM, "PUT", LEADS)
def put_team(team: str) -> Response:
    """Set a team's rules; what is left out is as the stack has it."""
    team_settings.existing(team)
    document = team_bodies.team(api.body(), team)
    return Response({"name": team} | document_of(team_settings.put(api.agent(), team, document, now())))


@api.at(_TEAM + "/templates", "GET")
def list_templates(team: str) -> Response:
    """A team's templates, the shipped ones among them."""
    query = api.query("cursor")
    shown = [_template(each) for each in team_settings.templates_of(team)]
    return Response(page_of("templates", shown, query.get("cursor"), {"team": team}))


@api.at(_TEMPLATE, "PUT", LEADS)
def put_template(team: str, template: str, language: str) -> Response:
    """Write a template; a field nobody knows is refused here, not found in a post."""
    team_settings.existing(team)
    body = api.body()
    text, use = fields.text_of(body), _use(body.get("kind"))
    _named(template, language)
    title, folder = (" ".join((body.get(name) or "").split()) for name in ("title", "folder"))
    written = team_settings.Template(template, language, text, True, use, title, folder)
    files = body.get("files") or []
    return Response(_template(team_settings.put_template(api.agent(), team, written, files, now())))


@api.at(_TEMPLATE, "DELETE", LEADS)
def delete_template(team: str, template: str, language: str) -> Response:
    """Take a team's template away."""
    _named(template, language)
    use = _use(api.query("kind").get("kind"))
    team_settings.delete_template(api.agent(), team, template, language, use, now())
    return Response({"deleted": True})


@api.at("/api/conversations/{conversation_id}/templates", "GET")
def list_answers(conversation_id: str) -> Response:
    """The answers a team has ready, filled in for one conversation."""
    query = api.query("language", "cursor")
    wanted = query.get("language")
    if wanted is not None and wanted not in LANGUAGES:
        raise malformed(f"language: {', '.join(LANGUAGES)}")
    language, answers = team_settings.answers(api.agent(), conversation_id, wanted, now())
    items = [_template(each) | {"unfilled": list(each.unfilled)} for each in answers]
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
    uses = {str(use): use for use in team_settings.USES}
    if kind is not None and kind not in uses:
        raise malformed(f"kind: {', '.join(uses)}")
    return uses[kind] if kind else team_settings.Use.QUESTION


def _template(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "language": template.language,
        "text": template.text,
        "own": template.own,
        "kind": template.use,
        "title": template.title or None,
        "folder": template.folder or None,
        "files": [{"id": each.id, "name": each.name, "type": each.mime, "size": each.size} for each in template.files],
    }
