"""The page as the console function hands it out."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from aws import accounts
from console.app import lambda_handler
from console.routes import page as page_routes
from infra import build
from infra.page import bundle
from shared import settings
from storage import files
from tests.functional.console_api import sample

SIGN_IN = {
    "client_id": "client",
    "sign_in_url": "https://pool.auth.eu-central-1.amazoncognito.com",
    "cognito_url": "https://cognito-idp.eu-central-1.amazonaws.com",
}


@pytest.fixture(autouse=True)
def page(environment: None, client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The bundled page, and where to sign in."""
    build.BUILD.mkdir(exist_ok=True)
    monkeypatch.setattr(page_routes, "FOLDER", bundle.make(build.BUILD))
    monkeypatch.setenv("SIGN_IN_PARAMETER", "/test/console/pages")
    monkeypatch.setenv("BRAND_NAME", 'Funk & "Haus"')
    client("ssm").put_parameter(Name="/test/console/pages", Type="String", Value=json.dumps(SIGN_IN), Overwrite=True)
    _forget()
    yield
    _forget()


def _forget() -> None:
    for kept in (
        page_routes.document,
        page_routes.files,
        page_routes.manifest,
        page_routes.web_app,
        accounts.sign_in,
    ):
        kept.cache_clear()


def _get(path: str, name: str = "", context: object = None, **headers: str) -> dict[str, Any]:
    event = sample("list_conversations")
    event["requestContext"] |= {"resourcePath": "/assets/{name}" if name else "/", "path": path}
    event |= {"path": path, "pathParameters": {"name": name} if name else None, "headers": headers}
    event["multiValueHeaders"] = {key: [value] for key, value in headers.items()}
    del event["requestContext"]["authorizer"]
    return lambda_handler(event, context)


def test_the_page_names_its_files_relative_to_itself(lambda_context: object) -> None:
    html = _get("/live/", context=lambda_context)["body"]
    named = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', html)
    assert named and all(each.startswith("assets/") for each in named)


def test_the_page_speaks_the_readers_language_at_once(lambda_context: object) -> None:
    german = _get("/live/", context=lambda_context, **{"accept-language": "de-CH, en"})["body"]
    english = _get("/live/", context=lambda_context)["body"]
    assert '<html lang="de"' in german and page_routes.manifest()["texts"]["de"] in german
    assert '<html lang="en"' in english and page_routes.manifest()["texts"]["de"] not in english


def test_a_brand_is_text(lambda_context: object) -> None:
    html = _get("/live/", context=lambda_context)["body"]
    assert "<title>Funk &amp; &quot;Haus&quot;</title>" in html


def test_an_address_without_its_slash_leads_to_the_one_with_it(lambda_context: object) -> None:
    answer = _get("/live", context=lambda_context)
    assert (answer["statusCode"], answer["headers"]["Location"]) == (307, "live/")


def test_the_page_may_talk_to_its_api_and_to_cognito_alone(lambda_context: object) -> None:
    policy = _get("/live/", context=lambda_context)["headers"]["Content-Security-Policy"]
    live = urlsplit(settings.live_url())
    others = f"{SIGN_IN['cognito_url']} {SIGN_IN['sign_in_url']}"
    assert f"connect-src 'self' {others} {files.origin()} {live.scheme}://{live.netloc};" in policy


def test_pictures_come_from_our_bucket_and_from_nowhere_else(lambda_context: object) -> None:
    policy = _get("/live/", context=lambda_context)["headers"]["Content-Security-Policy"]
    assert f"img-src 'self' data: {files.origin()};" in policy
    assert f"media-src {files.origin()};" in policy
    assert "unsafe-inline" not in policy


def test_the_font_comes_from_a_style_sheet_of_the_page(lambda_context: object) -> None:
    page = _get("/live/", context=lambda_context)
    name = page_routes.manifest()["font"]
    assert name in page["body"] and "font-src data:;" in page["headers"]["Content-Security-Policy"]
    assert "src:url(data:font/woff2;base64," in _get(f"/live/assets/{name}", name, lambda_context)["body"]


def test_a_file_is_kept_and_asked_for_again_by_its_tag(lambda_context: object) -> None:
    name = page_routes.manifest()["main"]
    first = _get(f"/live/assets/{name}", name, lambda_context)
    assert first["statusCode"] == 200
    assert first["headers"]["Content-Type"].startswith("text/javascript")
    again = _get(f"/live/assets/{name}", name, lambda_context, **{"if-none-match": first["headers"]["ETag"]})
    assert (again["statusCode"], again["body"]) == (304, "")


def test_service_worker_is_asked_for_each_time_and_works_for_the_page_above_it(lambda_context: object) -> None:
    headers = _get("/live/assets/service-worker.js", "service-worker.js", lambda_context)["headers"]
    assert headers["Cache-Control"] == "no-cache" and headers["Service-Worker-Allowed"] == "../"
    assert headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"


def test_service_worker_keeps_files_of_the_page_and_nothing_else(lambda_context: object) -> None:
    code = _get("/live/assets/service-worker.js", "service-worker.js", lambda_context)["body"]
    kept = json.loads(code.partition("self.BUILD=")[2].partition(";\n")[0])["files"]
    assert set(kept) == set(page_routes.files()) - {"service-worker.js"}


def test_manifest_has_the_companys_name_and_icons_of_all_sizes(lambda_context: object) -> None:
    answer = _get("/live/assets/app.webmanifest", "app.webmanifest", lambda_context)
    manifest = json.loads(answer["body"])
    assert answer["headers"]["Content-Type"].startswith("application/manifest+json")
    assert manifest["name"] == 'Funk & "Haus"' and manifest["display"] == "standalone"
    assert (manifest["start_url"], manifest["scope"]) == ("../", "../")
    icons = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert icons == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for icon in manifest["icons"]:
        picture = base64.b64decode(icon["src"].removeprefix("data:image/png;base64,"))
        assert [int.from_bytes(picture[at : at + 4]) for at in (16, 20)] == [int(icon["sizes"][:3])] * 2


@pytest.mark.parametrize("name", ["manifest.json", "index.html", "../app.py", "none.js"])
def test_path_that_is_no_file_of_the_page_is_not_found(name: str, lambda_context: object) -> None:
    assert _get(f"/live/assets/{name}", name, lambda_context)["statusCode"] == 404
