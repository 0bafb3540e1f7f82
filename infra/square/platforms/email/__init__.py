"""E-mail on the square: mailboxes of customers, and an Amazon SES between them and the company.

After docs.aws.amazon.com/ses/latest/APIReference-V2 (SendEmail, identities, errors),
…/dg/receiving-email-notifications-contents.html (what SES tells of a mail that came in) and
…/dg/monitor-sending-using-event-publishing.html (events). Calls must be signed (version 4) with the section's keys.
A mail that comes in is put into a bucket and a queue is told, as SES's receipt rule does by way of a topic, once ``do``
has made such a ``rule`` {aws_url, bucket, queue, aws_region?, aws_access_key_id?, aws_secret_access_key?}; and it is
kept for ``GET /email/incoming``, as are the events for ``GET /email/events``.

``post`` writes a mail, always ``private``: ``title`` is its subject, ``to`` the mail it answers; traits: ``dmarc``,
``spam``, ``virus`` (verdicts), ``headers`` (further ones), ``html``, and ``quoted`` (false: without what is answered).
``do`` knows ``bounce`` {message_id, type, subtype}, ``complain`` {message_id}, ``raw_mail`` {content: Base64},
``sandbox`` {on}, ``quota`` {left} and ``pause`` {on}.
"""

from infra.square.platforms.email.platform import Email as Platform

__all__ = ["Platform"]
