"""Attacks on what stands beside a signed body: headers, parameters and weaker signatures that anybody can write."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pytest

import channels
from channels.base import InvalidSignature
from tests.unit.channels.samples import Sample, samples

META = ("facebook", "instagram", "threads", "whatsapp")
SIGNED = [sample for name in channels.names() for sample in samples(name) if sample.headers]


@pytest.mark.parametrize("sample", [each for each in SIGNED if each.channel in META], ids=str)
def test_a_signature_with_sha1_in_place_of_the_better_one_is_refused(sample: Sample) -> None:
    channel = channels.get(sample.channel)
    channel.verify(sample.request, sample.credentials)
    for secret in sample.secrets.values():
        older = "sha1=" + hmac.new(secret.encode(), sample.request.body, hashlib.sha1).hexdigest()
        for headers in (
            {"x-hub-signature": older},
            {"x-hub-signature": older, "x-hub-signature-256": ""},
            {"x-hub-signature-256": older},
            {"x-hub-signature": sample.headers["x-hub-signature-256"]},
        ):
            with pytest.raises(InvalidSignature):
                channel.verify(replace(sample.request, headers=headers), sample.credentials)
