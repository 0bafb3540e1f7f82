"""Turns what was stored into what follows: heads, sends, schedules."""
