"""Freezes the letter of every week and day that has closed, and makes the files of letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Final

from aggregator import deliver
from aggregator.config import Config
from aggregator.deliver import closed_days, closed_weeks, render_digest
from aggregator.model import Artifact, Deferred, Digest, Snapshot
from aggregator.publish.presentation.fingerprints import code, fingerprint
from aggregator.services.publishing.snapshot import letter_of, source_lines
from aggregator.store import Store

_ROOM: Final = Path(deliver.__file__).parent
_WRITERS: Final = ("css-inline", "jinja2")
_TYPES: Final = ("text/html", "text/plain")


def issue_letters(config: Config, store: Store, now: datetime) -> tuple[Digest, ...]:
    """Freeze the letter of every week and day that has closed and has none yet. The database knows which."""
    states, zone = store.sources.states(), config.settings.zone
    first = min((s.first_answered for s in states.values() if s.first_answered), default=None)
    if first is None:
        return ()
    closed, have = (*closed_weeks(first, now, zone), *closed_days(first, now, zone)), store.digests.issued()
    missing = [name for name in closed if name not in have]
    lines, holdings = source_lines(config, store) if missing else (), cache(store.documents.all)
    return store.digests.issue(
        [letter_of(config, store, lines, name, holdings=holdings, issued=now) for name in missing]
    )


def letter_files(digests: Iterable[Digest], edition: Snapshot) -> Iterator[Deferred]:
    """Each letter as page and as text, made again only when it, the site's words or the code have changed."""
    site, bodies = edition.site, edition.bodies
    ground = [code(_ROOM, _WRITERS), repr((site, sorted((id, body.name) for id, body in bodies.items())))]
    for digest in digests:
        # Both files come of one reckoning, which is done when the first of them is wanted.
        made = cache(partial(render_digest, digest, site, bodies))
        for number, media_type in enumerate(_TYPES):
            path = f"digests/{digest.week}.{'html' if media_type == 'text/html' else 'txt'}"
            yield Deferred(
                path=path,
                media_type=media_type,
                fingerprint=fingerprint([*ground, media_type, repr(digest)]),
                make=partial(_payload, made, number),
            )


def _payload(made: Callable[[], tuple[Artifact, ...]], number: int) -> bytes:
    return made()[number].payload
