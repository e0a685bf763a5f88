"""The operator's files and environment become one Config, or are refused with every mistake named.

In:   settings.yaml, AGGREGATOR_* variables, sources.yaml (or sources.tsv), register/*.yaml, alerts.yaml
Out:  Config: Settings, bodies and their roles, sources, vocabulary, register (processes, plans, rules),
      alerts
To add a setting: one field in `settings.py`; a file for people to edit: one form in a module of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from aggregator.config.alerts_file import load_alerts
from aggregator.config.register.bodies_file import load_bodies
from aggregator.config.register.load import load_register
from aggregator.config.register.vocabulary_file import load_vocabulary
from aggregator.config.rule_language import Known, known_values
from aggregator.config.settings import Settings, load_settings
from aggregator.config.sources_file import load_sources, load_table
from aggregator.config.yaml_files.schema import ConfigIssues
from aggregator.model import Body, PlanName, Register, Role, Source, Vocabulary
from aggregator.model.alerts import AlertRule

__all__ = ["Config", "Settings", "file_of", "load"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that people wrote down, read and checked."""

    settings: Settings
    bodies: Mapping[str, Body]
    sources: tuple[Source, ...]
    vocabulary: Vocabulary
    roles: tuple[Role, ...] = ()
    register: Register = field(default_factory=Register)
    alerts: tuple[AlertRule, ...] = ()
    """The operator's own rules; those of readers are kept in the store."""

    @property
    def rule_words(self) -> Known:
        """What alert rules may name."""
        return known_values(self.bodies, self.vocabulary)


def load(settings: Settings | None = None, *, replay: Path | None = None) -> Config:
    """Read every file, or raise ConfigError with all their mistakes.

    A `replay` folder that holds sources of its own (`sources.yaml` or `sources.tsv`) brings them in place of
    the project's, so that recorded answers are asked for by those who recorded them.
    """
    settings = settings or load_settings()
    mistakes = ConfigIssues()
    with mistakes.collected():
        bodies, roles = load_bodies(settings.path("register/bodies.yaml"), mistakes)
        vocabulary = load_vocabulary(settings.path("register/vocabulary.yaml"), mistakes, bodies)
        register = load_register(settings.path("register"), bodies, vocabulary, mistakes)
        vocabulary = replace(vocabulary, plans=_named(register))
        table = replay / "sources.tsv" if replay else None
        if table and table.is_file():
            sources, bodies = load_table(table, bodies, mistakes)
        else:
            sources = load_sources(file_of(settings, replay, "sources.yaml"), bodies, mistakes)
        known = known_values(bodies, vocabulary)
        alerts = load_alerts(file_of(settings, replay, "alerts.yaml"), known, mistakes) if bodies else ()
    return Config(
        settings=settings,
        bodies=bodies,
        sources=sources,
        vocabulary=vocabulary,
        roles=roles,
        register=register,
        alerts=alerts,
    )


def _named(register: Register) -> tuple[PlanName, ...]:
    """The plans by the phrases that name them, as documents are labelled with them."""
    return tuple(PlanName(id=plan.id, name=plan.title, phrases=plan.names) for plan in register.plans)


def file_of(settings: Settings, replay: Path | None, name: str) -> Path:
    """The project's file of this name, or a recording's own."""
    own = replay / name if replay else None
    return own if own and own.is_file() else settings.path(name)
