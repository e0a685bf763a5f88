"""The pages of past months: the board of the last day of each, as it was written down then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from aggregator.model import DeferredArtifact, MonthBoard, Snapshot
from aggregator.publish.board.month_words import made_later_text
from aggregator.publish.presentation.dates import format_day
from aggregator.publish.presentation.fingerprints import fingerprint_of, publishing_fingerprint
from aggregator.publish.presentation.months import month_title
from aggregator.publish.presentation.paths import board_month_path
from aggregator.publish.site.render import render_page


def publish_board_months(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """`board/YYYY-MM.html` for each month that has ended; made again only if the program or site changed."""
    boards = snapshot.month_boards
    for board, before in pairwise((*boards, None)):
        if board:
            yield _page(board, before, snapshot)


def _page(board: MonthBoard, before: MonthBoard | None, snapshot: Snapshot) -> DeferredArtifact:
    """The page of one month. It links to the month before, but not to the next: so it stays as it is."""
    site, path = snapshot.site, board_month_path(board.month)
    page = render_page(
        "board_month.html.j2",
        snapshot,
        path,
        board=board,
        title=f"The board at the end of {month_title(board.month)}",
        day=format_day(board.day),
        made_later=made_later_text(board, site.timezone),
        before=before.month if before else "",
    )
    depends_on = [publishing_fingerprint(), repr((site, board, before and before.month))]
    return replace(page, fingerprint=fingerprint_of(depends_on))
