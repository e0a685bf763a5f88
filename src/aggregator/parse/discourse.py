"""Reads the feeds and the JSON of a Discourse forum: one item for each topic, whichever address led to it.

The document is the topic's first post. Replies are not documents and change nothing. Members' names are
removed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from aggregator.errors import Cause, SourceError
from aggregator.model import (
    Fetched,
    ParsedPage,
    RawEntry,
    RawLink,
    RawRemoval,
    Reject,
    RemovalKind,
    Request,
    Source,
)
from aggregator.parse import feed
from aggregator.parse.decode.json_answer import (
    ACCEPT,
    JsonObject,
    object_at,
    objects_at,
    read_json,
    text_at,
    texts_at,
)
from aggregator.parse.html.dom import NavigableString, Tag, attribute, parse_html, select, visible_text
from aggregator.parse.html.hidden import remove_hidden
from aggregator.values.web_addresses import split_address

# Items of a feed that are read. Discourse sends 30 to 50.
MAX_ITEMS: Final = 500
# `<` in the posts of all items together. Parsing takes some 30 microseconds a tag.
MAX_TAGS: Final = 150_000


# Topics of a list, and posts of a topic, that are read. Discourse sends 30 and 20.
MAX_TOPICS: Final = 100
# Topics of a list whose text is fetched. Each costs a request.
MAX_DETAILS: Final = 20

# The start of a list's or topic's path. A forum may be in a folder, which comes before it.
LIST_PATH: Final = re.compile(r"/(?:latest|new|top|hot|c|tags?|t)(?:\.json$|/)")


# Fields of a post that its author deleted, or that is hidden after members complained.
WITHDRAWN_FLAGS: Final = ("user_deleted", "hidden")

NUMBER: Final = re.compile(r"[0-9]{1,12}")
# `3 posts - 2 participants`, in any language (discourse/discourse, templates of the list feeds, 2026).
COUNTER: Final = re.compile(r"[0-9][^-]{0,80} - [^-]{0,20}[0-9][^-]{0,80}")
READ_FULL_TOPIC: Final = "Read full topic"

# The path of a member's or a group's page.
MEMBER_PATH: Final = re.compile(r"/(?:u|users|g|groups)/[^/]")
MENTION: Final = re.compile(r"\s?(?<![\w.@/+-])@[^\W\d](?:[\w.-]*\w)?[,:]?")
# Names of quoted members, and members' cards and pictures; also captions like `image 690×400 55 KB`.
PERSONAL_SELECTOR: Final = "aside.quote > .title, aside.user-onebox, img.avatar, .lightbox-wrapper .meta"

# Names that are removed from one post. The time for each grows with the length of its paragraph.
MAX_NAMES: Final = 300


def request(source: Source, address: str) -> Request:
    """A request for JSON if the path ends in `.json`, else for a feed."""
    made = feed.request(source, address)
    return replace(made, accept=ACCEPT) if _is_json(address) else made


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The topics of `latest.rss`, `/c/….rss`, `posts.rss`, `/t/….rss`, `latest.json` or `/t/….json`.

    A list in JSON has no texts, so the page also names requests for its first topics. Raises SourceError as
    the kind `feed` does; LAYOUT when no item is a topic; NOT_A_FEED for other JSON.
    """
    if _is_json(fetched.url):
        return _read_json(source, fetched)
    page = feed.read(source, fetched)
    items = page.entries[:MAX_ITEMS]
    _refuse_others(items)
    found = [_entry(item) for item in items]
    return replace(
        page,
        entries=tuple(entry for entry in found if isinstance(entry, RawEntry)),
        rejects=page.rejects + tuple(reject for reject in found if isinstance(reject, Reject)),
    )


def _refuse_others(items: Sequence[RawEntry]) -> None:
    """Refuse a feed with too many tags, and one without a single topic: that is not an empty forum."""
    tags = sum(_markup(item).count("<") for item in items)
    if tags > MAX_TAGS:
        raise SourceError(
            Cause.TOO_LARGE, f"posts with {tags:,} tags, more than is read", "look at the feed by hand"
        )
    if items and not any(find_topic(item.link or "") for item in items):
        raise SourceError(
            Cause.LAYOUT,
            f"none of {len(items)} items leads to a topic (/t/…)",
            "compare the links in the feed with the forum; kind feed may read it",
        )


def _markup(item: RawEntry) -> str:
    return item.content or item.summary or ""


def _entry(item: RawEntry) -> RawEntry | Reject | None:
    """The topic of an item; None for a reply."""
    topic = find_topic(item.link or "")
    if topic is None:
        return Reject(item_name=item.item_name, why="its link leads to no topic of a forum")
    return _first_post(item, topic) if topic.post == 1 else None


def _first_post(item: RawEntry, topic: ForumTopic) -> RawEntry | Reject:
    try:
        post = read_post(_markup(item), topic)
    except SourceError as error:
        return Reject(item_name=item.item_name, why=error.detail)
    return replace(
        item,
        id=topic.id,
        content_id=topic.id,
        link=topic.link,
        summary=None,
        content=post.markup or None,
        links=post.attachments,
    )


def _is_json(address: str) -> bool:
    """Whether the path of an address ends in `.json`."""
    return split_address(address).path.endswith(".json")


def _read_json(source: Source, fetched: Fetched) -> ParsedPage:
    """The topics of a list, with requests for the texts of the first ones; or one topic with its text.

    Both give a topic the same link, so that `merge_items` merges them. Raises SourceError as `read_json`
    does; NOT_A_FEED for other JSON; TOO_LARGE for a post beyond the limits.
    """
    value = read_json(fetched)
    if isinstance(value, dict) and "topic_list" in value:
        return _list(source, fetched, value)
    if isinstance(value, dict) and "post_stream" in value:
        return ParsedPage(entries=_topic(fetched, value))
    raise SourceError(
        Cause.NOT_A_FEED,
        "JSON, but neither Discourse's list of topics nor one of its topics",
        "use the forum's /latest.rss, or its /latest.json",
    )


def _list(source: Source, fetched: Fetched, value: JsonObject) -> ParsedPage:
    listed = objects_at(object_at(value, "topic_list"), "topics", MAX_TOPICS)
    found = [(topic, each) for each in listed if (topic := _topic_of(fetched, each))]
    return ParsedPage(
        entries=tuple(replace(_topic_entry(topic, each), partial=True) for topic, each in found),
        next_requests=tuple(
            Request(
                url=f"{_forum(fetched)}/t/{text_at(each, 'id')}.json",
                pause=source.pause,
                accept=ACCEPT,
                about=topic.link,
            )
            for topic, each in found[:MAX_DETAILS]
        ),
    )


def _topic(fetched: Fetched, value: JsonObject) -> tuple[RawEntry, ...]:
    """The topic with its first post; nothing if the first post is not among the posts returned."""
    topic = _topic_of(fetched, value)
    posts = objects_at(object_at(value, "post_stream"), "posts", MAX_TOPICS)
    first = next((post for post in posts if text_at(post, "post_number") == "1"), None)
    if topic is None or first is None:
        return ()
    if any(first.get(flag) is True for flag in WITHDRAWN_FLAGS) or text_at(first, "deleted_at"):
        # What stands there is a notice.
        removal = RawRemoval(kind=RemovalKind.WITHDRAWN, note=text_at(first, "cooked"))
        return (replace(_topic_entry(topic, value), removal=removal),)
    post = read_post(text_at(first, "cooked") or "", topic)
    return (replace(_topic_entry(topic, value), content=post.markup or None, links=post.attachments),)


def _topic_entry(topic: ForumTopic, each: JsonObject) -> RawEntry:
    """The fields that a list and a topic both have. The category is left out: only its number is given."""
    return RawEntry(
        item_name=f"topic {topic.link}",
        id=topic.id,
        content_id=topic.id,
        link=topic.link,
        title=text_at(each, "title"),
        published=text_at(each, "created_at"),
        categories=texts_at(each, "tags", "name"),  # strings; newer versions send objects with a name
    )


def _topic_of(fetched: Fetched, each: JsonObject) -> ForumTopic | None:
    slug, number = text_at(each, "slug"), text_at(each, "id")
    named = f"{quote(slug, safe='%')}/{number}" if slug else number
    return find_topic(f"{_forum(fetched)}/t/{named}")


def _forum(fetched: Fetched) -> str:
    """The forum's address, without a slash at its end."""
    parts = split_address(fetched.url)
    start = LIST_PATH.search(parts.path)
    return f"{parts.scheme}://{parts.netloc}{parts.path[: start.start()] if start else ''}"


@dataclass(frozen=True, slots=True)
class ForumTopic:
    """A topic and one of its posts, as their address names them."""

    # The guid of list feeds, such as `forum.example.org-topic-2805`. It stays when title and slug change.
    id: str
    link: str
    # The number of the post, from 1.
    post: int


@dataclass(frozen=True, slots=True)
class ForumPost:
    """A post without names of members: its HTML, still unsafe, and its attachments."""

    markup: str
    attachments: tuple[RawLink, ...]


def find_topic(address: str) -> ForumTopic | None:
    """The topic of `/t/slug/id/post`, where slug and post may be missing; None for any other address."""
    parts = split_address(address)
    if not parts.hostname:
        return None
    before, separator, after = parts.path.rpartition("/t/")
    segments = [segment for segment in after.split("/") if separator and segment]
    id_index = 0 if NUMBER.fullmatch(segments[0] if segments else "") else 1
    numbers = segments[id_index:]
    if not 1 <= len(numbers) <= 2 or not all(map(NUMBER.fullmatch, numbers)):
        return None
    page = "/".join(segments[: id_index + 1])
    return ForumTopic(
        id=f"{parts.hostname}-topic-{numbers[0]}",
        link=f"{parts.scheme}://{parts.netloc}{before}/t/{page}",
        post=int(numbers[1]) if numbers[1:] else 1,
    )


def read_post(markup: str, topic: ForumTopic) -> ForumPost:
    """The first post as its author wrote it, without what the feed adds and without names of members.

    Names are removed where markup or an `@` shows them. The words of a quotation stay. Raises SourceError
    (TOO_LARGE) for a post beyond the limits.
    """
    # A feed adds `3 posts - 2 participants` and `Read full topic`, so its description changes with every
    # reply. A topic's own feed adds the line `NAME wrote:`.
    body = parse_html(f"<!doctype html><html><body>{markup}".encode("utf-8", "replace"), {}).body
    if body is None:
        return ForumPost(markup="", attachments=())
    _drop_footer(body, topic)
    _unwrap(body, topic)
    _drop_persons(body, topic)
    remove_hidden(body)
    files = select(body, "a.attachment[href]")
    return ForumPost(
        markup=body.decode_contents().strip(),
        attachments=tuple(
            RawLink(href=attribute(file, "href"), rel="enclosure", title=visible_text(file) or None)
            for file in files
        ),
    )


def _drop_footer(body: Tag, topic: ForumTopic) -> None:
    """Remove what a list feed adds at the end: the link to the topic, and the counter before it."""
    for is_footer in (_is_topic_link, _is_counter):
        last = body.find_all("p")[-1:]
        if not (last and is_footer(last[0], topic)):
            return
        last[0].extract()


def _is_topic_link(paragraph: Tag, topic: ForumTopic) -> bool:
    """Whether a paragraph is only a link to its own topic."""
    links = paragraph.find_all("a")
    text = visible_text(paragraph)
    if len(links) != 1 or visible_text(links[0]) != text:
        return False
    target = find_topic(attribute(links[0], "href"))
    return text == READ_FULL_TOPIC or (target is not None and target.id == topic.id)


def _is_counter(paragraph: Tag, _: ForumTopic) -> bool:
    return paragraph.find("small") is not None and COUNTER.fullmatch(visible_text(paragraph)) is not None


def _unwrap(body: Tag, topic: ForumTopic) -> None:
    """Unwrap a post that a topic's own feed quotes: `<p><a>@NAME</a> wrote:</p><blockquote>…` (Discourse's
    code)."""
    parts = body.find_all(True, recursive=False)
    if [part.name for part in parts] == ["p", "blockquote"]:
        wrote, post = parts
        if any(_is_member(attribute(link, "href"), topic) for link in wrote.find_all("a")):
            wrote.extract()
            post.unwrap()


def _drop_persons(body: Tag, topic: ForumTopic) -> None:
    links = body.find_all(["a", "span"])
    mentions = [
        link
        for link in links
        if "mention" in attribute(link, "class") or _is_member(attribute(link, "href"), topic)
    ]
    at_signs = [node for node in body.descendants if type(node) is NavigableString and "@" in node]
    cards = select(body, PERSONAL_SELECTOR)
    if len(mentions) + len(at_signs) + len(cards) > MAX_NAMES:
        raise SourceError(
            Cause.TOO_LARGE, f"a post with more than {MAX_NAMES} names", "look at the topic by hand"
        )
    for node in at_signs:
        node.replace_with(MENTION.sub("", node))
    for mention in mentions:
        _drop_mention(mention)
    for card in cards:
        card.extract()
    for quoted in select(body, "[data-username]"):
        del quoted["data-username"]
    for link in links:
        if "?u=" in (href := attribute(link, "href")) and find_topic(href):
            link["href"] = href.partition("?")[0]  # a shared link names the member who shared it


def _drop_mention(link: Tag) -> None:
    """Remove a mention, and the comma or colon after it."""
    after = link.next_sibling
    if type(after) is NavigableString and after.startswith((",", ":")):
        after.replace_with(after[1:])
    link.extract()


def _is_member(href: str, topic: ForumTopic) -> bool:
    """Whether an address is a member's page of this forum."""
    parts, own = split_address(href), split_address(topic.link)
    return parts.hostname in {None, own.hostname} and MEMBER_PATH.match(parts.path) is not None
