"""Posts of the company's with open comments: listed from small items that follow the heads, and repaired."""

from __future__ import annotations

from typing import Any

import pytest

from conversations import identity, inbox_order
from conversations.message_context import Post
from storage import open_comments, own_posts, table
from tests.functional.console_api import Console, now
from tests.support import payloads
from tests.support.platform import PAGE
from tests.support.stack import CONNECTION, Stack

POST_ID = identity.thread_key("facebook", CONNECTION, f"{PAGE}_1")


def comment(stack: Stack, number: int, post: str = "1") -> str:
    comment_id = f"{post}_{number}"
    posted = payloads.comment(
        comment_id,
        at=now() // 1000 - 100 + number,
        parent_id=f"{PAGE}_{post}",
        post_id=f"{PAGE}_{post}",
    )
    stack.post(payloads.delivery(posted))
    stack.settle()
    thread = identity.thread_key("facebook", CONNECTION, f"{PAGE}_{post}")
    return identity.conversation_id(thread, identity.branch_key(comment_id))


def listed(console: Console) -> list[tuple[str, int, int]]:
    found = console.get("/posts").body
    return [(each["id"], each["open_messages"], each["conversations"]) for each in found["items"]]


def below(console: Console, **query: str) -> dict[str, Any]:
    answer = console.get(f"/posts/{POST_ID}/conversations", query)
    assert answer.status == 200
    return answer.body


def ids(page: dict[str, Any]) -> list[str]:
    return [each["id"] for each in page["items"]]


def test_posts_are_listed_with_their_open_comments(stack: Stack, console: Console) -> None:
    first, second = comment(stack, 2), comment(stack, 3)
    other = comment(stack, 4, post="9")
    own_posts.put("facebook", CONNECTION, f"{PAGE}_1", Post("Glasfaser 250", "https://x.example/1"), now())
    thread, _ = identity.split_id(other)
    assert listed(console) == [(POST_ID, 2, 2), (thread, 1, 1)]
    shown = console.get("/posts", {"channel": "facebook"}).body["items"]
    assert shown[0]["post"]["text"] == "Glasfaser 250"
    assert shown[1]["post"] is None
    assert ids(below(console)) == [first, second], "who waits longest comes first"


def test_answered_comment_leaves_the_list_and_comes_back_when_reopened(stack: Stack, console: Console) -> None:
    first, second = comment(stack, 2), comment(stack, 3)
    console.post(f"/conversations/{first}/resolve", {})
    stack.settle()
    assert (listed(console), ids(below(console))) == ([(POST_ID, 1, 1)], [second])
    console.post(f"/conversations/{second}/replies", {"text": "We look into it."})
    stack.settle()
    assert listed(console) == []
    assert below(console) == {"post": None, "items": [], "cursor": None}
    stack.post(payloads.delivery(payloads.comment("1_9", "Hello?", at=now() // 1000, parent_id="1_3")))
    stack.settle()
    assert ids(below(console)) == [second]


def test_list_goes_on_from_its_cursor(stack: Stack, console: Console) -> None:
    expected = [comment(stack, number) for number in range(2, 5)]
    first = below(console, limit="2")
    rest = below(console, limit="2", cursor=first["cursor"])
    assert [*ids(first), *ids(rest)] == expected
    assert rest["cursor"] is None
    assert console.get(f"/posts/{POST_ID}/conversations", {"cursor": "x"}).status == 422
    assert console.get("/posts/nothing/conversations").body["error"] == "no_post"


@pytest.mark.invariant(12)
def test_lost_and_stale_items_are_put_right(stack: Stack, console: Console) -> None:
    """As after a death of dispatch, or with conversations of an earlier version."""
    first, second = comment(stack, 2), comment(stack, 3)
    (entry, stale) = open_comments.of_post(["service"], POST_ID)
    open_comments.change(entry, None, now())
    table.delete(("below#" + _partition(), "#"))
    assert listed(console) == [(POST_ID, 2, 2)]
    console.post(f"/conversations/{second}/resolve", {})
    stack.settle()
    open_comments.change(None, stale, now())
    assert ids(below(console)) == [first]
    assert len(open_comments.of_post(["service"], POST_ID)) == 1, "reading the post removed what was stale"


def test_teams_for_members_only_are_left_out(stack: Stack, console: Console, admin: Console) -> None:
    comment(stack, 2)
    assert admin.put("/teams/service", {"members": ["kim"], "members_only": True}).status == 200
    assert listed(console) == []
    assert ids(below(console)) == []
    assert listed(admin) == [(POST_ID, 1, 1)]


def test_erased_conversation_leaves_the_list(stack: Stack, console: Console, lead: Console) -> None:
    first = comment(stack, 2)
    lead.delete(f"/conversations/{first}")
    stack.settle()
    assert open_comments.of_post(["service"], POST_ID) == []


def test_list_costs_what_is_open(stack: Stack, console: Console) -> None:
    """No scan, and nothing of what was dealt with: the partition holds only what is open."""
    for number in range(2, 6):
        console.post(f"/conversations/{comment(stack, number)}/resolve", {})
        stack.settle()
    still_open = comment(stack, 6)
    listed(console)
    kept = [item["sk"] for item in table.query("pk = :pk", pk=f"below#{_partition()}")]
    thread, branch = identity.split_id(still_open)
    assert sorted(kept) == sorted(["#", f"{thread}#{branch}"])


def _partition() -> str:
    return inbox_order.partition("service", POST_ID)
