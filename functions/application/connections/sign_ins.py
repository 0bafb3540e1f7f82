"""Sign-ins on platforms: an administrator is sent there, a code comes back once, and gives what a form would ask for.

The state is random, kept as a digest, bound to the administrator, and ends after ten minutes. The verifier of PKCE and
the app's secrets stay with the server.
"""

from __future__ import annotations

import secrets as chance
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

import channels
from application.connections import credential_check, registration, secret_document
from application.connections.refusal import Refused, Why
from aws import secrets, sign_in_secrets
from channels._sign_in import Candidate, Grant, Question, SignIn, challenge_of
from channels.base import ChannelError, Credentials, PermanentFailure, Reason, TransientFailure
from shared import names, settings
from shared.hidden import repr_without
from storage import connections, sign_ins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from channels.base import Channel
    from storage.sign_ins import SignIn as Begun

LASTS = 600
"""Seconds for which a sign-in may be finished."""


class Wanted(Struct, frozen=True):
    """A sign-in that is to begin."""

    channel: str
    name: str
    team: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    renews: bool = False
    """The connection is there: its own secrets and options hold, and no others are taken."""

    def __repr__(self) -> str:
        return repr_without(self, "secrets")


class Page(Struct, frozen=True):
    """The platform's page to which an administrator goes, and until when (milliseconds) they may come back."""

    address: str
    until: int

    def __repr__(self) -> str:
        return repr_without(self, "address")


class Allowed(Struct, frozen=True):
    """Permission by a platform: for which connection, the accounts that it may be, and what all of them need."""

    begun: Begun
    candidates: Sequence[Candidate]
    secrets: Mapping[str, str]
    options: Mapping[str, str]

    def __repr__(self) -> str:
        return repr_without(self, "secrets")


def begin(wanted: Wanted, agent: str, redirect_uri: str, now: int) -> Page:
    """Begin a sign-in of an agent; ``now`` in milliseconds. Raises ``Refused``."""
    channel, sign_in = _of(wanted.channel)
    credentials = _kept(wanted, channel) if wanted.renews else _brought(wanted, channel)
    if missing := sign_in.missing(credentials, renews=wanted.renews):
        raise Refused(Why.MISSING, ", ".join(missing))
    with _asked():
        app = sign_in.prepare(credentials, redirect_uri)
    found = Credentials("", {**credentials.secrets, **app}, credentials.options, settings.region())
    state, verifier = chance.token_urlsafe(32), chance.token_urlsafe(48)
    with _asked():
        address = sign_in.address(found, Question(redirect_uri, state, challenge_of(verifier)))
    digest, ends = sign_ins.digest_of(state), now // 1000 + LASTS
    _put(digest, found, ends, verifier=verifier, redirect_uri=redirect_uri)
    begun = sign_ins.SignIn(agent, channel.name, wanted.name, wanted.team, wanted.renews)
    sign_ins.put(digest, begun, ends)
    return Page(address, ends * 1000)


def cancel(state: str, agent: str, now: int) -> None:
    """End a sign-in that the platform did not allow. Raises ``Refused``."""
    digest = sign_ins.digest_of(state)
    if sign_ins.redeem(digest, agent, now) is None:
        raise Refused(Why.NO_SIGN_IN)
    sign_in_secrets.drop(digest)


def redeem(state: str, agent: str, code: str, now: int) -> Allowed:
    """Change the code for what it gives; once. What several accounts may be chosen from is kept until one is.

    Raises ``Refused``.
    """
    digest = sign_ins.digest_of(state)
    begun, document = _taken(digest, sign_ins.redeem(digest, agent, now))
    _, sign_in = _of(begun.channel)
    found = _credentials(document)
    with _asked():
        grant = Grant(code, document["verifier"], document["redirect_uri"])
        found = _with(found, sign_in.redeem(found, grant, now))
        allowed = Allowed(begun, _fitting(begun, sign_in.accounts(found)), found.secrets, found.options)
    if len(allowed.candidates) > 1:
        _put(digest, found, now // 1000 + LASTS)
    return allowed


def choose(state: str, agent: str, account_id: str, now: int) -> Allowed:
    """Return what was allowed, with the one account that was chosen; once. Raises ``Refused``."""
    digest = sign_ins.digest_of(state)
    begun, document = _taken(digest, sign_ins.choose(digest, agent, now))
    _, sign_in = _of(begun.channel)
    credentials = _credentials(document)
    with _asked():
        chosen = [each for each in sign_in.accounts(credentials) if each.account_id == account_id]
    return Allowed(begun, chosen, credentials.secrets, credentials.options)


def _taken(digest: str, begun: Begun | None) -> tuple[Begun, dict[str, Any]]:
    """Return a sign-in with its secrets, which are kept no longer. Raises ``Refused`` where there is none."""
    document = sign_in_secrets.read(digest) if begun else None
    if begun is None or document is None:
        raise Refused(Why.NO_SIGN_IN)
    sign_in_secrets.drop(digest)
    return begun, document


def new(allowed: Allowed) -> registration.New:
    """Return the connection that is to be made for the one account there is, as a form would give it."""
    begun, candidate = allowed.begun, allowed.candidates[0]
    channel, sign_in = _of(begun.channel)
    made_up = {name: chance.token_urlsafe(24) for name in channel.capabilities.chosen_secrets}
    given = _known(channel, {**made_up, **allowed.secrets, **candidate.secrets})
    others = [each.options for each in connections.connections() if each.channel == begun.channel]
    options = {**sign_in.options(allowed.options, others), **candidate.options}
    return registration.New(begun.channel, begun.name, given, options, begun.team, candidate.account_id, candidate.name)


def change(allowed: Allowed) -> registration.Change:
    """Return the change that gives a connection its new token: nothing of the app's own."""
    channel, sign_in = _of(allowed.begun.channel)
    given = _known(channel, {**allowed.secrets, **allowed.candidates[0].secrets})
    kept = {*sign_in.secret_names, *channel.capabilities.chosen_secrets, channel.capabilities.signing_secret}
    return registration.Change({name: value for name, value in given.items() if name not in kept})


def _of(name: str) -> tuple[Channel, SignIn]:
    channel = registration.channel_of(name)
    if channel.sign_in is None:
        raise Refused(Why.NO_CHANNEL)
    return channel, channel.sign_in


def _brought(wanted: Wanted, channel: Channel) -> Credentials:
    """Return what a person brought for a new connection; raises ``Refused`` like the form."""
    if not names.CONNECTION.fullmatch(wanted.name):
        raise Refused(Why.NAME)
    if connections.connection(wanted.channel, wanted.name).account_id:
        raise Refused(Why.EXISTS)
    given = {name: value for name, value in wanted.secrets.items() if value}
    options = {name: value for name, value in wanted.options.items() if value}
    credential_check.check_names(channel, given, options)
    credential_check.check_values(given, options)
    return Credentials("", given, options)


def _kept(wanted: Wanted, channel: Channel) -> Credentials:
    """Return what a connection has that is to get a new token: nobody has its secrets sent anywhere else."""
    before = registration.found(channel.name, wanted.name)
    try:
        document = secret_document.read(channel.name, wanted.name)
    except secrets.UnknownConnection:
        raise Refused(Why.MISSING, ", ".join(channel.capabilities.secret_names)) from None
    return Credentials("", document.secrets, {**before.options, **document.options})


def _fitting(begun: Begun, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return the accounts that may be connected: for a connection that is there, its own. Raises ``Refused``."""
    if not candidates:
        raise Refused(Why.NO_ACCOUNT)
    if not begun.renews:
        return candidates
    known = registration.found(begun.channel, begun.name).account_id.casefold()
    own = [each for each in candidates if each.account_id.casefold() in ("", known)]
    if not own:
        raise Refused(Why.OTHER_ACCOUNT)
    return own


def _known(channel: Channel, given: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that a connection of the channel has; those of the sign-in alone are left out."""
    kept = {*channel.capabilities.secret_names, *channel.capabilities.optional_secrets}
    return {name: value for name, value in given.items() if name in kept and value}


def _with(credentials: Credentials, new: Mapping[str, str]) -> Credentials:
    return Credentials("", {**credentials.secrets, **new}, credentials.options, credentials.region)


def _put(digest: str, credentials: Credentials, ends: int, **more: str) -> None:
    document: dict[str, Any] = {"secrets": dict(credentials.secrets), "options": dict(credentials.options), **more}
    try:
        sign_in_secrets.put(digest, document, ends)
    except sign_in_secrets.TooLong:
        raise Refused(Why.TOO_LARGE) from None


def _credentials(document: Mapping[str, Any]) -> Credentials:
    return Credentials("", document["secrets"], document["options"], settings.region())


@contextmanager
def _asked() -> Iterator[None]:
    """Say in our own words why a platform refuses."""
    try:
        yield
    except (PermanentFailure, TransientFailure) as failure:
        raise Refused(Why.REFUSED, reason=str(failure.reason), code=failure.code) from None
    except ChannelError:
        raise Refused(Why.REFUSED, reason=str(Reason.RETRY)) from None


def offers(channel: str) -> bool:
    """Return whether a channel has a sign-in of its platform."""
    return channel in channels.names() and channels.get(channel).sign_in is not None
