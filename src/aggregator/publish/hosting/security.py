"""Security headers for browsers: each page's Content-Security-Policy, and the headers of every file."""

from __future__ import annotations

from typing import Final

# Pages need no scripts, and their titles and summaries are other people's: nothing in them may run or load.
_POLICY: Final = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
_SEARCH_POLICY: Final = _POLICY | {"script-src": "'self' 'wasm-unsafe-eval'", "connect-src": "'self'"}
# Pagefind is our own script plus WebAssembly, and reads its index from the same host.
_DIGEST_POLICY: Final = _POLICY | {"style-src": "'unsafe-inline'"}
# The page of a digest is the same file as the mail, and mail programs ignore style sheets.

# The headers of every file.
COMMON_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "public, max-age=300",
}


def content_security_policy(path: str) -> str:
    """The Content-Security-Policy of the page at `path`, for the `meta` element of the page."""
    policy = (
        _SEARCH_POLICY
        if path == "search.html"
        else _DIGEST_POLICY
        if path.startswith("digests/")
        else _POLICY
    )
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def content_security_policy_header(path: str) -> str:
    """The Content-Security-Policy of the page at `path`, for the HTTP header."""
    # Only a header can forbid other sites to frame the page; in a `meta` element browsers ignore it.
    return f"{content_security_policy(path)}; frame-ancestors 'none'"
