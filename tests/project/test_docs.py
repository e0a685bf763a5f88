"""What the program can do stands in the documents, and what stands there it can do."""

from __future__ import annotations

import re
from pathlib import Path

import typer
from typer.main import get_command

from aggregator.cli import app
from aggregator.config.settings import Fields
from aggregator.config.sources_file import Defaults, SourceSchema
from aggregator.errors import Cause
from aggregator.model.kinds import KINDS
from aggregator.publish import FORMATS

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def commands(command: typer.core.TyperGroup | object, name: str = "aggregator") -> list[str]:
    inner = getattr(command, "commands", {})
    below = [path for key, sub in inner.items() for path in commands(sub, f"{name} {key}")]
    # A group that does something by itself is a command, too (`entries`); the program itself is not.
    alone = " " in name and getattr(command, "invoke_without_command", True)
    return [name, *below] if alone or not inner else below


def test_every_command_is_documented_and_no_other() -> None:
    there = set(commands(get_command(app)))
    documented = {
        re.sub(r" [\[A-Z].*$", "", cell)
        for cell in re.findall(r"^\| `(aggregator [^`]*)` \|", text("commands.md"), re.MULTILINE)
    }

    assert documented == there


def test_every_option_of_every_command_is_documented() -> None:
    documented = text("commands.md")
    root = get_command(app)
    for path in commands(root):
        command = root
        for word in path.split()[1:]:
            command = command.commands[word]  # type: ignore[attr-defined]  # every word but the last is a group
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}" in documented, f"{path} {option}"


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.*?) \|", text("settings.md"), re.MULTILINE))

    assert set(rows) == set(Fields.model_fields)
    for name, field in Fields.model_fields.items():
        shown = {"": "(empty)", (): "(none)", False: "no"}.get(field.default, field.default)
        assert rows[name] == str(shown), name


def test_every_kind_every_key_and_every_cause_of_failure_is_documented() -> None:
    sources = text("sources.md")

    for kind in KINDS:
        assert f"| `{kind}` |" in sources, kind
    for key in {*SourceSchema.model_fields, *Defaults.model_fields}:
        assert f"| `{key}` |" in sources, key
    for cause in Cause:
        assert f"| {cause} |" in text("operating.md"), cause


def test_every_output_format_is_documented() -> None:
    for name in FORMATS:
        assert f"| `{name}` |" in text("outputs.md"), name


def test_links_between_the_documents_lead_somewhere() -> None:
    for page in (*PROJECT.glob("*.md"), *DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"
