"""Pages at the former addresses of documents: they link the present page."""

from __future__ import annotations

from aggregator.publish.presentation.paths import document_page_path
from tests.publish.feed_readers import published_paths, read_page
from tests.support.builders import make_document, make_entry, make_snapshot

OFFICIAL = make_document(make_entry("https://www.gov.uk/nap6", title="Sixth <plan>"))
OURS = make_document(make_entry("record:uk-nap7", url=None, licence="own", title="Seventh plan"))


def test_a_former_address_leads_to_the_present_page_of_the_document() -> None:
    former_pages = {"records/old.html": OFFICIAL.entry.id, "entries/older.html": OURS.entry.id}
    published = make_snapshot(OFFICIAL, OURS, former_pages=former_pages)

    (first,) = read_page(published, "records/old.html").xpath("//main//article//a")
    (second,) = read_page(published, "entries/older.html").xpath("//main//article//a")
    assert (first.get("href"), first.text) == (f"../{document_page_path(OFFICIAL.entry)}", "Sixth <plan>")
    assert (second.get("href"), second.text) == ("../records/uk-nap7.html", "Seventh plan")


def test_a_redirect_never_replaces_a_document_page_and_needs_a_stored_document() -> None:
    former_pages = {"records/uk-nap7.html": OURS.entry.id, "records/gone.html": "urn:uuid:gone"}
    snapshot = make_snapshot(OURS, former_pages=former_pages)

    assert published_paths(snapshot) == published_paths(make_snapshot(OURS))
