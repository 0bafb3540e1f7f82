"""The market square: a small web server that plays the platforms, so that both sides can be played on one machine.

It speaks the platforms' wire protocols, delivers their signed webhooks, and shows the public thread as a customer sees
it. ``core`` is the same for all platforms, ``platforms`` has a package for each; README.md beside this file
describes the control API.
"""
