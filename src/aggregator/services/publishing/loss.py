"""Keeps a published site as it is: if many documents are gone from the store, and from replays."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from aggregator.config.settings import REPLAY_OUTPUT, REPLAY_STORE
from aggregator.errors import PublishError
from aggregator.model.faults import ACCEPT_LOSS, DOCUMENTS_LOST, FaultKind
from aggregator.publish.output_folder import published_paths, stored_documents
from aggregator.store import Store

# The site stays if more than one in so many documents is gone.
LARGEST_LOSS: Final = 5
_PLACE: Final = "services/publishing/loss.py"


def count_stored(store: Store) -> str:
    """Return how many documents the store has ever had, with its name, for the manifest of output/."""
    # Retracted documents have a row still, merged ones their id as a name: only a loss lowers this number.
    return f"{store.documents.count() + len(store.names.merged_ids())} {store.name}".strip()


def refuse_loss(store: Store, folder: Path, now: datetime) -> None:
    """Raise PublishError if over a fifth of the documents is gone since `folder` was published.

    The question to the operator is stored as a fault, until `accept_loss`, or until they are back.
    """
    before, name = _parse(stored_documents(folder))
    after, own_name = _parse(count_stored(store))
    # Another store, such as that of a recording, has other documents.
    if name != own_name or (before - after) * LARGEST_LOSS <= before:
        accept_loss(store)
        return
    lost = f"the store had {before} documents when {folder} was last published, and has {after} now"
    store.faults.record(
        FaultKind.JOB, DOCUMENTS_LOST, f"{lost}; to publish all the same: {ACCEPT_LOSS}", _PLACE, now
    )
    raise PublishError(
        f"{lost}: the published site stays as it is; put a backup of the store back, "
        f"or run `{ACCEPT_LOSS}` if the loss is intended"
    )


def refuse_other_kind(folder: Path, *, is_demonstration: bool) -> None:
    """Raise PublishError if a replay would replace what a live store published, or the reverse."""
    _, name = _parse(stored_documents(folder))
    if is_demonstration is name.startswith(REPLAY_STORE) or not published_paths(folder):
        return
    if is_demonstration:
        raise PublishError(
            f"{folder} was not published by a replay, and a replay never replaces what was: name another "
            f"folder, or none, which means {REPLAY_OUTPUT}"
        )
    raise PublishError(
        f"{folder} was published by a replay, with invented documents: publish into another folder, "
        "or delete this one"
    )


def accept_loss(store: Store) -> None:
    """Forget the question to the operator, if there is one."""
    store.faults.clear(FaultKind.JOB, DOCUMENTS_LOST)


def _parse(stored: str) -> tuple[int, str]:
    count, _, name = stored.partition(" ")
    return (int(count) if count.isdecimal() else 0), name
