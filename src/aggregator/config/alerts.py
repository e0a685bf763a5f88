"""Reads alerts.yaml: the operator's alert rules, where word of them goes, and edits that file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator

from aggregator import yamldoc
from aggregator.config.edited_file import EditedFile
from aggregator.config.forms import Form, Mistakes, Name, Text, read
from aggregator.config.rule_language import Known, RuleMistake, read_rule
from aggregator.errors import ConfigError, Mistake
from aggregator.model.alerts import AlertRule, Condition, Webhook
from aggregator.model.letters import ALERT_FREQUENCIES, Frequency

VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
HEAD: Final = "# What is watched for, and who hears of it; docs/alerts.md explains it.\nalerts:\n"


def _rhythm(value: object) -> object:
    if value not in ALERT_FREQUENCIES:
        raise ValueError("write 'at once' or 'daily'")
    return Frequency(str(value))


def _hook(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", value):
        raise ValueError("write a whole address that begins with https://, without a name or password in it")
    return value


def _variable(value: str) -> str:
    if value and (not VARIABLE.fullmatch(value) or value.startswith("AGGREGATOR_")):
        raise ValueError("write the name of a variable of its own, in capitals, not AGGREGATOR_…")
    return value


class WebhookForm(Form):
    """Where alerts are posted."""

    url: Annotated[str, AfterValidator(_hook)]
    secret_env: Annotated[str, AfterValidator(_variable)] = ""
    secret_file: str = ""


class AlertForm(Form):
    """One rule as it stands in the file."""

    id: Name
    name: Text
    when: Text
    changes: bool = False
    rhythm: Annotated[Frequency, BeforeValidator(_rhythm)] = Frequency.AT_ONCE
    mail: tuple[Text, ...] = ()
    webhook: WebhookForm | None = None
    feed: bool = False


class AlertsForm(Form):
    """The file; its list may be empty."""

    alerts: Annotated[tuple[AlertForm, ...], BeforeValidator(lambda value: value or ())]


def load_alerts(path: Path, known: Known, mistakes: Mistakes) -> tuple[AlertRule, ...]:
    """The rules, in the order of the file; none when there is no file. What is wrong goes into `mistakes`."""
    if not path.exists():
        return ()
    form, document = read(path, AlertsForm, mistakes)
    if form is None:
        return ()
    ids = [rule.id for rule in form.alerts]
    made = [_rule(n, rule, ids, document, known, mistakes) for n, rule in enumerate(form.alerts)]
    return tuple(rule for rule in made if rule)


def _rule(
    number: int,
    form: AlertForm,
    ids: Collection[str],
    document: yamldoc.Document,
    known: Known,
    mistakes: Mistakes,
) -> AlertRule | None:
    at = ("alerts", number)
    if form.id in list(ids)[:number]:
        mistakes.add(document.mistake((*at, "id"), f"the id '{form.id}' stands twice; give one another"))
    if not (form.mail or form.webhook or form.feed):
        what = "this rule tells nobody; add 'mail:', 'webhook:' or 'feed: yes'"
        mistakes.add(document.mistake(at, what))
    if form.webhook and bool(form.webhook.secret_env) == bool(form.webhook.secret_file):
        what = "name where the secret is found: either 'secret_env' or 'secret_file'"
        mistakes.add(document.mistake((*at, "webhook"), what))
    try:
        when = read_rule(form.when, known)
    except RuleMistake as error:
        mistakes.add(document.mistake((*at, "when"), f"'when', {error}"))
        return None
    return AlertRule(
        id=form.id,
        name=form.name,
        when=when,
        changes=form.changes,
        rhythm=form.rhythm,
        mail=form.mail,
        webhook=Webhook(**form.webhook.model_dump()) if form.webhook else None,
        feed=form.feed,
    )


def read_when(text: str, known: Known) -> Condition:
    """The condition of a rule that somebody types. Raises ConfigError, with the column."""
    try:
        return read_rule(text, known)
    except RuleMistake as error:
        raise ConfigError((Mistake("rule", 0, str(error)),)) from error


class AlertsFile:
    """The operator's alerts.yaml, which the program may edit; comments and order stay."""

    def __init__(self, path: Path, known: Known) -> None:
        self._file = EditedFile(
            path, lambda part, mistakes: load_alerts(part, known, mistakes), may_be_missing=True
        )

    def add(self, said: Mapping[str, Any]) -> None:
        """Put a rule at the end of the file, made if need be. Raises ConfigError and then changes nothing."""
        before = self._file.text()
        text = before or HEAD
        begins = yamldoc.load(text, file=self._file.name).spans.get(("alerts", 0), (0, 0))[0]
        indent = begins - text.rfind("\n", 0, begins) - 3 if begins else 2
        gap = "\n\n" if begins else "\n"
        self._replace(before, text.rstrip().removesuffix(" []") + gap + _block(said, " " * indent))

    def remove(self, id: str) -> None:
        """Take a rule out, with the comments inside it. Raises ConfigError when there is none."""
        text = self._file.text()
        document = yamldoc.load(text, file=self._file.name)
        rules = document.value.get("alerts") or () if isinstance(document.value, dict) else ()
        number = next((n for n, rule in enumerate(rules) if rule.get("id") == id), None)
        if number is None:
            what = f"no rule has the id '{id}'; `aggregator alerts list` shows them"
            raise ConfigError((Mistake(self._file.name, 0, what),))
        begins, ends = document.spans["alerts", number]
        line, after = text.rfind("\n", 0, begins) + 1, text.find("\n", ends) + 1
        self._replace(text, text[:line] + (text[after:] if after else ""))

    def _replace(self, before: str, after: str) -> None:
        self._file.check(after)
        self._file.put(before, after)


def _block(said: Mapping[str, Any], indent: str) -> str:
    """A rule's lines; what says nothing is left out."""
    lines = [f"{indent}  {key}: {_written(value)}" for key, value in said.items() if value]
    return "\n".join(lines).replace(f"{indent}  ", f"{indent}- ", 1) + "\n"


def _written(value: Any) -> str:
    if value is True:
        return "yes"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_quoted(told)}" for key, told in value.items() if told) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_quoted(one) for one in value) + "]"
    return yamldoc.scalar(str(value))


def _quoted(value: str) -> str:
    told = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{told}"'
