"""The inbox's page: one HTML document, and the files it names, which never change.

Anybody who knows the address may read them. They show nothing of a customer: that comes from the API, after sign-in.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalice.app import Response

from aws.accounts import sign_in
from console.authorization import EVERYBODY
from console.http import Api
from shared import settings, texts
from storage.files import origin

api = Api(__name__)
FOLDER = Path(__file__).resolve().parent.parent / "page"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
WORKER = "service-worker.js"
MANIFEST = "app.webmanifest"
A_YEAR = "public, max-age=31536000, immutable"
EVERYWHERE: dict[str, Any] = {
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ANSWERS = {
    "state": re.compile(r"[A-Za-z0-9_-]{1,100}"),
    "code": re.compile(r"[!-~]{1,4000}"),
    "error": re.compile(r"[a-z_]{1,60}"),
}
"""Parameters that a platform may send back after a sign-in (RFC 6749 4.1.2), and their forms."""
MANIFEST_TYPE = "application/manifest+json; charset=utf-8"
OF_WORKER: dict[str, Any] = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
    # It lies in assets/ and works for the page above.
    "Service-Worker-Allowed": "../",
}
UNNEEDED = ("camera", "display-capture", "geolocation", "microphone", "payment", "publickey-credentials-get", "usb")


@api.at("/", "GET", EVERYBODY)
def page() -> Response:
    """The page, for this place and this reader."""
    request = api.request()
    path = request.context["path"]
    if not path.endswith("/"):
        # All that the page names lies below its own address.
        return Response("", status_code=307, headers={"Location": f"{path.rpartition('/')[2]}/"})
    language = texts.language_of(request.headers.get("accept-language", ""))
    return Response(document(language), headers=_headers(urlsplit(sign_in()["sign_in_url"]), sign_in()["cognito_url"]))


@api.at("/connected", "GET", EVERYBODY)
def connected() -> Response:
    """Hand what a platform sent back to the page, which finishes the sign-in; it goes behind the ``#``.

    No server, no log and no other page is told what stands there. It leads to the page beside this address and
    nowhere else, and takes nothing along but what a platform may say.
    """
    query = dict(api.request().query_params or {})
    kept = {name: query[name] for name, form in ANSWERS.items() if form.fullmatch(query.get(name, ""))}
    query_string = f"?{urlencode(kept)}" if "state" in kept and len(kept) > 1 else ""
    headers = EVERYWHERE | {"Location": f"./#/settings/connections{query_string}"}
    return Response(
        "", status_code=303, headers=headers | {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )


@api.at("/assets/{name}", "GET", EVERYBODY)
def asset(name: str) -> Response:
    """A file of the page, which browsers keep; the two with names of their own may change with a deployment."""
    if name == MANIFEST:
        return Response(web_app(), headers=EVERYWHERE | {"Content-Type": MANIFEST_TYPE, "Cache-Control": "no-cache"})
    content = files().get(name)
    if content is None:
        return Response("", status_code=404, headers={"Content-Type": "text/plain", "Cache-Control": "no-store"})
    tag = f'"{hashlib.sha256(content.encode()).hexdigest()[:16]}"'
    headers = EVERYWHERE | {"Content-Type": TYPES[Path(name).suffix], "Cache-Control": A_YEAR, "ETag": tag}
    if name == WORKER:
        headers |= OF_WORKER
    if tag in api.request().headers.get("if-none-match", ""):
        return Response("", status_code=304, headers=headers)
    return Response(content, headers=headers)


@cache
def document(language: str) -> str:
    """The HTML in a language, with what it loads first and where to sign in."""
    made = manifest()
    needed = [made["main"], *made["imports"], made["texts"][language]]
    fields = {
        "language": language,
        "brand": settings.brand_name(),
        "config": json.dumps(
            sign_in() | {"brand": settings.brand_name(), "font": made["font"], "later": made["later"]}
        ),
        "style": made["style"],
        "main": made["main"],
    }
    text = (FOLDER / "index.html").read_text(encoding="utf-8")
    for name, value in fields.items():
        text = text.replace(f"{{{{{name}}}}}", html.escape(value))
    preloads = [f'<link rel="modulepreload" href="assets/{html.escape(name)}">' for name in needed]
    return text.replace("<!-- preloads -->", "\n    ".join(preloads))


@cache
def files() -> dict[str, str]:
    """The page's files by their names."""
    return {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir() if path.suffix in TYPES}


@cache
def web_app() -> str:
    """The manifest with which browsers install the page, under the company's name."""
    fields = json.loads((FOLDER / MANIFEST).read_text(encoding="utf-8"))
    return json.dumps({"name": settings.brand_name(), "short_name": settings.brand_name()} | fields)


@cache
def manifest() -> dict[str, Any]:
    """Return the build's list of the files it made."""
    return json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


def _live_origin() -> str:
    """Return the origin of the WebSocket API, which the page may connect to beside its own."""
    address = urlsplit(settings.live_url())
    return f"{address.scheme}://{address.netloc}"


def _headers(sign_in_url: Any, cognito_url: str) -> dict[str, Any]:
    """Return headers that let the page run its own files, show pictures, and talk to its API and to Cognito."""
    others = " ".join(sorted({f"{sign_in_url.scheme}://{sign_in_url.netloc}", cognito_url}))
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        # Files lie in our bucket, where they are uploaded, too; nothing is loaded from where platforms keep theirs.
        "img-src": f"'self' data: {origin()}",
        "media-src": origin(),
        # The font stands in a style sheet, since API Gateway passes on texts only.
        "font-src": "data:",
        "connect-src": f"'self' {others} {origin()} {_live_origin()}",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        # DOMPurify makes the pages of mails harmless.
        "trusted-types": "lit-html dompurify service-worker",
    }
    return EVERYWHERE | {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in UNNEEDED),
        "Referrer-Policy": "no-referrer",
    }
