"""Active dialogue: posts of people who look for advice, proposals to answer them, and the rules of tact. Pure.

Times, ids and chance are arguments. Nothing is posted by a machine: a person approves every text.
"""
