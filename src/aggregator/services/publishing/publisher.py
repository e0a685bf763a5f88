"""Publishes the store: writes output/ and exports, and checks that output/ is up to date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aggregator.config import Config
from aggregator.config.opml_export import write_opml
from aggregator.model import Artifact, DeferredArtifact, Frequency
from aggregator.publish import export_tables, make_artifacts
from aggregator.publish.output_folder import WriteResult, differing_paths, published_at, write_output
from aggregator.services.publishing.issue_digests import digest_files
from aggregator.services.publishing.snapshot import gather_snapshot
from aggregator.store import Store


@dataclass(frozen=True)
class Publisher:
    """Publishes one store. `now` is the instant of the run."""

    config: Config
    store: Store

    def publish(self, now: datetime) -> WriteResult:
        """Write output/ as of `now`; a file whose bytes did not change is not touched."""
        return write_output(self.config.settings.output_folder, self._artifacts(now), now)

    def export(self, folder: Path, now: datetime) -> None:
        """Write everything as tables into `folder`; our files in it that are not part of the export go."""
        write_output(folder, export_tables(gather_snapshot(self.config, self.store, now)), now)

    def differing_paths(self, now: datetime) -> tuple[str, ...]:
        """Return the paths at which output/ is not what the store says; writes nothing."""
        # Pages show how many days are left, so output/ is compared as of the instant that it was written for.
        folder = self.config.settings.output_folder
        return differing_paths(folder, self._artifacts(published_at(folder) or now))

    def _artifacts(self, now: datetime) -> tuple[Artifact | DeferredArtifact, ...]:
        snapshot = gather_snapshot(self.config, self.store, now)
        daily = (digest for digest in self.store.digests.all(Frequency.DAILY) if digest.item_count)
        digests = digest_files((*snapshot.digests, *daily), snapshot)
        opml = write_opml(snapshot.site.title, self.config.sources, self.config.bodies)
        sources = Artifact(path="sources.opml", media_type="text/x-opml", payload=opml)
        return (*make_artifacts(snapshot), *digests, sources)
