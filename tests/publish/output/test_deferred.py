"""Files that are made only when what they depend on has changed, and held against the store when asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from aggregator.model import Artifact, Deferred
from aggregator.publish import artifacts, write
from aggregator.publish.output_folder import differing, published_at
from tests.support.builders import NOON, edition, entry, holding, instant, labels


def deferred(path: str, print: str, make: Callable[[], bytes]) -> Deferred:
    return Deferred(path=path, media_type="text/plain", fingerprint=print, make=make)


def never() -> bytes:
    raise AssertionError("this file was made although nothing had changed")


def test_a_file_is_made_once_and_again_only_for_another_fingerprint(tmp_path: Path) -> None:
    first = write(tmp_path, [deferred("a", "1", lambda: b"one")])
    again = write(tmp_path, [deferred("a", "1", never)])
    other = write(tmp_path, [deferred("a", "2", lambda: b"two")])
    same = write(tmp_path, [deferred("a", "3", lambda: b"two")])

    assert [len(done.changed) for done in (first, again, other, same)] == [1, 0, 1, 0]
    assert (tmp_path / "a").read_text() == "two"
    assert (tmp_path / ".published").read_text() == "a\t3\n"


def test_a_file_that_is_missing_is_made_whatever_the_list_says(tmp_path: Path) -> None:
    write(tmp_path, [deferred("a", "1", lambda: b"one")])
    (tmp_path / "a").unlink()

    write(tmp_path, [deferred("a", "1", lambda: b"one")])

    assert (tmp_path / "a").read_text() == "one"


def test_what_was_about_to_be_replaced_when_a_run_was_killed_is_made_again(tmp_path: Path) -> None:
    write(tmp_path, [deferred("a", "1", lambda: b"one")])

    def killed() -> bytes:
        raise KeyboardInterrupt

    try:
        write(tmp_path, [deferred("a", "2", killed)])
    except KeyboardInterrupt:
        (tmp_path / "a").write_text("two")  # as if the kill had come after the rename

    write(tmp_path, [deferred("a", "1", lambda: b"one")])

    assert (tmp_path / "a").read_text() == "one"


def test_the_folder_is_held_against_what_it_should_be_byte_by_byte(tmp_path: Path) -> None:
    second = Artifact(path="b", media_type="text/plain", payload=b"b")
    made: list[Artifact | Deferred] = [deferred("a", "1", lambda: b"one"), second]
    write(tmp_path, [*made, Artifact(path="old", media_type="text/plain", payload=b"")], NOON)

    assert published_at(tmp_path) == NOON
    assert differing(tmp_path, made) == ("old",)
    (tmp_path / "a").write_text("touched by hand")
    (tmp_path / "b").unlink()
    assert differing(tmp_path, made) == ("a", "b", "old")
    assert (tmp_path / "a").read_text() == "touched by hand"


def test_a_folder_that_nobody_published_stands_for_no_instant(tmp_path: Path) -> None:
    assert published_at(tmp_path) is None


def test_one_new_document_touches_only_the_files_that_show_it(tmp_path: Path) -> None:
    about = labels(topics=("open-data",))
    names = {"topics": {"open-data": "Open data", "foi": "FOI"}, "types": {"news": "News", "plan": "Plan"}}
    held = [holding(entry(f"https://a.example/{n}"), labels=about) for n in range(300)]
    new = holding(
        entry("https://new.example/"),
        labels=labels(topics=("foi",), type="plan"),
        updated=instant("2026-06-05 13:00"),
    )
    write(tmp_path, artifacts(edition(*held, **names)))

    done = write(tmp_path, artifacts(edition(new, *held, **names)))

    shown = {path.rpartition(".")[0] for path in done.changed if path.endswith((".atom", ".json", ".rss"))}
    archived = {path for path in shown if path.startswith("archive/")}
    assert shown - archived == {
        *("all", "feed", "bodies/cabinet-office", "nations/uk", "topics/foi", "types/plan"),
    }
    assert done.removed == ()


def test_a_change_of_labels_names_or_words_makes_the_files_anew_that_show_them(tmp_path: Path) -> None:
    told = holding(entry())
    write(tmp_path, artifacts(edition(told)))

    for changed in (
        edition(replace(told, entry=replace(told.entry, summary="Other words."))),
        edition(replace(told, labels=labels(type="irm-report"))),
        edition(told, types={"news": "News story"}),
    ):
        done = write(tmp_path, artifacts(changed))
        assert {"feed.atom", "feed.json", "feed.rss", "all.atom"} <= set(done.changed)
        assert differing(tmp_path, artifacts(changed)) == ()
