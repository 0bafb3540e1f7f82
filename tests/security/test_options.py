"""Options of a connection set by an attacker: an address, and with it the secrets, leads only to the platform."""

from __future__ import annotations

import pytest

import channels
from application.connections import forms, refusal, registration
from channels import _options
from channels import email as mail
from channels.base import Credentials, PermanentFailure
from storage import connections

PLAIN = {
    "access", "api_username", "chat", "configuration_set", "flavour", "handle", "langs", "max_characters",
    "max_image_kb", "max_post_length", "min_post_length", "personal_messages", "sender_name",
    "service", "subject", "template_language", "template_name", "text_limit", "user_agent", "username",
    "daily_units", "push_audience", "push_email", "push_keys",
}  # fmt: skip
"""Options that stand in no address, or only quoted and behind the host: one line is all that is asked of them."""
ELSEWHERE = [
    "evil.test/#",
    "evil.test/",
    "evil.test",
    "eu-central-1.evil.test/#",
    "eu-central-1@evil.test/",
    "eu-central-1\n",
    "eu-central-1.",
    "eu-central-1:443/",
    "eu-central-1?",
    "eu-central-1\\",
    "EU-central-1",
    "eu-central-\uff11",
    "eu\u2010central\u20101",
    "%65u-central-1",
    "../x",
    "v1/../..",
    " v1",
    "v1@evil.test",
    "v1\r\nHost: evil.test",
    "//evil.test",
]


def every_option() -> list[tuple[str, str]]:
    found = [(name, option) for name in channels.names() for option in forms.all_options(channels.get(name))]
    assert found
    return found


@pytest.mark.parametrize(("channel", "option"), every_option())
def test_every_option_of_every_channel_is_known_to_be_checked_or_harmless(channel: str, option: str) -> None:
    is_address = option.endswith(_options.ADDRESS)
    assert [is_address, option in _options.FORMS, option in PLAIN].count(True) == 1


@pytest.mark.parametrize("value", ELSEWHERE)
@pytest.mark.parametrize("option", ["region", "version", "app_id", "page_id", "waba_id"])
def test_option_that_leads_elsewhere_is_refused_where_it_is_taken_in_and_used(option: str, value: str) -> None:
    assert forms.malformed_options({option: value}) == [option]
    with pytest.raises(PermanentFailure) as refused:
        _options.part({option: value}, option, "default")
    assert refused.value.code == f"option_{option}"


@pytest.mark.parametrize("option", sorted(_options.FORMS))
@pytest.mark.parametrize(
    "value", ["a\r\nHost: evil.test", "..", "a/../b", "a?b", "a#b#c", "a@evil.test", "\u202e", "a\\b"]
)
def test_no_part_of_an_address_holds_what_ends_or_leaves_it(option: str, value: str) -> None:
    assert not _options.is_well_formed(option, value)


@pytest.mark.parametrize("option", sorted(PLAIN))
@pytest.mark.parametrize("value", ["a\r\nX: y", "a\0", "a\u2028b"])
def test_no_option_holds_more_than_a_line(option: str, value: str) -> None:
    assert forms.malformed_options({option: value}) == [option]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("region", "eu-central-1"),
        ("region", "us-gov-west-1"),
        ("region", "ap-southeast-3"),
        ("region", "cn-northwest-1"),
        ("version", "v25.0"),
        ("version", "2"),
        ("version", "v4"),
        ("topic", "projects/nordlicht/topics/reviews"),
        ("client_id", "nordlicht.apps.googleusercontent.com"),
        ("subreddits", "r/nordlicht, netz_hilfe"),
        ("locations", "accounts/1/locations/2, 3"),
        ("chat_proxy", "did:web:api.bsky.chat#bsky_chat"),
        ("sender_name", "Nördlicht Netz: Hilfe"),
    ],
)
def test_option_as_companies_have_it_is_taken(option: str, value: str) -> None:
    assert forms.malformed_options({option: value}) == []


@pytest.mark.parametrize("region", ["evil.test/#", "eu-central-1.evil.test", "x@evil.test/"])
def test_mail_is_not_sent_by_a_region_that_was_stored_before(region: str) -> None:
    stored = Credentials(
        "hilfe@nordlicht.example", {"access_key_id": "a", "secret_access_key": "b"}, {"region": region}
    )
    with pytest.raises(PermanentFailure) as refused:
        mail.channel.account.check(stored)
    assert refused.value.code == "option_region"


@pytest.mark.parametrize("region", ["evil.test/#", "../x", "eu-central-1.evil.test"])
def test_connection_whose_option_leads_elsewhere_is_not_made(table: str, region: str) -> None:
    secrets = {"reply_key": "k" * 40}
    new = registration.New("email", "support", secrets, {"region": region}, account_id="hilfe@nordlicht.example")
    with pytest.raises(refusal.Refused) as refused:
        registration.connect(new, "https://api.example/webhooks/{channel}/{name}", 0)
    assert (refused.value.why, refused.value.detail) == (refusal.Why.ADDRESS, "region")
    assert connections.connections() == []
