"""Events as AWS hands them to the functions: API Gateway, as large as they really are."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from tests.performance import page_feed
from tests.support.embedded_aws import CLIENT_ID
from tests.support.platform import PAGE, SECRET

CONNECTION = "demo"
BEGAN_AT = page_feed.BEGAN_AT

_WORDS = "Guten Tag, seit gestern Abend geht unser WLAN nicht mehr und ich brauche Hilfe, der Router blinkt rot. "
_CLOUDFRONT = {
    f"CloudFront-{name}": value
    for name, value in {
        "Forwarded-Proto": "https",
        "Is-Android-Viewer": "false",
        "Is-Desktop-Viewer": "true",
        "Is-IOS-Viewer": "false",
        "Is-Mobile-Viewer": "false",
        "Is-SmartTV-Viewer": "false",
        "Is-Tablet-Viewer": "false",
        "Viewer-ASN": "32934",
        "Viewer-Address": "2a03:2880:10ff:14::face:b00c:40332",
        "Viewer-City": "Luleå",
        "Viewer-Country": "SE",
        "Viewer-Country-Name": "Sweden",
        "Viewer-Country-Region": "BD",
        "Viewer-Country-Region-Name": "Norrbotten",
        "Viewer-Http-Version": "1.1",
        "Viewer-Latitude": "65.58",
        "Viewer-Longitude": "22.15",
        "Viewer-Postal-Code": "97345",
        "Viewer-TLS": "TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake",
        "Viewer-Time-Zone": "Europe/Stockholm",
    }.items()
}
HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": "deflate, gzip",
    "Content-Type": "application/json",
    "Facebook-API-Version": "v26.0",
    "Host": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
    "Pragma": "no-cache",
    "Cache-Control": "no-cache",
    "User-Agent": "facebookexternalua",
    "Via": "1.1 3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c.cloudfront.net (CloudFront)",
    "X-Amz-Cf-Id": "Q3vVJ1xN0b5gZ8mK2pR7sT4uW6yA9cE1fH3jL5nP8qS0tV2xZ4B6D==",
    "X-Amzn-Trace-Id": "Root=1-6a8f1c2d-0123456789abcdef01234567",
    "X-Forwarded-For": "2a03:2880:10ff:14::face:b00c, 130.176.1.2",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
    "X-Request-Id": "5f0e1d2c-3b4a-5968-7786-95a4b3c2d1e0",
    "X-Business-Use-Case": "messenger",
    "X-FB-Debug": "u2Yb7QxkR0vN3mT6wZ9cF1hJ4lP8sV2yA5dG7kM0pS3vX6zB9eH==",
    "X-FB-Trace-Id": "Eb1uXq7yYbL",
    **_CLOUDFRONT,
}
"""Forty, together with the signature's two."""


def words(size: int) -> str:
    """A text of so many characters."""
    return (_WORDS * (size // len(_WORDS) + 1))[:size]


def message_id(number: int) -> str:
    """As long as Messenger's are."""
    return f"m_{hashlib.sha512(str(number).encode()).hexdigest()[:90]}"


def message(customer: int, number: int, text: str, at: int) -> dict[str, Any]:
    """One private message in a Page's webhook."""
    return {
        "sender": {"id": str(7_000_000_000_000_000 + customer)},
        "recipient": {"id": PAGE},
        "timestamp": at,
        "message": {"mid": message_id(number), "text": text, "nlp": {"intents": [], "entities": {}, "traits": {}}},
    }


def private(*messages: dict[str, Any]) -> bytes:
    """The body of a webhook with private messages."""
    return page_feed.body(PAGE, messaging=list(messages))


def message_of_size(size: int, customer: int, number: int, at: int) -> bytes:
    """The body of a webhook with one private message, of so many bytes in all."""
    empty = len(private(message(customer, number, "", at)))
    return private(message(customer, number, words(size - empty), at))


def comment(thread: str, number: int, author: int, text: str, at: int) -> bytes:
    """The body of a webhook with a comment on a post; number 0 is the visitor's post itself."""
    change = page_feed.visitor_post(thread, author, f"Kim Beispiel {author}", text, at)
    if number:
        below = {"comment_id": f"{thread.partition('_')[2]}_{number}", "parent_id": thread}
        change["value"] |= {"item": "comment", **below}
    return page_feed.body(PAGE, changes=[change])


def delivery(body: bytes) -> dict[str, Any]:
    """Return what API Gateway makes of a platform's signed POST."""
    signed = {
        "X-Hub-Signature": "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest(),
    }
    names = {"channel": "facebook", "connection": CONNECTION}
    return gateway("POST", "/webhooks/{channel}/{connection}", names, body, HEADERS | signed)


def request(method: str, path: str, names: dict[str, str], body: Any = None, **query: str) -> dict[str, Any]:
    """Return what API Gateway makes of a signed-in agent's request."""
    raw = b"" if body is None else json.dumps(body).encode()
    event = gateway(method, path, names, raw, {"Content-Type": "application/json", "Accept-Language": "de"})
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()} or None
    claims = {
        "sub": "5f0e1d2c-3b4a-5968-7786-95a4b3c2d1e0",
        "name": "Alex Beispiel",
        "email": "alex@example.com",
        "cognito:groups": "agent",
        "token_use": "id",
        "aud": CLIENT_ID,
    }
    event["requestContext"]["authorizer"] = {"claims": claims}
    return event


def gateway(method: str, path: str, names: dict[str, str], body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    """An event of a REST API with proxy integration."""
    return {
        "resource": path,
        "path": path.format(**names),
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": names or None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123",
            "resourcePath": path,
            "httpMethod": method,
            "extendedRequestId": "JKJaXmPLvHcESHA=",
            "requestTime": "21/Sep/2026:14:13:20 +0000",
            "path": "/live" + path.format(**names),
            "accountId": "000000000000",
            "protocol": "HTTP/1.1",
            "stage": "live",
            "domainPrefix": "a1b2c3d4e5",
            "requestTimeEpoch": BEGAN_AT,
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "2a03:2880:10ff:14::face:b00c", "userAgent": "facebookexternalua"},
            "domainName": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
            "apiId": "a1b2c3d4e5",
        },
        "body": body.decode() if body else None,
        "isBase64Encoded": False,
    }
