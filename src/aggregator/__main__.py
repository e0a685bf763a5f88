"""`python -m aggregator`, the same as the console command `aggregator`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    # Imported here, because each reading process imports this module anew and needs no commands.
    from aggregator.cli import main as run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
