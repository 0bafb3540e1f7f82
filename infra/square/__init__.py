"""The market square: a small web server that plays the platforms, so that both sides can be played on one machine.

It speaks the platforms' wire protocols, delivers their signed webhooks, and shows the public thread as a customer sees
it. One module or package per platform; see README.md beside this file for the control API.
"""
