"""The wire protocol of Meta's Graph API, which Facebook, Instagram and Threads share."""
