"""Who may publish what: the licences, what each lets us republish, and the attribution it requires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence of `sources.yaml`. Of documents under one that is not `open` we publish title, link and
    date only."""

    name: str
    # The attribution, in the licence's own words.
    statement: str
    url: str | None
    open: bool

    @property
    def rights(self) -> str:
        """The attribution with the licence's address, where only text is possible."""
        return f"{self.statement} {self.url}" if self.url else self.statement


LICENCES: Final[Mapping[str, Licence]] = {
    # The attribution for documents that specify none: Open Government Licence v3.0, section "You must".
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
    # For records that another instance of this program wrote itself.
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
    """The licence with this id; an id that is not in the table counts as `unknown`."""
    return LICENCES.get(id, LICENCES["unknown"])


def may_show(*ids: str) -> bool:
    """Whether text may be shown that is under all of these licences."""
    return all(licence(id).open for id in ids)
