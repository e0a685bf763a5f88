"""Breaks the program in one small way after another, and shows which test notices each.

Usage: python tools/run_mutations.py [--check] [--jobs N] [NAME ...]

Each file in tools/mutations/ is a patch of one to three lines. Its first line says what is broken, its
second names the tests that must notice. The tests among them that `make test` runs are run in a copy of the
tree, first without any mutation; the long tests do not count, because they find a fault too late. A mutation
is killed when a test fails (pytest exits with 1) or runs too long. The exit code is 1 when a mutation
survives, no longer applies, or keeps the tests from starting. `--check` only checks that all patches apply.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

PROJECT = Path(__file__).parents[1]
MUTATIONS = PROJECT / "tools/mutations"
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__")
NOT_COPIED_FROM_TOP = {"output", "data"}
"""What a run of the program writes; `tests` has a folder `output` too."""
TIME_LIMIT = 300
"""In seconds, for the tests of one mutation."""
KILLED = ("killed", "killed by time")
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to break the program, and the tests that must notice."""

    name: str
    description: str
    tests: tuple[str, ...]
    diff: str

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it changes."""
        return tuple(re.findall(r"^\+\+\+ b/(\S+)", self.diff, re.MULTILINE))


def read_mutation(patch: Path) -> Mutation:
    """The mutation in a file; parts that its head lacks are empty."""
    head, _, rest = patch.read_text(encoding="utf-8").partition("--- a/")
    description, _, tests = head.partition("\nTests:")
    return Mutation(patch.stem, description.strip(), tuple(tests.split()), f"--- a/{rest}")


def find_problem(mutation: Mutation) -> str:
    """Why a mutation cannot be applied to the tree as it is; empty when it can."""
    missing = [name for name in (*mutation.tests, *mutation.files) if not (PROJECT / name).exists()]
    if not (mutation.description.endswith(".") and mutation.tests and mutation.files):
        return "it lacks its sentence, its tests or its change"
    if missing:
        return f"there is no {', '.join(missing)}"
    found = (_count_places(block, mutation) for block in re.split(r"^@@.*\n", mutation.diff, flags=re.M)[1:])
    if any(count > 1 for count in found):
        return "its lines are more than once in the file: give it more lines of context"
    return apply_patch(mutation, PROJECT, "--check")


def apply_patch(mutation: Mutation, folder: Path, *options: str) -> str:
    """Apply the patch to the tree in a folder; returns git's error message, empty when it applies."""
    done = subprocess.run(
        ["git", "apply", *options],
        cwd=folder,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)},
        input=mutation.diff,
        capture_output=True,
        text=True,
        check=False,
    )
    return " ".join(done.stderr.split()) if done.returncode else ""


def _count_places(block: str, mutation: Mutation) -> int:
    """How often the file has the lines that a block of the patch replaces."""
    before = "".join(line[1:] for line in block.splitlines(keepends=True) if line[:1] in (" ", "-"))
    return sum((PROJECT / name).read_text(encoding="utf-8").count(before) for name in mutation.files)


def _ignore(folder: str, names: list[str]) -> set[str]:
    """The names in a folder that the copy of the tree leaves out."""
    at_top = NOT_COPIED_FROM_TOP if Path(folder) == PROJECT else set()
    return NOT_COPIED(folder, names) | at_top.intersection(names)


def run_tests(
    folder: Path, tests: Sequence[str], *options: str, first_run: bool = False
) -> tuple[int | None, str]:
    """Pytest's exit code in a folder, and what it printed; the code is None when it took too long."""
    pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "not long"]
    command = [*pytest, "--tb=no", "-rfE", *options, *tests]
    # The copy itself must be imported, also by processes that tests start. The bytecode cache does not notice
    # that a file changed twice within a second, so only the first run, without a mutation, writes to it.
    environment = {**os.environ, "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}"}
    if not first_run:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=None if first_run else TIME_LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return None, process.communicate()[0]
    return process.returncode, printed


@contextmanager
def _applied(mutation: Mutation, folder: Path) -> Iterator[str]:
    """Apply the patch inside the `with` and undo it after; yields git's error message."""
    before = {folder / name: (folder / name).read_bytes() for name in mutation.files}
    stamps = {path: path.stat() for path in before}
    try:
        yield apply_patch(mutation, folder)
    finally:
        for path, payload in before.items():
            path.write_bytes(payload)
            os.utime(path, ns=(stamps[path].st_atime_ns, stamps[path].st_mtime_ns))


def run_mutation(mutation: Mutation, folder: Path) -> tuple[str, str]:
    """The result of a mutation, and which test killed it or what is wrong."""
    with _applied(mutation, folder) as problem:
        if problem:
            return "does not apply", problem
        code, printed = run_tests(folder, mutation.tests, "-x", "-n0")
    if code is None:
        return "killed by time", f"over {TIME_LIMIT} s"
    if code not in (0, 1):
        return "cannot run", printed[-500:]
    first_failure = FAILED.search(printed)
    return (
        ("killed", first_failure[1] if first_failure else "") if code else ("survived", mutation.description)
    )


def run_all(mutations: Sequence[Mutation], jobs: int, parent: Path) -> Counter[str]:
    """Test each mutation in copies of the tree below `parent`; prints a row each and counts the results."""
    first = Path(shutil.copytree(PROJECT, parent / "1", ignore=_ignore))
    tests = sorted({test for mutation in mutations for test in mutation.tests})
    print(f"{len(mutations)} mutations; first their {len(tests)} test files without any ...", flush=True)
    code, printed = run_tests(first, tests, f"-n{jobs if jobs > 1 else 0}", first_run=True)
    if code:
        sys.exit(f"The tests fail without any mutation, so they cannot show anything:\n{printed[-2000:]}")
    folders = SimpleQueue[Path]()
    folders.put(first)
    for number in range(2, jobs + 1):
        folders.put(Path(shutil.copytree(first, parent / str(number))))

    def run_one(mutation: Mutation) -> str:
        folder, began = folders.get(), time.monotonic()
        try:
            result, detail = run_mutation(mutation, folder)
        finally:
            folders.put(folder)
        print(f"{mutation.name:44} {result:14} {time.monotonic() - began:5.1f}  {detail}", flush=True)
        return result

    print(f"{'mutation':44} {'result':14} {'s':>5}  test", flush=True)
    with ThreadPoolExecutor(jobs) as pool:
        return Counter(pool.map(run_one, mutations))


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every mutation was killed, or with `--check` when every patch applies; else 1."""
    parser = argparse.ArgumentParser(description="Break the program in small ways; a test must notice each.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these mutations")
    parser.add_argument(
        "--jobs", type=int, default=2, help="mutations that run at the same time (default: 2)"
    )
    parser.add_argument("--check", action="store_true", help="only check that all patches apply")
    options = parser.parse_args(arguments)
    known = {patch.stem: read_mutation(patch) for patch in sorted(MUTATIONS.glob("*.patch"))}
    if wrong := [name for name in options.names if name not in known]:
        parser.error(f"there is no mutation {', '.join(wrong)}")
    mutations = [known[name] for name in options.names or known]
    problems = [f"{m.name}: {problem}" for m in mutations if (problem := find_problem(m))]
    if problems:
        sys.exit("\n".join(problems))
    if options.check:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        counts = run_all(mutations, options.jobs, Path(folder))
    print(", ".join(f"{count} {result}" for result, count in sorted(counts.items())))
    return 0 if all(result in KILLED for result in counts) else 1


if __name__ == "__main__":
    sys.exit(main())
