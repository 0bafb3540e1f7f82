"""Reddit on the square: one subreddit that the company moderates, other places, the inbox, and comments.

After reddit.com/dev/api and what PRAW asks for. Nothing is pushed: clients poll. What customers write
stands in the company's subreddit; with the trait ``elsewhere`` it stands in another one, and is only heard of in the
inbox, when it mentions the company (``u/name``) or answers it.
"""

from infra.square.platforms.reddit.platform import Reddit as Platform

__all__ = ["Platform"]
