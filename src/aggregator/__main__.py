"""`python -m aggregator`, the same as the console command `aggregator`."""

from __future__ import annotations

from aggregator.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
