"""A history that leaves an item of each kind in the table, the same to the byte each time it is played.

The functions are as they are. The clock stands still between two steps, and what is random counts up, so that what
lies in the table in the end depends on the formats alone.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from application.offer_conversation import OfferConversation
from conversations.facts import Author, Fact, Kind, Nudge, Unreadable, Visibility
from conversations.identity import action_id
from conversations.message_context import Post
from outreach import proposals as proposal_steps
from outreach.found_posts import FoundPost
from outreach.searches import Mark, Query, Search, Source
from storage import (
    agents,
    audit,
    availability,
    connections,
    conversations,
    customers,
    forwards,
    keys,
    left_out_mails,
    live_connections,
    live_tickets,
    notifications,
    offer_claims,
    outreach_figures,
    own_posts,
    poll_cursors,
    profiles,
    proposals,
    quarantine,
    quarantine_erasure,
    raw_mails,
    received_facts,
    renewal_locks,
    reporting,
    searches,
    sign_ins,
    table,
    templates,
)
from storage.forwards import Forwarded
from storage.left_out_mails import LeftOutMail
from storage.live_tickets import Ticket
from storage.notifications import Notice, Target
from storage.schema import marker
from storage.searches import SourceCursor
from storage.sign_ins import SignIn
from storage.templates import Use
from tests.functional.console_api import Console
from tests.support import payloads
from tests.support.stack import CONNECTION, Stack
from tests.unit.channels.samples import samples

START = payloads.START * 1000
MINUTE = 60_000
DAY = 86_400_000
PLAIN_MESSAGES = (
    "bluesky/reply",
    "discourse/reply",
    "email/mail",
    "google/review",
    "instagram/message",
    "mastodon/mention",
    "reddit/comment",
    "telegram/message",
    "threads/reply",
    "whatsapp/message",
    "x/mention",
)
"""Sample events, one of each platform beside Facebook."""
Json = dict[str, Any]


@dataclass
class Clock:
    """The time, in milliseconds, which passes when it is told to."""

    now: int = START
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    persons: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def rule(self, patch: pytest.MonkeyPatch) -> None:
        """Let all functions have their time, and what is random in their ids, from here."""
        urandom = os.urandom
        counted = {8: self.numbers, 10: self.persons}
        patch.setattr(time, "time_ns", lambda: self.now * 1_000_000)
        patch.setattr(
            os, "urandom", lambda size: next(counted[size]).to_bytes(size) if size in counted else urandom(size)
        )

    def passes(self, milliseconds: int = MINUTE) -> int:
        """Move on; the time then."""
        self.now += milliseconds
        return self.now


@dataclass
class History:
    """The events of the golden history, from the first post to the erasure of a customer."""

    stack: Stack
    clock: Clock
    agent: Console
    lead: Console
    admin: Console

    def play(self) -> None:
        """All of it, in order."""
        self.settings()
        self.platforms()
        self.public()
        self.private()
        self.ends()
        self.variants()
        self.working_day()
        self.outreach()
        assert not self.stack.platform.answers, "all answers of the platform were used"

    # -- the parts ----------------------------------------------------------------------------------------------------

    def settings(self) -> None:
        """Make the settings of leads and administrators."""
        put, lead = self._put, self.lead
        put(lead, "/teams/service", {"targets": {"first_response": "PT1H"}})
        put(self.admin, "/teams", {"name": "sales", "label": "Sales"}, "POST")
        put(lead, "/teams/service/templates/question/de", {"text": "Hallo {{customer}}, läuft {{topic}} wieder?"})
        templates.put("service", "greeting", "de", templates.Template("Guten Tag, {{customer}}."), Use.ANSWER)
        put(lead, "/teams/service/macros/outage", {"title": "Störung", "actions": [{"tag": {"add": ["ausfall"]}}]})
        put(self.admin, "/teams", {"name": "events", "label": "Events"}, "POST")
        assert self.admin.delete("/teams/events").status < 300
        targets = [Target("slack", "t1", ("missed", "still_broken", "failed"))]
        notifications.put_targets("service", targets)
        missed = Notice(notifications.MISSED, "service", "facebook", f"{'a' * 26}", "first_response", START, START)
        notifications.enqueue(missed, "1", self.clock.now)
        own_posts.put("facebook", "support", "104_1", Post("Heute im Angebot", "https://www.facebook.com/1"), START)
        agents.note(agents.Known("kim", "Kim", groups=("lead",)), self.clock.now)
        rule = {"name": "Orders", "when": {"words": ["Rechnung"]}, "team": "sales", "tags": ["billing"]}
        put(self.admin, "/routing", {"rules": [rule]})
        self.clock.passes()

    def platforms(self) -> None:
        """One message from each platform, and what cannot be read."""
        by_name = {str(each): each for name in PLAIN_MESSAGES for each in samples(name.split("/")[0])}
        for name in PLAIN_MESSAGES:
            sample = by_name[name]
            connections.put_connection(sample.channel, "support", sample.account_id, "Telefunk")
            events = channels.get(sample.channel).receiver.parse(sample.request, sample.credentials)
            # Nothing arrives before it is written.
            written = (event.at for event in events if isinstance(event, Fact))
            received_facts.add(sample.channel, "support", events, max(self.clock.passes(), *written, 0))
            self.stack.settle()
        poll_cursors.advance("mastodon", "support", poll_cursors.read("mastodon", "support"), "109")
        renewal_locks.acquire("threads", "support", self.clock.now, self.clock.now + MINUTE)
        raw_mails.note_writers("email", "support", ["mira@mail.example"], "mail/ses1", self.clock.now, self.clock.now)
        table.put(marker(("mail-erased#mail/ses2", "#"), self.clock.now // 1000))
        self.stack.post(b'{"object": "page", "entry": 1}')
        self.stack.post(payloads.delivery({"changes": [{"field": "unheard_of", "value": {}}]}))
        self.stack.settle()

    def public(self) -> None:
        """A post, a comment, an answer with a question that comes later, and the customer's words to it."""
        self.stack.post(payloads.delivery(payloads.post(at=self.clock.now // 1000)))
        self.stack.settle()
        conversation = self.newest()
        at = self.clock.passes() // 1000
        self.stack.post(payloads.delivery(payloads.comment("1_5", author=payloads.NEIGHBOUR, at=at)))
        self.stack.settle()
        path = f"/conversations/{conversation}"
        self.clock.passes()
        self._do("POST", f"{path}/assign", {"assignee": "me"})
        self._do("PUT", f"{path}/tags", {"add": ["wlan"]})
        self._do("POST", f"{path}/notes", {"text": "Bei der Technik nachgefragt.", "mentions": []})
        seen = self._seen(conversation)
        wish = {"after": "P2D", "text": "Wie sieht's denn aus?"}
        self.stack.platform.says({"id": "1_7"})
        self._do("POST", f"{path}/replies", {"text": "Bitte neu starten. 🙂", "seen": seen, "follow_up": wish})
        self.stack.settle()
        self._keep(conversation)
        at = self.clock.passes(3 * MINUTE) // 1000
        self.stack.post(payloads.delivery(payloads.comment("1_6", "Läuft wieder, danke!", at=at)))
        self.stack.settle()
        self.stack.post(payloads.delivery(payloads.comment("1_5", at=self.clock.passes() // 1000, verb="remove")))
        self.stack.settle()
        self._do("POST", f"{path}/resolve", {"seen": self._seen(conversation)})
        self.stack.settle()
        wish = {"after": "P3D", "text": "Läuft es noch?"}
        bulk = {"batch": "outage-1", "conversations": [conversation], "follow_up": wish, "per_hour": 120, "position": 0}
        self._put(self.lead, "/follow-ups/bulk", bulk, "POST")
        self.stack.settle()

    def private(self) -> None:
        """A chat that is put aside, with a file, an opt-out and an answer that waits for its connection."""
        self.stack.platform.says({"name": "Jana Muster"})
        self.stack.post(payloads.delivery(payloads.message("m_1", "Meine Rechnung stimmt nicht.", self.clock.passes())))
        self.stack.settle()
        conversation = self.newest()
        path = f"/conversations/{conversation}"
        self._do("POST", f"{path}/snooze", {"after": "PT4H"})
        self._do("PUT", f"{path}/opt-out", None)
        self.stack.settle()
        self.clock.passes()
        self._do("POST", f"{path}/files", {"name": "router.png", "type": "image/png", "size": 48211})
        connections.note_connection("facebook", CONNECTION, held=1)
        self._do("POST", f"{path}/replies", {"text": "Wir prüfen das.", "seen": self._seen(conversation)})
        self.stack.settle()
        self.agent.get("/pulse", {"conversation": conversation, "typing": "1"})

    def ends(self) -> None:
        """A customer is erased."""
        thread = payloads.message("m_9", "Bitte alles löschen.", self.clock.passes(), customer="7009")
        self.stack.platform.says({"name": "Ina Beispiel"})
        self.stack.post(payloads.delivery(thread))
        self.stack.settle()
        answer = self.admin.delete(f"/conversations/{self.newest()}/customer")
        assert answer.status < 300, answer
        self.stack.settle()
        received_facts.add("google", "support", [Nudge()], self.clock.passes())

    def variants(self) -> None:
        """Write the forms of items that the parts before did not leave."""
        now = self.clock.passes()
        before = poll_cursors.read("bluesky", "support")
        poll_cursors.hold_back("bluesky", "support", before, now + MINUTE)
        agents.note(agents.Known("lou", "Lou", email="lou@nordlicht.example"), now)
        audit.signed_in(Author("lou", "Lou"), now)
        profiles.put("facebook", "demo", Author("7002"), now // 1000)
        customers.decline("mastodon", "support", "42", now)
        raw_mails.note_conversation("b" * 26, "mail/ses3", now, now)
        connections.note_connection("email", "support", options=connections.json_of({"name": "Café"}), rotating=1)
        connections.pause_connection("x", "support", "rate", now + MINUTE, 60)
        reporting.fold("sales", now + reporting.FINAL)
        table.put(marker(("counted#" + "e" * 26, "0.3"), now // 1000))  # as the release before left it
        self.notices(now)
        self.quarantine(self.clock.passes())

    def notices(self, now: int) -> None:
        """Leave a notification that is being sent, and one that is to be sent again later."""
        notifications.put_targets("sales", [Target("t2", "email", ("failed",), "nordlicht.example")])
        for number, conversation in enumerate(("c" * 26, "d" * 26)):
            failed = Notice(notifications.FAILED, "sales", "email", conversation, at=now + number)
            notifications.enqueue(failed, f"{number}", now)
        _, first, second = notifications.pinned(9)
        notifications.claim(first, now)
        notifications.release(notifications.claim(second, now), now + MINUTE)

    def quarantine(self, now: int) -> None:
        """Leave updates that were filtered, handled, or erased with their customer."""
        written = {"from": "Mira <mira@mail.example>", "subject": "Gewonnen!", "key": "mail/ses4"}
        spam = [
            Unreadable("spam", {**written, "at": "2026-09-21T08:00:00+00:00"}),
            Unreadable("virus", {"key": "ses5"}),
        ]
        received_facts.add("email", "support", spam, now)
        handled = quarantine.find(quarantine.entries(quarantine.FILTERED)[0][0].id)
        assert handled is not None
        assert handled.reason == "virus"
        quarantine.handle(handled, Author("ada", "Ada"), now + 1, [])
        received_facts.add("facebook", "demo", [Unreadable("malformed", {"sender": "7099"})], now)
        quarantine_erasure.purge("facebook", "demo", customers.digest("facebook", "demo", "7099"), now)
        left_out = LeftOutMail("", "support", "newsletter", now, "Tipps <post@tipps.example>", "Woche 48", "mail/ses6")
        left_out_mails.note(left_out, ["post@tipps.example"], "email")

    def working_day(self) -> None:
        """Leave what agents say of themselves, of their work and of customers."""
        put, now = self._put, self.clock.passes()
        put(self.agent, "/me/status", {"status": "here", "capacity": 8})
        put(self.agent, "/views", {"name": "Rechnungen", "filters": {"status": "open", "team": "sales"}}, "POST")
        put(self.lead, "/views", {"name": "Alle Chats", "filters": {"visibility": "private"}, "team": "sales"}, "POST")
        for number in range(3):
            chat = payloads.message(f"m_2{number}", "Guten Tag", self.clock.passes(), customer=f"701{number}")
            self.stack.platform.says({"name": f"Kim Muster {number}"})
            self.stack.post(payloads.delivery(chat))
            self.stack.settle()
        conversation = self.newest()
        put(self.agent, f"/conversations/{conversation}/read", {})
        self._do("POST", f"/conversations/{conversation}/notes", {"text": "Kim, bitte ansehen.", "mentions": ["kim"]})
        self._do("POST", "/conversations/next", {})
        table.write(availability.turn("sales", "kim"))
        self.stack.settle()
        self.cards()
        sign_ins.put("f" * 64, SignIn("ada", "mastodon", "support", "service"), now // 1000)
        live_tickets.put("e" * 64, Ticket("kim", "Kim", until=now + DAY, origin="https://inbox.example"), now // 1000)
        held = live_connections.Connection("live-1=", "kim", "Kim", until=now + DAY, teams=("sales",), conversation="f")
        live_connections.put(held)
        sent = Forwarded(conversation, action_id(self.clock.now, b"forwards"))
        table.write(forwards.put_write(sent, self.clock.now))
        assert self.agent.get("/posts").status == 200

    def cards(self) -> None:
        """Note what is known of a customer, and that two accounts are one person's."""
        first, second = (customers.digest("facebook", CONNECTION, f"701{number}") for number in range(2))
        details = {"note": "Wartet auf den Techniker.", "tags": ["stammkunde"], "vip": True}
        self._put(self.lead, f"/customers/{first}", details, "PATCH")
        self._put(self.agent, f"/customers/{first}/identities", {"customer": second}, "POST")
        call = {"kind": "phone", "team": "sales", "summary": "Router getauscht", "name": "Lena Muster"}
        self._do("POST", "/conversations", call)

    def outreach(self) -> None:
        """Save a search, find a stranger's post, and offer something below it."""
        stranger = Author("9001", "Mika Beispiel", "mika")
        post = FoundPost(
            "mastodon",
            "support",
            "9100",
            "9100",
            "https://mastodon.example/@mika/9100",
            self.clock.now - MINUTE,
            author=stranger,
            text="Kennt jemand gute Kopfhörer zum Laufen?",
        )
        now, kim = self.clock.now, Author("kim", "Kim")
        source = Source("mastodon", "support", ("#hifi",))
        query = Query(any=("Kopfhörer",), none=("gebraucht",))
        more = {"brands": ("Telefunk",), "options": {"per_day": "5"}, "marks": (Mark("a" * 26, fit=True),)}
        saved = Search("headphones", "Kopfhörer", "service", query, (source,), ("de",), created_at=now, **more)
        searches.create(saved)
        searches.move(saved.id, source, SourceCursor(), SourceCursor("m1", asked_at=now))
        outreach_figures.count(saved.id, "mastodon", outreach_figures.FOUND, now, key="9100")
        added = proposals.add(post, "headphones", "asks_advice", team="service", now=now, language="de")
        assert added
        text = "Beim Laufen sitzen Ohrbügel fest. Viele Grüße, Telefunk"
        offer = proposal_steps.Offer(text, kim, now, needs_approval=True, by_hand=True)
        written = proposals.change(added[0], proposal_steps.write_offer(added[0], offer), now)
        approved = proposal_steps.approve(written, offer.digest, Author("lee", "Lee"), now)
        offered = offer_claims.offer(written, approved, offer_claims.pace_of("mastodon", "support"), now)
        self.posted_by_hand(offered, kim)

    def posted_by_hand(self, offered: proposal_steps.Proposal, by: Author) -> None:
        """Attach what was posted by hand, and have the stranger thank for it."""
        searcher, now = channels.get("mastodon").searcher, self.clock.passes()
        assert searcher
        assert offered.offer
        place = OfferConversation(offered, searcher.fact(offered.post), lambda: now)
        place.attach("9101", "https://mastodon.example/@telefunk/9101", by, offered.offer.text)
        self.stack.settle()
        said = Fact(Kind.MESSAGE, Visibility.PUBLIC, "9101", self.clock.passes(), "9102", text="Danke für den Tipp!")
        answer = replace(said, author=offered.post.author, parent_id="9101", thread_is_guess=True)
        received_facts.add("mastodon", "support", [answer], self.clock.passes())
        self.stack.settle()

    # -- the means ----------------------------------------------------------------------------------------------------

    def _put(self, who: Console, path: str, body: Json, method: str = "PUT") -> None:
        answer = who.ask(method, path, body, headers={})
        assert answer.status < 300, (path, answer)

    def _do(self, method: str, path: str, body: Json | None) -> None:
        self.clock.passes(1_000)
        answer = self.agent.ask(method, path, body, headers={"Idempotency_Key": f"key-{self.clock.now}"})
        assert answer.status < 300, (path, answer)

    def _keep(self, conversation: str) -> None:
        """The question's time has come."""
        head = conversations.head(conversation)
        assert head is not None
        assert head.follow_up is not None
        self.clock.now = head.follow_up.promise.at
        self.stack.platform.says({"id": "1_8"})
        self.stack.follow_up(conversation, head.follow_up.version)
        self.stack.settle()

    def newest(self) -> str:
        """The conversation on Facebook with the newest message."""
        ours = [head for head in self.stack.conversations() if head.identity.channel == "facebook"]
        found = max(ours, key=lambda head: head.last_message.at)
        return keys.id_of(found.identity)

    def answer(self, conversation: str, text: str) -> None:
        """An agent answers; it is not sent yet."""
        self._do("POST", f"/conversations/{conversation}/replies", {"text": text, "seen": self._seen(conversation)})

    def _seen(self, conversation: str) -> str:
        answer = self.agent.get(f"/conversations/{conversation}")
        assert answer.status == 200, answer
        return answer.body["messages"][-1]["id"]
