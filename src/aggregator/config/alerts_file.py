"""Reads and edits alerts.yaml: the operator's alert rules and their destinations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator

from aggregator import yamldoc
from aggregator.config.rule_language import RuleSyntaxError, ValidIds, parse_rule
from aggregator.config.yaml_files.editable_file import EditableFile
from aggregator.config.yaml_files.list_editor import YamlList, format_item, indent_block
from aggregator.config.yaml_files.schema import ConfigIssues, Problems, Schema, duplicate_ids, read_yaml
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model.alert_rules import AlertRule, Condition, Webhook
from aggregator.model.subscriptions import Frequency
from aggregator.values.field_types import Name, Text, matching

NEW_FILE: Final = "# Alert rules and their destinations; docs/alerts.md explains every key.\nalerts:\n"


WebhookAddress = Annotated[
    str,
    AfterValidator(
        matching(
            r"https?://[^\s/@]+(/\S*)?",
            "write a whole address that begins with https://, without a name or password in it",
        )
    ),
]
VariableName = Annotated[
    str,
    AfterValidator(
        matching(
            # A variable AGGREGATOR_… would be refused as an unknown setting.
            "|(?!AGGREGATOR_)[A-Z][A-Z0-9_]*",
            "write the name of an environment variable, in capitals, and not AGGREGATOR_…",
        )
    ),
]


class WebhookSchema(Schema):
    """The key `webhook`: where alerts are posted, and where the secret is."""

    url: WebhookAddress
    secret_env: VariableName = ""
    secret_file: str = ""


class AlertSchema(Schema):
    """One rule."""

    id: Name
    name: Text
    when: Text
    changes: bool = False
    # Frequency has `weekly` too, which is for digests only.
    frequency: Annotated[
        Frequency, BeforeValidator(matching("at once|daily", "write 'at once' or 'daily'"))
    ] = Frequency.AT_ONCE
    mail: tuple[Text, ...] = ()
    webhook: WebhookSchema | None = None
    feed: bool = False


class AlertsSchema(Schema):
    """The file; its list may be empty."""

    alerts: Annotated[tuple[AlertSchema, ...], BeforeValidator(lambda value: value or ())]


def load_alerts(path: Path, valid_ids: ValidIds, issues: ConfigIssues) -> tuple[AlertRule, ...]:
    """The rules, in the order of the file; none if there is no file. Mistakes are added to `issues`."""
    if not path.exists():
        return ()
    file, document = read_yaml(path, AlertsSchema, issues)
    if file is None:
        return ()
    issues.add_problems(document, duplicate_ids("alerts", [rule.id for rule in file.alerts]), _problems(file))
    rules = []
    for number, rule in enumerate(file.alerts):
        try:
            rules.append(_alert_rule(rule, parse_rule(rule.when, valid_ids)))
        except RuleSyntaxError as error:
            issues.add(document.issue(("alerts", number, "when"), f"'when', {error}"))
    return tuple(rules)


def _problems(file: AlertsSchema) -> Problems:
    for number, rule in enumerate(file.alerts):
        if not (rule.mail or rule.webhook or rule.feed):
            yield ("alerts", number), "this rule has no destination; add 'mail:', 'webhook:' or 'feed: yes'"
        if rule.webhook and bool(rule.webhook.secret_env) == bool(rule.webhook.secret_file):
            what = "say where the secret is: write either 'secret_env' or 'secret_file'"
            yield ("alerts", number, "webhook"), what


def _alert_rule(rule: AlertSchema, when: Condition) -> AlertRule:
    webhook = Webhook(**dict(rule.webhook)) if rule.webhook else None
    return AlertRule(**{**dict(rule), "when": when, "webhook": webhook})


def parse_condition(text: str, valid_ids: ValidIds) -> Condition:
    """The condition of a rule given as an option or in a form. Raises ConfigError, with the column."""
    try:
        return parse_rule(text, valid_ids)
    except RuleSyntaxError as error:
        raise ConfigError((ConfigIssue("rule", 0, str(error)),)) from error


class AlertsFile(EditableFile):
    """The operator's alerts.yaml, which the program may edit; comments and order stay."""

    def __init__(self, path: Path, valid_ids: ValidIds) -> None:
        super().__init__(path, lambda file, issues: load_alerts(file, valid_ids, issues), may_be_missing=True)

    def add(self, fields: Mapping[str, Any]) -> None:
        """Add a rule at the end of the file, which is made if it is missing.

        Raises ConfigError, and changes nothing, if the result cannot be read.
        """
        # `no` is the default of every key, so a False need not be written.
        block = format_item({key: value for key, value in fields.items() if value})
        self.apply(self.prepare_edit(lambda text: self._with_rule(text or NEW_FILE, block)))

    def remove(self, id: str) -> None:
        """Remove a rule and the comments inside it. Raises ConfigError if there is none with this id."""
        self.apply(self.prepare_edit(lambda text: self._rules(text).without_item(id)))

    def _with_rule(self, text: str, block: str) -> str:
        # YamlList cannot add to an empty list, which has no line to follow.
        if self._is_empty(text):
            return text.rstrip().removesuffix(" []") + "\n" + indent_block(block, "  ") + "\n"
        return self._rules(text).with_item(block)

    def _rules(self, text: str) -> YamlList:
        return YamlList("alerts: []" if self._is_empty(text) else text, self.name, "alerts", "rule")

    def _is_empty(self, text: str) -> bool:
        value = yamldoc.load(text, file=self.name).value
        return value is None or (isinstance(value, dict) and not value.get("alerts"))
