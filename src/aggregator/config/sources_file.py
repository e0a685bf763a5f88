"""Reads sources.yaml: every place that is polled. Reads a recording's sources.tsv as well."""

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
    Schema,
    SourceAddress,
    Span,
    Wrong,
    read,
    shown,
    twice,
    unknown,
)
from aggregator.errors import ConfigIssue
from aggregator.model import Body, MailTrust, Scope, Seen, Selectors, Source
from aggregator.model.kinds import KINDS, MAILBOXES, Reads
from aggregator.values.field_types import Address, Name, Text

Licence = Literal["OGL-3.0", "OPL-3.0", "own", "unknown"]

SHORTEST_EVERY: Final = timedelta(minutes=15)
"""GOV.UK caches its feeds for five minutes, and no publisher here posts by the minute: asking more often
gains nothing and costs goodwill (facts of 2026-11)."""


class Defaults(Schema):
    """What holds for every source that does not say otherwise."""

    every: Span = timedelta(hours=1)
    pause: Span = timedelta(seconds=5)
    language: Text = "en"


class SourceSchema(Schema):
    """One source as it stands in the file."""

    id: Name
    body: Name
    kind: str
    title: Text
    address: SourceAddress
    fallbacks: tuple[Address, ...] = ()
    every: Span | None = None
    pause: Span | None = None
    licence: Licence
    scope: Scope
    seen: Seen
    language: Text | None = None
    enabled: bool = True
    updated_is_news: bool = False
    page: Address | Literal[""] = ""
    note: str = ""
    selectors: Selectors = Selectors()
    confirmed: bool = True
    mail: MailTrust | None = None

    @field_validator("kind")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in KINDS:
            raise ValueError(f"write one of {', '.join(KINDS)}")
        return value

    @field_validator("every")
    @classmethod
    def _not_too_often(cls, value: timedelta | None) -> timedelta | None:
        if value is not None and value < SHORTEST_EVERY:
            raise ValueError("ask no publisher more often than every 15 minutes")
        return value


class SourcesSchema(Schema):
    """The file."""

    defaults: Defaults = Field(default_factory=Defaults)
    sources: tuple[SourceSchema, ...]


def load_sources(path: Path, bodies: Mapping[str, Body], mistakes: ConfigIssues) -> tuple[Source, ...]:
    """Every source, in the order of the file."""
    form, document = read(path, SourcesSchema, mistakes)
    if form is None:
        return ()
    ids = [source.id for source in form.sources]
    mistakes.check(document, twice("sources", ids, each="each source"), _wrong(form, bodies))
    return tuple(_source(source, form.defaults) for source in form.sources)


def _source(form: SourceSchema, defaults: Defaults) -> Source:
    said: dict[str, Any] = {key: value for key, value in form if value is not None}
    return Source(**{**dict(defaults), **said})


def _wrong(form: SourcesSchema, bodies: Mapping[str, Body]) -> Wrong:
    for number, source in enumerate(form.sources):
        here = ("sources", number)
        if bodies:
            remedy = "add it to register/bodies.yaml"
            yield from unknown((*here, "body"), "body", source.body, bodies, remedy)
        for key, what in _address_mistakes(source):
            yield (*here, key), what


def _address_mistakes(source: SourceSchema) -> Iterator[tuple[str, str]]:
    """What does not fit together in the kind of a source and its address: key and words."""
    mailbox, reads = source.address.startswith(MAILBOXES), KINDS[source.kind].reads
    if (reads is Reads.MAILBOX) != mailbox:
        kinds = _kinds_that_read(Reads.MAILBOX)
        yield "address", f"{kinds} reads maildir:, mbox:, imap: and imaps:, and no other kind does"
    elif not mailbox and "://" not in source.address and reads is not Reads.FOLDER:
        yield "address", f"only {_kinds_that_read(Reads.FOLDER)} reads a folder of this project"
    elif mailbox and source.mail is None:
        yield "kind", "say under 'mail' which messages are taken: list_id and servers"
    elif source.address.startswith("imap") and source.mail and not source.mail.password_file:
        yield "mail", "name the file that holds the password: password_file"


def _kinds_that_read(what: Reads) -> str:
    return "the kind " + " or ".join(f"'{name}'" for name, kind in KINDS.items() if kind.reads is what)


TABLE_COLUMNS: Final = ("id", "body", "kind", "url")


def load_table(
    path: Path, bodies: Mapping[str, Body], mistakes: ConfigIssues
) -> tuple[tuple[Source, ...], dict[str, Body]]:
    """Sources of a recording (`id, body, kind, url`; the body by name), and the bodies with those it adds.

    A recording says neither licence nor scope: the licence is taken as unknown and every source as
    `relevant`, so that nothing is claimed that nobody wrote.
    """
    known = dict(bodies)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    if not rows or not set(TABLE_COLUMNS) <= set(rows[0]):
        mistakes.add(
            ConfigIssue(shown(path), 1, f"the first line must name the columns {', '.join(TABLE_COLUMNS)}")
        )
        return (), known
    sources = []
    for row in rows:
        body = _named(row["body"], row["url"], known)
        known[body.id] = body
        sources.append(_recorded(row, body))
    return tuple(sources), known


def _named(name: str, url: str, bodies: Mapping[str, Body]) -> Body:
    for body in bodies.values():
        if name in (body.id, body.name, body.short, *body.aliases):
            return body
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return Body(id=slug, name=name, nation="uk", url=url)


def _recorded(row: Mapping[str, str], body: Body) -> Source:
    form = SourceSchema(
        id=row["id"],
        body=body.id,
        kind=row["kind"],
        title=f"{body.name} ({row['id']})",
        address=row["url"],
        licence="unknown",
        scope=Scope.RELEVANT,
        seen=Seen.ANSWERED,
    )
    return replace(_source(form, Defaults()), updated_is_news="://www.gov.uk/" in row["url"])
