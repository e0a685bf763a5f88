"""What is done with a publisher's answers in the reading process: plain functions of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from aggregator.errors import SourceError
from aggregator.model import Failed, Fetched, ParsedPage, RawEntry, Request, Source
from aggregator.normalise import NormalisedPage, normalise
from aggregator.parse import merge_items, reader_for, request_older
from aggregator.parse.autodiscovery import Candidate, find_candidates
from aggregator.services.isolation import RemoteError

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Job(Protocol[Result_co]):
    """One piece of work; it and its result are sent between processes."""

    @property
    def url(self) -> str:
        """The address whose answer is read."""
        ...

    def run(self) -> Result_co:
        """Do the work. Raises SourceError."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, read: its items and, if no other page belongs to it, their entries."""

    parsed: ParsedPage
    normalised: NormalisedPage | None = None


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """Read one answer and, if `now` is given and it is the whole list, make entries of its items."""

    source: Source
    fetched: Fetched
    now: datetime | None = None

    @property
    def url(self) -> str:
        """The address that was requested."""
        return self.fetched.url

    def run(self) -> Page:
        """Return the page. Raises SourceError."""
        parsed = reader_for(self.source.kind).read(self.source, self.fetched)
        if self.now is None or parsed.next_requests:
            return Page(parsed)
        items = merge_pages([(self.fetched, parsed)])
        return Page(parsed, normalise(self.source, self.fetched.final_url, items, now=self.now))


@dataclass(frozen=True, slots=True)
class Normalise:
    """Make entries of the items of one or more pages."""

    source: Source
    url: str
    items: tuple[RawEntry, ...]
    now: datetime

    def run(self) -> NormalisedPage:
        """Return the entries."""
        return normalise(self.source, self.url, self.items, now=self.now)


@dataclass(frozen=True, slots=True)
class RequestOlder:
    """Find the request for the items before a page."""

    source: Source
    fetched: Fetched
    page: ParsedPage

    @property
    def url(self) -> str:
        """The address that was requested."""
        return self.fetched.url

    def run(self) -> Request | None:
        """Return the request; None if no older page is known."""
        return request_older(self.source, self.fetched, self.page)


@dataclass(frozen=True, slots=True)
class FindCandidates:
    """Find what may be read at an address."""

    fetched: Fetched

    @property
    def url(self) -> str:
        """The address that was requested."""
        return self.fetched.url

    def run(self) -> tuple[Candidate, ...]:
        """Return the candidates. Raises SourceError."""
        return tuple(find_candidates(self.fetched))


def merge_pages(
    pages: Iterable[tuple[Fetched, ParsedPage]], missing: Iterable[RawEntry] = ()
) -> tuple[RawEntry, ...]:
    """Return the items of all pages and the missing ones, with the parts of one item merged."""
    with_base = (
        replace(raw, base=raw.base or fetched.final_url) for fetched, page in pages for raw in page.entries
    )
    return merge_items((*with_base, *missing))


def run_jobs(jobs: Sequence[Job[Result]]) -> list[Result | Failed | RemoteError]:
    """Do each job; one that fails does not stop the others. MemoryError is raised."""
    return [_run_job(job) for job in jobs]


def _run_job(job: Job[Result]) -> Result | Failed | RemoteError:
    try:
        return job.run()
    except SourceError as error:
        return Failed(url=job.url, cause=error.cause, detail=error.detail, hint=error.hint)
    except MemoryError:
        raise
    except Exception as error:
        return RemoteError.of(error)
