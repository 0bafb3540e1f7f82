"""A team: who belongs to it, what it aims at, and how it asks back. Pure; ``team_rules`` keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from conversations import customer_fields
from conversations.business_hours import ALWAYS, Hours, usual_hours
from conversations.business_hours_document import document_of_hours, hours_of
from conversations.conversation import Target
from conversations.customer_fields import CustomerField
from conversations.durations import moment_after, working_length

USUAL_SPREAD = "PT30M"
SHARE_SPREAD = 50
"""A promise is spread over at most this part of its delay: a week over half an hour, a minute over a second."""
LARGEST_CAP = 1000
LONGEST_LABEL = 80
LONGEST_SIGNATURE = 1000
MOST_MEMBERS = 500
LONGEST_ID = 100
LANGUAGES = ("en", "de")
ASSIGNMENT_RULES = ("round_robin",)
SHORTEST_RELEASE = 5 * 60_000
"""Milliseconds."""
FIELDS = {
    "hours",
    "after",
    "patience",
    "spread",
    "cap",
    "disclose",
    "template",
    "language",
    "targets",
    "label",
    "members",
    "members_only",
    "approve_offers",
    "signature",
    "assign",
    "release_after",
    "customer_fields",
}
"""Permitted members of a team's document."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


class Team(Struct, frozen=True):
    """A department, its targets, and how it asks back. Durations are ISO 8601."""

    name: str
    hours: Hours = ALWAYS
    after: str = "P7D"
    """Delay of a follow-up if the agent chooses none."""
    patience: str = "P7D"
    """Time to wait for an answer to the question."""
    spread: str = USUAL_SPREAD
    """Over how long promises made for one moment are spread."""
    cap: int = 2
    """Permitted questions per customer and month, in all conversations; 0 for any number."""
    disclose: bool = False
    """Say of every question a machine sends that it is automatic, also where the platform does not ask for it."""
    template: str = "usual"
    """The template that is used when the agent names none."""
    language: str = "en"
    """The language of a question where the customer's cannot be told."""
    targets: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Within which working time (ISO 8601, hours and minutes) the team wants to do what; see ``Target``."""
    label: str = ""
    """Label for people; empty for its name."""
    members: tuple[str, ...] = ()
    """The ids of the agents who belong to it."""
    members_only: bool = False
    """Its conversations are read and answered by its members and by administrators alone."""
    approve_offers: bool = False
    """A second person approves each text that is offered to a stranger."""
    signature: Mapping[str, str] = msgspec.field(default_factory=dict)
    """The words below its e-mails, by language."""
    assign: str = ""
    """The rule by which open conversations of nobody are given to members who are here; empty for none."""
    release_after: str = ""
    """Time for which an agent has to be away until their open conversations go back to the team; empty for never."""
    customer_fields: tuple[CustomerField, ...] = ()
    """The fields that it keeps of its customers, on their cards."""

    @classmethod
    def usual(cls, name: str, zone: str, always: bool, after: str, cap: int) -> Team:
        """A team that has said nothing of its own."""
        hours = replace(ALWAYS, zone=zone) if always else usual_hours(zone)
        return cls(name, hours=hours, after=after, cap=cap)


def team_from(name: str, document: dict[str, Any], usual: Team) -> Team:
    """The team that an administrator's document describes; raises ``ValueError`` naming the field that is wrong."""
    if unknown := document.keys() - FIELDS:
        raise ValueError(f"unknown field {min(unknown)[:50]}")
    team = replace(usual, name=name)
    if "hours" in document:
        team = replace(team, hours=_hours(document["hours"], usual.hours.zone))
    for field in ("after", "patience", "spread"):
        if field in document:
            team = replace(team, **{field: _duration(field, document[field], team.hours.zone)})
    return replace(
        team,
        cap=_cap(document.get("cap", team.cap)),
        disclose=_of("disclose", document.get("disclose", team.disclose), bool),
        template=template_name(document.get("template", team.template)),
        language=_language(document.get("language", team.language)),
        targets=_targets(document.get("targets", {})),
        label=label_of(document.get("label", team.label)),
        members=_members(document.get("members", [])),
        members_only=_of("members_only", document.get("members_only", False), bool),
        approve_offers=_of("approve_offers", document.get("approve_offers", False), bool),
        signature=_signature(document.get("signature", {})),
        assign=_rule(document.get("assign") or ""),
        release_after=_pause(document.get("release_after") or "", team.hours.zone),
        customer_fields=customer_fields.fields_from(document.get("customer_fields", [])),
    )


def stored_team(name: str, document: dict[str, Any], usual: Team) -> Team:
    """Return the team that a stored document describes, without what a later version may have written into it."""
    kept = {field: value for field, value in document.items() if field in FIELDS}
    for field, names in (("targets", set(Target)), ("hours", set(Hours.__struct_fields__))):
        if field in kept:
            kept[field] = {name: value for name, value in kept[field].items() if name in names}
    return team_from(name, kept, usual)


def document_of(team: Team) -> dict[str, Any]:
    """The document that describes a team; rules of assignment only where there are some."""
    rules = {"assign": team.assign, "release_after": team.release_after}
    return {name: rule for name, rule in rules.items() if rule} | {
        "hours": document_of_hours(team.hours),
        "after": team.after,
        "patience": team.patience,
        "spread": team.spread,
        "cap": team.cap,
        "disclose": team.disclose,
        "template": team.template,
        "language": team.language,
        "targets": dict(team.targets),
        "label": team.label,
        "members": list(team.members),
        "members_only": team.members_only,
        "approve_offers": team.approve_offers,
        **({"signature": dict(team.signature)} if team.signature else {}),
        "customer_fields": customer_fields.documents_of(team.customer_fields),
    }


def team_name(value: Any) -> str:
    """A name a team may have; raises ``ValueError``."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("name: 1 to 50 of a-z, 0-9, - and _")
    return value


def label_of(value: Any) -> str:
    """Return what people may call a team; raises ``ValueError``."""
    text = _of("label", value, str).strip()
    if len(text) > LONGEST_LABEL or not text.isprintable():
        raise ValueError(f"label: at most {LONGEST_LABEL} characters in one line")
    return text


def template_name(value: Any) -> str:
    """A name a template may have; raises ``ValueError``."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("template: 1 to 50 of a-z, 0-9, - and _")
    return value


def length_of(duration: str, zone: str) -> int:
    """Return how long a duration is from the beginning of time, in milliseconds; for what needs no calendar."""
    return moment_after(duration, 0, zone)


def _hours(document: Any, zone: str) -> Hours:
    """Hours in the stack's time zone, unless they name another."""
    return hours_of({"zone": zone} | document if isinstance(document, dict) else document)


def _duration(field: str, value: Any, zone: str) -> str:
    try:
        length_of(_of(field, value, str), zone)
    except ValueError:
        raise ValueError(f"{field}: an ISO 8601 duration like P7D") from None
    return value


def _rule(value: Any) -> str:
    if value not in ("", *ASSIGNMENT_RULES):
        raise ValueError(f"assign: {', '.join(ASSIGNMENT_RULES)}, or nothing")
    return value


def _pause(value: Any, zone: str) -> str:
    if value and length_of(_duration("release_after", value, zone), zone) < SHORTEST_RELEASE:
        raise ValueError("release_after: at least five minutes")
    return value


def _cap(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_CAP:
        raise ValueError(f"cap: 0 to {LARGEST_CAP}")
    return value


def _language(value: Any) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"language: {', '.join(LANGUAGES)}")
    return value


def _targets(value: Any) -> dict[str, str]:
    targets = _of("targets", value, dict)
    if unknown := targets.keys() - set(Target):
        raise ValueError(f"targets: unknown field {min(map(str, unknown))[:50]}")
    for name, length in targets.items():
        try:
            working_length(_of("targets", length, str))
        except ValueError:
            raise ValueError(f"targets: {name}: a duration of hours and minutes like PT4H") from None
    return {name: targets[name] for name in Target if name in targets}


def _signature(value: Any) -> dict[str, str]:
    signature = _of("signature", value, dict)
    if unknown := signature.keys() - set(LANGUAGES):
        raise ValueError(f"signature: unknown language {min(map(str, unknown))[:50]}")
    for text in signature.values():
        if len(_of("signature", text, str)) > LONGEST_SIGNATURE:
            raise ValueError(f"signature: at most {LONGEST_SIGNATURE} characters")
    kept = {language: signature[language].strip() for language in LANGUAGES if language in signature}
    return {language: text for language, text in kept.items() if text}


def _members(value: Any) -> tuple[str, ...]:
    members = _of("members", value, list)
    if len(members) > MOST_MEMBERS:
        raise ValueError(f"members: at most {MOST_MEMBERS}")
    if not all(isinstance(each, str) and 0 < len(each) <= LONGEST_ID for each in members):
        raise ValueError("members: ids of agents")
    return tuple(dict.fromkeys(members))


def _of(field: str, value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"{field}: {kind.__name__} expected")
    return value
