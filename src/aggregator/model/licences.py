"""What may be republished under each licence, and the words that must stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence as `sources.yaml` names it. Unless it is `open`, we publish title, link and date only."""

    name: str
    statement: str
    """The attribution that the licence asks for, word for word."""
    url: str | None
    open: bool

    @property
    def rights(self) -> str:
        """The statement with the address of the licence, for places that hold text only."""
        return f"{self.statement} {self.url}" if self.url else self.statement


LICENCES: Final[Mapping[str, Licence]] = {
    # The sentence for users who are given no other: Open Government Licence v3.0, "You must".
    "OGL-3.0": Licence(
        name="Open Government Licence v3.0",
        statement="Contains public sector information licensed under the Open Government Licence v3.0.",
        url="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        open=True,
    ),
    "OPL-3.0": Licence(
        name="Open Parliament Licence v3.0",
        statement="Contains Parliamentary information licensed under the Open Parliament Licence v3.0.",
        url="https://www.parliament.uk/site-information/copyright-parliament/open-parliament-licence/",
        open=True,
    ),
    "own": Licence(
        name="CC0 1.0",
        statement="Our own words, given to the public domain under CC0 1.0.",
        url="https://creativecommons.org/publicdomain/zero/1.0/",
        open=True,
    ),
    # Of what another instance wrote itself and passes on.
    "CC0-1.0": Licence(
        name="CC0 1.0",
        statement="Given to the public domain under CC0 1.0.",
        url="https://creativecommons.org/publicdomain/zero/1.0/",
        open=True,
    ),
    "unknown": Licence(
        name="Licence not known",
        statement="Licence not known: title, link and date only.",
        url=None,
        open=False,
    ),
}


def licence(id: str) -> Licence:
    """The licence by its id; one that the table does not know is treated as not known."""
    return LICENCES.get(id, LICENCES["unknown"])


def may_show(*ids: str) -> bool:
    """Whether a publisher's words that stand under all these licences may be shown."""
    return all(licence(id).open for id in ids)
