"""Builds the search index of the document pages with Pagefind, in `output/pagefind/`.

Publishing leaves that folder alone, since Pagefind's bytes vary from run to run. The index covers the pages
as they were when it was built.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pagefind.index import IndexConfig, PagefindIndex

from aggregator.errors import PublishError
from aggregator.model import Artifact
from aggregator.publish.output_folder import WriteResult, write_output
from aggregator.tasks import in_thread

INDEX_FOLDER: Final = "pagefind"
# The file that names every other file of an index; a browser reads it first.
INDEX_ENTRY_FILE: Final = "pagefind-entry.json"
INDEXED_PAGES: Final = "{entries,records}/*.html"
# The search boxes that Pagefind adds to the index; ours is `search.js`.
_UNUSED_PREFIXES: Final = (
    "pagefind-ui",
    "pagefind-modular-ui",
    "pagefind-component-ui",
    "pagefind-highlight",
)


async def build_search_index(output: Path) -> int:
    """Build the index of the published pages, and return how many pages it has. Raises PublishError."""
    if not (output / "index.html").exists():
        raise PublishError(f"{output} has no pages: run `aggregator publish` first")
    with TemporaryDirectory() as folder:
        page_count = await _build_in(Path(folder), output)
        await in_thread(_replace_index, output / INDEX_FOLDER, Path(folder))
    return page_count


def has_search_index(output: Path) -> bool:
    """Whether the output folder has a search index."""
    return (output / INDEX_FOLDER).is_dir()


async def _build_in(folder: Path, output: Path) -> int:
    logging.getLogger("pagefind").setLevel(logging.WARNING)
    # Everything is indexed as English. Otherwise Pagefind makes an index for each language, and Welsh
    # documents could only be found from Welsh pages, which we do not have.
    config = IndexConfig(output_path=str(folder), force_language="en")
    try:
        async with PagefindIndex(config=config) as index:
            result = await index.add_directory(str(output.resolve()), glob=INDEXED_PAGES)
    except Exception as error:  # Pagefind raises bare exceptions
        raise PublishError(f"the search index of {output} could not be built: {error}") from error
    return int(result["page_count"])


def _replace_index(folder: Path, built: Path) -> None:
    """Replace the index in the folder by the one that was built in another."""
    new_files = dict(_read_files(built))
    # A visitor always meets a whole index: first the new files are added beside the old ones, then the entry
    # file is replaced, then the old files are removed.
    old_files = dict(_read_files(folder)) if folder.is_dir() else {}
    if INDEX_ENTRY_FILE in old_files:
        first_files = {**old_files, **new_files, INDEX_ENTRY_FILE: old_files[INDEX_ENTRY_FILE]}
    else:
        first_files = {name: new_files[name] for name in new_files if name != INDEX_ENTRY_FILE}
    _write_files(folder, first_files)
    _write_files(folder, new_files)
    # Here and not in the event loop: it has thousands of files.
    shutil.rmtree(built)


def _write_files(folder: Path, files: Mapping[str, bytes]) -> WriteResult:
    types = {".json": "application/json", ".js": "text/javascript", ".css": "text/css"}
    return write_output(
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


def _read_files(folder: Path) -> Iterable[tuple[str, bytes]]:
    """The path and bytes of every file of an index."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith((".", *_UNUSED_PREFIXES)):
            yield path.relative_to(folder).as_posix(), path.read_bytes()
