"""No request goes to an address in a private or link-local network, whatever name it has.

What calls out stands inside the company's account, beside databases and the metadata service, and some addresses come
from outside: the server of a Mastodon account, a link to a picture, a redirect, a team's webhook. A name is resolved
once, every address it has is looked at, and the connection goes to one of those: looked up a second time, it may be
another (DNS rebinding). Numbers in disguise (``2130706433``, ``::ffff:7f00:1``, ``0x7f.1``) are resolved before they
are looked at, and so are no different. What is public is said here, out of IANA's registries, and not by the standard
library: its ``is_global`` knows other networks in each of Python's patch releases.

Sources: iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry, …/multicast-addresses and
…/ipv6-unicast-address-assignments. Every entry is refused, also those that the registries call globally reachable
(anycast relays, name servers for private zones): nobody serves a web page there.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shared import departure

if TYPE_CHECKING:
    from requests import Session

LONGEST_ADDRESS = 2000
PORTS = frozenset({443, 8443})
"""Ports of web servers with TLS; other ports belong to other services."""
SPECIAL_IPV4 = (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private
    "100.64.0.0/10",  # shared by carriers
    "127.0.0.0/8",  # loopback
    "169.254.0.0/16",  # link-local, and the metadata service
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # protocol assignments
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",  # AS112
    "192.52.193.0/24",  # AMT relays
    "192.88.99.0/24",  # 6to4 relays, deprecated
    "192.168.0.0/16",  # private
    "192.175.48.0/24",  # AS112, delegated
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and the broadcast address
)
"""Networks of IPv4 that are no place on the internet, or a service of its operators."""
SPECIAL_IPV6 = (
    "2001::/23",  # protocol assignments: Teredo, benchmarks, AMT, AS112, ORCHID, DRIP
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4, deprecated: stands for any IPv4 address
    "2620:4f:8000::/48",  # AS112, delegated
    "3fff::/20",  # documentation
)
"""Networks of IPv6 inside of what is unicast, likewise. All that is outside is refused by that."""
UNICAST_IPV6 = "2000::/3"
NAT64 = "64:ff9b::/96"
"""The prefix with which an IPv6-only network translates IPv4 addresses, which are in the last 32 bits."""
MAPPED = "::ffff:0:0/96"
"""An IPv4 address, as sockets for both write it."""
_LABEL = re.compile(r"[a-z0-9_-]{1,63}", re.ASCII | re.IGNORECASE)
_Address = tuple[socket.AddressFamily, str]


class Network(StrEnum):
    """Networks to which requests may go."""

    PUBLIC = "public"
    """To public addresses, over TLS."""
    ANY = "any"
    """Anywhere: on a machine of one's own, where a square plays the platforms."""


class NotPublic(ValueError):
    """Nothing is sent there. Carries no address: those hold secrets."""


class NoSuchHost(ValueError):
    """The name has no address now; later it may have one."""


class _Permitted:
    """The networks that this process may reach; the strict setting unless an entrypoint changes it."""

    network = Network.PUBLIC


def permit(network: str) -> None:
    """Say once, at an entrypoint, what the template permits this function. Raises ``ValueError`` for any other word."""
    if network != _Permitted.network:
        _Permitted.network = Network(network)


def check(address: str) -> None:
    """Raise ``NotPublic`` for an address that nothing is sent to, or ``NoSuchHost``."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NotPublic("no address") from None
    if len(address) > LONGEST_ADDRESS or not address.isprintable() or not host:
        raise NotPublic("no address")
    if parts.scheme != "https" and not (parts.scheme == "http" and _Permitted.network == Network.ANY):
        raise NotPublic("not https")
    if parts.username is not None or parts.password is not None:
        raise NotPublic("a password in the address")
    resolve(host, port if port is not None else (443 if parts.scheme == "https" else 80))


def resolve(host: str, port: int) -> list[_Address]:
    """Return all addresses of a host, each of them permitted; raises ``NotPublic`` or ``NoSuchHost``."""
    if _Permitted.network != Network.ANY:
        host = host_name(host)
        if port not in PORTS:
            raise NotPublic("not a web server's port")
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):
        raise NoSuchHost("no such host") from None
    addresses = [(answer[0], str(answer[4][0])) for answer in answers]
    if _Permitted.network != Network.ANY and not all(is_public(address) for _, address in addresses):
        raise NotPublic("not a public address")
    return addresses


def host_name(host: str) -> str:
    """Return a host as it is asked for: a name of the domain name system, or an IP address in its usual notation.

    Raises ``NotPublic`` for anything else. A name whose last part begins with a digit is none: resolvers differ in
    which numbers they take for an address (``2130706433``, ``0x7f.1``, ``127.1``), and no top-level domain begins so.
    """
    try:
        plain = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise NotPublic("no host's name") from None
    labels = plain.removesuffix(".").split(".")
    is_name = all(_LABEL.fullmatch(label) for label in labels) and not labels[-1][0].isdecimal()
    if not is_name and _as_ip(plain) is None:
        raise NotPublic("no host's name")
    return plain


def is_public(address: str) -> bool:
    """Return whether an IP address is one that anybody can reach, in itself and as what it stands for."""
    ip = _as_ip(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if any(ip in network for network in _networks(MAPPED, NAT64)):
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        else:
            return ip in _networks(UNICAST_IPV6)[0] and not _is_in(ip, SPECIAL_IPV6)
    return ip is not None and not _is_in(ip, SPECIAL_IPV4)


def _as_ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _is_in(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: tuple[str, ...]) -> bool:
    return any(ip in network for network in _networks(*networks))


@cache
def _networks(*written: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(each) for each in written)


def session() -> Session:
    """A session of ``requests`` whose connections go to permitted addresses alone, and by no proxy.

    A refused one fails before anything was said, as a connection that could not be made; see ``refused``.
    """
    from http.cookiejar import DefaultCookiePolicy

    import requests

    made = requests.Session()
    made.trust_env = False  # a .netrc or proxy variable must not change where a token goes
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # a call says nothing of another one
    adapter = _adapter()
    for scheme in ("http://", "https://"):
        made.mount(scheme, adapter())
    return made


def refused(error: BaseException) -> bool:
    """Return whether an exception of ``requests`` means that the guard refused the address."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, _refusal())


@cache
def _refusal() -> type[Exception]:
    from urllib3.exceptions import NewConnectionError

    class Refusal(NewConnectionError):
        """Hung up before dialling."""

    return Refusal


class _Noted:
    """Says when the first byte of a request goes out: connecting, and what fails before, sends nothing."""

    sock: Any
    _method: Any = ""

    def putrequest(self, method: str, *arguments: Any, **options: Any) -> Any:
        self._method = method
        return super().putrequest(method, *arguments, **options)  # pyright: ignore[reportAttributeAccessIssue]

    def send(self, data: Any) -> Any:
        if self.sock is None:
            self.connect()  # pyright: ignore[reportAttributeAccessIssue]
        departure.note(self._method)
        return super().send(data)  # pyright: ignore[reportAttributeAccessIssue]


@cache
def _adapter() -> Any:
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    class Plain(_Noted, HTTPConnection):
        def _new_conn(self) -> socket.socket:
            if _Permitted.network != Network.ANY:
                raise _refusal()(self, "not https")
            return _dial(self, super()._new_conn)

    class Secure(_Noted, HTTPSConnection):
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
        addresses = resolve(name, connection.port)
    except NotPublic:
        raise _refusal()(connection, "not a public address") from None
    except NoSuchHost:
        raise NameResolutionError(connection.host, connection, socket.gaierror()) from None
    failure: Exception = NewConnectionError(connection, "no address")
    for _, address in addresses:
        connection._dns_host = address
        try:
            return dial()
        except NewConnectionError as error:
            failure = error
        finally:
            connection._dns_host = name
    raise failure
