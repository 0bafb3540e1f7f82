"""Tools that build and check the inbox's page; the page itself lies in functions/console/page."""
