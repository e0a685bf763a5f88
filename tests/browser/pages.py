"""The path of one page of each kind, in the site that `tests.publish.full_snapshot` makes."""

from __future__ import annotations

from typing import Final

from aggregator.publish.presentation.paths import document_page_path
from tests.publish.full_snapshot import make_full_snapshot, make_plan

DOCUMENT: Final = document_page_path(make_plan())
PATHS_BY_TITLE: Final = {
    document.entry.title: document_page_path(document.entry) for document in make_full_snapshot().documents
}
PAGES: Final = {
    "front": "index.html",
    "document": DOCUMENT,
    "withdrawn": PATHS_BY_TITLE["Drafft o’r cynllun"],
    "licence": PATHS_BY_TITLE["Make your ideas count"],
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
