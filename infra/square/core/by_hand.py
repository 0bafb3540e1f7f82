"""Pages of a platform's own app on which a person answers as the company: a post, what stands below it, and a form.

A text that was approved elsewhere is pasted here; the address of what was posted can be pasted there.
"""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.sign_in import STYLE as SIGN_IN_STYLE
from infra.square.core.world import Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from infra.square.core.account import Account
    from infra.square.core.world import Post, World

    Find = Callable[[Mapping[str, str]], Post | None]

TEXTS = Path(__file__).parents[1] / "texts"
STYLE = (
    f"{SIGN_IN_STYLE}article,li{{border:1px solid #888;border-radius:8px;padding:.2rem .8rem;margin:.6rem 0}}"
    "ol{list-style:none;padding:0}p{white-space:pre-wrap;overflow-wrap:anywhere}"
    "textarea,input{font:inherit;width:100%;box-sizing:border-box;margin:.3rem 0 .8rem}"
)
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{HASH}'; form-action 'self'"


class ByHand:
    """The pages of one platform. ``address`` is where a post stands, below the platform's own address."""

    def __init__(
        self,
        world: World,
        account: Account,
        label: str,
        address: Callable[[Post], str],
        *,
        is_closed: Callable[[Post], bool] = lambda _: False,
    ) -> None:
        self._world = world
        self._account = account
        self._label = label
        self._address = address
        self._is_closed = is_closed

    def route(self, path: str, find: Find) -> BaseRoute:
        """Return the route of a page; ``find`` gets the parts of its path and its query."""

        async def endpoint(request: Request) -> Response:
            texts = _texts(request)
            post = find({**request.query_params, **request.path_params})
            if post is None:
                return self._page(texts, f"<p>{texts['by_hand_gone']}</p>", 404)
            if request.method == "GET":
                return self._shown(request, post, request.query_params.get("text", ""))
            if urlsplit(request.headers.get("origin", "")).netloc != request.url.netloc:
                return self._page(texts, f"<p>{texts['by_hand_gone']}</p>", 403)
            text = parse_qs((await request.body()).decode("utf-8", "replace")).get("text", [""])[0].strip()
            if not text or self._is_closed(post):
                return self._shown(request, post, text, 400)
            ours = self._world.post(
                Utterance(None, text.replace("\r\n", "\n"), self._world.thread_of(post), post, is_told=True)
            )
            return RedirectResponse(_base(request) + self._address(ours), 303)

        return Route(path, endpoint, methods=["GET", "POST"])

    def _shown(self, request: Request, post: Post, text: str, status: int = 200) -> Response:
        texts = _texts(request)
        below = [each for each in self._world.posts_in(post.thread_id) if each.parent_id == post.id]
        answers = "".join(f"<li>{self._entry(each)}</li>" for each in below)
        body = f"<article>{self._entry(post)}</article><ol>{answers}</ol>"
        if post.own:
            value = escape(_base(request) + self._address(post))
            label = f'<label for="address">{texts["by_hand_posted"]}</label>'
            body = f'{label}<input id="address" readonly value="{value}">{body}'
        if self._is_closed(post):
            body += f"<p>{texts['by_hand_closed']}</p>"
        elif not post.own:
            label = texts["by_hand_label"].replace("{name}", escape(self._account.name))
            area = f'<textarea id="text" name="text" rows="6" required>{escape(text)}</textarea>'
            button = f"<button>{texts['by_hand_send']}</button>"
            body += f'<form method="post"><label for="text">{label}</label>{area}{button}</form>'
        return self._page(texts, body, status)

    def _entry(self, post: Post) -> str:
        person = self._world.people.get(post.author_id)
        name = self._account.name if post.own or person is None else person.name
        return f"<h2>{escape(name)}</h2><p>{escape(post.text)}</p>"

    def _page(self, texts: Mapping[str, str], body: str, status: int) -> Response:
        title, language = escape(self._label), texts["by_hand_language"]
        page = (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
            f"<body><main><h1>{title}</h1>{body}</main></body></html>"
        )
        headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
        return HTMLResponse(page, status, headers)


def _texts(request: Request) -> Mapping[str, str]:
    """Return the texts in the language that the browser prefers."""
    language = "de" if request.headers.get("accept-language", "").lower().startswith("de") else "en"
    return json.loads((TEXTS / f"{language}.json").read_text(encoding="utf-8"))


def _base(request: Request) -> str:
    """Return the platform's address, which stands at a path of the square."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
