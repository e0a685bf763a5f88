"""Fuzzes what the program reads from outside, and prints each place that crashes with a case that shows it.

Run `python tools/fuzz.py --mails 100000 --answers 20000 --responses 20000`, or with the names of cases, such
as `python tools/fuzz.py "mail 17"`. To measure another commit, copy this file and `tests/fuzz` into it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "src")]

from tests.fuzz.crash_sites import Found, names, run_cases  # noqa: E402 - after the paths


def main() -> int:
    """Run the cases that the command line names; return 1 if one crashed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1_000)
    parser.add_argument("--answers", type=int, default=1_000)
    parser.add_argument("--responses", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    if options.cases:
        return _report(run_cases(options.cases))
    started = time.process_time()
    crashed = 0
    counts = {"mail": options.mails, "answer": options.answers, "response": options.responses}
    for door, count in counts.items():
        sys.stdout.write(f"{door}: ")
        crashed |= _report(run_cases(names(door, options.first, count)))
    sys.stdout.write(f"{time.process_time() - started:.0f} s of processor time\n")
    return crashed


def _report(found: Found) -> int:
    sys.stdout.write(f"{found}\n")
    return 1 if found.first else 0


if __name__ == "__main__":
    raise SystemExit(main())
