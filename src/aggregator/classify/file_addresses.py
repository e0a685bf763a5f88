"""Compares attachments by their addresses, without what is written anew at each look, and by length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote

from aggregator.values.web_addresses import split_address

# Parameters that sign an address, let it expire, or keep it from a cache; nothing of them names the file.
VOLATILE: Final = re.compile(
    r"(?:x-(?:amz|goog|ms|oss|cos)-.*|awsaccesskeyid|googleaccessid|key-pair-id|policy|expires?(?:in)?|expiry"
    r"|s(?:ig(?:nature)?|v|e|p|r|t|s|rt|ip|pr|kt|ke|oid|tid)|hmac|auth|hash|md5|checksum|digest|token|access_?token"
    r"|t|ts|time(?:stamp)?|date|v|ver(?:sion)?|rev(?:ision)?|_|cb|cache(?:bust(?:er)?)?|no_?cache|rand(?:om)?|rnd"
    r"|nonce|itok|m(?:od(?:ified)?)?|mtime|last_?mod(?:ified)?|updated|etag|sess(?:ion)?_?(?:id)?|sid|phpsessid"
    r"|utm_.*|download|dl|inline|attachment|response-content-.*)",
    re.IGNORECASE,
)
# Of the parameters after a name with the ending of a file, those that may name the file all the same.
NAMING: Final = re.compile(
    r".*(?:id|doc(?:ument)?|file(?:name)?|path|item|no|number|lang(?:uage)?|page|format|year)", re.IGNORECASE
)
FILE_NAME: Final = re.compile(r"\.[a-z][a-z0-9]{1,4}$", re.IGNORECASE)
SCRIPT: Final = re.compile(r"\.(?:php\d?|aspx?|ashx|jsp|cgi|cfm|dll|do|pl)$", re.IGNORECASE)
# A signed id of a file in a path, as Rails' Active Storage writes it.
SIGNED_SEGMENT: Final = re.compile(r"/[\w=+-]{24,}--[0-9a-f]{40,}(?=/)")
PATH_PARAMETER: Final = re.compile(r";[^/]*")


def file_key(address: str) -> str:
    """Return an address without scheme, `www.`, signature, version and session: what names the file."""
    parts = split_address(address)
    host = parts.netloc.lower().rpartition("@")[2].removeprefix("www.")
    path = PATH_PARAMETER.sub("", SIGNED_SEGMENT.sub("/", unquote(parts.path)))
    is_file = bool(FILE_NAME.search(path)) and not SCRIPT.search(path)
    return f"{host}{path}?{'&'.join(sorted(_naming(parts.query, is_file)))}"


def _naming(query: str, is_file: bool) -> Iterator[str]:
    for pair in query.split("&"):
        name = unquote(pair.partition("=")[0])
        if pair and not VOLATILE.fullmatch(name) and (not is_file or NAMING.fullmatch(name)):
            yield pair


def same_files(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Return whether files have the same addresses, and the same length where both have one.

    A length of 0 is unknown (RSS writes it).
    """
    first, second = _lengths(one), _lengths(other)
    return first.keys() == second.keys() and all(
        not length or not second[key] or length == second[key] for key, length in first.items()
    )


def _lengths(files: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for href in sorted(files):
        found[file_key(href)] = found.get(file_key(href)) or files[href]
    return found
