"""Feeds: every version, entries without ids or dates, and feeds that are meant to harm."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from channels import _feed
from channels.base import PermanentFailure, Reason, TransientFailure
from outreach.post_names import id_for
from shared import http_guard

NOW = 1_790_000_000_000
ATOM = """<?xml version="1.0" encoding="iso-8859-1"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de-AT">
<title>Klangforum</title><entry><id>tag:1</id><title>Kopfh\xf6rer?</title><link href="https://forum.example/1"/>
<published>2026-09-21T08:00:00Z</published><author><name>Runa</name></author>
<content type="html">&lt;p&gt;F\xfcr Sport&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</content></entry></feed>""".encode(
    "latin-1"
)
RSS = """<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel><title>Blog</title>
<item><title>A</title><link>https://blog.example/a</link><description>Text &amp;amp; mehr</description>
<slash:comments>3</slash:comments></item>{}</channel></rss>"""
ITEM = "<item><title>B</title><link>https://blog.example/b</link></item>"


class Forum(ThreadingHTTPServer):
    """A server that answers every call with what a test wants."""

    content, status, answer_headers, seconds = b"", 200, {}, 0.0
    asked: list[dict[str, str]]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/feed"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        forum = self.server
        assert isinstance(forum, Forum)
        forum.asked.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(forum.status)
        for name, value in forum.answer_headers.items():
            self.send_header(name, value)
        self.end_headers()
        if forum.seconds:
            time.sleep(forum.seconds)
        self.wfile.write(forum.content)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def forum() -> Iterator[Forum]:
    server = Forum(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    http_guard.permit("any")
    yield server
    http_guard.permit("public")
    server.shutdown()
    server.server_close()


def test_entry_of_an_atom_feed_is_read_in_its_character_set(forum: Forum) -> None:
    forum.content = ATOM
    (post,) = _feed.read(forum.address, "", 1, NOW).posts
    assert (post.id, post.title, post.text, post.url) == (
        "tag:1",
        "Kopfhörer?",
        "Für Sport",
        "https://forum.example/1",
    )
    assert (post.author.name, post.language, post.place, post.channel) == ("Runa", "de", "Klangforum", "feed")


def test_unchanged_feed_is_not_sent_again(forum: Forum) -> None:
    forum.content, forum.answer_headers = ATOM, {"ETag": '"v1"', "Last-Modified": "Mon, 21 Sep 2026 08:00:00 GMT"}
    cursor = _feed.read(forum.address, "", 1, NOW).cursor
    forum.status, forum.content = 304, b""
    page = _feed.read(forum.address, cursor, 1, NOW)
    assert (page.posts, page.cursor, len(page.cursor) <= 2000) == ([], cursor, True)
    assert forum.asked[-1]["if-none-match"] == '"v1"'
    assert forum.asked[-1]["if-modified-since"] == "Mon, 21 Sep 2026 08:00:00 GMT"


def test_entry_without_date_is_new_when_it_was_not_there_before(forum: Forum) -> None:
    forum.content = RSS.format("").encode()
    first = _feed.read(forum.address, "", 1, NOW)
    assert first.posts == []
    forum.content = RSS.format(ITEM).encode()
    (post,) = _feed.read(forum.address, first.cursor, 1, NOW).posts
    assert (post.id, post.text, post.sent_at) == ("https://blog.example/b", "B", NOW)


def test_feed_whose_entries_are_all_new_has_a_gap(forum: Forum) -> None:
    forum.content = ATOM
    cursor = _feed.read(forum.address, "", 1, NOW).cursor
    assert not _feed.read(forum.address, cursor, 1, NOW).has_gap
    forum.content = ATOM.replace(b"tag:1", b"tag:2").replace(b"08:00", b"09:00")
    assert _feed.read(forum.address, cursor, 1, NOW).has_gap


def test_entry_that_appears_late_is_found_though_a_newer_one_was_known(forum: Forum) -> None:
    forum.content = ATOM
    first = _feed.read(forum.address, "", 1, NOW)
    late = ATOM.partition(b"<entry>")[2].replace(b"tag:1", b"tag:2").replace(b"08:00:00", b"07:00:00")
    late = late.replace(b"forum.example/1", b"forum.example/2").replace(b"</feed>", b"")
    forum.content = ATOM.replace(b"</feed>", b"<entry>" + late + b"</feed>")
    page = _feed.read(forum.address, first.cursor, 1, NOW)
    assert [post.id for post in page.posts] == ["tag:1", "tag:2"]
    assert not page.has_gap


def test_author_of_a_feed_is_one_person_on_one_site_by_name_and_without_mail_address(forum: Forum) -> None:
    written = ("mail@forum.example (Runa B)", "RUNA  B", "Mika", "ole@forum.example", "")
    items = "".join(
        f"<item><title>A</title><link>https://forum.example/{count}</link><author>{author}</author></item>"
        for count, author in enumerate(written)
    )
    first = _feed.read(forum_with(forum, RSS.format("")), "", 1, NOW)
    posts = _feed.read(forum_with(forum, RSS.format(items)), first.cursor, 1, NOW).posts
    by_url = {post.url: post.author for post in posts}
    found = [by_url[f"https://forum.example/{count}"] for count in range(len(written))]
    names = ["Runa B", "RUNA  B", "Mika", "ole", None]
    ids = [f"forum.example/{name}" for name in ("runa b", "runa b", "mika", "ole")]
    assert ([each.name for each in found], [each.id for each in found]) == (names, [*ids, None])


def test_link_from_the_site_on_is_completed_and_an_id_is_none(forum: Forum) -> None:
    items = "<item><title>A</title><link>/t/1</link></item><item><title>B</title><guid>2</guid></item>"
    items += "<item><title>C</title><description>Text</description><guid>3</guid></item>"
    items += "<item><title>D</title><link>http://[</link><description>Text</description></item>"
    first = _feed.read(forum_with(forum, RSS.format("")), "", 1, NOW)
    posts = _feed.read(forum_with(forum, RSS.format(items)), first.cursor, 1, NOW).posts
    address = forum.address.removesuffix("/feed")
    assert [(post.title, post.url) for post in posts] == [("A", f"{address}/t/1"), ("C", ""), ("D", "")]


def test_text_in_xhtml_is_read_without_its_tags(forum: Forum) -> None:
    div = b'<div xmlns="http://www.w3.org/1999/xhtml"><p>F\xfcr <b>Sport</b></p></div>'
    content = b'<content type="xhtml">' + div + b"</content></entry></feed>"
    forum.content = ATOM[: ATOM.index(b"<content")] + content
    (post,) = _feed.read(forum.address, "", 1, NOW).posts
    assert post.text == "Für Sport"


@pytest.mark.parametrize(
    ("status", "failure", "reason"),
    [
        (404, PermanentFailure, Reason.GONE),
        (403, PermanentFailure, Reason.PERMISSION),
        (429, TransientFailure, Reason.RATE),
        (503, TransientFailure, Reason.RETRY),
    ],
)
def test_refusal_of_a_server_has_its_reason(
    forum: Forum, status: int, failure: type[Exception], reason: Reason
) -> None:
    forum.status, forum.answer_headers = status, {"Retry-After": "90"}
    with pytest.raises(failure) as raised:
        _feed.read(forum.address, "", 1, NOW)
    assert getattr(raised.value, "reason") == reason  # noqa: B009
    if failure is TransientFailure:
        assert getattr(raised.value, "retry_after") == 90  # noqa: B009


def test_entries_without_a_link_are_proposals_of_their_own_in_each_feed(forum: Forum) -> None:
    item = "<item><guid isPermaLink='false'>{}</guid><title>A</title><description>Text</description></item>"
    items = "".join(map(item.format, (1, 2)))
    feed = RSS.replace("<link>https://blog.example/a</link>", "")
    first = _feed.read(forum_with(forum, feed.format("")), "", 1, NOW)
    posts = _feed.read(forum_with(forum, feed.format(items)), first.cursor, 1, NOW).posts
    elsewhere = _feed.read(f"{forum.address}?other", first.cursor, 1, NOW).posts
    assert len({id_for(post) for post in [*posts, *elsewhere]}) == len(posts) + len(elsewhere) == 5


def forum_with(forum: Forum, content: str) -> str:
    forum.content = content.encode()
    return forum.address


def test_page_that_is_no_feed_is_refused(forum: Forum) -> None:
    forum.content = b"<!doctype html><title>Forum</title><p>Hallo"
    with pytest.raises(PermanentFailure, match="no_feed"):
        _feed.read(forum.address, "", 1, NOW)


def test_entities_that_grow_are_not_expanded(forum: Forum) -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    title = b"Kopfh\xf6rer?"
    bomb = ATOM.replace(b"<feed", f'<!DOCTYPE feed [<!ENTITY e0 "ha">{entities}]><feed'.encode()).replace(
        title, b"&e9;"
    )
    forum.content = bomb
    started = time.process_time()
    posts = _feed.read(forum.address, "", 1, NOW).posts
    assert time.process_time() - started < 5
    assert all(len(post.title) < 100 for post in posts)


@pytest.mark.parametrize("before", ["", "\n"], ids=["one line", "lines"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-7"])
@pytest.mark.parametrize(
    "declared",
    ['<!ENTITY e "{}">', '<!ENTITY d "{}">{}<!ENTITY e "&d;">', '<!ATTLIST title e CDATA "{}">'],
    ids=["entity", "nested", "attribute"],
)
@pytest.mark.parametrize("broken", ["", "<br>"], ids=["well formed", "broken"])
def test_declaration_of_a_long_text_is_not_believed(
    forum: Forum, before: str, encoding: str, declared: str, broken: str
) -> None:
    doctype = f"<!DOCTYPE r [{before}{declared.format('a' * 50_000, before)}{before}]>{before}"
    title = f"<title>{'&e;' * 50}</title>"
    head = f'<?xml version="1.0" encoding="{encoding}"?>{before}{doctype}'
    forum.content = (head + RSS.format("").replace("<title>A</title>", title + broken)).encode(encoding)
    # It would be millions of letters in memory, of which the first are kept.
    tracemalloc.start()
    try:
        _feed.read(forum.address, "", 1, NOW)
        assert tracemalloc.get_traced_memory()[1] < 2_500_000
    finally:
        tracemalloc.stop()


def test_file_of_the_machine_is_not_read_by_an_entity(forum: Forum) -> None:
    entity = b'<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/hostname">]><feed'
    forum.content = ATOM.replace(b"<feed", entity).replace(b"Kopfh\xf6rer?", b"a&x;b")
    name = Path("/etc/hostname").read_text().strip()
    assert all(name not in post.title for post in _feed.read(forum.address, "", 1, NOW).posts)


def test_feed_that_is_too_large_is_refused(forum: Forum) -> None:
    forum.content = b" " * (_feed.LARGEST + 1)
    with pytest.raises(PermanentFailure, match="too_large"):
        _feed.read(forum.address, "", 1, NOW)


def test_feed_that_leads_to_a_private_address_is_refused(forum: Forum) -> None:
    http_guard.permit("public")
    with pytest.raises(PermanentFailure, match="address"):
        _feed.read(forum.address, "", 1, NOW)


def test_broken_feed_takes_no_time_that_grows_faster_than_it(forum: Forum) -> None:
    forum.content = b"<rss><channel>" + b"<item><title>a</title><link>https://a.example/" * 20_000
    started = time.process_time()
    _feed.read(forum.address, "", 1, NOW)
    assert time.process_time() - started < 20
