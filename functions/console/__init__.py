"""The API that agents work with."""
