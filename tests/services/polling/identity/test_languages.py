"""A document in English and Welsh is one update, whichever is found first; two statements are never one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

import pytest

from aggregator.model import Document
from aggregator.store import Store
from tests.services.conftest import OpenStore
from tests.services.stage import PollingBench
from tests.support.builders import NOON, make_source

HOUR = timedelta(hours=1)
ENGLISH, WELSH = "https://www.gov.wales/announcements/rss", "https://www.llyw.cymru/cyhoeddiadau/rss"
NINE_THIRTY = "2026-06-01T09:30:00+01:00"


@dataclass(frozen=True)
class Statement:
    """An item of one of the two feeds."""

    title: str
    published: str = NINE_THIRTY
    text: str = ""
    slug: str = ""

    @property
    def is_welsh(self) -> bool:
        return self.title.startswith("Datganiad")

    @property
    def link(self) -> str:
        site = "https://www.llyw.cymru" if self.is_welsh else "https://www.gov.wales"
        return f"{site}/{self.slug or self.title.lower().replace(' ', '-')}"


PLAN = Statement("Written Statement: The plan for open government")
CYNLLUN = Statement("Datganiad Ysgrifenedig: Y cynllun ar gyfer llywodraeth agored")
OLD = Statement("Written Statement: An older one", "2026-05-01T09:30:00+01:00")
HEN = Statement("Datganiad Ysgrifenedig: Un hŷn", "2026-04-01T09:30:00+01:00")


def rss(items: Sequence[Statement]) -> bytes:
    written = "".join(
        f"<item><title>{escape(one.title)}</title><link>{escape(one.link)}</link>"
        f"<description>{escape(one.text)}</description>"
        f"<pubDate>{format_datetime(datetime.fromisoformat(one.published))}</pubDate></item>"
        for one in items
    )
    return f'<rss version="2.0"><channel><title>x</title>{written}</channel></rss>'.encode()


@dataclass
class Bench:
    """The two feeds of the Welsh Government, or one that has both."""

    store: Store
    together: bool = False
    at: datetime = field(default=NOON)

    def __post_init__(self) -> None:
        sources = [make_source("a-cy", body="wales", address=WELSH, language="cy")] * (not self.together)
        sources += [make_source("b-en", body="wales", address=ENGLISH)]
        self.stage = PollingBench(self.store, tuple(sources))

    def poll(self, *items: Statement) -> None:
        everything = [*items, OLD, HEN]
        english = [one for one in everything if self.together or not one.is_welsh]
        answers = {ENGLISH: rss(english)}
        if not self.together:
            answers[WELSH] = rss([one for one in everything if one.is_welsh])
        self.stage.poll(self.at, answers)
        self.at += HOUR

    def new(self) -> list[Document]:
        found = [document for document in self.store.documents.all() if not document.backlog]
        return sorted(found, key=lambda one: one.entry.title)

    def languages(self) -> list[dict[str, str]]:
        """The titles of each new document by language."""
        return [
            {one.entry.language: one.entry.title}
            | {other.language: other.title for other in one.entry.translations}
            for one in self.new()
        ]

    def edits(self) -> int:
        carriers = [carrier for one in self.store.documents.all() for carrier in one.carriers]
        return sum(len(carrier.revisions) - 1 for carrier in carriers)


@pytest.fixture
def store(fresh: OpenStore) -> Iterator[Store]:
    with fresh() as opened:
        yield opened


BOTH = {"en": PLAN.title, "cy": CYNLLUN.title}
ORDERS = ([[PLAN, CYNLLUN]], [[PLAN], [PLAN, CYNLLUN]], [[CYNLLUN], [CYNLLUN, PLAN]], [[CYNLLUN], [], [PLAN]])


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_a_statement_of_one_minute_is_one_document_whichever_language_comes_first(
    store: Store, order: list[list[Statement]], together: bool
) -> None:
    bench = Bench(store, together)
    bench.poll()
    for items in order:
        bench.poll(*items)
    first_seen = NOON + HOUR
    # Either may leave the feed, and come back.
    for items in ([PLAN], [CYNLLUN], [CYNLLUN, PLAN]):
        bench.poll(*items)

    assert bench.languages() == [BOTH]
    assert (bench.new()[0].first_seen, bench.edits()) == (first_seen, 0)
    assert len(bench.new()[0].carriers) == (1 if together else 2)


@pytest.mark.parametrize(
    "items",
    [
        # Which belongs to which?
        (PLAN, CYNLLUN, Statement("Written Statement: Rivers and forests")),
        (PLAN, Statement("Datganiad Ysgrifenedig: Afonydd"), CYNLLUN, Statement("Written Statement: Rivers")),
        # Another type, minute, number; no minute at all.
        (PLAN, Statement("Datganiad i'r wasg: Y cynllun")),
        (PLAN, Statement(CYNLLUN.title, "2026-06-01T09:31:00+01:00")),
        (Statement(f"{PLAN.title} 2026"), Statement(f"{CYNLLUN.title} 2027")),
        tuple(Statement(one.title, "2026-06-01T00:00:00+01:00") for one in (PLAN, CYNLLUN)),
        (
            Statement(PLAN.title, text="In 2026 we spend 12, 15 and 18 million pounds of our money on it."),
            Statement(CYNLLUN.title, text="Yn 2025 byddwn yn gwario 7, 8 a 9 miliwn o bunnoedd arno i gyd."),
        ),
        # Without a type nothing tells that they are one.
        (Statement("Rivers are clean", slug="rivers"), Statement("Datganiad am yr afonydd glân")),
    ],
)
def test_two_statements_are_never_one(store: Store, items: tuple[Statement, ...]) -> None:
    bench = Bench(store)
    bench.poll()
    bench.poll(*items)
    bench.poll(*items)
    assert len(bench.new()) == len(items)


def test_numbers_and_names_tell_which_of_several_of_one_minute_belong_together(store: Store) -> None:
    items = (
        Statement("Written Statement: Budget 2026 to 2027"),
        Statement("Written Statement: Appointment of Sioned Example"),
        Statement("Datganiad Ysgrifenedig: Penodi Sioned Example"),
        Statement("Datganiad Ysgrifenedig: Cyllideb 2026 i 2027"),
    )
    bench = Bench(store)
    bench.poll(*items[:3])
    bench.poll(*items)
    pairs = {one.entry.title: [t.title for t in one.entry.translations] for one in store.documents.all()}
    assert pairs[items[0].title] == [items[3].title]
    assert pairs[items[1].title] == [items[2].title]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("order", [[0, 1], [1, 0], [2]])
def test_an_edit_of_both_languages_is_one_change(store: Store, order: list[int], together: bool) -> None:
    bench = Bench(store, together)
    bench.poll()
    bench.poll(PLAN, CYNLLUN)
    edited = [
        Statement(one.title + " 2026", text="Words.", slug=one.link.rpartition("/")[2])
        for one in (PLAN, CYNLLUN)
    ]
    shown = [PLAN, CYNLLUN]
    for number in order:
        for place in [number] if number < 2 else [0, 1]:
            shown[place] = edited[place]
        bench.poll(*shown)
    bench.poll(*shown)

    assert (bench.languages(), bench.edits()) == ([{"en": edited[0].title, "cy": edited[1].title}], 1)


@pytest.mark.parametrize("together", [False, True])
def test_an_edit_of_the_welsh_words_alone_is_one_change(store: Store, together: bool) -> None:
    words = "Mae gan y cynllun naw ymrwymiad am ddata agored a gwariant."
    bench = Bench(store, together)
    bench.poll()
    for viewed in (5, 7, 9):
        bench.poll(PLAN, replace(CYNLLUN, text=f"{words} Viewed {viewed} times."))
    bench.poll(PLAN, replace(CYNLLUN, text=words[:20]))
    assert bench.edits() == 0

    edited = replace(CYNLLUN, text=f"{words.replace('naw', 'ddeg')} Viewed 12 times.")
    for _ in range(2):
        bench.poll(PLAN, edited)
    assert bench.edits() == 1
    # The edit reaches the English words later.
    bench.poll(replace(PLAN, text="The plan has ten commitments."), edited)
    bench.poll(replace(PLAN, text="The plan has eleven commitments, not ten."), edited)
    assert bench.edits() == 2


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"{}><id>x</id><title>x</title>{}</feed>'
WORDS = {
    "en": ("The plan for open data", "What the plan for open data says about spending now."),
    "cy": ("Y cynllun data agored", "Yr hyn mae cynllun data agored yn ei ddweud am wariant."),
    "ga-IE": ("An plean le haghaidh sonraí", "An méid a deir an plean faoi chaiteachas anois."),
    "pl": ("Plan otwartych danych", "Co plan otwartych danych mówi teraz o wydatkach publicznych."),
}


def entry_with_alternates(language: str, others: Sequence[str], stated: str = "") -> str:
    title, text = WORDS[language]
    links = "".join(
        f'<link type="text/html" hreflang="{one}" href="https://a.example/{one}/p"/>' for one in others
    )
    start = f'<entry xml:lang="{stated}">' if stated else "<entry>"
    return (
        f"{start}<id>tag:a.example,2026:{language}</id>"
        f"<title>{title}</title>{links}<updated>2026-06-01T09:00:00Z</updated><summary>{text}</summary></entry>"
    )


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("own_first", [False, True])
def test_an_item_leads_to_the_page_in_the_language_of_its_words(
    store: Store, language: str, own_first: bool
) -> None:
    order = sorted(WORDS, key=lambda one: (one == language) != own_first)
    # English and Welsh are known by their words, whatever the feed says of itself.
    stated = "" if language in ("en", "cy") else language
    feed = ATOM.format(' xml:lang="en"', entry_with_alternates(language, ["x-default", *order], stated))
    stage = PollingBench(store, (make_source("s", address=ENGLISH),))
    stage.poll(NOON, {ENGLISH: feed.encode()})
    (document,) = store.documents.all()
    shown = {document.entry.language: document.entry.url} | {
        one.language: one.url for one in document.entry.translations
    }
    assert document.entry.language == language
    assert shown == {one: f"https://a.example/{one}/p" for one in WORDS}


def test_the_languages_of_a_sitemap_are_joined(store: Store) -> None:
    pages = {one: f"https://a.example/{one}/the-plan-in-{one}" for one in ("en", "cy")}
    links = "".join(f'<xhtml:link hreflang="{one}" href="{pages[one]}"/>' for one in pages)
    urls = "".join(f"<url><loc>{page}</loc>{links}</url>" for page in pages.values())
    sitemap = f'<urlset xmlns:xhtml="http://www.w3.org/1999/xhtml">{urls}</urlset>'
    address = "https://a.example/sitemap.xml"
    stage = PollingBench(store, (make_source("s", kind="sitemap", address=address),))
    stage.poll(NOON, {address: sitemap.encode()})
    (document,) = store.documents.all()
    assert (document.entry.url, [one.url for one in document.entry.translations]) == (
        pages["en"],
        [pages["cy"]],
    )


def page_links(english: str, welsh: str) -> dict[str, bytes]:
    """Two pages, of which the first links to the other as its Welsh version."""
    link = f'<link rel="alternate" hreflang="cy" href="{welsh}">'
    page = (
        "<html lang={}><head>{}<title>x</title></head><body><main><h1>{}</h1><p>{}</p></main></body></html>"
    )
    return {
        english: page.format(
            "en", link, "The plan for data", "What the plan for open data says now."
        ).encode(),
        welsh: page.format(
            "cy", "", "Y cynllun data", "Yr hyn mae cynllun data agored yn ei ddweud."
        ).encode(),
    }


@pytest.mark.parametrize("welsh_first", [False, True, None])
@pytest.mark.parametrize(
    ("body", "welsh", "count"),
    [
        ("wales", "https://www.example.wales/cy/cynllun", 1),
        ("other", "https://www.example.wales/cy/cynllun", 2),
        ("wales", "https://www.example.wales/cy", 2),
    ],
)
def test_a_language_link_joins_two_pages_of_one_body(
    store: Store, welsh_first: bool | None, body: str, welsh: str, count: int
) -> None:
    english = "https://www.example.wales/en/plan"
    sources = (
        make_source("en", kind="page", body="wales", address=english),
        make_source("cy", kind="page", body=body, address=welsh, language="cy"),
    )
    stage = PollingBench(store, sources)
    answers = page_links(english, welsh)
    first = english if welsh_first is False else welsh
    stage.poll(NOON, answers if welsh_first is None else {first: answers[first]})
    stage.poll(NOON + HOUR, answers)
    assert len(store.documents.all()) == count
