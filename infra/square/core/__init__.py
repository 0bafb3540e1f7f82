"""The market square without its platforms: what people write, webhooks, faults, time, storage, and the web server."""
