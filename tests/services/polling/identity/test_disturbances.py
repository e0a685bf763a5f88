"""However a publisher shows documents that do not change, nothing is new; a true change is told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.services.conftest import OpenStore
from tests.services.polling.identity.posts import SITE, WRITERS, Post
from tests.services.polling.identity.test_identity import Bench
from tests.support.examples import examples

SUBJECTS = ("budget of the forum", "charter on data", "minutes of the spring", "review by peers")
IDS = st.sampled_from(["tag:example.org,2026:{}", "https://www.example.org/?p={}", "guid-{}"])


def first_seen(number: int, id: str) -> Post:
    subject = SUBJECTS[number]
    return Post(
        title=f"The {subject}",
        link=f"{SITE}/news/{subject.partition(' ')[0]}",
        id=id.format(f"88{number}"),
        text=f"What is said - in the forum's own words... - of the {subject}. It costs £25,000.",
        published=f"2026-05-0{number + 1}T09:00:00+00:00",
    )


# What happens to the links of one answer. None of it changes a document.
DISTURBANCES: dict[str, Callable[[str], str]] = {
    "as before": lambda link: link,
    "rebuilt": lambda link: link.replace("/news/", "/updates/2026/"),
    "other slugs": lambda link: f"{link}-renamed",
    "other host": lambda link: link.replace("www.example.org", "www.example.gov.uk"),
    "staging": lambda link: link.replace("https://www.example.org", "http://stage.example.net:8080"),
    "session": lambda link: f"{link}?PHPSESSID=1f",
    "other session": lambda link: f"{link}?PHPSESSID=2e",
    "path session": lambda link: f"{link};jsessionid=77",
    "redirector": lambda link: f"https://feeds.example.com/~r/{link.rpartition('/')[2]}",
    "trackers": lambda link: f"{link}?utm_source=rss&CMP=x#top",
    "without https": lambda link: link.replace("https://www.", "http://"),
    "spelled anew": lambda link: link.replace("/news/", "//news//") + "/index.html",
}
# What happens to the words of a text, by the number of the poll. None of it changes a document.
WORDS: dict[str, Callable[[str, int], str]] = {
    "as before": lambda text, poll: text,
    "typography": lambda text, poll: text.replace(" - ", " — ").replace("'", "’").replace("...", "…"),
    "counter": lambda text, poll: f"{text} Viewed {1200 + poll * 7} times.",
    "age": lambda text, poll: f"{text} Posted {poll + 2} hours ago.",
    "reading time": lambda text, poll: f"{text} {poll + 1} min read.",
    "stamp": lambda text, poll: f"{text} Last updated: {poll + 3} June 2026.",
    "comments": lambda text, poll: f"{text} ({poll} comments)",
    "countdown": lambda text, poll: f"{text} There are {40 - poll} days left.",
    "in Welsh": lambda text, poll: f"{text} Diweddarwyd {poll + 2} diwrnod yn ôl.",
    "excerpt": lambda text, poll: f"{text[:30]} [...]",
    "nothing": lambda text, poll: "",
}
# True changes, from the smallest to one of all words.
EDITS: dict[str, Callable[[str], str]] = {
    "number": lambda text: text.replace("£25,000", "£26,000"),
    "not": lambda text: text.replace("is said", "is not said"),
    "day": lambda text: f"{text} It closes on 1 July 2026.",
    "all": lambda _: "It was decided on Monday, and nothing is as it was.",
}
# The frame that a publisher's software puts round each text stays; what it counts does not.
STEADY = st.sampled_from(sorted(WORDS))
POLL = st.fixed_dictionaries(
    {
        "links": st.sampled_from(sorted(DISTURBANCES)),
        "order": st.permutations(range(len(SUBJECTS))),
        "shown": st.integers(1, len(SUBJECTS)),
        "repeated": st.booleans(),
        "less": st.sampled_from(["as before", "excerpt", "nothing"]),
    }
)


def answer(posts: Sequence[Post], poll: dict[str, object], number: int, software: str) -> list[Post]:
    """The posts as the disturbed publisher shows them: some of them, in any order, perhaps one twice."""
    disturb, written, less = DISTURBANCES[str(poll["links"])], WORDS[software], WORDS[str(poll["less"])]
    shown = [
        replace(
            posts[n],
            link=disturb(posts[n].link),
            text=less(written(posts[n].text, number), number),
            file=f"{SITE}/files/{n}.pdf?X-Sig={number}&v={number}",
        )
        for n in poll["order"][: poll["shown"]]  # type: ignore[index]
    ]
    return [*shown, shown[0]] if poll["repeated"] else shown


@examples(60, few=1)
@given(
    form=st.sampled_from(sorted(WRITERS)),
    id=IDS,
    software=STEADY.filter(lambda name: name not in ("excerpt", "nothing")),
    polls=st.lists(POLL, min_size=1, max_size=5),
    changed=st.none() | st.integers(0, len(SUBJECTS) - 1),
    edit=st.sampled_from(sorted(EDITS)),
)
def test_documents_that_do_not_change_bring_no_update_and_a_change_brings_one(
    fresh: OpenStore,
    form: str,
    id: str,
    software: str,
    polls: list[dict[str, object]],
    changed: int | None,
    edit: str,
) -> None:
    posts = [first_seen(number, id) for number in range(len(SUBJECTS))]
    with fresh() as store:
        bench = Bench(store, form)
        everything = {"order": range(len(posts)), "shown": len(posts), "repeated": False}
        whole = {**everything, "links": "as before", "less": "as before"}
        bench.poll(answer(posts, whole, 0, software))
        before = {document.entry.id for document in bench.documents()}
        for number, poll in enumerate(polls, 1):
            bench.poll(answer(posts, poll, number, software))
        assert bench.updates() == []

        if changed is not None:
            posts[changed] = replace(posts[changed], text=EDITS[edit](posts[changed].text))
        for number, links in enumerate(("rebuilt", "as before"), len(polls) + 1):
            bench.poll(answer(posts, {**whole, "links": links}, number, software))

        assert bench.updates() == ([] if changed is None else ["text"])
        assert {document.entry.id for document in bench.documents()} == before
        assert not store.names.duplicates(None)
