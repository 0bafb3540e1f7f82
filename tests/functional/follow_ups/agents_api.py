"""Wishes, promises and outcomes as agents and leads bring them about, and moments as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from application import follow_ups
from console.views.conversations import when
from conversations.actions import Action, State
from conversations.promise import FollowUp
from storage import conversations
from tests.functional.console_api import DAY, Console, comment, head, now, visitor_post

HOUR = 3_600_000
SECOND = 1000
BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
EVERY_DAY = WORKDAYS | {"sat": ["09:00-18:00"], "sun": ["09:00-18:00"]}
GERMAN = "Mein WLAN ist seit gestern kaputt. Was soll ich tun?"
ENGLISH = "My wifi is broken since yesterday and I do not know what to do."
QUESTIONS = {
    "de": "Wie sieht's denn aus? Konnte das Problem gelöst werden?",
    "en": "How is it going? Did we solve the problem?",
}
Json = dict[str, Any]


def noon(days: int) -> datetime:
    """Noon in UTC, so many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).replace(hour=12, minute=0, second=0, microsecond=0)


def next_weekday(weekday: int) -> datetime:
    """Noon in Berlin on a coming weekday (0 is Monday)."""
    there = datetime.now(BERLIN).replace(hour=12, minute=0, second=0, microsecond=0)
    return there + timedelta(days=(weekday - there.weekday() - 1) % 7 + 1)


def ms(moment: datetime) -> int:
    """A moment in milliseconds since 1970 UTC."""
    return int(moment.timestamp() * 1000)


def at(moment: datetime) -> str | None:
    """A moment as the API writes it."""
    return when(ms(moment))


def read(text: str) -> int:
    """Return a time of the API in milliseconds."""
    return ms(datetime.fromisoformat(text))


def plan(console: Console, conversation: str, **wish: Any) -> Json:
    """Return the console's plan for a wish, explained in a `language`."""
    language = wish.pop("language", "en")
    answer = console.post("/follow-ups/plan", {"conversation": conversation} | wish, Accept_Language=language)
    assert answer.status == 200, answer
    return answer.body


def promise(console: Console, conversation: str, **wish: Any) -> Json:
    """An agent promises a follow-up; the follow-up as the API shows it."""
    answer = console.put(f"/conversations/{conversation}/follow-up", wish)
    assert answer.status == 200, answer
    return answer.body["follow_up"]


def rules(lead: Console, **document: Any) -> None:
    """Set the rules of the team; promises are not spread unless that is said."""
    answer = lead.put("/teams/service", {"spread": "PT0S"} | document)
    assert answer.status == 200, answer


def follow_up(conversation: str) -> FollowUp:
    """The follow-up of a conversation as it lies in the table."""
    found = head(conversation).follow_up
    assert found is not None
    return found


def come_due(conversation: str, moment: int = 0) -> Action:
    """The follow-up's time comes; what the stack does about it."""
    promised = follow_up(conversation)
    done = follow_ups.run_due(conversation, promised.version, lambda: moment or promised.promise.at)
    assert done is not None
    return done


def sent(conversation: str, asked: Action) -> None:
    """The platform took the question."""
    conversations.change_delivery(conversation, asked, replace(asked, state=State.SENT, platform_id=f"{asked.id}_1"))


def asked(console: Console, number: int = 1, **wish: Any) -> str:
    """A post whose question went out."""
    post = visitor_post(f"1055_{number}", text=GERMAN)
    promise(console, post, **wish)
    sent(post, come_due(post))
    return post


def answer(number: int, text: str) -> None:
    """The customer answers below the post."""
    comment(f"1055_{number}_2", post_id=f"1055_{number}", text=text, at=now() + 8 * DAY)


def outcome(console: Console, conversation: str, said: str, **more: Any) -> Json:
    """An agent says what came of the question; the conversation as the API shows it."""
    found = console.put(f"/conversations/{conversation}/follow-up/outcome", {"outcome": said} | more)
    assert found.status == 200, found
    return found.body
