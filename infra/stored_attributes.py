"""Write the table of attributes into docs/data-model.md, from the schemas: ``python -m infra.stored_attributes``."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from infra import build, marked_text

sys.path.append(str(build.SOURCES))

from storage import (
    agents,
    arrivals,
    audit,
    availability,
    connection_items,
    connections,
    context_words,
    customer_aliases,
    customer_cards,
    customers,
    documents,
    earlier_requests,
    erased_conversations,
    file_items,
    files,
    for_me,
    forwards,
    found_post_items,
    left_out_mails,
    live_connections,
    live_tickets,
    mapping,
    message_parts,
    notifications,
    offer_claims,
    open_comments,
    outreach_budgets,
    own_posts,
    poll_cursors,
    profiles,
    promise_parts,
    proposals,
    quarantine,
    quarantined_sources,
    raw_mails,
    received_facts,
    references,
    renewal_locks,
    reporting,
    searches,
    sign_ins,
    tags,
    teams,
    templates,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.schema import Schema

DOCUMENT = build.ROOT / "docs" / "data-model.md"
BEGIN, END = "<!-- attributes: made by infra/stored_attributes.py -->", "<!-- /attributes -->"
DERIVED = {
    "pk": "the thread's key",
    "sk": "the branch's key, `#`, and the position (facts and actions) or `~` (the head)",
    "c": "channel `/` connection, of facts, heads, opt-outs and entries of the quarantine's lists",
    "w": "1 in a private thread",
    "k": "the customer of a private thread, where somebody else wrote",
    "b": "the body of an action or a head, as JSON",
    "z": "in the place of `b` of a head: the same packed, where `PackHeads` says so (`packed_bodies.py`)",
    "ipk, isk": "where a head stands in the index `inbox`",
    "fpk, fsk": "where a head stands in the index `follow-ups`",
    "spk, ssk": "where a text, a name or a removal stands in the index `said`",
    "e": "the assignee's id, for a filter of the index",
    "n": "of a head, the customer's name, for the search",
    "a": "of a head, the customer's mail address or telephone number, for the search",
    "tg, mn": "tags of a head, and the agents mentioned in it, for filters of the index",
    "fst": "the state of a forward, in the place of `st`: to an older version it is a note that is not sent",
    "day": "of an agent, the day of the last sign-in, counted since 1970",
    "at": "of an audit entry, the time of a sign-in (milliseconds), whose key has the beginning of the day",
    "rst": "1 in a head that a restore just put back or folds again: nothing of it is counted once more",
    "used": "when a ticket was used (milliseconds)",
    "expires": "when the item expires, in seconds since 1970",
}
"""Attributes that follow from several fields or repeat one, with their meaning."""
SECTIONS: dict[str, Schema] = {
    "Fact": mapping.FACT,
    "An attachment in `f` of a fact": message_parts.ATTACHMENT,
    "Quoted words in `qu` of a fact": message_parts.QUOTE,
    "`rf` of a fact, to which it refers": message_parts.REFERRAL,
    "A place in `pl` of a fact": message_parts.PLACE,
    "Recipients in `rc` of a fact": message_parts.RECIPIENTS,
    "Words beside a fact, for the search": context_words.WORDS,
    "Action": mapping.ACTION,
    "Body `b` of an action": mapping.ACTION_BODY,
    "Head": mapping.HEAD,
    "Body `b` of a head": mapping.HEAD_BODY,
    "`follow_up` of a head": promise_parts.FOLLOW_UP,
    "`promise` of an action or a follow-up": promise_parts.PROMISE,
    "File": file_items.FILE,
    "Connection": connections.CONNECTION,
    "`gap` of a connection": connection_items.GAP,
    "Trace of an erased conversation": erased_conversations.TRACE,
    "Mark that a message was removed": files.REMOVAL,
    "Thread of a message": references.REFERENCE,
    "Arrival of what its platform dates later, or not at all": arrivals.ARRIVAL,
    "Nudge": received_facts.NUDGED,
    "Cursor": poll_cursors.CURSOR,
    "Lock of a token's renewal": renewal_locks.LOCK,
    "Request": earlier_requests.REQUEST,
    "Team, macro": documents.SPACED_DOCUMENT,
    "Routing rules": documents.DOCUMENT,
    "Mark of a team": teams.OUTDATED,
    "Notification settings of a team": notifications.TEAM_TARGETS,
    "A target in `b` of notification settings": notifications.TARGET,
    "Pending notification": notifications.PENDING_NOTICE,
    "The notification in `b` of a pending one": notifications.NOTICE,
    "Agent": agents.AGENT,
    "Tag": tags.TAG,
    "Template, prepared answer": templates.TEMPLATE,
    "A file in `fi` of a template": templates.TEMPLATE_FILE,
    "Customer": customers.CUSTOMER,
    "Card of a customer": customer_cards.CARD_ITEM,
    "A note in `no` of a card": customer_cards.NOTE,
    "Id of a customer": customer_aliases.ALIAS,
    "Other id of a customer": customer_aliases.LISTED,
    "Opt-out": customers.OPT_OUT,
    "Trace of an erased customer": customers.ERASED_CUSTOMER,
    "Audit": audit.ENTRY,
    "Profile look-up": profiles.PROFILE,
    "Post of the company's own": own_posts.POST,
    "Update in quarantine": quarantine.PIECE_OF_UPDATE,
    "Source of an update in quarantine": quarantined_sources.SOURCE,
    "Mark of an update in quarantine": quarantine.MARK,
    "Entry of a list of the quarantine": quarantine.ENTRY,
    "Handled entry, beside its own attributes": quarantine.HANDLING,
    "Mail that was left out": left_out_mails.LEFT_OUT_MAIL,
    "Forward to somebody without a seat": forwards.FORWARDED,
    "Location of an original mail": raw_mails.LOCATION,
    "Status of an agent": availability.AVAILABILITY,
    "Turn of a team": availability.TURN,
    "Conversation that a request for the next one was given": availability.CLAIM,
    "Conversation that addresses an agent": for_me.ENTRY,
    "Open comments below a post": open_comments.ENTRY,
    "Live connection": live_connections.CONNECTION,
    "Ticket for a live connection": live_tickets.TICKET,
    "Sign-in on a platform": sign_ins.SIGN_IN,
    "Proposal": proposals.PROPOSAL,
    "Saved search": searches.SEARCH,
    "The words in `qu` of a search": searches.QUERY,
    "A source in `so` of a search": searches.SOURCE,
    "Position of a search in one source": searches.SOURCE_CURSOR,
    "Counted change": reporting.ENTRY,
    "Position up to which counted changes are in the rows of the reports": reporting.FOLDED_UNTIL,
    "Person or thread to whom something was offered": offer_claims.CLAIM,
    "Pace of the offers of a connection": offer_claims.PACE,
    "Number of an agent's texts that were offered": offer_claims.WRITER,
    "Limit of a connection's budget": outreach_budgets.LIMIT,
    "Use of a connection's budget in a month": outreach_budgets.USE,
    "The post in `po` of a proposal": found_post_items.FOUND_POST,
    "The text in `of` of a proposal": proposals.OFFER,
    "The draft in `dr` of a proposal": proposals.DRAFT,
    "The agent in `cb` of a proposal": proposals.AGENT,
}
"""Every schema of ``storage``, by the item or the attribute that it describes."""


def written(document: str) -> str:
    """Return the document with the tables as they are now."""
    return marked_text.replaced(document, BEGIN, END, f"\n{tables()}\n")


def tables() -> str:
    """Return one table per schema, and one of the attributes that are derived."""
    derived = ["### Derived attributes", "", "| Attribute | Meaning |", "|---|---|"]
    derived += [f"| `{name.replace(', ', '`, `')}` | {meaning} |" for name, meaning in DERIVED.items()]
    return "\n".join(["", *derived, *(line for each in SECTIONS.items() for line in _section(*each))])


def _section(title: str, schema: Schema) -> Iterator[str]:
    yield from ("", f"### {title}", "", "| Attribute | Field | Form | Meaning |", "|---|---|---|---|")
    for row in schema.rows():
        meaning = dict(_meanings(row.owner)).get(row.field.rpartition(".")[2], "")
        yield f"| `{row.attribute}` | `{row.field}` | {_cell(row.form)} | {_cell(meaning)} |"


def _meanings(kind: type) -> Iterator[tuple[str, str]]:
    """Return what the docstrings below the fields of a dataclass say."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    for field, following in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(following, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(following.value, ast.Constant)
            yield field.target.id, str(following.value.value)


def _cell(text: str) -> str:
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())


def main(path: Path = DOCUMENT) -> None:
    """Write it."""
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
