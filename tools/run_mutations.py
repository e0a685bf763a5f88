"""Breaks the program in one small way after another, and shows which test notices each.

Usage: python tools/run_mutations.py [--check] [--jobs N] [NAME ...]

Each file in tools/mutations/ is a patch of one to three lines. Its first line says what is broken, its
second names the tests that must notice. Those of them that `make test` takes run in a copy of the tree,
first without any mutation: what only the long run notices is noticed too late. A mutation is killed when a
test fails (pytest ends with 1) or never ends; one that survives, that no longer applies or with which the
tests cannot even start makes this end with 1. `--check` only looks whether all patches apply.
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
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "output", "data")
LONGEST = 300
"""Seconds that the tests of one mutation may take."""
KILLED = ("killed", "killed by time")
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to break the program, and the tests that must notice."""

    name: str
    says: str
    tests: tuple[str, ...]
    diff: str

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it changes."""
        return tuple(re.findall(r"^\+\+\+ b/(\S+)", self.diff, re.MULTILINE))


def read(patch: Path) -> Mutation:
    """The mutation in a file; what its head leaves out is empty."""
    head, _, rest = patch.read_text(encoding="utf-8").partition("--- a/")
    says, _, tests = head.partition("\nTests:")
    return Mutation(patch.stem, says.strip(), tuple(tests.split()), f"--- a/{rest}")


def find_problem(mutation: Mutation) -> str:
    """Why a mutation cannot be used on the tree as it stands; empty when it can."""
    missing = [name for name in (*mutation.tests, *mutation.files) if not (PROJECT / name).exists()]
    if not (mutation.says.endswith(".") and mutation.tests and mutation.files):
        return "it lacks its sentence, its tests or its change"
    if missing:
        return f"there is no {', '.join(missing)}"
    found = (_count_places(block, mutation) for block in re.split(r"^@@.*\n", mutation.diff, flags=re.M)[1:])
    if any(count > 1 for count in found):
        return "its lines stand more than once in the file: give it more lines around"
    return apply(mutation, PROJECT, "--check")


def apply(mutation: Mutation, folder: Path, *options: str) -> str:
    """Change the tree in a folder; gives what git says when the patch does not apply."""
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
    """How often the lines that a block of the patch replaces stand in the file."""
    before = "".join(line[1:] for line in block.splitlines(keepends=True) if line[:1] in (" ", "-"))
    return sum((PROJECT / name).read_text(encoding="utf-8").count(before) for name in mutation.files)


def run_tests(
    folder: Path, tests: Sequence[str], *options: str, keep: bool = False
) -> tuple[int | None, str]:
    """How pytest ended in a folder, and what it printed; None when it took too long."""
    pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "not long"]
    command = [*pytest, "--tb=no", "-rfE", *options, *tests]
    # The copy itself must be imported, also by processes that tests start. To the cache of bytecode a file
    # that is changed twice within a second looks the same, so only the run without a mutation fills it.
    environment = {**os.environ, "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}"}
    if not keep:
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
        said, _ = process.communicate(timeout=None if keep else LONGEST)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return None, process.communicate()[0]
    return process.returncode, said


@contextmanager
def _mutated(mutation: Mutation, folder: Path) -> Iterator[str]:
    """Change the tree in a folder inside the `with`; yields what git says when the patch does not apply."""
    before = {folder / name: (folder / name).read_bytes() for name in mutation.files}
    stamps = {path: path.stat() for path in before}
    try:
        yield apply(mutation, folder)
    finally:
        for path, payload in before.items():
            path.write_bytes(payload)
            os.utime(path, ns=(stamps[path].st_atime_ns, stamps[path].st_mtime_ns))


def try_out(mutation: Mutation, folder: Path) -> tuple[str, str]:
    """What became of a mutation, and which test killed it or what is wrong."""
    with _mutated(mutation, folder) as problem:
        if problem:
            return "does not apply", problem
        code, said = run_tests(folder, mutation.tests, "-x", "-n0")
    if code is None:
        return "killed by time", f"over {LONGEST} s"
    if code not in (0, 1):
        return "cannot run", said[-500:]
    noticed = FAILED.search(said)
    return ("killed", noticed[1] if noticed else "") if code else ("survived", mutation.says)


def run_all(mutations: Sequence[Mutation], jobs: int, place: Path) -> Counter[str]:
    """Try each mutation, print a row for each, and count what became of them."""
    first = Path(shutil.copytree(PROJECT, place / "1", ignore=LEFT_OUT))
    tests = sorted({test for mutation in mutations for test in mutation.tests})
    print(f"{len(mutations)} mutations; first their {len(tests)} test files without any ...", flush=True)
    code, said = run_tests(first, tests, f"-n{jobs if jobs > 1 else 0}", keep=True)
    if code:
        sys.exit(f"The tests fail without any mutation, so that they can show nothing:\n{said[-2000:]}")
    folders = SimpleQueue[Path]()
    folders.put(first)
    for number in range(2, jobs + 1):
        folders.put(Path(shutil.copytree(first, place / str(number))))

    def one(mutation: Mutation) -> str:
        folder, began = folders.get(), time.monotonic()
        try:
            became, why = try_out(mutation, folder)
        finally:
            folders.put(folder)
        print(f"{mutation.name:44} {became:14} {time.monotonic() - began:5.1f}  {why}", flush=True)
        return became

    print(f"{'mutation':44} {'result':14} {'s':>5}  test", flush=True)
    with ThreadPoolExecutor(jobs) as pool:
        return Counter(pool.map(one, mutations))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; 0 when every mutation was killed, or may be used."""
    parser = argparse.ArgumentParser(description="Break the program in small ways; a test must notice each.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these mutations")
    parser.add_argument("--jobs", type=int, default=2, help="mutations that run at the same time (2)")
    parser.add_argument("--check", action="store_true", help="only look whether all patches apply")
    asked = parser.parse_args(arguments)
    known = {patch.stem: read(patch) for patch in sorted(MUTATIONS.glob("*.patch"))}
    if wrong := [name for name in asked.names if name not in known]:
        parser.error(f"there is no mutation {', '.join(wrong)}")
    mutations = [known[name] for name in asked.names or known]
    problems = [f"{m.name}: {problem}" for m in mutations if (problem := find_problem(m))]
    if problems:
        sys.exit("\n".join(problems))
    if asked.check:
        return 0
    with tempfile.TemporaryDirectory() as place:
        counts = run_all(mutations, asked.jobs, Path(place))
    print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    return 0 if all(what in KILLED for what in counts) else 1


if __name__ == "__main__":
    sys.exit(main())
