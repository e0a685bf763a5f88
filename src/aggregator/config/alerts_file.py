"""Reads alerts.yaml: the operator's alert rules, where word of them goes, and edits that file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator

from aggregator import yamldoc
from aggregator.config.rule_language import Known, RuleSyntaxError, read_rule
from aggregator.config.yaml_files.editable_file import EditedFile
from aggregator.config.yaml_files.list_editor import ListText, indented, lines_of
from aggregator.config.yaml_files.schema import ConfigIssues, Schema, Wrong, read, twice
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model.alerts import AlertRule, Condition, Webhook
from aggregator.model.subscriptions import Frequency
from aggregator.values.field_types import Name, Text, matching

HEAD: Final = "# What is watched for, and who hears of it; docs/alerts.md explains it.\nalerts:\n"


HookAddress = Annotated[
    str,
    AfterValidator(
        matching(
            r"https?://[^\s/@]+(/\S*)?",
            "write a whole address that begins with https://, without a name or password in it",
        )
    ),
]
Variable = Annotated[
    str,
    AfterValidator(
        matching(
            "|(?!AGGREGATOR_)[A-Z][A-Z0-9_]*",
            "write the name of a variable of its own, in capitals, not AGGREGATOR_…",
        )
    ),
]


class WebhookSchema(Schema):
    """Where alerts are posted."""

    url: HookAddress
    secret_env: Variable = ""
    secret_file: str = ""


class AlertSchema(Schema):
    """One rule as it stands in the file."""

    id: Name
    name: Text
    when: Text
    changes: bool = False
    rhythm: Annotated[Frequency, BeforeValidator(matching("at once|daily", "write 'at once' or 'daily'"))] = (
        Frequency.AT_ONCE
    )
    mail: tuple[Text, ...] = ()
    webhook: WebhookSchema | None = None
    feed: bool = False


class AlertsSchema(Schema):
    """The file; its list may be empty."""

    alerts: Annotated[tuple[AlertSchema, ...], BeforeValidator(lambda value: value or ())]


def load_alerts(path: Path, known: Known, mistakes: ConfigIssues) -> tuple[AlertRule, ...]:
    """The rules, in the order of the file; none when there is no file. What is wrong goes into `mistakes`."""
    if not path.exists():
        return ()
    form, document = read(path, AlertsSchema, mistakes)
    if form is None:
        return ()
    mistakes.check(document, twice("alerts", [rule.id for rule in form.alerts]), _wrong(form))
    made = []
    for number, rule in enumerate(form.alerts):
        try:
            made.append(_rule(rule, read_rule(rule.when, known)))
        except RuleSyntaxError as error:
            mistakes.add(document.mistake(("alerts", number, "when"), f"'when', {error}"))
    return tuple(made)


def _wrong(form: AlertsSchema) -> Wrong:
    for number, rule in enumerate(form.alerts):
        if not (rule.mail or rule.webhook or rule.feed):
            yield ("alerts", number), "this rule tells nobody; add 'mail:', 'webhook:' or 'feed: yes'"
        if rule.webhook and bool(rule.webhook.secret_env) == bool(rule.webhook.secret_file):
            what = "name where the secret is found: either 'secret_env' or 'secret_file'"
            yield ("alerts", number, "webhook"), what


def _rule(form: AlertSchema, when: Condition) -> AlertRule:
    webhook = Webhook(**dict(form.webhook)) if form.webhook else None
    return AlertRule(**{**dict(form), "when": when, "webhook": webhook})


def read_when(text: str, known: Known) -> Condition:
    """The condition of a rule that somebody types. Raises ConfigError, with the column."""
    try:
        return read_rule(text, known)
    except RuleSyntaxError as error:
        raise ConfigError((ConfigIssue("rule", 0, str(error)),)) from error


class AlertsFile(EditedFile):
    """The operator's alerts.yaml, which the program may edit; comments and order stay."""

    def __init__(self, path: Path, known: Known) -> None:
        super().__init__(path, lambda part, mistakes: load_alerts(part, known, mistakes), may_be_missing=True)

    def add(self, said: Mapping[str, Any]) -> None:
        """Put a rule at the end of the file, made if need be. Raises ConfigError and then changes nothing."""
        self.apply(self.checked(lambda text: self._extended(text or HEAD, lines_of(said))))

    def remove(self, id: str) -> None:
        """Take a rule out, with the comments inside it. Raises ConfigError when there is none."""
        self.apply(self.checked(lambda text: self._list(text).without(id)))

    def _extended(self, text: str, block: str) -> str:
        if self._has_none(text):
            return text.rstrip().removesuffix(" []") + "\n" + indented(block, "  ") + "\n"
        return self._list(text).extended(block)

    def _list(self, text: str) -> ListText:
        return ListText("alerts: []" if self._has_none(text) else text, self.name, "alerts", "rule")

    def _has_none(self, text: str) -> bool:
        value = yamldoc.load(text, file=self.name).value
        return value is None or (isinstance(value, dict) and not value.get("alerts"))
