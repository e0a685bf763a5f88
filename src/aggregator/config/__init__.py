"""Reads the operator's files and environment into one Config, or raises an error with every mistake in them.

In:   settings.yaml, AGGREGATOR_* variables, sources.yaml (or sources.tsv), register/*.yaml, alerts.yaml
Out:  Config: settings, bodies and their roles, sources, vocabulary, register
      (processes, plans, rules), alert rules
To add a setting, add a field in `settings.py`. To add a file that people edit, add a module with its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aggregator.config.alerts_file import load_alerts
from aggregator.config.register.bodies_file import load_bodies
from aggregator.config.register.load import load_register
from aggregator.config.register.plan_series import with_plans
from aggregator.config.register.vocabulary_file import load_vocabulary
from aggregator.config.rule_language import ValidIds, valid_ids
from aggregator.config.settings import Settings, load_settings
from aggregator.config.sources_file import load_recorded_sources, load_sources
from aggregator.config.yaml_files.schema import ConfigIssues
from aggregator.model import Body, Register, Role, Source, Vocabulary
from aggregator.model.alert_rules import AlertRule

__all__ = ["Config", "Settings", "find_file", "load_config"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that people wrote into the files, read and checked."""

    settings: Settings
    bodies: Mapping[str, Body]
    sources: tuple[Source, ...]
    vocabulary: Vocabulary
    roles: tuple[Role, ...] = ()
    register: Register = field(default_factory=Register)
    # The operator's rules; those of subscribers are in the store.
    alerts: tuple[AlertRule, ...] = ()

    @property
    def valid_ids(self) -> ValidIds:
        """The values that alert rules may use."""
        return valid_ids(self.bodies, self.vocabulary)


def load_config(settings: Settings | None = None, *, replay: Path | None = None) -> Config:
    """Read every file. Raises ConfigError with all mistakes in all files.

    A `sources.yaml`, `sources.tsv` or `alerts.yaml` in the `replay` folder replaces the project's.
    """
    settings = settings or load_settings()
    issues = ConfigIssues()
    with issues.raised_at_end():
        bodies, roles = load_bodies(settings.path("register/bodies.yaml"), issues)
        vocabulary = load_vocabulary(settings.path("register/vocabulary.yaml"), issues, bodies)
        register = load_register(settings.path("register"), bodies, vocabulary, issues)
        vocabulary = with_plans(vocabulary, register, bodies)
        table = replay / "sources.tsv" if replay else None
        if table and table.is_file():
            sources, bodies = load_recorded_sources(table, bodies, issues)
        else:
            sources = load_sources(find_file(settings, replay, "sources.yaml"), bodies, issues)
        ids = valid_ids(bodies, vocabulary)
        # If bodies.yaml cannot be read, every rule that names a body would be reported too.
        alerts = load_alerts(find_file(settings, replay, "alerts.yaml"), ids, issues) if bodies else ()
    return Config(
        settings=settings,
        bodies=bodies,
        sources=sources,
        vocabulary=vocabulary,
        roles=roles,
        register=register,
        alerts=alerts,
    )


def find_file(settings: Settings, replay: Path | None, name: str) -> Path:
    """The file of this name in the replay folder if it is there, else the project's."""
    recorded = replay / name if replay else None
    return recorded if recorded and recorded.is_file() else settings.path(name)
