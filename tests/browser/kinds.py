"""One page of each kind, by its path in the site that `tests.publish.full_snapshot` makes."""

from __future__ import annotations

from typing import Final

from aggregator.publish.presentation.paths import entry_page
from tests.publish.full_snapshot import plan, rich

DOCUMENT: Final = entry_page(plan())
TOGETHER: Final = {holding.entry.title: entry_page(holding.entry) for holding in rich().holdings}
KINDS: Final = {
    "front": "index.html",
    "document": DOCUMENT,
    "withdrawn": TOGETHER["Drafft o’r cynllun"],
    "licence": TOGETHER["Make your ideas count"],
    "record": "records/a.html",
    "body": "bodies/cabinet-office.html",
    "nation": "nations/wales.html",
    "topic": "topics/process.html",
    "empty topic": "topics/open-data.html",
    "type": "types/news.html",
    "plan": "plans/a-plan.html",
    "role": "roles/nap-lead.html",
    "month": "months/2026-06.html",
    "year": "years/2026.html",
    "board": "board.html",
    "process": "board/here.html",
    "browse": "browse.html",
    "archive": "archive.html",
    "letters": "letters.html",
    "corrections": "corrections.html",
    "sources": "sources.html",
    "about": "about.html",
    "search": "search.html?q=plan",
}
