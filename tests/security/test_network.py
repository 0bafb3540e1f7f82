"""Attacks on where the service may call: addresses that lead inside, under every name, number and port."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from shared import http_guard

PUBLIC = "93.184.215.14"
SPECIAL = [
    *("0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1"),
    *("127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.170.2", "172.16.0.0", "172.31.255.255"),
    *("192.0.0.0", "192.0.0.8", "192.0.0.9", "192.0.0.10", "192.0.0.170", "192.0.0.171", "192.0.0.192"),
    *("192.0.0.255", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.88.99.2", "192.168.255.255"),
    *("192.175.48.1", "198.18.0.0", "198.19.255.255", "198.51.100.1", "203.0.113.255"),
    *("224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:0:127.0.0.1", "100::", "100::1", "100:0:0:1::1", "64:ff9b:1::5db8:d70e"),
    *("5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "ff02::1", "ff0e::1"),
    *("2001::1", "2001:0:53aa:64c:0:fffe:5601:5601", "2001:1::1", "2001:1::2", "2001:1::3", "2001:2::1", "2001:3::1"),
    *("2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1", "2001:1ff:ffff::1", "2001:db8::1"),
    *(
        "2002:5db8:d70e::1",
        "2002:a9fe:a9fe::1",
        "2620:4f:8000::1",
        "3fff::1",
        "3fff:fff:ffff::1",
        "4000::1",
        "1fff::1",
        "8000::1",
    ),
]
"""Ends and middles of every network in IANA's two registries of special purposes, and of what is not assigned."""
REACHABLE = [
    *(PUBLIC, "1.0.0.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0"),
    *("169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0"),
    *("192.31.195.255", "192.31.197.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0"),
    *("203.0.112.255", "203.0.114.0", "223.255.255.255", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1"),
    *("2001:4860:4860::8888", "2003::1", "2606:2800:21f:cb07::1", "2620:4f:8001::1", "2a00:1450::1", "3ffe::1"),
]
"""The neighbours of those, which belong to somebody."""


@pytest.fixture(autouse=True)
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """The template's own choice: public addresses, over TLS."""
    monkeypatch.setattr(http_guard._Permitted, "network", http_guard.Network.PUBLIC)


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were asked for. Each has a public address; a number is what it is."""
    names: list[str] = []

    def getaddrinfo(host: Any, port: Any, *_: Any, **__: Any) -> Any:
        names.append(str(host))
        address = host if host == "127.0.0.1" else PUBLIC
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


@pytest.mark.parametrize("address", SPECIAL)
def test_an_address_of_a_special_purpose_is_not_public(address: str) -> None:
    assert not http_guard.is_public(address)


@pytest.mark.parametrize("address", REACHABLE)
def test_an_address_beside_a_special_network_is_public(address: str) -> None:
    assert http_guard.is_public(address)


@pytest.mark.parametrize("address", [each for each in SPECIAL if ":" not in each])
def test_an_inner_address_inside_of_another_is_not_public(address: str) -> None:
    number = int(ipaddress.IPv4Address(address))
    low = f"{number >> 16:x}:{number & 0xFFFF:x}"
    for written in (f"::ffff:{address}", f"::ffff:{low}", f"64:ff9b::{low}", f"64:ff9b::{address}"):
        assert not http_guard.is_public(written), written
    for written in (f"2002:{low}::1", f"::{low}", f"::ffff:0:{low}", f"64:ff9b:1::{low}", f"2001:0:{low}::1"):
        assert not http_guard.is_public(written), written


def test_a_public_address_in_the_notation_of_sockets_or_translation_is_public() -> None:
    assert http_guard.is_public(f"::ffff:{PUBLIC}")
    assert http_guard.is_public(f"64:ff9b::{PUBLIC}")


@pytest.mark.parametrize("name", ["is_global", "is_private", "is_reserved", "is_multicast", "teredo", "sixtofour"])
def test_public_addresses_are_the_same_in_every_release_of_python(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard library learns of networks in its patch releases; its opinions are not asked."""

    def asked(_: object) -> bool:
        raise AssertionError(name)

    for kind in (ipaddress.IPv4Address, ipaddress.IPv6Address):
        if hasattr(kind, name):
            monkeypatch.setattr(kind, name, property(asked))
    assert [http_guard.is_public(each) for each in SPECIAL] == [False] * len(SPECIAL)
    assert [http_guard.is_public(each) for each in REACHABLE] == [True] * len(REACHABLE)


@pytest.mark.parametrize("port", [0, 1, 22, 25, 80, 444, 3306, 4430, 5432, 6379, 8080, 8442, 9200, 11211, 65535])
def test_a_port_of_another_service_is_refused(port: int, looked_up: list[str]) -> None:
    with pytest.raises(http_guard.NotPublic):
        http_guard.check(f"https://social.example:{port}/hook")
    with pytest.raises(http_guard.NotPublic):
        http_guard.resolve("social.example", port)
    assert looked_up == []


@pytest.mark.parametrize("address", ["https://social.example", "https://social.example:443", "https://s.example:8443"])
def test_a_web_servers_port_is_permitted(address: str, looked_up: list[str]) -> None:
    http_guard.check(address)


@pytest.mark.parametrize(
    "address",
    [
        *("https://user@social.example/", "https://user:password@social.example/", "https://@social.example/"),
        *("https://:@social.example/", "https://127.0.0.1@social.example/", "https://social.example%40127.0.0.1/"),
        *("https://social.example\\@127.0.0.1/", "https://127.0.0.1\\.social.example/", "https://a b.example/"),
        *("http://social.example/", "ftp://social.example/", "//social.example/", "https:///x", "https://"),
        *("https://social.example:/\x00", "https://social.example:port/", "https://[::1", "https://social..example/"),
        *("https://.social.example/", "https://social.example../", "https://./", f"https://{'a' * 64}.example/"),
        *("https://social.example%00.evil.example/", "https://social.example%2f.evil.example/"),
    ],
)
def test_an_address_that_two_parsers_read_as_two_is_refused(address: str, looked_up: list[str]) -> None:
    with pytest.raises(http_guard.NotPublic):
        http_guard.check(address)
    assert looked_up == []


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "0x7f000001", "0X7F.1", "0177.0.0.1", "127.1", "127.0.1", "127.0.0.1.", "0x7f.0.0.1"),
        *(
            "127.0x1",
            "017700000001",
            "1.2.3.4.5",
            "0",
            "0.",
            "00",
            "4294967296",
            "social.example.1",
            "example.0x1",
            "1.0.0.01",
        ),
        *("１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1", "127.0.0.1。", "127.1｡", "𝟏𝟐𝟕.1"),  # noqa: RUF001
    ],
)
def test_a_number_in_disguise_is_left_to_no_resolver(host: str, looked_up: list[str]) -> None:
    """Resolvers differ in what they take for an address; here it is either the usual notation, or refused."""
    with pytest.raises(http_guard.NotPublic):
        http_guard.check(f"https://{host}/")
    assert looked_up in ([], ["127.0.0.1"])


@pytest.mark.parametrize("host", ["social.example.", "bücher.example", "xn--bcher-kva.example", "_dmarc.example"])
def test_a_name_of_the_domain_name_system_is_asked_for(host: str, looked_up: list[str]) -> None:
    http_guard.check(f"https://{host}/")
    assert looked_up == [host.encode("idna").decode()]
