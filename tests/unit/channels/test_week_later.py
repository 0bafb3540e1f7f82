"""The ways of a follow-up a week after the customer's last message, on each platform, as their policies say."""

from __future__ import annotations

import pytest

import channels
from conversations.facts import Visibility
from conversations.send_options import Situation, Way

NOW = 1_790_000_000_000
DAY = 86_400_000
SET_UP = {"template_name": "asking", "template_language": "de", "chat": "yes"}
PUBLIC, PRIVATE = Visibility.PUBLIC, Visibility.PRIVATE
MACHINE, PERSON, NONE = "a machine", "a person", "nobody"

WEEK: dict[tuple[str, Visibility], tuple[str, Way | None]] = {
    ("bluesky", PUBLIC): (MACHINE, Way.PUBLIC_REPLY),
    ("bluesky", PRIVATE): (MACHINE, Way.PRIVATE_MESSAGE),
    ("discourse", PUBLIC): (MACHINE, Way.PUBLIC_REPLY),
    ("discourse", PRIVATE): (MACHINE, Way.PRIVATE_MESSAGE),
    ("email", PRIVATE): (MACHINE, Way.PRIVATE_MESSAGE),
    ("facebook", PUBLIC): (MACHINE, Way.PUBLIC_REPLY),
    # The tag for a person's late answer ends with the seventh day itself; the planner asks half a day before.
    ("facebook", PRIVATE): (NONE, None),
    ("google", PUBLIC): (MACHINE, Way.REPLACE),
    ("instagram", PUBLIC): (MACHINE, Way.PUBLIC_REPLY),
    ("instagram", PRIVATE): (NONE, None),
    ("mastodon", PUBLIC): (MACHINE, Way.PUBLIC_REPLY),
    ("mastodon", PRIVATE): (MACHINE, Way.PRIVATE_MESSAGE),
    ("reddit", PUBLIC): (MACHINE, Way.PUBLIC_REPLY),
    # Private messages there need the consent that a person knows of.
    ("reddit", PRIVATE): (PERSON, Way.PRIVATE_MESSAGE),
    ("telegram", PUBLIC): (MACHINE, Way.PUBLIC_REPLY),
    ("telegram", PRIVATE): (MACHINE, Way.PRIVATE_MESSAGE),
    ("threads", PUBLIC): (MACHINE, Way.PUBLIC_REPLY),
    ("whatsapp", PRIVATE): (MACHINE, Way.TEMPLATE),
    ("x", PUBLIC): (MACHINE, Way.PUBLIC_REPLY),
    ("x", PRIVATE): (MACHINE, Way.PRIVATE_MESSAGE),
}


@pytest.mark.parametrize("name", channels.names())
@pytest.mark.parametrize("visibility", [PUBLIC, PRIVATE])
def test_permitted_ways_a_week_later(name: str, visibility: Visibility) -> None:
    spoken = channels.get(name)
    if not _ways(name, visibility, NOW):
        assert (name, visibility) not in WEEK, "the channel has no way there: remove the row"
        return
    assert (name, visibility) in WEEK, f"add a row for {name}, {visibility.name}: what a follow-up may use a week later"
    later = NOW + 7 * DAY
    found = [way for way in _ways(name, visibility, later) if way.visibility == visibility]
    doer, way = WEEK[name, visibility]
    if doer == NONE:
        assert found == []
        almost = _ways(name, visibility, later - DAY // 2)
        assert [each.person_only for each in almost] == [True], f"{spoken.label}: half a day before, a person may"
    else:
        assert found[0].way == way
        assert found[0].person_only == (doer == PERSON)


def test_without_an_approved_template_whatsapp_is_closed_after_a_day() -> None:
    situation = Situation(PRIVATE, NOW, "customer", thread_id="thread")
    assert channels.get("whatsapp").sender.send_options(situation, NOW + DAY + 1) == []


def _ways(name: str, visibility: Visibility, at: int) -> list:  # type: ignore[type-arg]
    situation = Situation(visibility, NOW, "customer", thread_id="thread", answered=True, options=SET_UP)
    return [route for route in channels.get(name).sender.send_options(situation, at) if route.visibility == visibility]
