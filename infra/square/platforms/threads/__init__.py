"""Threads: a profile with its posts, the answers below them, and posts of others that name it.

Sources: the same as of ``functions/channels/threads``. A thread's id is that of the post at its root.
"""

from infra.square.platforms.threads.platform import Threads as Platform

__all__ = ["Platform"]
