"""Makes the files of the output folder from a snapshot.

`make_artifacts` returns them as values, without I/O. `write_output` writes them to disk, together with the
digests that `deliver` makes. To add a format, write a function from Snapshot to artifacts and add it to
`FORMATS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final, Protocol

from aggregator.model import Artifact, DeferredArtifact, Snapshot
from aggregator.publish.board.board_json import publish_board_json
from aggregator.publish.calendar.ics import publish_calendar
from aggregator.publish.exports.tables import export_tables
from aggregator.publish.feeds.digests_and_silence import publish_digests, publish_silence
from aggregator.publish.feeds.feed_files import publish_feeds
from aggregator.publish.feeds.opml import publish_opml
from aggregator.publish.hosting.host_files import publish_hosting
from aggregator.publish.output_folder import WriteResult, write_output
from aggregator.publish.site.about_pages import publish_redirects, publish_site
from aggregator.publish.site.archive_pages import publish_archive
from aggregator.publish.site.board_pages import publish_board, publish_board_months, publish_plans
from aggregator.publish.site.listing_pages import publish_listings
from aggregator.publish.site.render import publish_pages

__all__ = ["FORMATS", "Format", "WriteResult", "export_tables", "make_artifacts", "write_output"]


class Format(Protocol):
    """A function that makes files of one kind. It does no I/O, and the same snapshot gives the same bytes."""

    def __call__(self, snapshot: Snapshot) -> Iterable[Artifact | DeferredArtifact]:
        """Make the files of this format, in any order."""
        ...


# docs/outputs.md describes each format under its name here; a test compares them.
FORMATS: Final[Mapping[str, Format]] = {
    "archive": publish_archive,
    "board": publish_board,
    "board months": publish_board_months,
    "board.json": publish_board_json,
    "calendar": publish_calendar,
    "digests": publish_digests,
    "feeds": publish_feeds,
    "hosting": publish_hosting,
    "listings": publish_listings,
    "opml": publish_opml,
    "pages": publish_pages,
    "plans": publish_plans,
    "redirects": publish_redirects,
    "silence": publish_silence,
    "site": publish_site,
}


def make_artifacts(snapshot: Snapshot) -> tuple[Artifact | DeferredArtifact, ...]:
    """Every file of the snapshot in every format, sorted by path.

    Raises ValueError when two formats make the same path: a bug in a format, whatever the data.
    """
    unsorted = [artifact for publish in FORMATS.values() for artifact in publish(snapshot)]
    artifacts = sorted(unsorted, key=lambda artifact: artifact.path)
    for first, second in pairwise(artifacts):
        if first.path == second.path:
            raise ValueError(f"two artifacts at one path: {first.path}")
    return tuple(artifacts)
