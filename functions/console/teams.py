"""The routes of a team's rules and templates."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from asking import wording
from console import bodies
from console.errors import ApiError, malformed
from console.http import LEADS, Api
from conversations import directory, team_rules
from conversations.teams import LANGUAGES, document_of, team_from, template_name
from shared import texts

api = Api(__name__)
LONGEST_TEMPLATE = 2000
_TEAM = "/api/teams/{team}"
_TEMPLATE = _TEAM + "/templates/{template}/{language}"


@api.at(_TEAM, "GET")
def read_team(team: str) -> Response:
    """A team's rules for asking back."""
    return Response({"name": _known(team)} | document_of(team_rules.team(team)))


@api.at(_TEAM, "PUT", LEADS)
def put_team(team: str) -> Response:
    """Set a team's rules; what is left out is as the stack has it."""
    _known(team)
    try:
        rules = team_from(team, bodies.team(api.body(), team), team_rules.usual(team))
    except ValueError as wrong:
        raise ApiError(422, "rules", detail=str(wrong)) from None
    team_rules.put_team(rules)
    return Response({"name": team} | document_of(rules))


@api.at(_TEAM + "/templates", "GET")
def list_templates(team: str) -> Response:
    """A team's templates, the shipped ones among them."""
    written = team_rules.templates(_known(team))
    shipped = {(name, each): texts.raw(f"template.{name}", each) for name in wording.SHIPPED for each in LANGUAGES}
    return Response(
        {"items": [_template(*key, text, key in written) for key, text in sorted((shipped | written).items())]}
    )


@api.at(_TEMPLATE, "PUT", LEADS)
def put_template(team: str, template: str, language: str) -> Response:
    """Write a template; a field nobody knows is refused here, not found in a post."""
    _known(team)
    text = bodies.template(api.body())
    _named(template, language)
    if len(text) > LONGEST_TEMPLATE:
        raise ApiError(422, "text_too_long", limit=LONGEST_TEMPLATE, length=len(text), unit="characters")
    try:
        wording.check(text)
    except wording.Unfilled as unknown:
        raise ApiError(422, "template_field", detail=unknown.field, field=unknown.field) from None
    except ValueError:
        raise ApiError(422, "template_broken") from None
    team_rules.put_template(team, template, language, text)
    return Response(_template(template, language, text, True))


@api.at(_TEMPLATE, "DELETE", LEADS)
def delete_template(team: str, template: str, language: str) -> Response:
    """Take a team's template away."""
    _named(template, language)
    if (template, language) not in team_rules.templates(_known(team)):
        raise ApiError(404, "no_template")
    team_rules.delete_template(team, template, language)
    return Response({"deleted": True})


def _known(team: str) -> str:
    if team not in directory.teams():
        raise ApiError(404, "no_team")
    return team


def _named(template: str, language: str) -> None:
    if language not in LANGUAGES:
        raise malformed(f"language: {', '.join(LANGUAGES)}")
    try:
        template_name(template)
    except ValueError as wrong:
        raise malformed(str(wrong)) from None


def _template(name: str, language: str, text: str, own: bool) -> dict[str, Any]:
    return {"name": name, "language": language, "text": text, "own": own}
