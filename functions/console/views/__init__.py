"""Resources as the API shows them."""
