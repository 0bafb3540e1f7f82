"""WhatsApp Business Platform (Cloud API): messages with people, and what becomes of ours.

Sources: developers.facebook.com/documentation/business-messaging/whatsapp, there webhooks/reference/messages (kinds of
messages, statuses, echoes), webhooks/override (an address for each number), business-scoped-user-ids (``user_id``,
``recipient``), messages/send-messages (windows, limits, ``biz_opaque_callback_data``), templates (parameters),
business-phone-numbers/media, block-users, support/error-codes; …/docs/graph-api/webhooks/getting-started (signature,
handshake).

Secrets: ``app_secret``, ``previous_app_secret`` (while it is rotated), ``verify_token``, ``access_token`` (a system
user's). Options: ``waba_id`` (the business account, to subscribe the app to it), ``template_name`` and
``template_language`` (an approved template whose body has one parameter), ``base_url``, ``version`` of the Graph API.
``account_id`` is the id of the phone number, not the number.

Who is who: since April 2026 every message names its writer's ``user_id``, and not every one a phone number; the
number goes when a person takes a username, and comes back when they are saved as a contact. So a person is known by
the ``user_id``, and by the number only where nothing else is told. A thread is ``<phone number id>:<person>``; a status
names it itself, since what we send carries our own id and the person it went to.
"""

from __future__ import annotations

from channels.base import (
    Capabilities,
    Channel,
)
from channels.whatsapp.account import WhatsAppAccount
from channels.whatsapp.sending import WhatsAppSender
from channels.whatsapp.webhook import WhatsAppReceiver
from conversations.facts import Kind

channel = Channel(
    name="whatsapp",
    label="WhatsApp",
    capabilities=Capabilities(
        secret_names=("app_secret", "verify_token", "access_token"),
        chosen_secrets=("verify_token",),
        signing_secret="app_secret",  # noqa: S106 - a name
        needs_account=True,
        option_names=("waba_id", "template_name", "template_language", "version"),
        reported_kinds=frozenset(
            {
                Kind.MESSAGE,
                Kind.EDITED,
                Kind.REMOVED,
                Kind.REACTION,
                Kind.UNREACTION,
                Kind.DELIVERED,
                Kind.READ,
                Kind.FAILED,
                Kind.GONE,
                Kind.BACK,
            }
        ),
        replies_to_latest=True,  # what is answered is marked as read
    ),
    receiver=WhatsAppReceiver(),
    sender=WhatsAppSender(),
    account=WhatsAppAccount(),
)
"""A phone number of the WhatsApp Business Platform."""
