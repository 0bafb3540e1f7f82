"""Takes in what Amazon SES reports: mails that came in, and what became of those that went out."""
