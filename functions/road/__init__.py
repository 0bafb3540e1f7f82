"""The road to the servers of others: who may be spoken to, from inside the company's account."""
