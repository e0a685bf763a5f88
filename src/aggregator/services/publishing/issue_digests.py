"""Issues the digest of each week and day that has closed, and makes the files of digests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Final

from aggregator import deliver
from aggregator.config import Config
from aggregator.deliver import closed_days, closed_weeks, render_digest, windows_still_sent
from aggregator.model import Artifact, DeferredArtifact, Digest, Frequency, Snapshot
from aggregator.model.faults import FaultKind
from aggregator.publish.output_folder import published_fingerprints
from aggregator.publish.presentation.fingerprints import code_fingerprint, fingerprint_of
from aggregator.services.publishing.isolated_digests import build_digests
from aggregator.store import Store

_RENDERING_PACKAGE: Final = Path(deliver.__file__).parent
_RENDERING_LIBRARIES: Final = ("css-inline", "jinja2")
# How the fingerprint of a page begins that is no draft: its mail may go out.
ISSUED: Final = "issued-"
_MEDIA_TYPES: Final = {"text/html": "html", "text/plain": "txt"}


def issue_digests(config: Config, store: Store, now: datetime) -> tuple[Digest, ...]:
    """Issue the digest of each closed week and day that has none yet; return them as issued.

    The store says which are missing, so a Monday on which the program did not run is made up for later. One
    that cannot be composed is set aside, and tried again later.
    """
    states, zone = store.sources.states(), config.settings.timezone
    first_read = min((state.first_read for state in states.values() if state.first_read), default=None)
    if first_read is None:
        return ()
    closed = (*closed_weeks(first_read, now, zone), *closed_days(first_read, now, zone))
    issued = store.digests.issued_periods()
    missing = [period for period in closed if period not in issued]
    return store.digests.issue(build_digests(config, store, missing, now) if missing else ())


def unpublished_digests(config: Config, store: Store, now: datetime) -> frozenset[str]:
    """Return the digests that are to be sent, and whose page is not there as it was issued.

    There may be none yet, or only the draft, because publishing failed or has not ended.
    """
    current = windows_still_sent(now, config.settings.timezone)
    unplanned = [period for period in store.deliveries.unplanned_digests() if period in current]
    if not unplanned:
        return frozenset()
    made = published_fingerprints(config.settings.output_folder)
    missing = (period for period in unplanned if not made.get(page_path(period), "").startswith(ISSUED))
    aside = {fault.key for fault in store.faults.all() if fault.kind is FaultKind.DOCUMENT}
    return frozenset(period for period in missing if _has_page(store.digests.get(period), aside))


def _has_page(digest: Digest | None, aside: Collection[str]) -> bool:
    """Whether a digest has a page: each week, and each day with an update that can be shown."""
    if digest is None or digest.frequency is Frequency.WEEKLY:
        return True
    return any(item.id not in aside for section in digest.sections for item in section.items)


def page_path(period: str, suffix: str = "html") -> str:
    """Return the path of a digest's page, or of its text."""
    return f"digests/{period}.{suffix}"


def digest_files(digests: Iterable[Digest], snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """Return each digest as page and text; rendered only if the digest, the site or the code has changed."""
    site, bodies = snapshot.site, snapshot.bodies
    names = sorted((id, body.name) for id, body in bodies.items())
    common = [code_fingerprint(_RENDERING_PACKAGE, _RENDERING_LIBRARIES), repr((site, names))]
    for digest in digests:
        # Rendering makes both files at once, when the first of them is wanted.
        render = cache(partial(render_digest, digest, site, bodies))
        status = ISSUED if digest.issued_at else ""
        for number, (media_type, suffix) in enumerate(_MEDIA_TYPES.items()):
            yield DeferredArtifact(
                path=page_path(digest.period, suffix),
                media_type=media_type,
                fingerprint=f"{status}{fingerprint_of([*common, media_type, repr(digest)])}",
                make=partial(_payload, render, number),
            )


def _payload(render: Callable[[], tuple[Artifact, ...]], number: int) -> bytes:
    return render()[number].payload
