"""Checks that a message really comes from the mailing list, by its List-Id and the results of our mail
server.

A List-Id (RFC 2919) is only a claim: anybody can write one. So the topmost Authentication-Results field (RFC
8601) of a server that the operator trusts must say that DKIM, SPF or DMARC passed for a domain of the list.
Only the topmost one counts, because a server adds its own above all that came in: others below it may be
forged. A pass for another domain does not count: everybody passes for a domain of his own. `arc=pass` does
not count either, because it names no domain and anybody can seal a chain.

This check fails if the trusted server adds no such field, or accepts one in its own name from outside
(against RFC 8601, 5): then a forged field is the topmost. Only a server that does neither may be trusted.
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
# The methods that count, and the properties with the domain that passed (RFC 8601, 2.7).
DOMAIN_PROPERTIES: Final = {
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom",),
    "dmarc": ("header.from",),
}


@dataclass(frozen=True, slots=True)
class AuthenticationResult:
    """One Authentication-Results field: the server, and the method and domain of each pass."""

    server: str
    passed_domains: tuple[tuple[str, str], ...]


def find_doubt(header: MailHeader, trust: MailTrust) -> str | None:
    """Why the message is not accepted as the list's own; None if it is accepted."""
    if doubt := _doubt_list_id(header, trust):
        return doubt
    result = next(
        (one for one in _authentication_results(header) if one.server in _lowered(trust.servers)), None
    )
    if result is None:
        return "no Authentication-Results of a server named under mail: servers"
    if any(is_list_domain(domain, trust) for _, domain in result.passed_domains):
        return None
    passed = ", ".join(f"{method}={domain}" for method, domain in result.passed_domains)[:200] or "nothing"
    return f"{result.server} found no DKIM, SPF or DMARC pass for a domain of the list (passed: {passed})"


def is_list_domain(domain: str, trust: MailTrust) -> bool:
    """Whether a domain belongs to the list: it is in one of `signers`; without signers, the List-Id is in
    it."""
    if trust.signers:
        return any(_is_within(domain, signer) for signer in _lowered(trust.signers))
    return "." in domain and _is_within(trust.list_id.lower(), domain)


def _is_within(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")


def _lowered(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.lower().strip(".") for name in names)


def _doubt_list_id(header: MailHeader, trust: MailTrust) -> str | None:
    fields = header.all("list-id")
    if not fields:
        return "it has no List-Id"
    found = LIST_ID.search(fields[0])
    if len(fields) > 1 or not found:
        return "its List-Id cannot be read"
    if found[1].lower() != trust.list_id.lower():
        return f"it is of another list ({UNSAFE.sub('_', found[1])[:80]})"
    return None


def _authentication_results(header: MailHeader) -> Iterator[AuthenticationResult]:
    """The results of all servers, the topmost first."""
    for field in header.all("authentication-results"):
        first, *results = _without_comments(field).split(";")
        server = (first.split() or [""])[0].lower()
        yield AuthenticationResult(server, tuple(pass_ for result in results for pass_ in _passes(result)))


def _without_comments(field: str) -> str:
    """The field without its comments (RFC 5322, 3.2.2); empty if it ends inside a comment or a quoted string.

    Characters of a quoted string are replaced, so that none of them can pass for syntax.
    """
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
    """Method and domain of one result, such as `dkim=pass header.d=example.org`, if it passed."""
    terms = re.sub(r"\s*=\s*", "=", result).lower().split()
    method, _, outcome = terms[0].partition("=") if terms else ("", "", "")
    method = method.partition("/")[0]
    if outcome != "pass":
        return
    properties = dict(reversed([(name, value) for name, _, value in (term.partition("=") for term in terms)]))
    for name in DOMAIN_PROPERTIES.get(method, ()):
        if domain := properties.get(name, "").rpartition("@")[2].strip("."):
            yield method, domain
