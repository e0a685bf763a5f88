"""The names by which a document is recognised when its address changes."""

from __future__ import annotations

import pytest

from aggregator.normalise.identity import names_from_ids


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (("https://www.finance-ni.gov.uk/node/99999",), ("ni-node:99999",)),
        (("https://www.northernireland.gov.uk/node/99999",), ("ni-node:99999",)),
        (("https://www.gov.wales/node/49684",), ("node:gov.wales:49684",)),
        (("http://www.opengovernment.org.uk/?p=6897",), ("wordpress:opengovernment.org.uk:6897",)),
        (
            ("https://blogs.gov.scot/open-government-partnership/?p=1217",),
            ("wordpress:blogs.gov.scot/open-government-partnership:1217",),
        ),
        (("tag:www.gov.uk,2005:/government/publications/x", None, "EXAMPLE form not known"), ()),
        (("https://www.gov.uk/government/publications/x#2026-05-25T16:00:00Z",), ()),
    ],
)
def test_native_ids_of_known_forms_give_names(ids: tuple[str | None, ...], expected: tuple[str, ...]) -> None:
    assert names_from_ids(*ids) == expected
