"""Calls to Reddit, and what its answers mean."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels import _transport
from channels._transport import MAYBE_SENT, Answer, Call, CodeTable, Refusal
from channels.base import (
    Credentials,
    Reason,
    TransientFailure,
    json_list,
    json_object,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


BASE_URL = "https://oauth.reddit.com"
AUTH_URL = "https://www.reddit.com"
MOST_SUBREDDITS = 3
RATE_PAUSE = 300.0
FEW_LEFT = 5
"""Calls that are left to those who answer, rather than used for asking what is new."""


def subreddit_sources(options: Mapping[str, str]) -> list[str]:
    named = [each.strip().removeprefix("r/") for each in options.get("subreddits", "").split(",")]
    subreddits = [quote(each, safe="") for each in named if each][:MOST_SUBREDDITS]
    return [f"/r/{each}/{part}" for each in subreddits for part in ("new", "comments")]


class Client:
    """Calls with one connection's token; remembers how long the platform wants to be left alone."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.pause = 0.0

    def get(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        request = self._request("GET", self._base() + path, _transport.bearer(self._credentials), params)
        return self._call(request, repeatable=True)

    def get_listings(self, path: str, params: Mapping[str, str]) -> Sequence[Any]:
        """Return a post's own listing, and that of the comments below it."""
        request = self._request("GET", self._base() + path, _transport.bearer(self._credentials), params)
        return json_list(_transport.call(request, channel="reddit", repeatable=True, classify=classify).json)

    def write(self, path: str, form: Mapping[str, str], *, repeatable: bool = False) -> dict[str, Any]:
        form = {"api_type": "json", **form}
        request = self._request("POST", self._base() + path, _transport.bearer(self._credentials), form=form)
        return self._call(request, repeatable=repeatable)

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """A new access token. What is wrong with the old one is sometimes said in an answer that looks like success."""
        options, secrets = self._credentials.options, self._credentials.secrets
        pair = f"{secrets.get('client_id', '')}:{secrets.get('client_secret', '')}".encode()
        url = (options.get("auth_url") or AUTH_URL).rstrip("/") + "/api/v1/access_token"
        request = self._request("POST", url, {"Authorization": f"Basic {b64encode(pair).decode()}"}, form=form)
        response = _transport.renew(request, channel="reddit", classify=classify).body or {}
        if "error" in response:
            raise TransientFailure(Reason.AUTH, _code(response["error"]) or "refused")
        return response

    def _base(self) -> str:
        return (self._credentials.options.get("base_url") or BASE_URL).rstrip("/")

    def _agent(self) -> str:
        """Mandatory, and unique for an app: who sends none, or that of a library, is slowed down."""
        named = self._credentials.options.get("user_agent")
        return named or f"python:nachfrage:v0.1 (by /u/{self._credentials.account_id or 'unknown'})"

    def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Call:
        # Without raw_json, the platform writes &amp; for &.
        return Call(method, url, {**headers, "User-Agent": self._agent()}, {**(params or {}), "raw_json": "1"}, form)

    def _call(self, request: Call, *, repeatable: bool) -> dict[str, Any]:
        answer = _transport.call(request, channel="reddit", repeatable=repeatable, classify=classify)
        if (left := _number(answer.headers.get("x-ratelimit-remaining"))) is not None and left < FEW_LEFT:
            self.pause = _reset(answer) or RATE_PAUSE
        return answer.body or {}


CODES = CodeTable(
    codes={
        "RATELIMIT": Reason.RATE,
        "QUOTA_FILLED": Reason.RATE,
        "THREAD_LOCKED": Reason.GONE,
        "TOO_OLD": Reason.GONE,
        "DELETED_COMMENT": Reason.GONE,
        "DELETED_LINK": Reason.GONE,
        "NO_THING_ID": Reason.GONE,
        "USER_DOESNT_EXIST": Reason.GONE,
        "USER_BLOCKED": Reason.GONE,
        "USER_BLOCKED_MESSAGE": Reason.GONE,
        "NOT_WHITELISTED_BY_USER_MESSAGE": Reason.GONE,
        "NO_TEXT": Reason.BAD,
        "TOO_LONG": Reason.BAD,
        "BAD_CSS_NAME": Reason.BAD,
        "SUBREDDIT_NOTALLOWED": Reason.PERMISSION,
        "SUBREDDIT_NOEXIST": Reason.GONE,
        "NOT_AUTHOR": Reason.PERMISSION,
        "BANNED_FROM_SUBREDDIT": Reason.PERMISSION,
        "SOMETHING_IS_BROKEN": Reason.RETRY,
        "USER_REQUIRED": Reason.AUTH,
        "INVALID_TOKEN": Reason.AUTH,
    },
    statuses={
        400: Reason.BAD,
        401: Reason.AUTH,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        413: Reason.BAD,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE},
    longest_pause=3600.0,
)
"""By the name of an error, in ``json.errors`` of an answer that is 200, or as the ``reason`` of one that is not."""
ENDPOINT_GONE = "endpoint_gone"
"""The platform sends away, mostly to its sign-in page, who calls what it gave up: that is not the token's fault."""
_AMOUNT = re.compile(r"(\d{1,6}) (millisecond|second|minute|hour)")
_UNITS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0}


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no result; one that is 200 may say inside what is wrong."""
    errors = json_list(json_object((answer.body or {}).get("json")).get("errors"))
    if answer.is_success and errors:
        first = errors[0] if isinstance(errors[0], list) else [errors[0]]
        return _named_error(answer, *first[:2])
    if answer.is_success and (answer.body is not None or isinstance(answer.json, list)):
        return None
    if 300 <= answer.status < 400:
        return Refusal(Reason.PERMISSION, ENDPOINT_GONE)
    name = _code((answer.body or {}).get("reason"))
    meaning = CODES.meaning(name)
    code = str(name if meaning else answer.status)
    if meaning is Reason.RETRY and answer.status >= 500:
        meaning = MAYBE_SENT  # a gateway's error: a comment may stand there all the same
    reset = _reset(answer) if Reason.RATE in (meaning, CODES.statuses.get(answer.status)) else None
    return CODES.refusal(answer, code, meaning, reset)


def _named_error(answer: Answer, name: object = None, words: object = "") -> Refusal:
    code = _code(name) or "unnamed"
    meaning = CODES.meaning(code) or Reason.BAD
    pause = _amount(words) if meaning is Reason.RATE and isinstance(words, str) else None
    return CODES.refusal(answer, code, meaning, pause)


def _code(value: object) -> str | None:
    """The platform's own name for an error; what does not look like one is not passed on."""
    text = str(value) if isinstance(value, int) else value
    return text if isinstance(text, str) and re.fullmatch("[A-Za-z0-9_]{1,40}", text) else None


def _amount(text: str) -> float | None:
    """The seconds in "Take a break for 5 minutes before trying again."; one more, as the platform rounds down."""
    match = _AMOUNT.search(text)
    return int(match[1]) * _UNITS[match[2]] + 1 if match else None


def _reset(answer: Answer) -> float | None:
    """The seconds until the platform starts a new count."""
    seconds = _number(answer.headers.get("retry-after")) or _number(answer.headers.get("x-ratelimit-reset"))
    return max(seconds, 1.0) if seconds is not None else None


def _number(header: str | None) -> float | None:
    return float(header) if header and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", header) else None
