"""Fetches a folder of this project: its Markdown files as the parts of one result."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from aggregator.errors import Cause
from aggregator.fetch.mailbox.reader import etag_of
from aggregator.model import Failed, Fetched, FetchedPart, FetchResult, NotModified, Request
from aggregator.tasks import in_thread

SCHEME: Final = "file:"
# It describes the folder and is not one of its records.
_README: Final = "README.md"


class FolderFetcher:
    """Fetches `file:NAME/`, a folder inside the project."""

    def __init__(self, project: Path) -> None:
        self._project = project

    async def __call__(self, request: Request) -> FetchResult:
        """All `*.md` files of the folder, by name, without hidden files, README.md and links to other places.

        The entity tag is made from names and bytes, so an unchanged folder is `NotModified`. A folder that is
        missing, unreadable or outside the project is MISSING_FILE.
        """
        return await in_thread(self._fetch, request)

    def _fetch(self, request: Request) -> FetchResult:
        name = request.url.removeprefix(SCHEME)
        try:
            parts = tuple(_parts(self._folder(name)))
        except OSError as error:
            return Failed(
                url=request.url,
                cause=Cause.MISSING_FILE,
                detail=f"{name}: {error.strerror or error}",
                hint="put the folder there, or correct the address in sources.yaml "
                "(file:NAME/, inside the project)",
            )
        headers = {"etag": etag_of(field for part in parts for field in (part.name.encode(), part.payload))}
        if request.validators.etag == headers["etag"]:
            return NotModified(url=request.url, headers=headers)
        return Fetched(
            url=request.url, final_url=request.url, status=200, headers=headers, payload=b"", parts=parts
        )

    def _folder(self, name: str) -> Path:
        project = self._project.resolve()
        folder = (project / name).resolve()
        if not folder.is_relative_to(project):
            raise PermissionError(None, "it lies outside the project")
        return folder


def _parts(folder: Path) -> Iterable[FetchedPart]:
    for path in sorted(folder.iterdir()):
        is_record = path.suffix == ".md" and path.name != _README and not path.name.startswith(".")
        if is_record and path.is_file() and path.resolve().is_relative_to(folder):
            yield FetchedPart(name=path.name, payload=path.read_bytes())
