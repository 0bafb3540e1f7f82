"""Takes in what platforms report: verify, parse, store, answer 200."""
