"""Makes the search index of the pages, with Pagefind: apart from publishing, since its bytes vary.

The index stands in `output/pagefind/`, which publishing leaves alone. It knows the pages of documents as they
stood when it was made: what came later is found when it is made anew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pagefind.index import IndexConfig, PagefindIndex

from aggregator.errors import PublishError
from aggregator.model import Artifact
from aggregator.publish.output_folder import LIST, Written, write

FOLDER: Final = "pagefind"
ENTRY: Final = "pagefind-entry.json"
"""Names every other file of an index; a browser reads it first."""
PAGES: Final = "{entries,records}/*.html"
_UNUSED: Final = ("pagefind-ui", "pagefind-modular-ui", "pagefind-component-ui", "pagefind-highlight")
"""Ready-made search boxes that Pagefind writes beside the index; ours is `search.js`."""


async def index_pages(output: Path) -> int:
    """Make the index of the published pages anew; how many pages it holds.

    A reader sees the old index or the new one: the new one's parts are written beside the old one's, then the
    file that names them is replaced, then the old parts are removed. Raises PublishError.
    """
    if not (output / "index.html").exists():
        raise PublishError(f"{output} holds no pages: `aggregator publish` first")
    with TemporaryDirectory() as made:
        count = await _made_in(Path(made), output)
        _put(output / FOLDER, dict(_read(Path(made))))
    return count


def is_indexed(output: Path) -> bool:
    """Whether a search index was ever made of what is published."""
    return (output / FOLDER).is_dir()


async def _made_in(folder: Path, output: Path) -> int:
    logging.getLogger("pagefind").setLevel(logging.WARNING)
    config = IndexConfig(output_path=str(folder), force_language="en")
    try:
        async with PagefindIndex(config=config) as index:
            added = await index.add_directory(str(output.resolve()), glob=PAGES)
    except Exception as error:  # what Pagefind's program reports arrives as a bare Exception
        raise PublishError(f"the search index of {output} could not be made: {error}") from error
    return int(added["page_count"])


def _put(folder: Path, new: Mapping[str, bytes]) -> None:
    """Replace the index in the folder."""
    old = dict(_read(folder)) if folder.is_dir() else {}
    entry = {ENTRY: old[ENTRY]} if ENTRY in old else {}
    both = {**old, **new, **entry} if entry else {name: new[name] for name in new if name != ENTRY}
    _write(folder, both)
    _write(folder, new)


def _write(folder: Path, files: Mapping[str, bytes]) -> Written:
    types = {".json": "application/json", ".js": "text/javascript", ".css": "text/css"}
    return write(
        folder,
        (
            Artifact(
                path=path,
                media_type=types.get(Path(path).suffix, "application/octet-stream"),
                payload=payload,
            )
            for path, payload in files.items()
        ),
    )


def _read(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Every file of an index, by its path."""
    for place in sorted(folder.rglob("*")):
        wanted = place.is_file() and place.name != LIST and not place.name.startswith((".", *_UNUSED))
        if wanted:
            yield place.relative_to(folder).as_posix(), place.read_bytes()
