"""Gives a source another id, or its documents to another source: in sources.yaml and in the store as one.

The file is replaced just before the store's transaction is kept. Killed before that, nothing has changed.
Killed between the two, the file says what is wanted and the store does not yet: a second call finds the file
as it should be and gives over what is still left. So each of these may be called twice without harm.
"""

from __future__ import annotations

from aggregator.config.sources_editor import SourcesFile
from aggregator.config.yaml_files.list_editor import YamlList
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.store import Store


def rename_source(file: SourcesFile, store: Store, old: str, new: str) -> int:
    """Give a source a new id; how many documents it carries. Raises ConfigError for ids that do not fit."""
    edit = file.prepare_list_edit(lambda text: _renamed(text, store, old, new))
    with store.sources.rename(old, new) as moved:
        file.apply(edit)
    return moved


def merge_sources(file: SourcesFile, store: Store, old: str, into: str) -> int:
    """Give every document of a source to another, and switch it off; how many they are. Raises ConfigError.

    Its lines stay in the file: its comments and notes are kept, and neither its id nor its address is taken
    for a new source one day.
    """
    edit = file.prepare_list_edit(lambda text: _retired(text, old, into))
    with store.sources.merge(old, into) as moved:
        file.apply(edit)
    return moved


def _renamed(text: YamlList, store: Store, old: str, new: str) -> str:
    if old not in text.ids and new in text.ids:
        return text.text
    if new in text.ids:
        raise _refused(new, f"this id stands in sources.yaml, too; perhaps `sources merge {old} {new}`?")
    if new in store.sources.states():
        raise _refused(new, "the store keeps what an earlier source of this id told; choose another id")
    return text.with_new_id(old, new)


def _retired(text: YamlList, old: str, into: str) -> str:
    if old == into:
        raise _refused(old, "a source cannot be merged into itself")
    if into not in text.ids:
        raise _refused(into, "no source has this id; `aggregator sources list` names them")
    return text.with_item_disabled(old, into)


def _refused(source: str, why: str) -> ConfigError:
    return ConfigError((ConfigIssue(f"source {source}", 0, why),))
