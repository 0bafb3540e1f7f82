"""Mastodon on the square: one server with the company's account on it, and everybody else's posts to it.

After docs.joinmastodon.org (methods: accounts, instance, media, notifications, statuses; entities: Status, Account,
Notification) and ``app/validators/status_length_validator.rb``. Nothing is pushed: clients poll.
Whatever somebody writes to the company counts as a mention.
"""

from infra.square.platforms.mastodon.platform import Mastodon as Platform

__all__ = ["Platform"]
