"""Bluesky on the square: a personal data server with one account, the app view beside it, and the chat.

After the lexicons of github.com/bluesky-social/atproto. Nothing is pushed: clients poll. What is
written to the company at the top of a thread counts as a mention, so that it is told; answers are told up to five
levels below a post of the company. Records are kept as they came, under real record keys and content ids.
"""

from infra.square.platforms.bluesky.platform import Bluesky as Platform

__all__ = ["Platform"]
