"""Files that are made only when what they depend on has changed, and compared with the store on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from aggregator.model import Artifact, DeferredArtifact
from aggregator.publish import make_artifacts, write_output
from aggregator.publish.output_folder import differing_paths, published_at
from tests.support.builders import NOON, instant, make_document, make_entry, make_labels, make_snapshot


def make_deferred(path: str, fingerprint: str, make: Callable[[], bytes]) -> DeferredArtifact:
    return DeferredArtifact(path=path, media_type="text/plain", fingerprint=fingerprint, make=make)


def fail_if_made() -> bytes:
    raise AssertionError("this file was made although nothing had changed")


def test_a_file_is_made_once_and_again_only_for_another_fingerprint(tmp_path: Path) -> None:
    first = write_output(tmp_path, [make_deferred("a", "1", lambda: b"one")])
    again = write_output(tmp_path, [make_deferred("a", "1", fail_if_made)])
    other = write_output(tmp_path, [make_deferred("a", "2", lambda: b"two")])
    same = write_output(tmp_path, [make_deferred("a", "3", lambda: b"two")])

    assert [len(result.changed) for result in (first, again, other, same)] == [1, 0, 1, 0]
    assert (tmp_path / "a").read_text() == "two"
    assert (tmp_path / ".published").read_text() == "a\t3\n"


def test_a_missing_file_is_made_whatever_the_manifest_says(tmp_path: Path) -> None:
    write_output(tmp_path, [make_deferred("a", "1", lambda: b"one")])
    (tmp_path / "a").unlink()

    write_output(tmp_path, [make_deferred("a", "1", lambda: b"one")])

    assert (tmp_path / "a").read_text() == "one"


def test_a_file_about_to_be_replaced_when_a_run_was_killed_is_made_again(tmp_path: Path) -> None:
    write_output(tmp_path, [make_deferred("a", "1", lambda: b"one")])

    def killed() -> bytes:
        raise KeyboardInterrupt

    try:
        write_output(tmp_path, [make_deferred("a", "2", killed)])
    except KeyboardInterrupt:
        (tmp_path / "a").write_text("two")  # as if the kill had come after the rename

    write_output(tmp_path, [make_deferred("a", "1", lambda: b"one")])

    assert (tmp_path / "a").read_text() == "one"


def test_the_folder_is_compared_with_the_artifacts_byte_by_byte(tmp_path: Path) -> None:
    plain_artifact = Artifact(path="b", media_type="text/plain", payload=b"b")
    artifacts: list[Artifact | DeferredArtifact] = [make_deferred("a", "1", lambda: b"one"), plain_artifact]
    write_output(tmp_path, [*artifacts, Artifact(path="old", media_type="text/plain", payload=b"")], NOON)

    assert published_at(tmp_path) == NOON
    assert differing_paths(tmp_path, artifacts) == ("old",)
    (tmp_path / "a").write_text("touched by hand")
    (tmp_path / "b").unlink()
    assert differing_paths(tmp_path, artifacts) == ("a", "b", "old")
    assert (tmp_path / "a").read_text() == "touched by hand"


def test_a_folder_without_a_manifest_has_no_instant(tmp_path: Path) -> None:
    assert published_at(tmp_path) is None


def test_one_new_document_changes_only_the_files_that_show_it(tmp_path: Path) -> None:
    labels = make_labels(topics=("open-data",))
    names = {"topics": {"open-data": "Open data", "foi": "FOI"}, "types": {"news": "News", "plan": "Plan"}}
    documents = [make_document(make_entry(f"https://a.example/{n}"), labels=labels) for n in range(300)]
    new = make_document(
        make_entry("https://new.example/"),
        labels=make_labels(topics=("foi",), type="plan"),
        updated=instant("2026-06-05 13:00"),
    )
    write_output(tmp_path, make_artifacts(make_snapshot(*documents, **names)))

    result = write_output(tmp_path, make_artifacts(make_snapshot(new, *documents, **names)))

    feeds = {path.rpartition(".")[0] for path in result.changed if path.endswith((".atom", ".json", ".rss"))}
    archives = {path for path in feeds if path.startswith("archive/")}
    assert feeds - archives == {
        *("all", "feed", "bodies/cabinet-office", "nations/uk", "topics/foi", "types/plan"),
    }
    assert result.removed == ()


def test_a_change_of_labels_names_or_text_changes_the_files_that_show_them(tmp_path: Path) -> None:
    document = make_document(make_entry())
    write_output(tmp_path, make_artifacts(make_snapshot(document)))

    for snapshot in (
        make_snapshot(replace(document, entry=replace(document.entry, summary="Other words."))),
        make_snapshot(replace(document, labels=make_labels(type="irm-report"))),
        make_snapshot(document, types={"news": "News story"}),
    ):
        result = write_output(tmp_path, make_artifacts(snapshot))
        assert {"feed.atom", "feed.json", "feed.rss", "all.atom"} <= set(result.changed)
        assert differing_paths(tmp_path, make_artifacts(snapshot)) == ()
