"""The account on E-Mail: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

from urllib.parse import quote

from channels.base import (
    Account,
    AccountManager,
    Credentials,
    PermanentFailure,
    Reason,
)
from channels.email.api import call


class EmailAccount(AccountManager):
    """The account on E-Mail."""

    def check(self, credentials: Credentials) -> Account:
        """The address, if SES may send from it, by itself or by its domain."""
        address = credentials.account_id.lower()
        for identity in (address, address.rpartition("@")[2]):
            try:
                body = call("GET", f"identities/{quote(identity, safe='')}", credentials, repeatable=True)
            except PermanentFailure as failure:
                if failure.code != "NotFoundException":
                    raise
                continue
            if body.get("VerifiedForSendingStatus") is True:
                return Account(address, credentials.options.get("sender_name") or address)
        raise PermanentFailure(Reason.PERMISSION, "not_verified")
