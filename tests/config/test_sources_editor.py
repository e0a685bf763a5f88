"""sources.yaml is replaced in one step, and only by a text that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config.sources_editor import SourcesFile
from aggregator.errors import ConfigError
from tests.support.builders import make_body
from tests.support.projects import SOURCE

TEXT = "sources:\n" + SOURCE.format(id="one", body="cabinet-office", address="https://a.example.org/feed")
BODIES = {"cabinet-office": make_body()}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sources.yaml").write_text(TEXT, encoding="utf-8")
    return tmp_path / "sources.yaml"


def merge(file: SourcesFile) -> None:
    file.apply(file.prepare_list_edit(lambda text: text.with_item_disabled("one", "two")))


def test_the_file_is_replaced_with_its_permissions_and_no_temporary_file_remains(
    path: Path,
) -> None:
    path.chmod(0o640)

    merge(SourcesFile(path, BODIES))

    assert path.read_text("utf-8") == TEXT + "    enabled: no  # merged into two\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(path.parent.iterdir()) == [path]


def test_a_symbolic_link_stays_a_link(path: Path) -> None:
    real = path.rename(path.with_name("real.yaml"))
    path.symlink_to(real)

    merge(SourcesFile(path, BODIES))

    assert path.is_symlink()
    assert real.read_text("utf-8") == TEXT + "    enabled: no  # merged into two\n"


def test_a_text_that_cannot_be_read_is_refused_with_the_line_and_the_file_stays(path: Path) -> None:
    file = SourcesFile(path, BODIES)

    with pytest.raises(ConfigError) as caught:
        file.prepare_list_edit(lambda text: text.with_item("- id: two\n  scop: all\n"))

    assert str(caught.value).splitlines()[0] == (
        "sources.yaml (as it would be; nothing was changed):12: 'sources.address' is missing; add it"
    )
    assert path.read_text("utf-8") == TEXT
    assert list(path.parent.iterdir()) == [path]


def test_an_edit_that_changes_nothing_does_not_touch_the_file(path: Path) -> None:
    before = path.stat().st_ino
    file = SourcesFile(path, BODIES)

    file.apply(file.prepare_list_edit(lambda text: text.text))

    assert path.stat().st_ino == before


def test_an_edit_by_somebody_else_in_between_is_not_lost(path: Path) -> None:
    file = SourcesFile(path, BODIES)
    edit = file.prepare_list_edit(lambda text: text.with_item_disabled("one", "two"))
    path.write_text(TEXT + "# mine\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="somebody else has just changed this file"):
        file.apply(edit)

    assert path.read_text("utf-8") == TEXT + "# mine\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_read_is_named(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"sources\.yaml: cannot be read or written"):
        merge(SourcesFile(path, BODIES))
    path.unlink()
    with pytest.raises(ConfigError, match=r"sources\.yaml: cannot be read or written"):
        merge(SourcesFile(path, BODIES))
