"""Edits of sources.yaml change only the words in question, whatever else is in the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import yamldoc
from aggregator.config.yaml_files.list_editor import YamlList
from aggregator.errors import ConfigError

PROJECT = Path(__file__).parents[3]

TEXT = """\
# About this file.
defaults:
  every: 1 hour

sources:
  # ---------------- the first
  - id: one  # its name
    title: "One: the first"
    note: >-
      It is known
      since 2024.

    # about enabling
  - id: two
    enabled: yes  # since May
    title: Two

# the end
"""


def yaml_list(text: str = TEXT) -> YamlList:
    return YamlList(text, "sources.yaml", "sources", "source")


def test_the_ids_are_in_the_order_of_the_file() -> None:
    assert yaml_list().ids == ("one", "two")


def test_a_new_key_goes_after_a_comment_beside_the_last_value() -> None:
    text = "sources:\n- id: one\n  title: One  # a title\n# the end"

    assert yaml_list(text).with_item_disabled("one", "two") == (
        "sources:\n- id: one\n  title: One  # a title\n  enabled: no  # merged into two\n# the end"
    )


def test_a_file_without_a_line_end_at_its_end_can_be_edited() -> None:
    assert yaml_list("sources:\n  - id: one").with_item_disabled("one", "two") == (
        "sources:\n  - id: one\n    enabled: no  # merged into two"
    )


def test_a_source_in_braces_is_switched_off_inside_them() -> None:
    text = "sources:\n  - {id: one, title: One}  # short\n"

    assert yaml_list(text).with_item_disabled("one", "two") == (
        "sources:\n  - {id: one, title: One, enabled: no}  # short\n"
    )


def test_renaming_changes_only_the_id() -> None:
    assert yaml_list().with_new_id("one", "first") == TEXT.replace("- id: one  #", "- id: first  #")


def test_a_merged_source_is_switched_off_with_the_reason_beside_it_once() -> None:
    merged = yaml_list().with_item_disabled("one", "two")

    assert merged == TEXT.replace(
        "      since 2024.\n", "      since 2024.\n    enabled: no  # merged into two\n"
    )
    assert yaml_list(merged).with_item_disabled("one", "two") == merged


def test_a_merged_source_keeps_the_comment_beside_enabled() -> None:
    assert yaml_list().with_item_disabled("two", "one") == TEXT.replace("enabled: yes  #", "enabled: no  #")


def test_an_unknown_source_is_named() -> None:
    with pytest.raises(ConfigError, match=r"sources\.yaml: no source has the id 'three'"):
        yaml_list().with_item_disabled("three", "one")


def test_a_new_source_comes_last_with_a_blank_line_before_it() -> None:
    assert yaml_list().with_item("- id: three\n  title: Three\n") == (
        TEXT.rstrip("\n") + "\n\n  - id: three\n    title: Three\n"
    )


def test_a_new_source_comes_before_what_follows_the_list() -> None:
    text = "sources:\n- id: one\n\ndefaults:\n  every: 1 hour\n"

    assert yaml_list(text).with_item("- id: two\n") == (
        "sources:\n- id: one\n\n- id: two\n\ndefaults:\n  every: 1 hour\n"
    )


def test_windows_line_ends_are_kept() -> None:
    text = TEXT.replace("\n", "\r\n")

    assert yaml_list(text).with_item_disabled("one", "two") == yaml_list().with_item_disabled(
        "one", "two"
    ).replace("\n", "\r\n")
    assert yaml_list(text).with_item("- id: three\n") == yaml_list().with_item("- id: three\n").replace(
        "\n", "\r\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: []\n", "sources.yaml:1: write the list as lines that begin with '- id:'"),
        ("sources:\n", "sources.yaml:1: there is no list of sources under 'sources:'"),
        ("- id: one\n", "sources.yaml:1: there is no list of sources under 'sources:'"),
        ("sources: [one]\n", "sources.yaml:1: there is no list of sources under 'sources:'"),
        ("sources: [\n", "sources.yaml:2: this is not valid YAML"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        yaml_list(text).with_item("- id: two\n")

    assert str(caught.value).startswith(message)


def test_merging_every_source_of_the_project_changes_one_line_of_each() -> None:
    text = (PROJECT / "sources.yaml").read_text(encoding="utf-8")
    after = text
    for id in yaml_list(text).ids:
        after = yaml_list(after).with_item_disabled(id, "another")

    off = sum(not source.get("enabled", True) for source in yamldoc.load(text, file="x").value["sources"])
    kept = [line for line in after.splitlines() if not line.startswith("    enabled: no")]
    assert kept == [line for line in text.splitlines() if line != "    enabled: no"]
    assert after.count("\n    enabled: no  # merged into another\n") == len(yaml_list(text).ids)
    assert off > 0


# ---------------------------------------------------------------- any file, any edits
NAMES = [f"name-{number}" for number in range(6)]
COMMENTS = st.sampled_from(["", "  # beside", "\n    # below", "\n\n  # left", "\n# far left\n"])
KEYS = st.sampled_from(
    [
        "title: Plain",
        'title: "Quoted: # yes"',
        "note: >-\n      folded\n      over lines",
        "note: |\n      kept\n\n      apart",
        "enabled: yes",
        "enabled: no",
        "fallbacks:\n      - https://example.org/a\n      - https://example.org/b",
        "fallbacks: [https://example.org/a,\n      https://example.org/b]",
        "selectors: {item: li}",
    ]
)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A file with one to four sources in many ways of writing."""
    lines = ["# head", "sources:"]
    for name in NAMES[: draw(st.integers(min_value=1, max_value=4))]:
        chosen = draw(st.lists(KEYS, max_size=4, unique_by=lambda key: key.partition(":")[0]))
        quoted = draw(st.sampled_from([name, f"'{name}'", f'"{name}"']))
        lines.append(f"  - id: {quoted}{draw(COMMENTS)}")
        lines += [f"    {key}{draw(COMMENTS) if '|' not in key and '>' not in key else ''}" for key in chosen]
        lines += draw(st.lists(st.sampled_from(["", "  # between", "    # its own"]), max_size=2))
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n# end\n"]))


EDITS = st.lists(
    st.tuples(st.sampled_from(["merge", "rename"]), st.integers(0, 3), st.sampled_from(NAMES)),
    max_size=6,
)


@given(files(), EDITS)
def test_any_edits_do_their_work_and_keep_every_other_character(
    text: str, edits: list[tuple[str, int, str]]
) -> None:
    expected = yamldoc.load(text, file="x").value["sources"]
    after = text
    for what, number, name in edits:
        source = expected[number % len(expected)]
        if what == "rename":
            if name in {other["id"] for other in expected}:
                continue
            after = yaml_list(after).with_new_id(source["id"], name)
            source["id"] = name
        else:
            after = yaml_list(after).with_item_disabled(source["id"], name)
            source["enabled"] = False

    assert yamldoc.load(after, file="x").value["sources"] == expected
    assert comments(after) == comments(text)
    assert without_edited_words(after) == without_edited_words(text)


def comments(text: str) -> list[str]:
    """Every comment except those that a merge writes."""
    found = [line[line.index("#") :] for line in text.splitlines() if "#" in line]
    return [comment for comment in found if not comment.startswith("# merged into")]


def without_edited_words(text: str) -> list[str]:
    """The lines without the values of `id` and `enabled`, which the edits change."""
    kept = [line for line in text.splitlines() if not line.strip().startswith("enabled:")]
    return [line.partition("id:")[0] if line.startswith("  - id:") else line for line in kept]
