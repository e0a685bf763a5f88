"""Says whether a message is a list's own, by its List-Id and by what our own mail server found out.

A List-Id (RFC 2919) is only a claim: anybody can write one. It counts together with the topmost
Authentication-Results (RFC 8601) of a server that the operator names, because a server puts its own above all
that it took in; others of the same name below it may be forged, and another server's say nothing to us. That
field must say that DKIM, SPF or DMARC passed for a domain of the list; for his own domain anybody passes.
`arc=pass` does not count, since it names no domain: anybody can seal a chain.

What this cannot see: a server that adds no such field, or that lets one in its own name come in from outside
against RFC 8601, 5, lets a forged one stand topmost. Only a server that does neither may be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from aggregator.model import MailTrust
from aggregator.parse.mail.message import MailHeader

LIST_ID: Final = re.compile(r"<\s*([^<>\s]{1,255})\s*>\s*$")
PIECE: Final = re.compile(r'\\.|[()"]|[^\\()"]+|\\', re.DOTALL)
UNSAFE: Final = re.compile(r"[^\w.@+-]")
# The methods that count, and the properties in which each names the domain that passed (RFC 8601, 2.7).
DOMAIN_PROPERTIES: Final = {
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom",),
    "dmarc": ("header.from",),
}


@dataclass(frozen=True, slots=True)
class AuthenticationResult:
    """What a server found: who it is, and the domains that passed, by method."""

    server: str
    passed: tuple[tuple[str, str], ...]


def find_doubt(header: MailHeader, trust: MailTrust) -> str | None:
    """Why the message is not taken as the list's own; None when it is."""
    if doubt := _doubt_list_id(header, trust):
        return doubt
    verdict = next(
        (one for one in _authentication_results(header) if one.server in _lowered(trust.servers)), None
    )
    if verdict is None:
        return "no Authentication-Results of a server named under mail: servers"
    if any(is_list_domain(domain, trust) for _, domain in verdict.passed):
        return None
    passed = ", ".join(f"{method}={domain}" for method, domain in verdict.passed)[:200] or "nothing"
    return f"{verdict.server} found no DKIM, SPF or DMARC pass for a domain of the list (passed: {passed})"


def is_list_domain(domain: str, trust: MailTrust) -> bool:
    """Whether a domain is the list's: under one of `signers`, or else one that the List-Id lies in."""
    if trust.signers:
        return any(_lies_in(domain, signer) for signer in _lowered(trust.signers))
    return "." in domain and _lies_in(trust.list_id.lower(), domain)


def _lies_in(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")


def _lowered(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.lower().strip(".") for name in names)


def _doubt_list_id(header: MailHeader, trust: MailTrust) -> str | None:
    stated = header.all("list-id")
    if not stated:
        return "it bears no List-Id"
    found = LIST_ID.search(stated[0])
    if len(stated) > 1 or not found:
        return "its List-Id cannot be read"
    if found[1].lower() != trust.list_id.lower():
        return f"it is of another list ({UNSAFE.sub('_', found[1])[:80]})"
    return None


def _authentication_results(header: MailHeader) -> Iterator[AuthenticationResult]:
    """What the servers say, the topmost first."""
    for field in header.all("authentication-results"):
        first, *results = _without_comments(field).split(";")
        server = (first.split() or [""])[0].lower()
        yield AuthenticationResult(server, tuple(pass_ for result in results for pass_ in _passes(result)))


def _without_comments(field: str) -> str:
    """The field without its comments (RFC 5322, 3.2.2). Nothing in a quoted string can pass for syntax; a
    field that ends inside a comment or a string says nothing."""
    kept: list[str] = []
    depth, quoted = 0, False
    for piece in PIECE.findall(field):
        if piece in {"(", ")"} and not quoted:
            depth = max(0, depth + (1 if piece == "(" else -1))
        elif piece == '"' and not depth:
            quoted = not quoted
        elif not depth:
            kept.append(UNSAFE.sub("_", piece) if quoted else piece)
    return "" if depth or quoted else "".join(kept)


def _passes(result: str) -> Iterator[tuple[str, str]]:
    """Method and domain of one result (`dkim=pass header.d=example.org`), if it passed."""
    words = re.sub(r"\s*=\s*", "=", result).lower().split()
    method, _, outcome = words[0].partition("=") if words else ("", "", "")
    method = method.partition("/")[0]
    if outcome != "pass":
        return
    properties = dict(reversed([(name, value) for name, _, value in (word.partition("=") for word in words)]))
    for name in DOMAIN_PROPERTIES.get(method, ()):
        if domain := properties.get(name, "").rpartition("@")[2].strip("."):
            yield method, domain
