"""Makes and writes the files of one run, so that a document or file that is broken stops nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from aggregator.config import Config
from aggregator.deliver import week_of
from aggregator.errors import AggregatorError
from aggregator.model import Artifact, DeferredArtifact, Document, Snapshot
from aggregator.model.faults import FaultKind
from aggregator.publish.output_folder import (
    Broken,
    WriteResult,
    differing_paths,
    published_paths,
    write_output,
)
from aggregator.publish.presentation.paths import document_page_path
from aggregator.publish.site.placeholder_page import damaged_page, placeholder_page
from aggregator.services.isolation import Isolation
from aggregator.services.publishing.culprits import MAX_FOUND, TrialResult, find_culprits, most_culprits
from aggregator.services.publishing.damaged import read_stored, set_damaged_aside
from aggregator.services.publishing.left_out import NOTHING_LEFT_OUT, LeftOut
from aggregator.services.publishing.snapshot import gather_snapshot
from aggregator.store import Store, StoredDocuments
from aggregator.tasks import stop_if_cancelled

# Each search makes a file some dozen times. What is still broken after so many is set aside as it is.
MAX_SEARCHES: Final = 12

File = Artifact | DeferredArtifact
MakeFiles = Callable[[Snapshot, LeftOut], Iterable[File]]


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of one attempt, and the format that each belongs to."""

    by_path: Mapping[str, File]
    formats: Mapping[str, str]
    # Paths that keep their bytes; None keeps every file that is not made.
    keep: frozenset[str] | None


@dataclass
class IsolatedFiles:
    """The files that `formats` make of one store at the instant `now`."""

    config: Config
    store: Store
    now: datetime
    formats: Mapping[str, MakeFiles]
    left_out: LeftOut = NOTHING_LEFT_OUT
    # Paths and names of formats that are not made, because they are set aside.
    skipped: frozenset[str] = frozenset()
    # Those that this run has set aside, with their exceptions.
    broken: dict[str, Exception] = field(default_factory=dict)
    # Whether files are set aside and tried again. Not where the operator asks for them by a command.
    retries: bool = True
    _searches: int = 0
    # Why the digest of the open week is left out.
    _draft_error: Exception | None = None
    _with_draft: bool = True

    @cached_property
    def isolation(self) -> Isolation:
        """Sets documents and files aside."""
        return Isolation(self.store, self.now)

    @cached_property
    def _stored(self) -> StoredDocuments:
        """Every document, read once. Raises StoreError if too many of them are damaged."""
        return read_stored(self.store)

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document that can be read."""
        return self._stored.readable

    @cached_property
    def _ids(self) -> tuple[str, ...]:
        """Every document, the longest known first."""
        ordered = sorted(self.documents, key=lambda document: (document.first_seen, document.entry.id))
        return tuple(document.entry.id for document in ordered)

    @property
    def _open_week(self) -> str:
        return week_of(self.now, self.config.settings.timezone)

    def write(self, folder: Path, stored: str = "") -> WriteResult:
        """Write every file that can be made, and set aside what cannot, document or file.

        What was set aside before is tried again when its pause is over, and forgotten once it works.
        """
        waiting = self.isolation.waiting(FaultKind.DOCUMENT)
        set_damaged_aside(self._stored, self.isolation)
        self.left_out = LeftOut(hidden=waiting - self._stored.damaged.keys())
        self.skipped = self.isolation.waiting(FaultKind.PAGE) if self.retries else frozenset()
        self._with_draft = self._open_week not in self.isolation.waiting(FaultKind.DIGEST)
        results: list[WriteResult] = []
        while True:
            files, broken = self._make(), Broken()
            keep = published_paths(folder) if files.keep is None else files.keep
            results.append(
                write_output(
                    folder, files.by_path.values(), self.now, keep=keep, broken=broken, stored=stored
                )
            )
            if not self._blame_documents(broken, files):
                break
        self._settle()
        return _total(results)

    def differing_paths(self, folder: Path) -> tuple[str, ...]:
        """Return the paths at which the folder differs. Writes nothing, tries nothing that is set aside."""
        faults = self.store.faults.all()
        self.left_out = LeftOut(hidden=frozenset(f.key for f in faults if f.kind is FaultKind.DOCUMENT))
        self.skipped = frozenset(fault.key for fault in faults if fault.kind is FaultKind.PAGE)
        self._searches = MAX_SEARCHES
        files = self._make()
        keep = published_paths(folder) if files.keep is None else files.keep
        return differing_paths(folder, files.by_path.values(), keep)

    # ---------------------------------------------------------------- making
    def _make(self) -> _Files:
        """Make the files of every format; those of a format that raises keep their bytes."""
        while (files := self._try_to_make()) is None:
            pass
        return files

    def _try_to_make(self) -> _Files | None:
        """Make the files; None if that showed that more documents must be left out."""
        snapshot = self._snapshot()
        by_path: dict[str, File] = {}
        formats: dict[str, str] = {}
        for name, make in self.formats.items():
            if name in self.skipped or name in self.broken:
                continue
            stop_if_cancelled()
            try:
                made = {file.path: file for file in make(snapshot, self.left_out)}
            except AggregatorError:
                raise
            except Exception as error:
                if self._blame(name, error, partial(_make_all, make)):
                    return None
                continue
            by_path |= made
            formats |= dict.fromkeys(made, name)
        return self._files(snapshot, by_path, formats)

    def _files(self, snapshot: Snapshot, by_path: dict[str, File], formats: dict[str, str]) -> _Files:
        aside = self.skipped | self.broken.keys()
        for document in self.documents if self.left_out.ids else ():
            if document.entry.id in self.left_out.ids and (page := placeholder_page(document, snapshot)):
                by_path[page.path] = page
        pages = [damaged_page(id, snapshot) for id in self._stored.damaged]
        by_path |= {page.path: page for page in pages}
        redirects = {path for path, id in snapshot.former_pages.items() if id in self.left_out.ids}
        keep_all = not aside.isdisjoint(self.formats)
        return _Files(
            by_path={path: file for path, file in by_path.items() if path not in aside},
            formats=formats,
            keep=None if keep_all else frozenset(aside | redirects),
        )

    def _snapshot(self) -> Snapshot:
        while True:
            try:
                return self._gather(self.left_out)
            except AggregatorError:
                raise
            except Exception as error:
                if self._blame("", error, lambda _snapshot, _left: None):
                    continue
                if not self._with_draft:
                    raise
                # No document breaks it: the site goes out without the digest of the open week.
                self._with_draft, self._draft_error = False, error

    def _gather(self, left_out: LeftOut) -> Snapshot:
        return gather_snapshot(
            self.config,
            self.store,
            self.now,
            left_out=left_out,
            stored=self.documents,
            with_draft=self._with_draft,
        )

    # ---------------------------------------------------------------- blaming
    def _blame_documents(self, broken: Broken, files: _Files) -> bool:
        """Leave out the documents that break these files, or the files; return whether to write again."""
        pages = self._document_pages()
        broken_pages = {path: error for path, error in broken.items() if path in pages}
        # So many at once are no fault of the documents.
        if len(broken_pages) + len(self.left_out.ids) > most_culprits(len(self.documents)):
            self.broken |= broken_pages
        elif broken_pages:
            for path, error in broken_pages.items():
                self._leave_out([pages[path]], error)
            return True
        for path, error in broken.items():
            if path not in self.broken and self._blame(
                path, error, _make_one(path, self.formats[files.formats[path]])
            ):
                return True
        return False

    def _document_pages(self) -> dict[str, str]:
        """Return the documents that are published, by the paths of their pages."""
        return {
            document_page_path(document.entry): document.entry.id
            for document in self.left_out.published(self.documents)
        }

    def _blame(self, key: str, error: Exception, make: Callable[[Snapshot, LeftOut], object]) -> bool:
        """Leave out the documents without which `make` works; set the file `key` aside if there are none.

        Returns whether documents were left out.
        """
        culprits: frozenset[str] = frozenset()
        if self._searches < MAX_SEARCHES:
            self._searches += 1
            most = most_culprits(len(self.documents)) - len(self.left_out.ids)
            ids = [id for id in self._ids if id not in self.left_out.dropped]
            culprits = find_culprits(ids, lambda kept: self._try(kept, make), min(most, MAX_FOUND))
        if culprits:
            self._leave_out(culprits, error)
        elif key:
            self.broken[key] = error
        return bool(culprits)

    def _try(self, kept: frozenset[str], make: Callable[[Snapshot, LeftOut], object]) -> TrialResult:
        stop_if_cancelled()
        left_out = self.left_out.only(kept, self._ids)
        try:
            made = make(self._gather(left_out), left_out)
        except AggregatorError:
            raise
        except Exception:
            return TrialResult.FAILS
        return TrialResult.ABSENT if made is _ABSENT else TrialResult.WORKS

    def _leave_out(self, ids: Iterable[str], error: Exception) -> None:
        for id in sorted(ids):
            # One whose stand-in breaks something is set aside already.
            if id not in self.left_out.ids:
                self.isolation.set_aside(FaultKind.DOCUMENT, id, error)
        self.left_out = self.left_out.without(ids)

    def _settle(self) -> None:
        """Store which files are set aside, and forget what works again."""
        if not self.retries:
            return
        if self._with_draft:
            self.isolation.clear(FaultKind.DIGEST, self._open_week)
        elif self._draft_error:
            self.isolation.set_aside(FaultKind.DIGEST, self._open_week, self._draft_error)
        for key, error in self.broken.items():
            self.isolation.set_aside(FaultKind.PAGE, key, error)
        waiting, left_out = self.skipped | self.broken.keys(), self.left_out.ids | self._stored.damaged.keys()
        for fault in self.store.faults.all():
            if fault.kind is FaultKind.DOCUMENT and fault.key not in left_out:
                self.isolation.clear(fault.kind, fault.key)
            if fault.kind is FaultKind.PAGE and fault.key not in waiting:
                self.isolation.clear(fault.kind, fault.key)


_ABSENT: Final = object()


def _make_all(make: MakeFiles, snapshot: Snapshot, left_out: LeftOut) -> object:
    return list(make(snapshot, left_out))


def _make_one(path: str, make: MakeFiles) -> Callable[[Snapshot, LeftOut], object]:
    """Return what makes the bytes of one file of a format."""

    def made(snapshot: Snapshot, left_out: LeftOut) -> object:
        file = next((file for file in make(snapshot, left_out) if file.path == path), None)
        return file.payload if file else _ABSENT

    return made


def _total(results: list[WriteResult]) -> WriteResult:
    """Return the result of several calls as if they were one."""
    last = results[-1]
    changed = sorted({path for result in results for path in result.changed} - set(last.removed))
    removed = sorted({path for result in results for path in result.removed} - set(last.changed))
    count = last.unchanged + len(last.changed)
    return replace(
        last, changed=tuple(changed), removed=tuple(removed), unchanged=max(0, count - len(changed))
    )
