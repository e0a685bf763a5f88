"""Small complete projects for tests: a folder with all that the program reads, and ways to run it there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.forks import CompletedRun, run_in_fork

PROJECT = Path(__file__).parents[2]

SMALL_REGISTER = PROJECT / "tests/crash/register"
"""A few bodies and one plan: it takes a third of the real register's time to read and publish."""

SOURCE = """\
  - id: {id}
    body: {body}
    kind: feed
    title: {id}
    address: {address}
    pause: 0 seconds
    licence: OGL-3.0
    scope: all
    verified: yes
"""

RECORDS = """\
  - id: records
    body: records
    kind: records
    title: Records
    address: records/
    licence: own
    scope: all
    verified: yes
"""


def make_atom_feed(items: Mapping[str, str], updated: str = "2026-06-02T08:15:00Z") -> bytes:
    """An Atom feed with a document for each path and title."""
    entries = "".join(
        f"<entry><id>https://www.example.org{path}</id><title>{title}</title><updated>{updated}</updated>"
        f'<link rel="alternate" href="https://www.example.org{path}"/>'
        f"<summary>About {title}.</summary></entry>"
        for path, title in items.items()
    )
    head = f"<id>https://www.example.org/</id><title>Example</title><updated>{updated}</updated>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'.encode()


@dataclass(frozen=True, slots=True)
class SmallProject:
    """A small project in its own folder."""

    folder: Path

    def run(self, *arguments: str, wrap: Sequence[str] = (), timeout: float = 120) -> CompletedRun:
        """Run the command line in a new process, in this folder, with an empty home folder."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "LANG": "C.UTF-8"}
        if not wrap:
            return run_in_fork(self.folder, arguments, environment, timeout)
        completed = subprocess.run(
            [*wrap, sys.executable, "-m", "aggregator", *arguments],
            cwd=self.folder,
            env={**environment, "PYTHONPATH": str(PROJECT / "src")},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return CompletedRun(completed.returncode, completed.stdout, completed.stderr)

    def output(self) -> dict[str, bytes]:
        """Every published file with its bytes."""
        return self.files("output")

    def replayed(self) -> dict[str, bytes]:
        """Every file that a replay published, with its bytes."""
        return self.files("data/demo/output")

    def files(self, path: str) -> dict[str, bytes]:
        """Every file in a folder of the project, with its bytes."""
        folder = self.folder / path
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    def sources(
        self, addresses: Mapping[str, str], body: str = "cabinet-office", records: bool = True
    ) -> None:
        """Write sources.yaml with a feed for each id and address, and the records."""
        blocks = [SOURCE.format(id=id, body=body, address=address) for id, address in addresses.items()]
        text = "sources:\n" + "".join(blocks) + (RECORDS if records else "")
        (self.folder / "sources.yaml").write_text(text, encoding="utf-8")

    def recording(self, polls: Mapping[tuple[int, str], bytes]) -> Path:
        """Write a recording with the response for each poll and address."""
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
) -> SmallProject:
    """A project with the real register (or another), a few of the real records, and no sources yet."""
    shutil.copytree(register, folder / "register")
    (folder / "records").mkdir()
    for name in records:
        shutil.copy(PROJECT / f"records/{name}.md", folder / "records")
    (folder / "settings.yaml").write_text(
        "title: A small project\nallowed_hosts: [127.0.0.1, localhost]\n", encoding="utf-8"
    )
    return SmallProject(folder)
