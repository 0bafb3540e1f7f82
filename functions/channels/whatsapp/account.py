"""The account on WhatsApp: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels import _meta
from channels._values import as_id, as_text
from channels.base import (
    Account,
    AccountManager,
    Reason,
    TransientFailure,
    json_object,
)
from channels.whatsapp.api import again, read_node

if TYPE_CHECKING:
    from channels.base import Credentials


class WhatsAppAccount(AccountManager):
    """The account on WhatsApp."""

    def check(self, credentials: Credentials) -> Account:
        fields = {"fields": "id,display_phone_number,verified_name"}
        number = read_node(_meta.node(credentials.account_id), credentials, fields)
        found, shown = as_id(number.get("id")), as_text(number.get("display_phone_number"))
        if found is None:
            raise TransientFailure(Reason.RETRY, "no_account")
        name = as_text(number.get("verified_name")) or shown or found
        return Account(found, name, {"display_phone_number": shown} if shown else {})

    def register(self, credentials: Credentials, url: str) -> None:
        """Subscribe our app to the business account, where that is named, and have this number's events come here."""
        if waba := credentials.options.get("waba_id"):
            again(waba, "subscribed_apps", credentials, None)
        hook = {"override_callback_uri": url, "verify_token": credentials.secrets.get("verify_token", "")}
        again(credentials.account_id, "", credentials, {"webhook_configuration": hook})

    def unregister(self, credentials: Credentials, url: str) -> None:
        if self.registered(credentials, url):  # it may be another's by now
            again(credentials.account_id, "", credentials, {"webhook_configuration": {"override_callback_uri": ""}})

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        """Numbers of a business account may each have an address; where this one has none, the app's own counts."""
        number = read_node(_meta.node(credentials.account_id), credentials, {"fields": "webhook_configuration"})
        places = json_object(number.get("webhook_configuration"))
        order = ("phone_number", "whatsapp_business_account", "application")
        return next((places[place] for place in order if places.get(place)), None) == url
