"""Whatever comes from outside becomes a document, nothing or a clear error, within two seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import crash_sites
from tests.fuzz.crash_sites import names, run_cases
from tests.fuzz.doors import DOCUMENT
from tests.fuzz.writer import Writer

# Libraries warn of odd markup; that is no crash.
pytestmark = pytest.mark.filterwarnings("ignore")

LINES = (Path(__file__).parent / "regressions.txt").read_text().splitlines()
REGRESSIONS = [line for line in LINES if line and not line.startswith("#")]
# In pieces, which `make test-long` divides among its workers.
PIECES = [("mail", 10_000, 10), ("answer", 2_500, 8), ("response", 20_000, 1)]


def refuse_crashes(door: str, first: int, count: int) -> None:
    """Fail with the crash sites of these cases, if there are any."""
    found = run_cases(names(door, first, count))
    assert not found.first, str(found)
    # If hardly anything became a document, nothing deep would be tried.
    assert found.outcomes[DOCUMENT] > count / 8, str(found)


@pytest.mark.parametrize(("door", "count"), [("mail", 400), ("answer", 100), ("response", 200)])
def test_a_few_hostile_inputs_become_documents_or_clear_errors(door: str, count: int) -> None:
    refuse_crashes(door, 0, count)


def test_what_once_crashed_becomes_a_document_or_a_clear_error() -> None:
    found = run_cases(REGRESSIONS)
    assert not found.first, str(found)


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(
    ("door", "first", "count"),
    [(door, piece * count, count) for door, count, pieces in PIECES for piece in range(pieces)],
)
def test_many_hostile_inputs_become_documents_or_clear_errors(door: str, first: int, count: int) -> None:
    refuse_crashes(door, first, count)


def test_exceptions_and_long_cases_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def door(writer: Writer) -> str:
        while writer.chance(0.5):
            pass
        raise KeyError

    def endless(writer: Writer) -> str:
        while True:
            writer.chance(1)

    monkeypatch.setattr(crash_sites, "SECONDS", 0.05)
    monkeypatch.setattr(
        crash_sites, "DOORS", {"raises": door, "endless": endless, "good": lambda _: DOCUMENT}
    )
    found = run_cases(["raises 1", "good 1", "endless 1", "raises 2"])
    assert sorted(site.exception for site in found.first) == ["KeyError", "TookTooLong"]
    assert set(found.first.values()) == {"raises 1", "endless 1"}
    assert found.outcomes == {DOCUMENT: 1}
