"""No request goes to an address in a private or link-local network, whatever name it has.

What calls out stands inside the company's account, beside databases and the metadata service, and some addresses come
from outside: the server of a Mastodon account, a link to a picture, a redirect, a team's webhook. A name is resolved
once, every address it has is looked at, and the connection goes to one of those: looked up a second time, it may be
another (DNS rebinding). Numbers in disguise (``2130706433``, ``::ffff:7f00:1``, ``0x7f.1``) are resolved before they
are looked at, and so are no different.
"""

from __future__ import annotations

import ipaddress
import socket
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from requests import Session

LONGEST_ADDRESS = 2000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
_Address = tuple[socket.AddressFamily, str]


class Network(StrEnum):
    """Where requests may go."""

    PUBLIC = "public"
    """To public addresses, over TLS."""
    ANY = "any"
    """Anywhere: on a machine of one's own, where a square plays the platforms."""


class NotPublic(ValueError):
    """Nothing is sent there. Carries no address: those hold secrets."""


class NoSuchHost(ValueError):
    """The name has no address now; later it may have one."""


class _Permitted:
    """What this process may reach; the strict one unless an entrypoint says otherwise."""

    network = Network.PUBLIC


def permit(network: str) -> None:
    """Say once, at an entrypoint, what the template permits this function. Raises ``ValueError`` for any other word."""
    _Permitted.network = Network(network)


def check(address: str) -> None:
    """Raise ``NotPublic`` for an address that nothing is sent to, or ``NoSuchHost``."""
    try:
        found = urlsplit(address)
        host, port = found.hostname, found.port
    except ValueError:
        raise NotPublic("no address") from None
    if len(address) > LONGEST_ADDRESS or not address.isprintable() or not host:
        raise NotPublic("no address")
    if found.scheme != "https" and not (found.scheme == "http" and _Permitted.network == Network.ANY):
        raise NotPublic("not https")
    if found.username is not None or found.password is not None:
        raise NotPublic("a password in the address")
    resolve(host, port or (443 if found.scheme == "https" else 80))


def resolve(host: str, port: int) -> list[_Address]:
    """The addresses of a host, all of them permitted; raises ``NotPublic`` or ``NoSuchHost``."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):
        raise NoSuchHost("no such host") from None
    found = [(answer[0], str(answer[4][0])) for answer in answers]
    if _Permitted.network != Network.ANY and not all(is_public(address) for _, address in found):
        raise NotPublic("not a public address")
    return found


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody can reach, in itself and as what it stands for."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found not in _UNICAST or found.teredo is not None:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def session() -> Session:
    """A session of ``requests`` whose connections go to permitted addresses alone, and by no proxy.

    A refused one fails before anything was said, as a connection that could not be made; see ``refused``.
    """
    import requests

    made = requests.Session()
    made.trust_env = False  # a .netrc or proxy variable must not change where a token goes
    adapter = _adapter()
    for scheme in ("http://", "https://"):
        made.mount(scheme, adapter())
    return made


def refused(error: BaseException) -> bool:
    """Whether an exception of ``requests`` means that the address was refused here."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, _refusal())


@cache
def _refusal() -> type[Exception]:
    from urllib3.exceptions import NewConnectionError

    class Refusal(NewConnectionError):
        """Hung up before dialling."""

    return Refusal


@cache
def _adapter() -> Any:
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            if _Permitted.network != Network.ANY:
                raise _refusal()(self, "not https")
            return _dial(self, super()._new_conn)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _dial(self, super()._new_conn)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls: Any = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls: Any = Secure

    class Outside(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
            super().init_poolmanager(*arguments, **options)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    return Outside


def _dial(connection: Any, dial: Any) -> socket.socket:
    """Connect to the addresses that were looked at, one after the other; the name stays for the certificate."""
    from urllib3.exceptions import NameResolutionError, NewConnectionError

    name = connection._dns_host
    try:
        found = resolve(name, connection.port)
    except NotPublic:
        raise _refusal()(connection, "not a public address") from None
    except NoSuchHost:
        raise NameResolutionError(connection.host, connection, socket.gaierror()) from None
    failure: Exception = NewConnectionError(connection, "no address")
    for _, address in found:
        connection._dns_host = address
        try:
            return dial()
        except NewConnectionError as error:
            failure = error
        finally:
            connection._dns_host = name
    raise failure
