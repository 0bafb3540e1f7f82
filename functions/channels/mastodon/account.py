"""The account on Mastodon: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

from channels._values import as_id, as_words, whole_number
from channels.base import (
    Account,
    AccountManager,
    Credentials,
    PermanentFailure,
    Reason,
    json_object,
)
from channels.mastodon.api import call
from channels.mastodon.sending import STATUS_LIMIT, URL_LENGTH
from channels.mastodon.statuses import name_of


class MastodonAccount(AccountManager):
    """The account on Mastodon."""

    def check(self, credentials: Credentials) -> Account:
        person = json_object(call("GET", "v1/accounts/verify_credentials", credentials))
        found = as_id(person.get("id"))
        if found is None:
            raise PermanentFailure(Reason.PERMISSION, "no_account")
        try:
            server = json_object(call("GET", "v2/instance", credentials))
        except PermanentFailure:
            server = json_object(call("GET", "v1/instance", credentials))  # servers older than 4.0, and some kin
        domain = as_words(server.get("domain")) or as_words(server.get("uri")) or ""
        handle = "@".join(filter(None, ["", as_words(person.get("acct")), domain]))
        limits = json_object(json_object(server.get("configuration")).get("statuses"))
        most = whole_number(limits.get("max_characters"), 0) or whole_number(server.get("max_toot_chars"), STATUS_LIMIT)
        options = {"handle": f"@{handle}" if not handle.startswith("@") else handle, "max_characters": str(most)}
        options["reserved_per_url"] = str(whole_number(limits.get("characters_reserved_per_url"), URL_LENGTH))
        return Account(found, name_of(person) or handle or found, options)
