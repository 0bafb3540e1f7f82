"""Lambda function of the live connections: opens, hears and closes what API Gateway holds between it and the pages."""
