"""Reads the first post of a topic of Discourse: its words without counters, controls and names of members."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import RawLink
from aggregator.model.addresses import split_address
from aggregator.parse.html import NavigableString, Tag, attribute, select, soup, words

NUMBER: Final = re.compile(r"[0-9]{1,12}")
COUNTER: Final = re.compile(r"[0-9][^-]{0,80} - [^-]{0,20}[0-9][^-]{0,80}")
"""`3 posts - 2 participants`, also in other languages (discourse/discourse, list feeds, 2026)."""
READ_ON: Final = "Read full topic"

MEMBER: Final = re.compile(r"/(?:u|users|g|groups)/[^/]")
"""The page of a member or of a group of members."""
MENTION: Final = re.compile(r"\s?(?<![\w.@/+-])@[^\W\d](?:[\w.-]*\w)?[,:]?")
PERSONAL: Final = "aside.quote > .title, aside.user-onebox, img.avatar, .lightbox-wrapper .meta"
"""Who is quoted, cards and pictures of members; and, no name but no content either, `image 690×400 55 KB`."""

NAMES: Final = 300
"""Names that are taken out of one post; each takes time with the length of the paragraph around it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, by the address of one of its posts."""

    id: str
    """As in the guid of a list feed: `forum.example.org-topic-2805`. It stays when title and slug change."""
    link: str
    post: int
    """The number of the post, from 1."""


@dataclass(frozen=True, slots=True)
class Post:
    """What is kept of a post."""

    markup: str
    attachments: tuple[RawLink, ...]


def find_topic(address: str) -> Topic | None:
    """The topic of `/t/slug/id/post`, in which slug and post may be missing; None for another address."""
    parts = split_address(address)
    if not parts.hostname:
        return None
    before, mark, after = parts.path.rpartition("/t/")
    segments = [segment for segment in after.split("/") if mark and segment]
    named = 0 if NUMBER.fullmatch(segments[0] if segments else "") else 1
    numbers = segments[named:]
    if not 1 <= len(numbers) <= 2 or not all(map(NUMBER.fullmatch, numbers)):
        return None
    page = "/".join(segments[: named + 1])
    return Topic(
        id=f"{parts.hostname}-topic-{numbers[0]}",
        link=f"{parts.scheme}://{parts.netloc}{before}/t/{page}",
        post=int(numbers[1]) if numbers[1:] else 1,
    )


def read_post(markup: str, topic: Topic) -> Post:
    """A first post as people wrote it, attachments apart.

    What a feed puts around it goes: `3 posts - 2 participants` and `Read full topic`, so that a reply is no
    change, and in a topic's own feed the line `NAME wrote:`. Names of members go wherever markup or an `@`
    tells them; the words of a quotation stay. Raises SourceError (TOO_LARGE) for more than anybody writes.
    """
    body = soup(f"<!doctype html><html><body>{markup}".encode("utf-8", "replace"), {}).body
    if body is None:
        return Post(markup="", attachments=())
    _drop_footer(body, topic)
    _unwrap(body, topic)
    _drop_persons(body, topic)
    files = select(body, "a.attachment[href]")
    return Post(
        markup=body.decode_contents().strip(),
        attachments=tuple(
            RawLink(href=attribute(file, "href"), rel="enclosure", title=words(file) or None)
            for file in files
        ),
    )


def _drop_footer(body: Tag, topic: Topic) -> None:
    """Take away what a list feed adds, from its end: the link to the topic, and the counter before it."""
    for is_footer in (_leads_on, _counts):
        last = body.find_all("p")[-1:]
        if not (last and is_footer(last[0], topic)):
            return
        last[0].extract()


def _leads_on(paragraph: Tag, topic: Topic) -> bool:
    """Whether a paragraph is nothing but a link to its own topic."""
    links = paragraph.find_all("a")
    told = words(paragraph)
    if len(links) != 1 or words(links[0]) != told:
        return False
    target = find_topic(attribute(links[0], "href"))
    return told == READ_ON or (target is not None and target.id == topic.id)


def _counts(paragraph: Tag, _: Topic) -> bool:
    return paragraph.find("small") is not None and COUNTER.fullmatch(words(paragraph)) is not None


def _unwrap(body: Tag, topic: Topic) -> None:
    """A topic's own feed writes `<p><a>@NAME</a> wrote:</p>` and quotes the post (Discourse's code)."""
    parts = body.find_all(True, recursive=False)
    if [part.name for part in parts] == ["p", "blockquote"]:
        wrote, post = parts
        if any(_is_member(attribute(link, "href"), topic) for link in wrote.find_all("a")):
            wrote.extract()
            post.unwrap()


def _drop_persons(body: Tag, topic: Topic) -> None:
    links = body.find_all(["a", "span"])
    mentions = [
        link
        for link in links
        if "mention" in attribute(link, "class") or _is_member(attribute(link, "href"), topic)
    ]
    signs = [node for node in body.descendants if type(node) is NavigableString and "@" in node]
    cards = select(body, PERSONAL)
    if len(mentions) + len(signs) + len(cards) > NAMES:
        raise SourceError(
            Cause.TOO_LARGE, f"a post with more than {NAMES} names", "look at the topic by hand"
        )
    for node in signs:
        node.replace_with(MENTION.sub("", node))
    for mention in mentions:
        _drop_mention(mention)
    for card in cards:
        card.extract()
    for quoted in select(body, "[data-username]"):
        del quoted["data-username"]
    for link in links:
        if "?u=" in (href := attribute(link, "href")) and find_topic(href):
            link["href"] = href.partition("?")[0]  # a link that is shared names who shared it


def _drop_mention(link: Tag) -> None:
    """Take a mention away, and the comma or colon after it."""
    after = link.next_sibling
    if type(after) is NavigableString and after.startswith((",", ":")):
        after.replace_with(after[1:])
    link.extract()


def _is_member(href: str, topic: Topic) -> bool:
    """Whether an address is a member's page on this forum."""
    parts, own = split_address(href), split_address(topic.link)
    return parts.hostname in {None, own.hostname} and MEMBER.match(parts.path) is not None
