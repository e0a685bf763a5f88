"""The commands that save the whole project in one file and bring it back: backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.console import print_text
from aggregator.cli.options import StoreUrl, app
from aggregator.clock import wall_clock
from aggregator.config.settings import DEFAULT_FILE, load_settings
from aggregator.services.backup.restore import restore_backup
from aggregator.services.backup.write import write_backup
from aggregator.store import open_existing_store

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


@app.command()
def backup(
    context: typer.Context,
    file: BackupFile,
    without_subscribers: Annotated[
        bool, typer.Option("--without-subscribers", help="Leave out all data of persons, and the key.")
    ] = False,
    store: StoreUrl = None,
) -> None:
    """Save store, key, settings and edited files in one file, also while the program runs, and check it."""
    settings = load_settings(context.obj, store=store)
    # Not `open_program`: a mistake in sources.yaml must not stand in the way of a backup.
    with open_existing_store(settings.store_url) as opened:
        report = write_backup(
            settings,
            context.obj or Path(DEFAULT_FILE),
            opened,
            file,
            wall_clock(),
            without_subscribers=without_subscribers,
        )
    who = "without subscribers" if without_subscribers else "with subscribers and their addresses"
    print_text(f"{file} has {report.files} files, {who}; all were read back and checked.")
    for name in report.left_out:
        print_text(f"{name} was left out: a subscriber's address stands in it.")


@app.command()
def restore(
    context: typer.Context,
    file: BackupFile,
    new: Annotated[
        bool, typer.Option("--new", help="Move aside what is there and differs from the backup.")
    ] = False,
) -> None:
    """Bring back everything from a backup, all or nothing; overwrite nothing."""
    report = restore_backup(file, context.obj or Path(DEFAULT_FILE), new=new)
    manifest = report.manifest
    print_text(f"Restored {len(manifest.files)} files of {manifest.made_at} (program {manifest.version}).")
    for path in report.moved_aside:
        print_text(f"What was there before is now {path}")
    print_text("Next: `aggregator sources check`, then `aggregator publish`.")
