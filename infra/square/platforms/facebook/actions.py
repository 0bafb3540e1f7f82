"""Actions that only people on Facebook have, and what happens on the Page beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import BadInput, Fields
from infra.square.core.world import Utterance
from infra.square.platforms.facebook.limits import LIMITS
from infra.square.platforms.facebook.people import TRAITS

if TYPE_CHECKING:
    from infra.square.core.actions import Action
    from infra.square.core.world import World
    from infra.square.platforms.facebook.account import FacebookAccount
    from infra.square.platforms.facebook.events import FacebookEvents
    from infra.square.platforms.facebook.limits import Limits


class FacebookActions(Actions):
    """The actions of ``POST /_square/facebook/do``."""

    def __init__(self, account: FacebookAccount, world: World, events: FacebookEvents, limits: Limits) -> None:
        self.account = account
        self.world = world
        self.events = events
        self.limits = limits

    def actions(self) -> dict[str, Action]:
        return {
            "person": self._set_traits,
            "hide": lambda fields: self._hide(fields, True),
            "unhide": lambda fields: self._hide(fields, False),
            "press": self._press,
            "echo": self._echo,
            "by_hand": self._post_by_hand,
            "event": self._deliver_event,
            "limits": self._set_limits,
            "restrict": self._restrict,
        }

    def _set_traits(self, fields: Fields) -> dict[str, Any]:
        """Add a person, or change what is told of one."""
        person = self.world.person(fields.object("author"))
        person.traits |= {trait: fields.flag(trait) for trait in TRAITS if fields.has(trait)}
        return {"author_id": person.id}

    def _hide(self, fields: Fields, hidden: bool) -> dict[str, Any]:
        self.events.hide(self.world.get(fields.text("message_id")), hidden)
        return {}

    def _press(self, fields: Fields) -> dict[str, Any]:
        """Press a conversation starter, or a button below a message."""
        person, title, payload = (
            self.world.person(fields.object("author")),
            fields.text("title"),
            fields.text("payload"),
        )
        return {"message_id": self.events.press(person, title, payload), "author_id": person.id}

    def _echo(self, fields: Fields) -> dict[str, Any]:
        """Write to somebody by another tool of the Page, or (without ``app_id``) by a person in Meta's inbox."""
        person, text, app_id = (
            self.world.person(fields.object("author")),
            fields.text("text"),
            fields.text("app_id", None),
        )
        traits = {"app_id": app_id, "metadata": fields.text("metadata", None), "standby": fields.flag("standby", False)}
        post = self.world.post(Utterance(None, text, thread=self.world.chat_with(person), traits=traits))
        return {"message_id": post.id, "author_id": person.id}

    def _post_by_hand(self, fields: Fields) -> dict[str, Any]:
        """Write in public as the Page itself does by another tool: a post, or with ``to`` a comment."""
        text, to = fields.text("text"), fields.text("to", None)
        thread, parent = self.world.target(to) if to is not None else (None, None)
        return {"message_id": self.world.post(Utterance(None, text, thread=thread, parent=parent)).id}

    def _deliver_event(self, fields: Fields) -> dict[str, Any]:
        """Deliver a change (``value``) or an event of Messenger (``messaging``) of any shape."""
        field, value = fields.text("field"), fields.object("value", None)
        event, standby = fields.object("messaging", None), fields.flag("standby", False)
        if (value is None) == (event is None):
            raise BadInput("give either value (a change) or messaging (an event of Messenger)")
        if value is not None:
            self.account.publish_change(value, field)
        else:
            self.account.publish_messaging(field, event, standby=standby)
        return {}

    def _set_limits(self, fields: Fields) -> dict[str, Any]:
        """Change the limits that are named, keep the rest; null is the platform's own limit."""
        limits = {name: fields.whole(name, None, least=1) for name in LIMITS}
        fields.finish()
        return self.limits.choose({name: most for name, most in limits.items() if fields.has(name)})

    def _restrict(self, fields: Fields) -> dict[str, Any]:
        """Restrict the Page from sending messages, or not."""
        self.account.restricted = fields.flag("restricted")
        return {"restricted": self.account.restricted}
