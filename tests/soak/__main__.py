"""The whole soak: python -m tests.soak [--cycles N] [--seed N] [--clock]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.soak.faults import CLOCK, FaultSort
from tests.soak.run import SEED, Soak


def main() -> int:
    """Run the soak and print what it found."""
    options = argparse.ArgumentParser()
    options.add_argument("--cycles", type=int, default=2000)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--sorts", nargs="*", help="only these faults")
    options.add_argument("--keep", type=Path)
    chosen = options.parse_args()
    sorts = frozenset(FaultSort[name] for name in chosen.sorts or FaultSort.__members__)
    if chosen.sorts is None:
        sorts -= CLOCK
    living = range(chosen.cycles * 45 // 100, chosen.cycles)
    soak = Soak(chosen.cycles, living, sorts, chosen.seed)
    with TemporaryDirectory() as folder:
        result = soak.run(Path(folder), chosen.keep)
    sys.stdout.write("\n".join(result.lines()) + "\n")
    return bool(result.differences or result.problems)


if __name__ == "__main__":
    sys.exit(main())
