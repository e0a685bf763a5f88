"""Reads sources.yaml, the list of everything that is polled, and a recording's sources.tsv."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, field_validator

from aggregator.config.yaml_files.schema import (
    ConfigIssues,
    Duration,
    Problems,
    Schema,
    SourceAddress,
    display_path,
    duplicate_ids,
    read_yaml,
    unknown_id,
)
from aggregator.errors import ConfigIssue
from aggregator.model import Body, MailTrust, Scope, Selectors, Source
from aggregator.model.kinds import KINDS, MAILBOXES, SourceLocation
from aggregator.values.field_types import Address, Name, Text

Licence = Literal["OGL-3.0", "OPL-3.0", "own", "unknown"]

# GOV.UK caches its feeds for five minutes, and no publisher here posts by the minute: polling more often
# gains nothing and costs goodwill (checked in 2026-11).
SHORTEST_INTERVAL: Final = timedelta(minutes=15)


class Defaults(Schema):
    """The values for every source that does not set them itself."""

    every: Duration = timedelta(hours=1)
    pause: Duration = timedelta(seconds=5)
    language: Text = "en"


class SourceSchema(Schema):
    """One source in the file."""

    id: Name
    body: Name
    kind: str
    title: Text
    address: SourceAddress
    fallbacks: tuple[Address, ...] = ()
    every: Duration | None = None
    pause: Duration | None = None
    licence: Licence
    scope: Scope
    verified: bool
    language: Text | None = None
    enabled: bool = True
    updated_means_change: bool = False
    page: Address | Literal[""] = ""
    note: str = ""
    selectors: Selectors = Selectors()
    confirmed: bool = True
    mail: MailTrust | None = None

    @field_validator("kind")
    @classmethod
    def _check_kind(cls, value: str) -> str:
        if value not in KINDS:
            raise ValueError(f"write one of {', '.join(KINDS)}")
        return value

    @field_validator("every")
    @classmethod
    def _check_interval(cls, value: timedelta | None) -> timedelta | None:
        if value is not None and value < SHORTEST_INTERVAL:
            raise ValueError("poll no publisher more often than every 15 minutes")
        return value


class SourcesSchema(Schema):
    """The file."""

    defaults: Defaults = Field(default_factory=Defaults)
    sources: tuple[SourceSchema, ...]


def load_sources(path: Path, bodies: Mapping[str, Body], issues: ConfigIssues) -> tuple[Source, ...]:
    """Every source, in the order of the file."""
    file, document = read_yaml(path, SourcesSchema, issues)
    if file is None:
        return ()
    ids = [source.id for source in file.sources]
    issues.add_problems(document, duplicate_ids("sources", ids, each="each source"), _problems(file, bodies))
    return tuple(_source(source, file.defaults) for source in file.sources)


def _source(source: SourceSchema, defaults: Defaults) -> Source:
    values: dict[str, Any] = {key: value for key, value in source if value is not None}
    return Source(**{**dict(defaults), **values})


def _problems(file: SourcesSchema, bodies: Mapping[str, Body]) -> Problems:
    for number, source in enumerate(file.sources):
        here = ("sources", number)
        # Without bodies their file is broken, and every source would be reported too.
        if bodies:
            remedy = "add it to register/bodies.yaml"
            yield from unknown_id((*here, "body"), "body", source.body, bodies, remedy)
        for key, what in _address_problems(source):
            yield (*here, key), what


def _address_problems(source: SourceSchema) -> Iterator[tuple[str, str]]:
    """Where the address does not fit the kind: the key, and what to do."""
    is_mailbox, location = source.address.startswith(MAILBOXES), KINDS[source.kind].location
    if (location is SourceLocation.MAILBOX) != is_mailbox:
        kinds = _kinds_at(SourceLocation.MAILBOX)
        yield "address", f"{kinds} reads maildir:, mbox:, imap: and imaps:, and no other kind does"
    elif not is_mailbox and "://" not in source.address and location is not SourceLocation.FOLDER:
        yield "address", f"only {_kinds_at(SourceLocation.FOLDER)} reads a folder of this project"
    elif is_mailbox and source.mail is None:
        yield "kind", "write under 'mail' which messages to accept: list_id and servers"
    elif source.address.startswith("imap") and source.mail and not source.mail.password_file:
        yield "mail", "name the file with the password: password_file"


def _kinds_at(location: SourceLocation) -> str:
    names = [f"'{name}'" for name, kind in KINDS.items() if kind.location is location]
    return f"the kind {' or '.join(names)}"


TABLE_COLUMNS: Final = ("id", "body", "kind", "url")


def load_recorded_sources(
    path: Path, bodies: Mapping[str, Body], issues: ConfigIssues
) -> tuple[tuple[Source, ...], dict[str, Body]]:
    """The sources of a recording (columns `id, body, kind, url`; the body by name), and all bodies.

    Bodies that the register does not have are added. A recording has no licence and no scope: every source
    gets the licence `unknown` and the scope `relevant`, so that we claim nothing that nobody wrote.
    """
    all_bodies = dict(bodies)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    if not rows or not set(TABLE_COLUMNS) <= set(rows[0]):
        what = f"the first line must name the columns {', '.join(TABLE_COLUMNS)}"
        issues.add(ConfigIssue(display_path(path), 1, what))
        return (), all_bodies
    sources = []
    for row in rows:
        body = _find_or_make_body(row["body"], row["url"], all_bodies)
        all_bodies[body.id] = body
        sources.append(_recorded_source(row, body))
    return tuple(sources), all_bodies


def _find_or_make_body(name: str, url: str, bodies: Mapping[str, Body]) -> Body:
    for body in bodies.values():
        if name in (body.id, body.name, body.short, *body.aliases):
            return body
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return Body(id=slug, name=name, nation="uk", url=url)


def _recorded_source(row: Mapping[str, str], body: Body) -> Source:
    source = SourceSchema(
        id=row["id"],
        body=body.id,
        kind=row["kind"],
        title=f"{body.name} ({row['id']})",
        address=row["url"],
        licence="unknown",
        scope=Scope.RELEVANT,
        verified=True,
    )
    # GOV.UK moves `updated` of its feeds for major changes only; a recording cannot say so itself.
    return replace(_source(source, Defaults()), updated_means_change="://www.gov.uk/" in row["url"])
