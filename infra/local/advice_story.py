"""The story's chapter of active dialogue: strangers ask for advice, are found, and are offered it with tact.

One asks on Mastodon, where the text leaves by itself; one on X, where a person posts it by hand. Both are new people
each time, as nobody is approached twice within a month.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from .platforms import CONNECTION
from .players import PATIENCE, AgentApi, Broken, Json, SquarePlatform, wait_for
from .teller import Teller

PLATFORMS = ("mastodon", "x")
FOUND_WITHIN = 60.0
"""Seconds within which a post is found."""
A_WHILE = 70.0
"""Seconds in which an account may offer something again, with the limit of the chapter's search."""
GERMAN_ASK = "Kann mir jemand Kopfhörer zum Laufen empfehlen? Meine fallen ständig raus."
ENGLISH_ASK = "Can anyone recommend headphones for running? Mine keep falling out."
WITH_A_LINK = "Nordlicht hier: Unsere passen! https://nordlicht.example/angebot"
GERMAN_OFFER = "Nordlicht hier: Achte auf Ohrbügel, {name}, die halten auch beim Sprint. Bei Fragen gern!"
ENGLISH_OFFER = "Nordlicht here: look for ear hooks, {name}, they stay in place. Happy to help!"
QUESTION = "Und, halten die Kopfhörer beim Laufen?"
LIMITS = {"per_day": 50, "per_hour": 20, "minutes_apart": 1, "quiet_from": 0, "quiet_until": 0}
"""The chapter is played at any hour, and often."""


class Stranger:
    """Somebody who asks in public, on one platform, and whom nobody knows."""

    def __init__(self, square: SquarePlatform, text: str, answers: str) -> None:
        self.square = square
        self.name = f"{secrets.choice(('Mika', 'Runa', 'Tarik', 'Wanda'))} {secrets.token_hex(3)}"
        said = square.call(
            "POST",
            f"/{square.name}/say",
            author={"name": self.name},
            text=text,
            trait="public",
            answers=answers,
        )
        self.text, self.post, self.thread, self.asked = text, said["message_id"], said["thread_id"], time.monotonic()

    def has_read(self, text: str) -> bool:
        """Return whether the company's text stands in their thread, exactly once; some platforms put a name before."""
        return sum(text in ours for ours in self.square.ours(self.thread)) == 1


class AdviceStory:
    """The chapter in its steps; ``api`` is signed in as a lead, ``colleague`` as somebody else of the team."""

    def __init__(self, values: Json, api: AgentApi, colleague: AgentApi, teller: Teller) -> None:
        self._squares = {name: SquarePlatform(values, name) for name in PLATFORMS}
        self._api, self._colleague, self._teller = api, colleague, teller
        self.search: Json = {}
        self.strangers: tuple[Stranger, ...] = ()

    def tell(self) -> None:
        """Play all steps, and remove the search; raises ``Broken`` for a step that does not happen."""
        try:
            self.play()
        finally:
            if self.search:
                self._api.call("DELETE", f"/searches/{self.search['id']}")

    def play(self) -> None:
        """Play all steps; raises ``Broken`` for one that does not happen."""
        self._teller.chapter("The other half: strangers who look for advice")
        here = Stranger(self._squares["mastodon"], GERMAN_ASK, "thanks")
        there = Stranger(self._squares["x"], ENGLISH_ASK, "no")
        for stranger in (here, there):
            self._teller.says(
                stranger.name, stranger.text, f"on {stranger.square.name.title()}, to nobody in particular"
            )
        self.strangers = (here, there)
        self.search = self._api.call("POST", "/searches", **_search())
        self._teller.sees(f"a lead saves the search “{self.search['name']}”")
        first, second = self._find(here), self._find(there)
        posted = self._offer_that_leaves(here, first)
        self._offer_by_hand(there, second)
        self._answered(here, posted)

    def _find(self, stranger: Stranger) -> Json:
        """Wait until the stranger's post is a proposal; returns it with its context, taken in hand."""
        found = wait_for(f"{stranger.name} to be found", lambda: self._proposal_of(stranger), FOUND_WITHIN)
        _require(time.monotonic() - stranger.asked < FOUND_WITHIN + 1, "they are found within a minute")
        proposal = self._api.call("POST", f"/proposals/{found['id']}/claim")
        _require(self._api.find(stranger.post) is None, "they are not in the inbox")
        self._teller.sees(f"found: {proposal['reason']} {proposal['permitted']['why']}")
        return proposal

    def _proposal_of(self, stranger: Stranger) -> Json | None:
        listed = self._api.http.get("/proposals", params={"search": self.search["id"]}).raise_for_status().json()
        return next((each for each in listed["items"] if each["post"]["author"]["name"] == stranger.name), None)

    def _offer_that_leaves(self, stranger: Stranger, proposal: Json) -> Json:
        _require(proposal["permitted"]["state"] == "allowed", "the platform lets the text leave")
        refused = self._refused(proposal, WITH_A_LINK)
        _require((refused["error"], refused["rule"]) == ("tact", "link"), "a first contact with a link is refused")
        self._teller.says("Alex", WITH_A_LINK, "a draft")
        self._teller.sees(f"refused by tact: {refused['message']}")
        text = GERMAN_OFFER.format(name=stranger.name)
        written = self._write(proposal, text)
        _require(written["offer"]["approval"] == "waiting", "a second person has to approve it")
        _require(not stranger.square.ours(stranger.thread), "nothing leaves without approval")
        approved = self._approve(written)
        self._teller.sees(f"{approved['offer']['approved_by']['name']} approves exactly this text")
        wait_for("the offer below the post", lambda: stranger.has_read(text))
        self._teller.says("Nordlicht Netz", text, "publicly, below the post")
        return wait_for("the proposal to be posted", lambda: self._with(proposal, "posted"))

    def _answered(self, stranger: Stranger, proposal: Json) -> None:
        """The stranger thanks; the conversation has its origin, and the team promises to ask back."""
        conversation = wait_for("the answer", lambda: self._answered_conversation(proposal["conversation"]))
        _require(conversation["origin"] == "outreach", "the conversation says how it began")
        thanks = conversation["messages"][-1]["text"]
        self._teller.says(stranger.name, thanks)
        path = f"/conversations/{conversation['id']}/replies"
        self._api.call("POST", path, text="Gern!", resolve=True, follow_up={"text": QUESTION, "after": "PT1S"})
        wait_for("the follow-up", lambda: stranger.has_read(QUESTION), 2 * PATIENCE)
        self._teller.says("Nordlicht Netz", QUESTION, "a week later, by itself")

    def _answered_conversation(self, conversation: str) -> Json | None:
        read = self._api.read(conversation)
        return read if read["messages"][-1]["direction"] == "inbound" and read["status"] == "open" else None

    def _offer_by_hand(self, stranger: Stranger, proposal: Json) -> None:
        _require(proposal["permitted"]["state"] == "by_hand", "X lets only a person answer")
        text = ENGLISH_OFFER.format(name=stranger.name)
        approved = self._approve(self._write(proposal, text))
        _require(approved["status"] == "offered", "it waits to be posted by hand")
        _require(not stranger.square.ours(stranger.thread), "no program posts it")
        address = _post_by_hand(approved["offer"]["compose_url"])
        self._teller.says("Alex", text, "by hand, in X’s own page")
        self._api.call("POST", f"/proposals/{proposal['id']}/posted", url=address)
        posted = wait_for("the post to be attached", lambda: self._conversation_of(proposal))
        self._teller.sees("the address is pasted back: from now on it is a conversation like any other")
        refused = wait_for("the no to be read", lambda: self._declined(posted["conversation"]))
        self._teller.says(stranger.name, refused["messages"][-1]["text"])
        self._teller.sees("obeyed: nobody approaches this person again")

    def _write(self, proposal: Json, text: str) -> Json:
        """Store a text; an account that offered something a moment ago waits its time."""
        path = f"/proposals/{proposal['id']}/offer"
        return self._patiently(lambda: self._api.http.post(path, json={"text": text}))

    def _approve(self, written: Json) -> Json:
        path, digest = f"/proposals/{written['id']}/approve", written["offer"]["digest"]
        own = self._api.http.post(path, json={"digest": digest})
        _require(own.status_code == 409, "nobody approves their own text")
        return self._patiently(lambda: self._colleague.http.post(path, json={"digest": digest}))

    def _patiently(self, ask: Callable[[], httpx.Response]) -> Json:
        deadline = time.monotonic() + A_WHILE
        while (answer := ask()).status_code == 422 and answer.json().get("rule") == "apart":
            if time.monotonic() > deadline:
                break
            time.sleep(1)
        if answer.is_error:
            raise Broken(f"{answer.request.url.path} answered {answer.status_code}: {answer.text}")
        return answer.json()

    def _refused(self, proposal: Json, text: str) -> Json:
        answer = self._api.http.post(f"/proposals/{proposal['id']}/offer", json={"text": text})
        _require(answer.status_code == 422, "the text is refused")
        return answer.json()

    def _with(self, proposal: Json, status: str) -> Json | None:
        read = self._api.call("GET", f"/proposals/{proposal['id']}")
        return read if read["status"] == status else None

    def _conversation_of(self, proposal: Json) -> Json | None:
        read = self._with(proposal, "posted")
        return read if read and read["conversation"] else None

    def _declined(self, conversation: str) -> Json | None:
        read = self._answered_conversation(conversation)
        card = self._api.call("GET", f"/customers/{read['card']}") if read and read.get("card") else {}
        return read if card.get("opt_out") else None


def _search() -> dict[str, Any]:
    return {
        "name": f"Kopfhörer {secrets.token_hex(2)}",
        "team": "service",
        "query": {"any": ["Kopfhörer", "headphones"]},
        "languages": ["de", "en"],
        "sources": [{"channel": name, "connection": CONNECTION} for name in PLATFORMS],
        "brands": ["Nordlicht"],
        "limits": LIMITS,
    }


def _post_by_hand(address: str) -> str:
    """Paste the text into the platform's own page and send it; returns the address of the post."""
    parts = urlsplit(address)
    page = httpx.get(address, timeout=PATIENCE).raise_for_status()
    text = parse_qs(parts.query)["text"][0]
    origin = {"Origin": f"{parts.scheme}://{parts.netloc}"}
    sent = httpx.post(page.url, data={"text": text}, headers=origin, timeout=PATIENCE)
    if not sent.has_redirect_location:
        raise Broken(f"the platform's page answered {sent.status_code}")
    return urljoin(str(page.url), sent.headers["location"])


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(f"it does not hold that {what}")
