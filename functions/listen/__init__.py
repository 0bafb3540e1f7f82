"""Asks the platforms that do not call: on a clock, from where it stopped, and for what a webhook missed."""
