"""Actions of the API, one module per resource: each decides and writes, and knows nothing of HTTP."""
