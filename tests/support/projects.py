"""Small whole projects for tests: a folder with all that the program reads, and ways to run it there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.forks import Ended, run_in_a_fork

PROJECT = Path(__file__).parents[2]

SMALL_REGISTER = PROJECT / "tests/crash/register"
"""Few bodies and one plan: reading and publishing it takes a third of the real one's time."""

SOURCE = """\
  - id: {id}
    body: {body}
    kind: feed
    title: {id}
    address: {address}
    pause: 0 seconds
    licence: OGL-3.0
    scope: all
    seen: answered
"""

RECORDS = """\
  - id: records
    body: records
    kind: records
    title: Records
    address: records/
    licence: own
    scope: all
    seen: answered
"""


def atom(items: Mapping[str, str], updated: str = "2026-06-02T08:15:00Z") -> bytes:
    """An Atom feed of a document for each path and title."""
    entries = "".join(
        f"<entry><id>https://www.example.org{path}</id><title>{title}</title><updated>{updated}</updated>"
        f'<link rel="alternate" href="https://www.example.org{path}"/>'
        f"<summary>About {title}.</summary></entry>"
        for path, title in items.items()
    )
    head = f"<id>https://www.example.org/</id><title>Example</title><updated>{updated}</updated>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'.encode()


@dataclass(frozen=True, slots=True)
class Small:
    """A small project in a folder of its own."""

    folder: Path

    def run(self, *arguments: str, wrap: Sequence[str] = (), timeout: float = 120) -> Ended:
        """The command line in a process of its own, in this folder, with an empty home."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "LANG": "C.UTF-8"}
        if not wrap:
            return run_in_a_fork(self.folder, arguments, environment, timeout)
        done = subprocess.run(
            [*wrap, sys.executable, "-m", "aggregator", *arguments],
            cwd=self.folder,
            env={**environment, "PYTHONPATH": str(PROJECT / "src")},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def output(self) -> dict[str, bytes]:
        """Every published file and its bytes."""
        folder = self.folder / "output"
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    def sources(
        self, addresses: Mapping[str, str], body: str = "cabinet-office", records: bool = True
    ) -> None:
        """Write sources.yaml: a feed for each id and address, and the records."""
        blocks = [SOURCE.format(id=id, body=body, address=address) for id, address in addresses.items()]
        text = "sources:\n" + "".join(blocks) + (RECORDS if records else "")
        (self.folder / "sources.yaml").write_text(text, encoding="utf-8")

    def recording(self, polls: Mapping[tuple[int, str], bytes]) -> Path:
        """Write a recording: the answer of each poll and address."""
        folder = self.folder / "recording"
        folder.mkdir(exist_ok=True)
        lines = ["poll\turl\tstatus\theaders\tfile"]
        for number, ((poll, url), payload) in enumerate(polls.items()):
            (folder / f"{number}.atom").write_bytes(payload)
            headers = json.dumps({"Content-Type": "application/atom+xml", "ETag": f'"{number}"'})
            lines.append(f"{poll}\t{url}\t200\t{headers}\t{number}.atom")
        (folder / "replay.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder


def small_project(
    folder: Path,
    *,
    records: Sequence[str] = ("uk-msf-2024-01-24", "uk-nap6", "uk-nap7"),
    register: Path = PROJECT / "register",
) -> Small:
    """A project with the real register, or another, and a few of the real records, and no sources yet."""
    shutil.copytree(register, folder / "register")
    (folder / "records").mkdir()
    for name in records:
        shutil.copy(PROJECT / f"records/{name}.md", folder / "records")
    (folder / "settings.yaml").write_text(
        "title: A small project\nown_hosts: [127.0.0.1, localhost]\n", encoding="utf-8"
    )
    return Small(folder)
