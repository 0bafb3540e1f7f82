"""Refusals of AWS that end a command, in one line with the next step instead of a trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

SIGN_IN = "Sign in first: docs/deploying.md, step 3."
NOT_SIGNED_IN = frozenset(
    {
        "CredentialRetrievalError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "SSOError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)
"""Errors of botocore, by name, as versions of it have more or fewer."""
ENDED = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"})
"""Codes of AWS for credentials that are good no more."""


@contextmanager
def in_one_line() -> Iterator[None]:
    """Leave with a line where AWS refuses something in the block. Raises ``SystemExit``."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise SystemExit(explained(error)) from None


def explained(error: Exception) -> str:
    """Return what an error of AWS's SDK says, and what to do where nobody is signed in."""
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    is_signed_out = type(error).__name__ in NOT_SIGNED_IN or code in ENDED
    text = str(error).rstrip(".") + "."
    return f"{text} {SIGN_IN}" if is_signed_out else text
