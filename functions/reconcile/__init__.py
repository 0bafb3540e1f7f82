"""Brings the promises in the table and the schedules that follow them to agree."""
