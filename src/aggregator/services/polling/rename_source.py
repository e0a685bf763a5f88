"""Renames a source, or merges it into another one, in sources.yaml and in the store together.

The file is replaced just before the store's transaction is committed. If the program dies before that,
nothing has changed. If it dies between the two, only the file is new: a second call finds the file done and
changes the store. So each function may be called twice without harm.
"""

from __future__ import annotations

from aggregator.config.sources_editor import SourcesFile
from aggregator.config.yaml_files.list_editor import YamlList
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.store import Store


def rename_source(file: SourcesFile, store: Store, old: str, new: str) -> int:
    """Give a source a new id. Returns how many documents it carries. Raises ConfigError if an id is
    unusable."""
    edit = file.prepare_list_edit(lambda text: _with_source_renamed(text, store, old, new))
    with store.sources.rename(old, new) as moved:
        file.apply(edit)
    return moved


def merge_sources(file: SourcesFile, store: Store, old: str, into: str) -> int:
    """Give a source's documents to another source, and switch it off. Returns how many they are.

    Raises ConfigError if an id is unusable.
    """
    # Its lines stay in the file with their comments, so that neither its id nor its address is used again.
    edit = file.prepare_list_edit(lambda text: _with_source_retired(text, old, into))
    with store.sources.merge(old, into) as moved:
        file.apply(edit)
    return moved


def _with_source_renamed(text: YamlList, store: Store, old: str, new: str) -> str:
    if old not in text.ids and new in text.ids:
        return text.text
    if new in text.ids:
        raise _config_error(
            new, f"sources.yaml has this id already; did you mean `sources merge {old} {new}`?"
        )
    if new in store.sources.states():
        raise _config_error(new, "the store has data of an earlier source with this id; choose another id")
    return text.with_new_id(old, new)


def _with_source_retired(text: YamlList, old: str, into: str) -> str:
    if old == into:
        raise _config_error(old, "a source cannot be merged into itself")
    if into not in text.ids:
        raise _config_error(into, "no source has this id; `aggregator sources list` names them")
    return text.with_item_disabled(old, into)


def _config_error(source: str, why: str) -> ConfigError:
    return ConfigError((ConfigIssue(f"source {source}", 0, why),))
