"""Publishes the store: makes output/ and exports, and checks that output/ is as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aggregator.config import Config
from aggregator.config.opml_export import write_opml
from aggregator.model import Artifact, Deferred, Frequency
from aggregator.publish import artifacts, export_tables
from aggregator.publish.output_folder import Written, differing, published_at, write
from aggregator.services.publishing.issue_digests import letter_files
from aggregator.services.publishing.snapshot import gather
from aggregator.store import Store


@dataclass(frozen=True)
class Publisher:
    """Publishes one store. `now` is the instant that a call stands for."""

    config: Config
    store: Store

    def publish(self, now: datetime) -> Written:
        """Make output/ what the store says at `now`; a file whose bytes did not change is not touched."""
        return write(self.config.settings.output_folder, self._files(now), now)

    def export(self, folder: Path, now: datetime) -> None:
        """Write the whole record as tables into `folder`, which holds nothing else of ours."""
        write(folder, export_tables(gather(self.config, self.store, now)), now)

    def differing(self, now: datetime) -> tuple[str, ...]:
        """The paths at which output/ is not what the store says; writes nothing.

        Pages show how many days are left, so output/ is compared as of the instant for which it was made;
        one that was never finished, as of `now`.
        """
        folder = self.config.settings.output_folder
        return differing(folder, self._files(published_at(folder) or now))

    def _files(self, now: datetime) -> tuple[Artifact | Deferred, ...]:
        snapshot = gather(self.config, self.store, now)
        days = (digest for digest in self.store.digests.all(Frequency.DAILY) if digest.count)
        digests = letter_files((*snapshot.digests, *days), snapshot)
        listed = write_opml(snapshot.site.title, self.config.sources, self.config.bodies)
        sources = Artifact(path="sources.opml", media_type="text/x-opml", payload=listed)
        return (*artifacts(snapshot), *digests, sources)
