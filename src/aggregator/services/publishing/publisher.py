"""Publishes the store: writes output/ and exports, and checks that output/ is up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from aggregator.config import Config
from aggregator.config.opml_export import write_opml
from aggregator.errors import PublishError
from aggregator.model import Artifact, DeferredArtifact, Frequency, Snapshot
from aggregator.model.faults import FaultKind
from aggregator.publish import FORMATS, Format, export_tables
from aggregator.publish.output_folder import WriteResult, published_at
from aggregator.services.isolation import Isolation
from aggregator.services.publishing.isolated_files import IsolatedFiles, MakeFiles
from aggregator.services.publishing.issue_digests import digest_files, page_path, unpublished_digests
from aggregator.services.publishing.left_out import LeftOut
from aggregator.services.publishing.loss import accept_loss, count_stored, refuse_loss, refuse_other_kind
from aggregator.services.publishing.month_boards import write_down_months
from aggregator.store import Store

EXPORT: Final = "export"
DIGEST_PAGES: Final = "digest pages"


@dataclass(frozen=True)
class Publisher:
    """Publishes one store. `now` is the instant of the run."""

    config: Config
    store: Store

    def publish(self, now: datetime, *, with_loss: bool = False) -> WriteResult:
        """Write output/ as of `now`; a file whose bytes did not change is not touched.

        The board of a month that has ended is stored first. What is broken is left out and set aside.
        Raises PublishError as `refuse_folder` does, and if many documents are gone, unless `with_loss` says
        that the operator knows.
        """
        self.refuse_folder()
        if with_loss:
            accept_loss(self.store)
        else:
            self.refuse_loss(now)
        write_down_months(self.config, self.store, now)
        return self._files(now).write(self.config.settings.output_folder, count_stored(self.store))

    def refuse_folder(self) -> None:
        """Raise PublishError if a replay would replace what a live store published, or the reverse."""
        settings = self.config.settings
        refuse_other_kind(settings.output_folder, is_demonstration=settings.is_demonstration)

    def refuse_loss(self, now: datetime) -> None:
        """Raise PublishError if so many documents are gone that the operator has to say what shall happen."""
        refuse_loss(self.store, self.config.settings.output_folder, now)

    def is_retry_due(self, now: datetime) -> bool:
        """Whether a document or file that is set aside may be tried again."""
        kinds = (FaultKind.DOCUMENT, FaultKind.PAGE)
        return any(one.kind in kinds and one.next_attempt <= now for one in self.store.faults.all())

    def has_unpublished_digests(self, now: datetime) -> bool:
        """Whether a digest waits for its page, and publishing may be tried (again)."""
        aside = Isolation(self.store, now).waiting(FaultKind.PAGE)
        if DIGEST_PAGES in aside:
            return False
        unpublished = unpublished_digests(self.config, self.store, now)
        return any(page_path(period) not in aside for period in unpublished)

    def export(self, folder: Path, now: datetime) -> None:
        """Write everything as tables into `folder`; our files in it that are not part of the export go.

        Documents that break the tables are left out. Raises PublishError if none is to blame, and as
        `refuse_folder` does.
        """
        is_demonstration = self.config.settings.is_demonstration
        refuse_other_kind(folder, is_demonstration=is_demonstration)
        formats = {EXPORT: lambda snapshot, _left_out: export_tables(snapshot)}
        files = IsolatedFiles(self.config, self.store, now, formats, retries=False)
        files.write(folder, count_stored(self.store) if is_demonstration else "")
        if error := files.broken.get(EXPORT):
            raise PublishError(
                f"the tables cannot be made ({error!r}): {folder} stays as it is; please report this bug"
            ) from error

    def differing_paths(self, now: datetime) -> tuple[str, ...]:
        """Return the paths at which output/ is not what the store says; writes nothing."""
        # Pages show how many days are left, so output/ is compared as of the instant that it was written for.
        folder = self.config.settings.output_folder
        return self._files(published_at(folder) or now).differing_paths(folder)

    def _files(self, now: datetime) -> IsolatedFiles:
        own: dict[str, MakeFiles] = {DIGEST_PAGES: self._digest_pages, "sources.opml": self._sources_opml}
        return IsolatedFiles(self.config, self.store, now, {**_of_snapshot(), **own})

    def _digest_pages(self, snapshot: Snapshot, left_out: LeftOut) -> Iterable[DeferredArtifact]:
        stored = (left_out.digest(digest) for digest in self.store.digests.all(Frequency.DAILY))
        daily = (digest for digest in stored if digest.item_count)
        return digest_files((*snapshot.digests, *daily), snapshot)

    def _sources_opml(self, snapshot: Snapshot, _left_out: LeftOut) -> Iterable[Artifact]:
        opml = write_opml(snapshot.site.title, self.config.sources, self.config.bodies)
        return [Artifact(path="sources.opml", media_type="text/x-opml", payload=opml)]


def _of_snapshot() -> Mapping[str, MakeFiles]:
    """Return every format, as a function that needs not know what is left out."""
    return {name: partial(_make, make) for name, make in FORMATS.items()}


def _make(make: Format, snapshot: Snapshot, _left_out: LeftOut) -> Iterable[Artifact | DeferredArtifact]:
    return make(snapshot)
