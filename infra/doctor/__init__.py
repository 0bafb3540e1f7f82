"""``make doctor``: reads what a stack is like, checks it, and says for each finding the one next step."""
