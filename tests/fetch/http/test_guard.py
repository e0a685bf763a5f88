"""No address inside our own network is dialled, unless the operator allows its host."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError
from aggregator.fetch.http import guard
from tests.fetch.requests import failure, fetched
from tests.support.server import ScriptedResponse, ScriptedServer


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (str(ipaddress.IPv4Address(0)), "unspecified"),
        ("0.1.2.3", "private"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("169.254.169.254", "link-local"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("100.127.255.255", "carrier-grade NAT"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("192.0.2.1", "private"),
        ("198.18.0.1", "private"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fe80::1", "link-local"),
        ("fe80::1%1", "link-local"),
        ("fec0::1", "site-local"),
        ("fc00::1", "private"),
        ("fd12:3456::1", "private"),
        ("ff02::1", "multicast"),
        ("2001:db8::1", "private"),
        ("::127.0.0.1", "reserved"),
        ("::ffff:127.0.0.1", "wrapped loopback"),
        ("::ffff:192.168.1.1", "wrapped private"),
        ("::ffff:100.64.0.1", "wrapped carrier-grade NAT"),
        ("2002:7f00:1::1", "wrapped loopback"),
        ("2002:a00:1::", "wrapped private"),
        ("64:ff9b::127.0.0.1", "wrapped loopback"),
        ("64:ff9b::a9fe:a9fe", "wrapped link-local"),
        ("64:ff9b:1::1", "tunnelled"),
        ("2001:0:4136:e378:8000:63bf:80ff:fffe", "tunnelled"),
    ],
)
def test_an_internal_address_is_recognised_in_every_form(address: str, kind: str) -> None:
    assert guard.internal_kind(ipaddress.ip_address(address)) == kind


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "151.101.0.144",
        "2a04:4e42::144",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "2002:808:808::1",
        "64:ff9b::8.8.8.8",
    ],
)
def test_an_address_on_the_internet_passes(address: str) -> None:
    assert guard.internal_kind(ipaddress.ip_address(address)) is None
    guard.check(address, "www.example.org")


def test_the_refusal_is_no_oserror_and_shows_the_address() -> None:
    with pytest.raises(FetchError, match=r"internal\.example leads to 10\.0\.0\.1 \(private\)") as caught:
        guard.check("10.0.0.1", "internal.example")
    assert not isinstance(caught.value, OSError | RuntimeError)
    assert not caught.value.reached


def test_a_literal_internal_address_is_refused_before_anything_is_sent(server: ScriptedServer) -> None:
    failed = failure(server.url("/feed"), allowed_hosts=frozenset())
    assert (failed.cause, failed.detail) == (Cause.GUARDED, "127.0.0.1 (loopback)")
    assert "the operator can name the host" in failed.hint
    assert server.requests == []


def test_a_name_that_resolves_to_an_internal_address_is_refused(server: ScriptedServer) -> None:
    failed = failure(server.url("/feed", host="localhost"))
    assert (failed.cause, failed.detail) == (Cause.GUARDED, "localhost leads to 127.0.0.1 (loopback)")
    assert server.requests == []


def test_a_host_that_the_operator_allows_is_fetched(server: ScriptedServer) -> None:
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    allowed = frozenset({"localhost"})
    assert fetched(server.url("/feed", host="localhost"), allowed_hosts=allowed).payload == b"<feed/>"
    assert fetched(server.url("/feed", host="LOCALHOST"), allowed_hosts=allowed).payload == b"<feed/>"
    assert failure(server.url("/feed"), allowed_hosts=allowed).cause is Cause.GUARDED


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_that_passes_the_guard_is_dialled(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """This machine plays the internet here, because tests do not reach it."""
    checked: list[str] = []
    monkeypatch.setattr(guard, "internal_kind", lambda address: checked.append(str(address)))
    server.script["/feed"] = ScriptedResponse(payload=b"<feed/>")
    assert fetched(server.url("/feed", host=host), allowed_hosts=frozenset()).payload == b"<feed/>"
    assert set(checked) == {"127.0.0.1"}


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "10.0.0.1", "::1"]]
)
def test_a_name_rebound_to_an_internal_address_is_refused(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    """One internal address among several is enough, because a race decides which one is dialled."""

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        assert host == "rebound.example"
        return [_found(address, port) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    failed = failure(server.url("/feed", host="rebound.example"))
    assert failed.cause is Cause.GUARDED
    assert failed.detail == "rebound.example leads to 127.0.0.1 (loopback)"
    assert server.requests == []


def _found(address: str, port: int) -> tuple[Any, ...]:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
