"""Prices of the platforms: what reading a post and sending a message costs, with the day and the source of each. Pure.

Amounts are integers in millionths of a US dollar, list prices without rebates. What is not in the table is free, or
nobody told its price. A price that changes is a further row with its day: costs of earlier days stay as they were.
"""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from conversations.facts import Visibility
from conversations.send_options import Way

DOLLAR, CENT = 1_000_000, 10_000
X_PRICES = "docs.x.com/x-api/pricing"
SES_PRICES = "aws.amazon.com/ses/pricing"
WHATSAPP_PRICES = "developers.facebook.com/documentation/business-messaging/whatsapp/pricing"
READ, OWN_READ, MESSAGE_READ = "read", "own_read", "message_read"
POST, POST_WITH_LINK, SUMMONED, MESSAGE, TEMPLATE = "post", "post_with_link", "summoned_reply", "message", "template"


class Price(Struct, frozen=True):
    """The price of one unit; a range where it depends on what we are not told, such as the person's country."""

    least: int = 0
    """Millionths of a US dollar."""
    most: int = 0

    def times(self, count: int) -> Price:
        """Return the price of several units."""
        return Price(self.least * count, self.most * count)

    def plus(self, other: Price) -> Price:
        """Return the price of both."""
        return Price(self.least + other.least, self.most + other.most)


class Rate(Struct, frozen=True):
    """One row of the table: the price of something on a channel from a day on."""

    channel: str
    what: str
    price: Price
    since: str
    """ISO date from which it holds, UTC."""
    source: str


FREE = Price()


def _exactly(amount: int) -> Price:
    return Price(amount, amount)


# The prices of X hold since it charges for use; those of WhatsApp are the ends of its list of rates by country and
# category (0.0008 to 0.1597 USD), as resellers print it: Meta's own file could not be read, and neither could that of
# 2026-10-01 (looked up on 2026-11-30: its rates are named by country in data sets of others, of which no row in US
# dollars could be read). Since then WhatsApp charges messages in the open window, too, at the rate of *Utility*, beyond
# 1,000 a month of each number (apps.make.com/whatsapp-business-cloud-modules, docs.ycloud.com). They are not in the
# table: the rates are unknown, and the first thousand would be counted as paid.
TABLE = (
    Rate("x", READ, _exactly(5_000), "2026-02-06", X_PRICES),
    Rate("x", OWN_READ, _exactly(1_000), "2026-02-06", X_PRICES),
    Rate("x", MESSAGE_READ, _exactly(10_000), "2026-02-06", X_PRICES),
    Rate("x", POST, _exactly(15_000), "2026-02-06", X_PRICES),
    Rate("x", POST_WITH_LINK, _exactly(200_000), "2026-02-06", X_PRICES),
    Rate("x", SUMMONED, _exactly(10_000), "2026-02-06", X_PRICES),
    Rate("x", MESSAGE, _exactly(15_000), "2026-02-06", X_PRICES),
    Rate("email", MESSAGE, _exactly(100), "2025-01-01", SES_PRICES),
    Rate("whatsapp", TEMPLATE, Price(800, 159_700), "2026-04-01", WHATSAPP_PRICES),
)
CHARGED = frozenset(each.channel for each in TABLE)
"""Channels on which something costs money."""


def price(channel: str, what: str, at: int) -> Price:
    """Return the price of something at a time (milliseconds); ``FREE`` where the table has none."""
    day = f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"
    rates = [each for each in TABLE if (each.channel, each.what) == (channel, what) and each.since <= day]
    return max(rates, key=lambda each: each.since).price if rates else FREE


def is_metered(channel: str) -> bool:
    """Return whether reading on a channel costs money."""
    return any(each.channel == channel and each.what == READ for each in TABLE)


class MessagePrice(Struct, frozen=True):
    """The price of a message on one way: of its first part, with or without a link, and of each further part."""

    first: Price = FREE
    with_link: Price = FREE
    """Of a part that contains a link."""
    further: Price = FREE
    per_recipient: bool = False
    """Each further recipient costs as much again."""

    def of(self, links: tuple[bool, ...], recipients: int = 1) -> Price:
        """Return the price of a message whose parts contain a link or not, in their order."""
        total = FREE
        for number, has_link in enumerate(links):
            total = total.plus(self.with_link if has_link else self.further if number else self.first)
        return total.times(recipients) if self.per_recipient else total


def message_price(channel: str, way: Way, at: int, *, summoned: bool = True) -> MessagePrice:
    """Return the price of a message on a way at a time (milliseconds).

    ``summoned`` says that who is answered mentioned or quoted our account, as customers who write to us did; further
    parts of a thread answer our own post. The prices of a link are those of a post with one, also where it is summoned.
    """
    if channel == "x" and way == Way.PUBLIC_REPLY:
        first = price(channel, SUMMONED if summoned else POST, at)
        return MessagePrice(first, price(channel, POST_WITH_LINK, at), price(channel, POST, at))
    if way == Way.TEMPLATE:
        template = price(channel, TEMPLATE, at)
        return MessagePrice(template, template, template)
    each = price(channel, MESSAGE, at)
    return MessagePrice(each, each, each, per_recipient=channel == "email")


def read_price(channel: str, visibility: Visibility, at: int, *, own: bool = False) -> int:
    """Return the price of reading one post or message, in millionths of a US dollar."""
    if visibility == Visibility.PRIVATE:
        return 0 if own else price(channel, MESSAGE_READ, at).most
    return price(channel, OWN_READ if own else READ, at).most


def dollars(amount: int) -> float:
    """Return an amount as the API gives it, in US dollars."""
    return amount / DOLLAR
