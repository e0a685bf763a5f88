"""The page of each plan lists the documents that name it, and alert rules know its names."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config import load_config
from tests.support.projects import make_atom_feed, small_project

FEED = "https://www.example.org/feed.atom"
ALERTS = """\
alerts:
  - {id: third, name: Third, when: '"third action plan" scotland', feed: yes}
  - {id: glasgow, name: Glasgow, when: 'plan:"Glasgow second action plan"', feed: yes}
"""


@pytest.mark.long
def test_documents_with_the_titles_of_plans_are_on_their_pages_and_alert(tmp_path: Path) -> None:
    plans = [plan for plan in load_config().register.plans if plan.process != "uk"]
    project = small_project(tmp_path / "project", records=())
    project.sources({"feed": FEED}, records=False)
    (project.folder / "alerts.yaml").write_text(ALERTS, encoding="utf-8")
    polls = [{"/old": "An old paper"}, {f"/{plan.id}": plan.title for plan in plans}]
    recording = project.recording({(n, FEED): make_atom_feed(feed) for n, feed in enumerate(polls, 1)})

    for day in ("2026-12-01", "2026-12-02"):
        run = project.run("run", "--replay", str(recording), "--at", f"{day}T12:00:00Z")
        assert run.code == 0, run.err

    output = {
        path: content.decode()
        for path, content in project.replayed().items()
        if path.endswith(("html", "atom"))
    }
    assert len(plans) == 13
    for plan in plans:
        assert (
            plan.title.replace("'", "&#39;") in output[f"plans/{plan.id}.html"].partition('id="updates"')[2]
        )
    assert "scotland-2021-2025" in output["alerts/third.atom"]
    assert "scotland-2018-2020" not in output["alerts/third.atom"]
    assert "glasgow-2024-2027" in output["alerts/glasgow.atom"]
    assert "glasgow-2021-2023" not in output["alerts/glasgow.atom"]
