"""X on the square: one account of the company, its posts and direct messages, one app with one webhook.

After docs.x.com (API v2, X Activity API). Somebody who writes at the top of a thread speaks to the company, so the
post begins with its handle unless it names it already; an answer begins with the handles of those who are answered, as
the platform puts them there. What hangs deeper in a thread and names the company only so is told by no webhook; it
stands in the mentions, as on the platform.
"""

from infra.square.platforms.x.platform import X as Platform

__all__ = ["Platform"]
