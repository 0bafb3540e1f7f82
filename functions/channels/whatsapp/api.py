"""Calls to WhatsApp, and what its answers mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from channels import _meta, _options, _transport
from channels._transport import Answer, Call, CodeTable, Refusal
from channels.base import (
    Reason,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.base import Credentials

PAIR_PAUSE, RATE_PAUSE, LIMIT_PAUSE, POLICY_PAUSE = 6.0, 60.0, 3600.0, 1800.0
"""Seconds to wait: for one person, for a number, for a day's limit, and when the account is restricted."""
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}")
"""A person as one business knows them: the country, and letters or digits."""


def write(node: str, edge: str, credentials: Credentials, document: Mapping[str, Any]) -> dict[str, Any]:
    return call("POST", _meta.node(node, edge), credentials, json=document)


def again(
    node: str, edge: str, credentials: Credentials, document: Mapping[str, Any] | None, method: str = "POST"
) -> dict[str, Any]:
    """Write what does no harm when it is written twice."""
    return call(method, _meta.node(node, edge), credentials, repeatable=True, json=document)


def read_node(path: str, credentials: Credentials, params: Mapping[str, str]) -> dict[str, Any]:
    return call("GET", path, credentials, params, repeatable=True)


def call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str] | None = None,
    *,
    repeatable: bool = False,
    **body: Any,
) -> dict[str, Any]:
    options, graph = credentials.options, _meta.FACEBOOK
    base = options.get("base_url") or graph.base_url
    url = f"{base.rstrip('/')}/{_options.part(options, 'version', graph.version)}/{path}"
    signed = {**(params or {}), **_meta.proof(credentials)}
    request = Call(method, url, _transport.bearer(credentials), signed, **body)
    return _transport.call(request, channel="whatsapp", repeatable=repeatable, classify=classify).body or {}


CODES = CodeTable(
    codes={
        (0, None): Reason.AUTH,
        (1, None): Reason.RETRY,
        (2, None): Reason.RETRY,
        (3, None): Reason.PERMISSION,
        (4, None): Reason.RATE,
        (10, None): Reason.PERMISSION,
        (33, None): Reason.GONE,  # the phone number was deleted
        (100, None): Reason.BAD,
        (100, 33): Reason.GONE,  # deleted, or never ours to see
        (102, None): Reason.AUTH,
        (190, None): Reason.AUTH,
        (368, None): Reason.POLICY,
        (613, None): Reason.RATE,
        (80007, None): Reason.RATE,
        (130403, None): Reason.PERMISSION,
        (130429, None): Reason.RATE,
        (130472, None): Reason.GONE,  # part of an experiment: not within a day
        (130497, None): Reason.POLICY,  # not to this country
        (131000, None): Reason.RETRY,
        (131005, None): Reason.PERMISSION,
        (131008, None): Reason.BAD,
        (131009, None): Reason.BAD,
        (131014, None): Reason.BAD,  # a link to a file that nobody could fetch
        (131016, None): Reason.RETRY,
        (131020, None): Reason.GONE,  # a group with one member
        (131021, None): Reason.BAD,  # to oneself
        (131026, None): Reason.GONE,  # not on WhatsApp, blocked us, an old program
        (131030, None): Reason.PERMISSION,  # a test number writes to its list alone
        (131031, None): Reason.POLICY,
        (131037, None): Reason.PERMISSION,  # the display name is not approved
        (131041, None): Reason.GONE,  # no such group
        (131042, None): Reason.POLICY,  # payment
        (131045, None): Reason.PERMISSION,
        (131047, None): Reason.WINDOW,
        (131048, None): Reason.RATE,  # too many were reported as spam
        (131049, None): Reason.GONE,  # not delivered for the ecosystem's health: not within a day
        (131050, None): Reason.GONE,  # wants no marketing
        (131051, None): Reason.BAD,
        (131052, None): Reason.BAD,
        (131053, None): Reason.BAD,
        (131056, None): Reason.RATE,  # too many to one person
        (131057, None): Reason.RETRY,
        (131062, None): Reason.BAD,  # such messages need a phone number
        (131063, None): Reason.PERMISSION,
        (131064, None): Reason.RATE,
        (132000, None): Reason.BAD,
        (132001, None): Reason.BAD,
        (132005, None): Reason.BAD,
        (132007, None): Reason.BAD,
        (132008, None): Reason.BAD,
        (132012, None): Reason.BAD,
        (132015, None): Reason.BAD,
        (132016, None): Reason.BAD,
        (132068, None): Reason.BAD,
        (132069, None): Reason.RATE,
        (133000, None): Reason.RETRY,
        (133004, None): Reason.RETRY,
        (133006, None): Reason.PERMISSION,
        (133010, None): Reason.PERMISSION,  # the number is not registered
        (133016, None): Reason.RATE,
        (135000, None): Reason.RETRY,
        (137000, None): Reason.BAD,
        (139100, None): Reason.BAD,
        (139101, None): Reason.BAD,  # the list of the blocked is full
        (139102, None): Reason.RETRY,
        (139103, None): Reason.RETRY,
    },
    statuses=_meta.CODES.statuses,
    pauses={Reason.RATE: RATE_PAUSE, Reason.POLICY: POLICY_PAUSE},
)
_PAUSES = {
    131048: LIMIT_PAUSE,
    131056: PAIR_PAUSE,
    131064: LIMIT_PAUSE,
    133016: LIMIT_PAUSE,
}


def classify(answer: Answer) -> Refusal | None:
    """Return why the platform's answer is no result."""
    return _meta.refusal(answer, CODES, _PAUSES)
