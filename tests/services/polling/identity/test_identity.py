"""One document is one, wherever its publisher moves it; two documents are two, whatever they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from _pytest.mark import ParameterSet

from aggregator.errors import Cause
from aggregator.model import Document
from aggregator.services.inbox.queues import QuestionsOfIdentity, SourcesToMend
from aggregator.store import Store
from tests.services.conftest import OpenStore
from tests.services.polling.identity.posts import SITE, WRITERS, Post
from tests.services.stage import PollingBench
from tests.support.builders import NOON, make_body, make_source

HOUR = timedelta(hours=1)
FEED = f"{SITE}/feed"
OTHER_FEED = f"{SITE}/other-feed"
PAPERS = [
    Post(title=f"Paper {name} of the forum", link=f"{SITE}/news/{name}", id=f"tag:example.org,2026:{name}")
    for name in ("one", "two", "three", "four")
]


class Bench:
    """One source of one format, and what its polls leave in the store."""

    def __init__(self, store: Store, form: str = "rss", sources: int = 1) -> None:
        kind, self.write = WRITERS[form]
        self.addresses = (FEED, OTHER_FEED)[:sources]
        made = [make_source(f"s{n}", kind=kind, address=address) for n, address in enumerate(self.addresses)]
        body = make_body(url=f"{SITE}/")
        self.stage = PollingBench(store, tuple(made), bodies={"cabinet-office": body})
        self.at = NOON

    def poll(self, posts: Sequence[Post], *others: Sequence[Post], **head: str) -> None:
        answers = {
            address: self.write(several, **head)
            for address, several in zip(self.addresses, (posts, *others), strict=True)
        }
        outcomes = self.stage.poll(self.at, answers)
        assert {outcome.bug for outcome in outcomes.values()} == {None}
        self.at += HOUR

    def documents(self) -> list[Document]:
        return sorted(self.stage.store.documents.all(), key=lambda one: (one.first_seen, one.entry.title))

    def titles(self) -> list[str]:
        return [document.entry.title for document in self.documents()]

    def updates(self) -> list[str]:
        """What readers are told: new documents, and the parts of changed ones."""
        found = [one.entry.title for one in self.documents() if not one.backlog]
        carriers = [carrier for one in self.documents() for carrier in one.carriers]
        return found + [",".join(r.parts) for carrier in carriers for r in carrier.revisions[1:]]

    def questions(self) -> list[str]:
        config = self.stage.poller.config
        return [
            item.command.split()[-1] for item in QuestionsOfIdentity(config, self.stage.store).waiting(NOON)
        ]

    def answer(self, name: str, *, accept: bool) -> None:
        assert self.stage.poller.answer(name, self.at, accept=accept)


@pytest.fixture
def store(fresh: OpenStore) -> Iterator[Store]:
    with fresh() as opened:
        yield opened


def rarely(*values: object) -> list[ParameterSet]:
    """Parameters of the long tests: they break where the others break."""
    return [pytest.param(value, marks=pytest.mark.long) for value in values]


OTHER_FORMATS = rarely(*(form for form in sorted(WRITERS) if form != "rss"))


@pytest.fixture(params=["rss", *OTHER_FORMATS])
def bench(request: pytest.FixtureRequest, store: Store) -> Bench:
    return Bench(store, request.param)


def moved(post: Post, link: str, **changes: str) -> Post:
    return replace(post, link=link, **changes)


def rebuilt(posts: Sequence[Post], **changes: str) -> list[Post]:
    return [moved(post, post.link.replace("/news/", "/updates/2026/"), **changes) for post in posts]


# ---------------------------------------------------------------- one document


def test_a_rebuilt_site_with_the_same_ids_brings_nothing_new(bench: Bench) -> None:
    bench.poll(PAPERS)
    before = {document.entry.id for document in bench.documents()}
    bench.poll(rebuilt(PAPERS))
    bench.poll(
        [*rebuilt(PAPERS), Post(title="Something new", link=f"{SITE}/updates/new", id="tag:x,2026:new")]
    )

    assert bench.updates() == ["Something new"]
    assert {document.entry.id for document in bench.documents() if document.backlog} == before
    assert {document.entry.url for document in bench.documents() if document.backlog} == {
        post.link for post in rebuilt(PAPERS)
    }
    assert (bench.questions(), bench.stage.state("s0").items_missed_at) == ([], None)


@pytest.mark.parametrize(
    "link",
    [
        f"{SITE}/news/one?sid=7f3a",
        *rarely(
            "https://mail.example.org/news/one",
            f"{SITE}/news/one-corrected",
            f"{SITE}//news//one/index.html?lang=en",
            f"{SITE}/News/One;jsessionid=A1?CMP=rss",
            "https://www.gov.example/one",
            "https://feeds.example.com/~r/forum/one",
        ),
    ],
)
def test_one_id_and_title_are_one_document_at_any_address(link: str, store: Store) -> None:
    bench = Bench(store, "json")
    bench.poll(PAPERS)
    for address in (link, link.replace("7f3a", "88b0"), PAPERS[0].link, link):
        bench.poll([moved(PAPERS[0], address), *PAPERS[1:]])

    assert (len(bench.documents()), bench.updates()) == (4, [])


@pytest.mark.long
def test_a_session_id_is_not_taken_for_an_address(store: Store) -> None:
    bench = Bench(store)
    bench.poll(PAPERS)
    for number in range(3):
        bench.poll([moved(post, f"{post.link}?PHPSESSID={number}") for post in PAPERS])

    assert {document.entry.url for document in bench.documents()} == {post.link for post in PAPERS}
    assert "PHPSESSID" not in store.dump().partition("documents\t")[0]


@pytest.mark.long
def test_an_edit_after_a_move_is_one_change(bench: Bench) -> None:
    bench.poll(PAPERS)
    edited = replace(rebuilt(PAPERS)[0], text="What the plan says, with a new paragraph about spending.")
    bench.poll([edited, *rebuilt(PAPERS)[1:]])

    assert bench.updates() == ["text"]


@pytest.mark.parametrize("site", [*rarely(f"{SITE}/2026"), "https://stage.example.net"])
def test_files_that_move_with_their_page_are_no_change(site: str, store: Store) -> None:
    post = replace(PAPERS[0], file=f"{SITE}/files/plan.pdf")
    bench = Bench(store)
    bench.poll([post])
    there = replace(post, link=f"{site}/one", file=f"{site}/files/plan.pdf")
    bench.poll([there])
    assert bench.updates() == []

    bench.poll([replace(there, file=f"{site}/files/plan-2.pdf")])
    assert bench.updates() == ["attachments"]


def test_two_feeds_of_a_body_with_one_worldwide_id_have_one_document(store: Store) -> None:
    bench = Bench(store, "atom", sources=2)
    redirected = [moved(post, f"https://feeds.example.com/~r/{post.id[-3:]}") for post in PAPERS]
    bench.poll(PAPERS, redirected)
    bench.poll(rebuilt(PAPERS), redirected)

    assert (len(bench.documents()), bench.updates()) == (4, [])
    assert {len(document.carriers) for document in bench.documents()} == {2}


@pytest.mark.parametrize("published", [PAPERS[0].published, *rarely("")])
def test_a_corrected_slug_without_an_id_is_the_same_document_if_nothing_else_differs(
    published: str, store: Store
) -> None:
    bench = Bench(store)
    posts = [replace(post, id="", published=published) for post in PAPERS]
    bench.poll(posts)
    bench.poll([moved(posts[0], f"{SITE}/news/number-one"), *posts[1:]])
    bench.poll(
        [replace(posts[1], link=f"{SITE}/news/again", published="2026-06-05T09:00:00+00:00"), *posts[2:]]
    )

    assert bench.updates() == ["Paper two of the forum"]


@pytest.mark.parametrize("address", [f"{SITE}/news/number-one", *rarely(f"{SITE}/news/one;jsessionid=7")])
def test_a_list_without_texts_tells_a_moved_item_by_title_and_date(address: str, store: Store) -> None:
    bench = Bench(store)
    posts = [replace(post, id="", text="") for post in PAPERS]
    bench.poll(posts)
    bench.poll([moved(posts[0], address), *posts[1:]])
    undated = [replace(post, published="") for post in posts]
    bench.poll([moved(undated[1], f"{SITE}/news/again"), *posts[2:]])

    assert bench.updates() == ["Paper two of the forum"]


def test_sessions_of_items_without_ids_bring_nothing_new(store: Store) -> None:
    bench = Bench(store)
    posts = [replace(post, id="") for post in PAPERS]
    bench.poll(posts)
    for session in ("?sid=88", ";jsessionid=2", "?sid=99"):
        bench.poll([moved(post, post.link + session) for post in posts])

    assert (bench.updates(), bench.questions(), len(bench.documents())) == ([], [], 4)
    assert bench.stage.state("s0").items_missed_at is None


@pytest.mark.parametrize("id", [*rarely(PAPERS[0].id), f"{SITE}/?p=88"])
def test_a_retracted_post_does_not_come_back_at_another_address(id: str, store: Store) -> None:
    bench = Bench(store)
    posts = [replace(PAPERS[0], id=id), *PAPERS[1:]]
    bench.poll(posts)
    first = next(one for one in bench.documents() if one.entry.native_id == id)
    store.documents.retract(first.entry.id, "a request", bench.at)
    bench.poll(rebuilt(posts))

    assert sorted(bench.titles()) == sorted(post.title for post in posts[1:])


# ---------------------------------------------------------------- two documents

JOIN = Post(
    title="Join our network",
    link=f"{SITE}/2019/01/join",
    text="How to join.",
    published="2019-01-08T09:00:00+00:00",
)
PLAN = Post(
    title="Consultation on the next plan opens",
    link=f"{SITE}/2026/06/plan",
    text="Tell us what it should hold.",
)


@pytest.mark.parametrize("id", [f"{SITE}/?p=57", *rarely(f"{SITE}/node/57", "57", "tag:example.org,2019:57")])
def test_a_number_that_is_used_again_is_another_document(id: str, bench: Bench) -> None:
    bench.poll([replace(JOIN, id=id)])
    bench.poll([replace(PLAN, id=id)])
    bench.poll([replace(PLAN, id=id), replace(JOIN, id=f"{id}8")])

    assert bench.titles() == [JOIN.title, PLAN.title]
    assert bench.updates() == [PLAN.title]
    assert [one.entry.published and one.entry.published.at.year for one in bench.documents()] == [2019, 2026]


def test_a_number_without_any_date_or_at_another_source_is_another_document_too(store: Store) -> None:
    bench = Bench(store, "rss", sources=2)
    number = f"{SITE}/?p=57"
    plan = [replace(PLAN, id=number, published="")]
    bench.poll([replace(JOIN, id=number, published="")], [])
    bench.poll([replace(JOIN, id=number, published="")], plan)

    assert bench.titles() == [JOIN.title, PLAN.title]
    assert not store.names.duplicates(None)


@pytest.mark.parametrize("id", [f"{SITE}/?p=57", *rarely("57 at https://www.example.org")])
def test_a_number_that_is_the_address_as_well_is_used_again_like_an_address(id: str, store: Store) -> None:
    bench = Bench(store)
    link = f"{SITE}/?p=57" if "?p" in id else f"{SITE}/node/57"
    bench.poll([replace(JOIN, id=id, link=link)])
    bench.poll([replace(JOIN, id=id, link=link, text="How to join by post.")])
    bench.poll([replace(PLAN, id=id, link=link)])

    assert bench.updates() == [PLAN.title, "text"]


LAST_YEAR = Post(
    title="Open government plan 2025",
    link=f"{SITE}/plan/",
    id=f"{SITE}/?p=1",
    text="Words of 2025.",
    published="2025-06-01T09:00:00+00:00",
)
THIS_YEAR = Post(
    title="Open government plan 2026", link=f"{SITE}/plan/", id=f"{SITE}/?p=2", text="Words of 2026."
)


@pytest.mark.parametrize("ids", [(f"{SITE}/?p=1", f"{SITE}/?p=2"), *rarely(("1", "2")), ("", "")])
@pytest.mark.parametrize("together", [True, *rarely(False)])
def test_an_address_that_is_given_to_a_new_post_makes_a_new_document(
    ids: tuple[str, str], together: bool, bench: Bench
) -> None:
    old, new = replace(LAST_YEAR, id=ids[0]), replace(THIS_YEAR, id=ids[1])
    bench.poll([old])
    if not together:
        bench.poll([moved(old, f"{SITE}/plan-2025/")])
    for _ in range(2):
        bench.poll([new, moved(old, f"{SITE}/plan-2025/")])

    assert [(one.entry.title, one.entry.url) for one in bench.documents()] == [
        (LAST_YEAR.title, f"{SITE}/plan-2025/"),
        (THIS_YEAR.title, f"{SITE}/plan/"),
    ]
    assert bench.updates() == [THIS_YEAR.title]


@pytest.mark.parametrize("published", [LAST_YEAR.published, *rarely("")])
def test_the_old_post_without_an_id_goes_to_its_new_address_whatever_its_title(
    published: str, store: Store
) -> None:
    """Both have one title, or no date; only what they say tells which is which."""
    bench = Bench(store)
    old = replace(LAST_YEAR, id="", published=published)
    new = replace(THIS_YEAR, id="", title=LAST_YEAR.title if published else THIS_YEAR.title)
    new = replace(new, published=new.published if published else "")
    bench.poll([old])
    for _ in range(2):
        bench.poll([new, moved(old, f"{SITE}/plan-2025/")])

    assert {one.entry.text: one.entry.url for one in bench.documents()} == {
        old.text: f"{SITE}/plan-2025/",
        new.text: f"{SITE}/plan/",
    }
    assert bench.updates() == [new.title]


@pytest.mark.long
def test_posts_that_take_one_address_after_another_are_each_a_document(bench: Bench) -> None:
    years = [
        Post(
            title=f"Report {year}",
            link=f"{SITE}/report/",
            id=f"report-of-{year}",
            text=f"Of {year}.",
            published=f"{year}-06-01T09:00:00+00:00",
        )
        for year in (2024, 2025, 2026)
    ]
    for post in years:
        bench.poll([post])
        bench.poll([post])

    assert bench.titles() == ["Report 2024", "Report 2025", "Report 2026"]
    assert bench.updates() == ["Report 2025", "Report 2026"]


def test_two_posts_that_swap_their_addresses_stay_what_they_are(bench: Bench) -> None:
    one, two = PAPERS[:2]
    bench.poll([one, two])
    for _ in range(2):
        bench.poll([moved(one, two.link), moved(two, one.link)])

    assert (bench.updates(), len(bench.documents())) == ([], 2)
    assert {d.entry.title: d.entry.url for d in bench.documents()} == {
        one.title: two.link,
        two.title: one.link,
    }


@pytest.mark.long
def test_ids_that_count_the_places_of_a_feed_join_nothing(bench: Bench) -> None:
    """The newest is always number 1, so that each item gets another number as the feed grows."""
    names = ("ash tree", "border crossing", "coal mine", "dam of stone", "elder people")
    posts = [Post(title=f"About the {name}", link=f"{SITE}/{name[:3]}", text=name) for name in names]
    for count in (2, 3, 4, 5):
        shown = reversed(posts[:count])
        bench.poll([replace(post, id=str(place)) for place, post in enumerate(shown, 1)])

    assert bench.updates() == [post.title for post in posts[2:]]


@pytest.mark.long
def test_an_id_that_only_says_which_is_the_latest_joins_nothing(store: Store) -> None:
    bench = Bench(store)
    for day, post in enumerate(PAPERS, 1):
        bench.poll([replace(post, id="latest", published=f"2026-06-0{day}T09:00:00+00:00")])

    assert bench.titles() == [post.title for post in PAPERS]


MINUTES = "Minutes of the Multi-stakeholder Forum, 3 June 2026"
NOTE = "Note of the Multi-stakeholder Forum, 3 June 2026"


@pytest.mark.parametrize("sources", [1, *rarely(2)])
@pytest.mark.parametrize("at_once", [True, *rarely(False)])
def test_two_papers_of_one_group_and_day_are_two_documents(sources: int, at_once: bool, store: Store) -> None:
    papers = [Post(title=MINUTES, link=f"{SITE}/m/4", id="4"), Post(title=NOTE, link=f"{SITE}/m/3", id="3")]
    bench = Bench(store, "rss", sources=sources)
    if not at_once:
        bench.poll(papers[:1], *([[]] * (sources - 1)))
    for _ in range(2):
        bench.poll(*([papers] if sources == 1 else [papers[:1], papers[1:]]))

    assert sorted(bench.titles()) == [MINUTES, NOTE]


def test_the_read_out_of_a_meeting_on_two_sites_is_one_document(store: Store) -> None:
    forum = Post(title=NOTE, link="https://forum.example.net/t/9", id="tag:forum.example.net,2026:9")
    bench = Bench(store, "atom", sources=2)
    bench.poll([Post(title=MINUTES, link=f"{SITE}/m/4", id="tag:example.org,2026:4")], [forum])

    assert len(bench.documents()) == 1


# ---------------------------------------------------------------- questions to the operator


def test_a_link_to_another_host_waits_for_the_operator(bench: Bench) -> None:
    staged = [moved(post, post.link.replace("www.example.org", "stage.example.net:8443")) for post in PAPERS]
    bench.poll(PAPERS)
    bench.poll(staged)

    (name,) = bench.questions()
    assert name == "s0:stage.example.net:8443"
    assert {document.entry.url for document in bench.documents()} == {post.link for post in PAPERS}

    bench.poll(PAPERS)
    assert bench.questions() == []

    bench.poll(staged)
    bench.answer(name, accept=False)
    bench.poll(staged)
    assert bench.questions() == []
    assert {document.entry.url for document in bench.documents()} == {post.link for post in PAPERS}


@pytest.mark.long
def test_an_accepted_host_is_followed(bench: Bench) -> None:
    there = [moved(post, post.link.replace("www.example.org", "www.example.gov.uk")) for post in PAPERS]
    bench.poll(PAPERS)
    bench.poll(there)
    bench.answer("s0:example.gov.uk", accept=True)
    bench.poll(there)

    assert {document.entry.url for document in bench.documents()} == {post.link for post in there}
    assert (bench.questions(), bench.updates(), len(bench.documents())) == ([], [], 4)


@pytest.mark.parametrize("accept", [True, False])
@pytest.mark.parametrize("new_ids", [*rarely(""), "node"])
def test_a_rebuilt_site_with_other_ids_waits_for_the_operator(
    accept: bool, new_ids: str, bench: Bench
) -> None:
    after = [replace(post, id=f"{new_ids}{n}" if new_ids else "") for n, post in enumerate(rebuilt(PAPERS))]
    unheard_of = Post(title="Older than anything", link=f"{SITE}/updates/old", id="old")
    bench.poll(PAPERS)
    bench.poll([*after, unheard_of])

    assert (bench.questions(), bench.updates(), len(bench.documents())) == (["s0:items"], [], 4)

    bench.answer("s0:items", accept=accept)
    for _ in range(2):
        bench.poll([*after, unheard_of])
    expected = [unheard_of.title] if accept else sorted([*(post.title for post in PAPERS), unheard_of.title])
    assert (bench.questions(), bench.updates()) == ([], expected)


def test_a_series_with_the_same_titles_each_week_is_published(store: Store) -> None:
    bench = Bench(store)
    for week, words in enumerate(("Of roads.", "Of rivers.", "Of rails.")):
        date = f"2026-05-0{week * 3 + 1}T09:00:00+00:00"
        posts = [
            Post(title=title, link=f"{SITE}/{title[:4]}-{week}", id="", text=words, published=date)
            for title in ("Order paper", "Votes and proceedings")
        ]
        bench.poll(posts)

    assert (bench.questions(), len(bench.updates())) == ([], 4)


CASINO = [
    Post(title="Ten best online casinos", link="https://casino.example.com/1", id="c1", text="Bonus."),
    Post(title="Free spins today", link="https://casino.example.com/2", id="c2", text="Spin."),
]


@pytest.mark.parametrize("same_host", [True, *rarely(False)])
@pytest.mark.parametrize("in_common", ["", *rarely("id", "title")])
def test_another_feed_at_the_address_is_not_published(same_host: bool, in_common: str, bench: Bench) -> None:
    """The domain lapsed; the new owner may also use the old host, in another language.

    A number or a title that two feeds happen to have in common proves nothing.
    """
    head = {"title": "Lucky Spins", "site": "https://casino.example.com", "language": "en"}
    spam = CASINO
    if same_host:
        head |= {"site": SITE, "language": "id"}
        spam = [moved(post, f"{SITE}/{post.id}") for post in CASINO]
    ours = replace(PAPERS[0], **({"title": CASINO[0].title} if in_common == "title" else {}))
    ours = replace(ours, id=CASINO[0].id if in_common == "id" else ours.id, published=JOIN.published)
    bench.poll([ours, *PAPERS[1:]])
    bench.poll(spam, **head)
    failure = bench.stage.state("s0").failure

    assert failure
    assert (failure.cause, len(bench.documents()), bench.questions()) == (Cause.OTHER_FEED, 4, ["s0"])

    bench.answer("s0", accept=False)
    bench.poll(spam, **head)
    mend = SourcesToMend(bench.stage.poller.config, bench.stage.store)
    assert (bench.questions(), len(bench.documents()), len(list(mend.waiting(bench.at)))) == ([], 4, 1)

    bench.poll([ours, *PAPERS[1:]])
    assert (bench.stage.state("s0").failure, bench.updates()) == (None, [])


@pytest.mark.long
def test_another_feed_that_the_operator_accepts_is_read(bench: Bench) -> None:
    bench.poll(PAPERS)
    bench.poll(CASINO, title="Lucky Spins", site="https://casino.example.com")
    bench.answer("s0", accept=True)
    bench.poll(CASINO, title="Lucky Spins", site="https://casino.example.com")

    assert (bench.questions(), len(bench.documents())) == ([], 6)


@pytest.mark.parametrize("kept", [*rarely("title", "hosts"), "item"])
def test_a_feed_that_is_renamed_or_turned_over_whole_is_still_the_same(kept: str, bench: Bench) -> None:
    fresh_posts = [Post(title=f"Fresh {n}", link=f"{SITE}/f/{n}", id=f"f{n}") for n in ("ash", "elm")]
    elsewhere = [moved(post, post.link.replace("www.", "other.")) for post in fresh_posts]
    posts = {"title": elsewhere, "hosts": fresh_posts, "item": [*elsewhere, PAPERS[0]]}[kept]
    bench.poll(PAPERS)
    bench.poll(posts, title="Example body" if kept == "title" else "A new name")

    assert (bench.stage.state("s0").failure, len(bench.documents())) == (None, 6)


def test_events_of_one_request_are_changes_of_one_document(store: Store) -> None:
    page = "https://www.whatdotheyknow.com/request/minutes"
    events = [
        Post(
            title=title,
            link=f"{page}{where}",
            id=f"tag:www.whatdotheyknow.com,2005:InfoRequestEvent/{number}",
            text=text,
            published=f"2026-05-0{number}T09:00:00+00:00",
        )
        for number, where, title, text in (
            (1, "#outgoing-1", "Minutes of the forum", "Request sent."),
            (2, "?nocache=incoming-22#incoming-22", "Minutes of the forum", "Acknowledgement."),
            (3, "#comment-9", "Minutes of the forum", "An annotation."),
            (4, "?nocache=incoming-23#incoming-23", "The body has answered", "Refused."),
        )
    ]
    bench = Bench(store, "atom")
    for count in (1, 2, 3, 4):
        bench.poll(list(reversed(events[:count])))

    (document,) = bench.documents()
    assert (document.entry.text, bench.updates()) == ("Refused.", ["text", "title,text"])


@pytest.mark.parametrize("form", ["rss", *rarely("atom", "json")])
def test_a_corrected_item_with_an_id_of_its_own_is_a_revision_of_the_old_one_beside_it(
    form: str, store: Store
) -> None:
    bench = Bench(store, form)
    page = f"{SITE}/plan"
    draft = Post(
        title="Open government plan: draft",
        link=page,
        id="tag:example.org,2026:1",
        text="The first words of the plan.",
    )
    final = replace(
        draft,
        title="Open government plan: final, closes 30 June",
        id="tag:example.org,2026:2",
        text="The final words of the plan.",
        published="2026-06-04T09:00:00+00:00",
    )
    bench.poll([draft])
    for posts in ([final, draft], [draft, final], [final]):
        bench.poll(posts)
    assert bench.titles() == [final.title]
    assert bench.updates() == ["title,text"]


def test_the_next_of_a_series_at_one_address_is_a_document_of_its_own(store: Store) -> None:
    bench = Bench(store)
    june = Post(title="Forum news, June", link=f"{SITE}/news", id="june", text="Plans were made for autumn.")
    july = replace(
        june, title="Forum news, July", id="july", text="Minutes are out.", published="2026-07-01T09:00:00Z"
    )
    bench.poll([june])
    bench.poll([july, june])
    assert bench.titles() == [june.title, july.title]
