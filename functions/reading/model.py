"""Placeholder until the real file is written here: overwrite it."""

import reading


class Rules:
    def meaning(self, text, reaction, question):
        return reading.meaning(text, reaction)


def reader():
    return Rules()
