"""Pages at the addresses that documents once had: they lead on."""

from __future__ import annotations

from aggregator.publish import artifacts
from aggregator.publish.presentation.paths import entry_page
from tests.publish.feed_readers import page
from tests.support.builders import edition, entry, holding

OFFICIAL = holding(entry("https://www.gov.uk/nap6", title="Sixth <plan>"))
OURS = holding(entry("record:uk-nap7", url=None, licence="own", title="Seventh plan"))


def test_a_former_address_leads_to_the_page_that_the_document_has_now() -> None:
    moved = {"records/old.html": OFFICIAL.entry.id, "entries/older.html": OURS.entry.id}
    published = edition(OFFICIAL, OURS, former_pages=moved)

    (first,) = page(published, "records/old.html").xpath("//main//article//a")
    (second,) = page(published, "entries/older.html").xpath("//main//article//a")
    assert (first.get("href"), first.text) == (f"../{entry_page(OFFICIAL.entry)}", "Sixth <plan>")
    assert (second.get("href"), second.text) == ("../records/uk-nap7.html", "Seventh plan")


def test_the_page_of_a_document_is_never_replaced_and_what_is_not_held_has_none() -> None:
    moved = {"records/uk-nap7.html": OURS.entry.id, "records/gone.html": "urn:uuid:gone"}
    with_moved = [made.path for made in artifacts(edition(OURS, former_pages=moved))]

    assert with_moved == [made.path for made in artifacts(edition(OURS))]
