"""Capabilities of a platform, and the needs of a connection to it: one value for each channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from conversations.facts import Kind

if TYPE_CHECKING:
    from conversations.send_options import Way


class Capabilities(Struct, frozen=True, kw_only=True):
    """The capabilities of a platform, and the needs of a connection to it."""

    secret_names: tuple[str, ...] = ()
    """Names that ``Credentials.secrets`` of a connection must hold."""
    optional_secrets: tuple[str, ...] = ()
    """Names that it may hold beside those, or gets by ``renew``."""
    chosen_secrets: tuple[str, ...] = ()
    """Those that we make up ourselves: a form offers to make one."""
    required_options: tuple[str, ...] = ()
    """Those options without which nothing works, such as a forum's address."""
    option_names: tuple[str, ...] = ()
    """Settings a connection may have in ``Credentials.options`` and ``Situation.options``, beside ``base_url``."""
    needs_account: bool = False
    """The person who connects must say which account, as the secrets do not tell."""
    on_request: bool = False
    """Access is by contract: it is not offered unless asked for by name."""

    signing_secret: str | None = None
    """The secret that signs webhook calls. While it is rotated, ``previous_…`` of the same name holds, too."""
    authenticates_body: bool = True
    """False where the proof of a webhook call says who sends, and not what: a token, or a secret in a header."""
    reported_kinds: frozenset[Kind] = frozenset({Kind.MESSAGE})
    """Kinds of facts that the platform reports, by webhook or when polled. The sample events hold each kind."""
    thread_is_guess: bool = False
    """Answers name the message they answer and not its thread, so what we send is remembered under its id."""
    private_thread_is_guess: bool = False
    """The same in private threads, as with mails."""
    poll_seconds: int | None = None
    """Seconds between two polls, at least a minute; a channel with webhooks is polled for what they missed."""

    addressed: bool = False
    """A message names to whom it goes (``Outbound.to`` and ``cc``) and what it is about (``subject``)."""
    replies_to_latest: bool = False
    """An answer stands below what it answers: ``Outbound.reply_to_id`` is the customer's last message that stands."""
    repeatable: int | None = None
    """Milliseconds for which the platform knows a message by our id, so that sending it twice is once; then it is
    looked for before it is sent again. None: for ever, or never, as ``try_send`` says by what it raises."""
    prepares: bool = False
    """A message is made on the platform first, and published then; see ``prepare``."""
    disclosed_ways: frozenset[Way] = frozenset()
    """Ways in which what a machine sends must say that it is automatic."""

    renews: bool = False
    """Its tokens end and are renewed by ``renew``."""
    renew_before: int = 600_000
    """Milliseconds before a token ends at which it is renewed."""
