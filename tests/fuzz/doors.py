"""Gives a case to the code that real data goes through. Works on older commits, too, to compare them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any, Final

from aggregator.classify import Labeller, combine_carriers
from aggregator.config import load_config
from aggregator.deliver.mail import bounces
from aggregator.errors import SourceError
from aggregator.fetch.http.origins import normal_form
from aggregator.fetch.http.responses import HttpResponse, complete_request
from aggregator.fetch.http.robots import RobotsChecker
from aggregator.model import (
    Carrier,
    Entry,
    Failed,
    FeedMetadata,
    Fetched,
    FetchedPart,
    MailTrust,
    ParsedPage,
    RawEntry,
    Reject,
    Request,
    Revision,
    RobotsTxt,
    Selectors,
    Source,
)
from aggregator.normalise import normalise
from aggregator.parse import merge_items, reader_for, request_older
from aggregator.parse.autodiscovery import find_candidates
from aggregator.parse.decode.encoding import NOT_XML
from aggregator.parse.mail.message import UnreadableMail
from aggregator.store.database.codec import to_json
from tests.fuzz import feeds, json_answers, mails, pages, responses
from tests.fuzz.writer import Writer
from tests.support.builders import make_source

NOW: Final = datetime(2026, 6, 5, 12, tzinfo=UTC)

# What became of a case.
DOCUMENT, NOTHING, ERROR = "document", "nothing", "error"


@dataclass(frozen=True, slots=True)
class Answer:
    """How one form of answer is made, and the source that it comes from."""

    make: Callable[[Writer], bytes]
    kind: str
    # The address asked for; empty for the source's own.
    asked: str = ""
    address: str = "https://www.example.org/news"
    changes: Mapping[str, Any] | None = None


LIST: Final = Selectors(
    item="li.item", title="h3", date="time", type=".type", summary="p", next=".next a", main="main",
    labels={"Published": "published", "Closes": "closes", "Opened": "opens", "Type": "type"}, details=True,
)  # fmt: skip
LINE: Final = replace(LIST, type="time", title="", main="", details=False)
SEARCH: Final = "https://www.gov.uk/api/search.json?q=open&count=2"
CONTENT: Final = "https://www.gov.uk/api/content/government/publications/a"
FORUM: Final = "https://forum.example.org"
CONSULT: Final = "https://consult.gov.scot"

ANSWERS: Final = (
    *[Answer(feeds.make_feed, "feed", address="https://www.example.org/feed/")] * 5,
    Answer(feeds.make_feed, "discourse", address=f"{FORUM}/latest.rss"),
    Answer(feeds.make_sitemap, "sitemap", address="https://x.org/sitemap.xml"),
    Answer(feeds.make_sitemap, "sitemap", changes={"selectors": Selectors(link="/publications/")}),
    Answer(json_answers.json_feed, "jsonfeed", address="https://x.org/feed.json"),
    Answer(json_answers.json_feed, "feed"), Answer(json_answers.wordpress, "jsonfeed"),
    Answer(json_answers.govuk_search, "govuk", address=SEARCH),
    Answer(json_answers.govuk_document, "govuk", address=CONTENT),
    Answer(json_answers.govuk_document, "govuk", address=SEARCH, asked=CONTENT),
    Answer(json_answers.discourse_list, "discourse", address=f"{FORUM}/latest.json"),
    Answer(
        json_answers.discourse_topic, "discourse", f"{FORUM}/t/1.json", address=f"{FORUM}/latest.json"
    ),
    Answer(json_answers.citizen_space, "citizenspace", address=f"{CONSULT}/api/2.4/json_search_results"),
    Answer(pages.finder, "citizenspace", address=f"{CONSULT}/consultation_finder/?st=open"),
    Answer(pages.finder, "citizenspace", address=f"{CONSULT}/consultation_finder/", asked=f"{CONSULT}/a/b/"),
    Answer(pages.listing, "listing", changes={"selectors": LIST}),
    Answer(pages.listing, "listing", changes={"selectors": LINE}),
    Answer(pages.document, "listing", asked="https://www.example.org/news/a", changes={"selectors": LIST}),
    Answer(pages.document, "page", changes={"selectors": replace(LIST, item="")}),
    Answer(pages.document, "page", changes={"selectors": Selectors()}),
    Answer(pages.record, "records", address="records/"),
)  # fmt: skip


def try_mail(writer: Writer) -> str:
    """Make a mail and read it as mail of a list and as mail to the replies mailbox."""
    raw = mails.make_mail(writer)
    source = make_source(
        kind="mailbox", address="maildir:list", mail=MailTrust(list_id=mails.LIST_ID, servers=(mails.SERVER,))
    )
    result = _read(
        source,
        Fetched(
            url=source.address,
            final_url=source.address,
            status=200,
            headers={},
            payload=b"",
            parts=(FetchedPart(name="1", payload=raw),),
        ),
    )
    return result if _read_reply(raw) is None else DOCUMENT


def try_answer(writer: Writer) -> str:
    """Make an answer of a publisher and read it, by the kind of its source."""
    answer = writer.pick(ANSWERS)
    source = make_source(kind=answer.kind, address=answer.address, **(answer.changes or {}))
    charset = writer.text("", "", "text/html", "application/xml; charset=utf-8", "text/xml; charset=x-none")
    payload, asked = answer.make(writer), answer.asked or answer.address
    parts = (FetchedPart(name="a-record.md", payload=payload),) if answer.kind == "records" else ()
    fetched = Fetched(
        url=asked,
        final_url=asked,
        status=200,
        headers={"content-type": charset},
        payload=payload,
        parts=parts,
    )
    if not parts and writer.chance(0.3):
        _find_candidates(fetched)
    return _read(source, fetched)


def try_response(writer: Writer) -> str:
    """Make the headers of a response, and perhaps a robots.txt, and obey them."""
    return asyncio.run(_obey(writer))


# What can be tried, and its generator.
DOORS: Final[Mapping[str, Callable[[Writer], str]]] = {
    "mail": try_mail,
    "answer": try_answer,
    "response": try_response,
}


def _read(source: Source, fetched: Fetched) -> str:
    try:
        page = reader_for(source.kind).read(source, fetched)
        request_older(source, fetched, page)
    except SourceError as error:
        _check_text(f"{error} {error.hint}")
        return ERROR
    based = (replace(raw, base=raw.base or fetched.final_url) for raw in page.entries)
    # The page of one item adds to what the list says of it.
    listed = (
        ()
        if fetched.url == source.address
        else (RawEntry(item_name="item 1", link=fetched.url, title="A plan"),)
    )
    items = merge_items((*listed, *based))
    normalised = normalise(source, fetched.final_url, items, now=NOW)
    for entry in normalised.entries:
        _check_document(source, entry)
    _check_state(page, normalised.rejects)
    if normalised.entries or normalised.removals:
        return DOCUMENT
    return ERROR if page.rejects or normalised.rejects else NOTHING


def _check_document(source: Source, entry: Entry) -> None:
    """Make the document, and raise if it cannot be stored or written into a feed."""
    revision = Revision(entry=entry, number=1, seen_at=NOW)
    carrier = Carrier(entry=entry, first_seen=NOW, backlog=False, revisions=(revision,), last_seen=NOW)
    document = combine_carriers([carrier], _labeller().label)
    _check_text(to_json(Entry, document.entry))


def _check_state(page: ParsedPage, rejects: tuple[Reject, ...]) -> None:
    _check_text(to_json(FeedMetadata, page.feed_metadata))
    for request in page.next_requests:
        _check_text(request.url)
    for reject in (*page.rejects, *rejects):
        _check_text(f"{reject.item_name} {reject.why}")


def _check_text(text: str) -> None:
    """Raise for text that cannot be stored, or that no feed may contain."""
    text.encode()
    if found := NOT_XML.search(text):
        raise ForbiddenCharacter(f"{found[0]!r} came through")


class ForbiddenCharacter(Exception):
    """A text has a character that XML forbids."""


async def _obey(writer: Writer) -> str:
    async def fetch_robots(url: str, pause: timedelta) -> HttpResponse:
        return HttpResponse(url=url, status=200, payload=responses.make_robots(writer))

    async def fetch_once(url: str) -> HttpResponse:
        await checker.admit(url, timedelta(seconds=5))
        _check_text(normal_form(url))
        return responses.make_response(writer, url)

    checker = RobotsChecker(
        fetch_robots=fetch_robots, cache=_NoCopies(), product="updates", clock=lambda: NOW
    )
    # From a page of a publisher: what XML forbids was left out when it was read.
    asked = NOT_XML.sub("", writer.address("https://www.gov.uk/a"))
    result = await complete_request(Request(url=asked), fetch_once)
    if isinstance(result, Failed):
        _check_text(f"{result.detail} {result.hint} {result.retry_after}")
        return ERROR
    return DOCUMENT


class _NoCopies:
    """Has no copy of any robots.txt."""

    def get(self, origin: str) -> RobotsTxt | None:
        return None

    def put(self, origin: str, copy: RobotsTxt) -> None:
        copy.text.encode()


def _find_candidates(fetched: Fetched) -> None:
    try:
        for candidate in find_candidates(fetched):
            _check_text(f"{candidate.address} {candidate.title}")
    except SourceError as error:
        _check_text(f"{error} {error.hint}")


def _read_reply(raw: bytes) -> object:
    """What a mail to the replies mailbox asks of us."""
    try:
        reader = import_module("aggregator.parse.mail.received").read_received_mail
    except ModuleNotFoundError:  # before November 2026 the bytes themselves went in
        return bounces.parse_inbound_mail(raw, mails.TOKENS)  # type: ignore[arg-type]
    try:
        return bounces.parse_inbound_mail(reader(raw), mails.TOKENS)
    except (UnreadableMail, bounces.UnreadableBounce):
        return None


@cache
def _labeller() -> Labeller:
    config = load_config()
    return Labeller(config.vocabulary, {}, config.bodies)
