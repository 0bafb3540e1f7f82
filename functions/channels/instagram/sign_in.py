"""The two ways in which an Instagram account is connected by a sign-in: its own, or Facebook's through its Page.

``instagram_app_id`` decides: it is the number of the app in Instagram's own login, and differs from the app's id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from channels import _meta
from channels._meta_sign_in import MetaSignIn
from channels._profile_sign_in import ProfileSignIn, Window
from channels._sign_in import Candidate, Grant, Question, SignIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from channels.base import Credentials

PAGE_SCOPES = (
    "instagram_basic",
    "instagram_manage_comments",
    "instagram_manage_messages",
    "pages_show_list",
    "pages_manage_metadata",
    "pages_read_engagement",
    "business_management",
)
"""Permissions that Facebook's sign-in asks for; it connects the account that is linked to a Page."""
SCOPES = ("instagram_business_basic", "instagram_business_manage_comments", "instagram_business_manage_messages")
OWN_APP = ("instagram_app_secret", "instagram_app_id")
"""The secret and the option that Instagram's own login needs."""
WINDOW = Window(
    graph=_meta.INSTAGRAM,
    page_url="https://www.instagram.com",
    token_url="https://api.instagram.com",  # noqa: S106 - an address
    scopes=SCOPES,
    exchange="ig_exchange_token",
    id_options=("instagram_app_id",),
    secret="instagram_app_secret",  # noqa: S106 - a name
)


class InstagramSignIn(SignIn):
    """Instagram's own login where ``instagram_app_id`` is given, and Facebook's otherwise."""

    secret_names = ("app_secret",)
    option_names = ("app_id",)

    def __init__(self) -> None:
        self._own = ProfileSignIn(WINDOW)
        self._by_page = MetaSignIn(PAGE_SCOPES, for_instagram=True)

    def missing(self, credentials: Credentials, *, renews: bool) -> list[str]:
        missing = self._by_page.missing(credentials, renews=renews)
        if not _is_own(credentials, renews=renews):
            return missing
        secret, option = OWN_APP
        given = {secret: credentials.secrets.get(secret), option: credentials.options.get(option)}
        return [*missing, *(name for name, value in given.items() if not value)]

    def address(self, credentials: Credentials, question: Question) -> str:
        return self._chosen(credentials).address(credentials, question)

    def redeem(self, credentials: Credentials, grant: Grant, now: int) -> Mapping[str, str]:
        return self._chosen(credentials).redeem(credentials, grant, now)

    def accounts(self, credentials: Credentials) -> Sequence[Candidate]:
        if not _is_own(credentials):
            return self._by_page.accounts(credentials)
        return [replace(each, options={"flavour": "instagram"}) for each in self._own.accounts(credentials)]

    def options(self, options: Mapping[str, str], others: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
        return self._by_page.options(options, others)

    def _chosen(self, credentials: Credentials) -> SignIn:
        return self._own if _is_own(credentials) else self._by_page


def _is_own(credentials: Credentials, *, renews: bool = False) -> bool:
    """Return whether the account signs in itself. One that is connected stays with its flavour, which is Instagram's
    own where none is stored."""
    flavour = credentials.options.get("flavour") or ("instagram" if renews else "")
    return flavour == "instagram" or (not flavour and bool(credentials.options.get("instagram_app_id")))
