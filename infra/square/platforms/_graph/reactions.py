"""Reactions in private chats of Meta's platforms, by name."""

EMOJI = {"love": "❤", "smile": "😆", "wow": "😮", "sad": "😢", "angry": "😠", "like": "👍", "dislike": "👎"}
