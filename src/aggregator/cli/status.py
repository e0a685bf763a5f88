"""The command that shows how each source is: status."""

from __future__ import annotations

import typer

from aggregator.cli import rows
from aggregator.cli.console import print_json, print_rows, print_text
from aggregator.cli.options import AsJson, At, Replay, StoreUrl, app, open_program
from aggregator.services.publishing.snapshot import sources_with_state


@app.command()
def status(
    context: typer.Context,
    replay: Replay = None,
    at: At = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show each source: last read, what is wrong, what to try, when it is due."""
    with open_program(context, replay=replay, at=at, store=store) as program:
        sources = sources_with_state(program.config, program.store)
        shown = [rows.source(one, program.config.bodies) for one in sources]
        if as_json:
            runs = [rows.run(one) for one in program.store.runs.all(limit=10)]
            print_json({"at": rows.instant(program.clock()), "sources": shown, "runs": runs})
            return
        print_rows(("id", "state", "last_read", "due", "items", "rejected"), shown, as_json=False)
        for row in shown:
            for problem in _problems(row):
                print_text(problem)


def _problems(row: rows.Row) -> list[str]:
    problems = (
        (row["cause"], f"failing since {row['failing_since']}: {row['cause']}. {row['hint']}"),
        (
            row["items_missed_at"],
            f"everything had changed at the poll of {row['items_missed_at']}; items may have been missed",
        ),
        (
            row["removals_to_confirm"],
            f"{row['removals_to_confirm']} documents vanished at once; see `aggregator documents removals`",
        ),
        (not row["confirmed"], "its selectors were never checked on a live page (confirmed: no)"),
        (row["fallback"], f"its address failed, the fallback {row['fallback']} answered"),
        (
            row["moved_to"],
            f"has moved permanently to {row['moved_to']}; change its address in sources.yaml",
        ),
        (
            not row["verified"] and not row["last_read"],
            "its address was never verified and has not answered yet (verified: no)",
        ),
    )
    found = [f"rejected {reject}" for reject in row["rejects"]]
    found += [what for applies, what in problems if applies]
    return [f"{row['id']}: {what}" for what in found]
