"""Tells teams, in Slack, Microsoft Teams or by e-mail, that something waits: never a customer's word or name."""
