"""What the inbox's page is built and checked with; the page itself lies in functions/console/page."""
