"""Compares attachments by their addresses, without what is written anew at each look, and by length."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from aggregator.values.web_addresses import split_address

# Parameters that sign an address, let it expire, or keep it from a cache; nothing of them names the file.
SIGNING: Final = re.compile(
    r"(?:x-(?:amz|goog|ms|oss|cos)-.*|\w*accesskeyid|googleaccessid|key-pair-id|policy|expires?(?:in)?|expiry"
    r"|sig(?:n(?:ature)?)?|hmac|\w*auth|hash|md5|checksum|digest|\w*token|jwt|sk(?:oid|tid|t|e|s|v)|response-content-.*)",
    re.IGNORECASE,
)
VOLATILE: Final = re.compile(
    r"(?:s(?:v|rt|ip|pr)|ts|time(?:stamp)?|v|ver(?:sion)?(?:id)?|api-?version|rev(?:ision)?|_\w{0,3}"
    r"|cb|cache(?:bust(?:er)?)?|no_?cache|rand(?:om)?|rnd|nonce|itok|mod(?:ified)?|mtime|last_?mod(?:ified)?"
    r"|updated|etag|sess(?:ion)?_?(?:id)?|sid|phpsessid|utm_.*|sfvrsn|\d{9,})",
    re.IGNORECASE,
)
# Those that may name the file where nothing else does: `?download=12`.
AMBIGUOUS: Final = re.compile(r"(?:s[eprt]|st|e|t|m|date|download|dl|inline|attachment)", re.IGNORECASE)
# Values that switch something, and those that no person wrote.
SWITCH: Final = re.compile(r"(?:|0|1|true|false|yes|no|\d{9,}|(?=.*\d)(?=.*[a-z])(?=.*[A-Z])\w{6,})")
# Of the parameters after a name with the ending of a file, those that may name the file all the same.
NAMING: Final = re.compile(
    r".*(?:id|doc(?:ument)?|file(?:name)?|path|item|no|number|lang(?:uage)?|page|format|year)", re.IGNORECASE
)
FILE_NAME: Final = re.compile(r"\.[a-z][a-z0-9]{1,4}$", re.IGNORECASE)
SCRIPT: Final = re.compile(r"\.(?:php\d?|aspx?|ashx|jsp|cgi|cfm|dll|do|pl)$", re.IGNORECASE)
# A signed id of a file in a path, as Rails' Active Storage writes it.
SIGNED_SEGMENT: Final = re.compile(r"/[\w=+-]{24,}--[0-9a-f]{40,}(?=/)")
# A session in a path: `;jsessionid=1`, `/(S(1f))/`; and slashes that count once.
PATH_PARAMETER: Final = re.compile(r";[^/]*|/\([a-z]\([a-z0-9]+\)\)(?=/)|/(?=/)", re.IGNORECASE)
DEFAULT_PORT: Final = re.compile(r":(?:80|443)$")
# What names one version of a file: hexadecimal digits, or many characters that no person writes.
HASH: Final = re.compile(
    r"(?<![a-z0-9])(?:(?=[a-f]{0,64}\d)(?=\d{0,64}[a-f])"
    r"[0-9a-f]{8,64}(?:-[0-9a-f]{4,12}){0,4}"
    r"|(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])[A-Za-z0-9_]{16,})(?![A-Za-z0-9])"
)


def file_key(address: str) -> str:
    """Return an address without scheme, `www.`, signature, version and session: what names the file."""
    parts = split_address(address)
    host = DEFAULT_PORT.sub("", parts.netloc.lower().rpartition("@")[2]).removeprefix("www.")
    path = PATH_PARAMETER.sub("", SIGNED_SEGMENT.sub("/", unquote(parts.path)))
    is_file = bool(FILE_NAME.search(path)) and not SCRIPT.search(path)
    return f"{host}{path}?{'&'.join(sorted(_naming(parts.query, is_file=is_file)))}"


def _naming(query: str, *, is_file: bool) -> list[str]:
    """Return the parameters that may name a file."""
    pairs = [(pair, unquote(pair.partition("=")[0])) for pair in query.split("&") if pair]
    signed = any(SIGNING.fullmatch(name) for _, name in pairs)
    lasting = [
        (pair, name) for pair, name in pairs if not SIGNING.fullmatch(name) and not VOLATILE.fullmatch(name)
    ]
    sure = [pair for pair, name in lasting if not AMBIGUOUS.fullmatch(name)]
    if is_file:
        return [pair for pair, name in lasting if pair in sure and NAMING.fullmatch(name)]
    if sure or signed:
        return sure
    return [pair for pair, _ in lasting if not SWITCH.fullmatch(unquote(pair.partition("=")[2]))]


def same_files(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Return whether files have the same addresses, and the same length where both have one.

    A length of 0 is unknown (RSS writes it). Addresses that differ in a hash are those of one file only if
    both lengths are known: with each new version of a file some sites make a new hash.
    """
    first, second = _lengths(one), _lengths(other)
    both = first.keys() & second.keys()
    gone = {key: length for key, length in first.items() if key not in both}
    come = {key: length for key, length in second.items() if key not in both}
    equal = all(not first[key] or not second[key] or first[key] == second[key] for key in both)
    return equal and all((*gone.values(), *come.values())) and _without_hash(gone) == _without_hash(come)


def _without_hash(files: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted((HASH.sub("#", key), length) for key, length in files.items())


def _lengths(files: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for href in sorted(files):
        found[file_key(href)] = found.get(file_key(href)) or files[href]
    return found
