"""What a browser is told to refuse: each page's Content-Security-Policy, and the headers beside it."""

from __future__ import annotations

from typing import Final

_POLICY: Final = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
_SEARCH: Final = _POLICY | {"script-src": "'self' 'wasm-unsafe-eval'", "connect-src": "'self'"}
"""Pagefind is a script of ours and WebAssembly, and reads its index from the same host."""
_LETTER: Final = _POLICY | {"style-src": "'unsafe-inline'"}
"""A letter is the same file as the mail, and mail programs know no style sheets."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "public, max-age=300",
}
"""For every file."""


def policy(path: str) -> str:
    """The policy of the page at `path`, as it stands in the page itself."""
    chosen = _SEARCH if path == "search.html" else _LETTER if path.startswith("digests/") else _POLICY
    return "; ".join(f"{name} {value}" for name, value in chosen.items())


def policy_header(path: str) -> str:
    """The same as a header, which can also forbid that others frame the page."""
    return f"{policy(path)}; frame-ancestors 'none'"
