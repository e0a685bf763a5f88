"""The documents cover what the program can do, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import typer
from typer.main import get_command

from aggregator.cli import app
from aggregator.config.settings import SettingsSchema
from aggregator.config.sources_file import Defaults, SourceSchema
from aggregator.errors import Cause
from aggregator.model.kinds import KINDS
from aggregator.publish import FORMATS

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"


def read_doc(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def commands(command: typer.core.TyperGroup | object, name: str = "aggregator") -> list[str]:
    subcommands = getattr(command, "commands", {})
    below = [path for key, sub in subcommands.items() for path in commands(sub, f"{name} {key}")]
    # A group that runs without a subcommand is a command, too; the program itself is not.
    runs_alone = " " in name and getattr(command, "invoke_without_command", True)
    return [name, *below] if runs_alone or not subcommands else below


def test_exactly_the_existing_commands_are_documented() -> None:
    existing = set(commands(get_command(app)))
    documented = {
        re.sub(r" [\[A-Z].*$", "", cell)
        for cell in re.findall(r"^\| `(aggregator [^`]*)` \|", read_doc("commands.md"), re.MULTILINE)
    }

    assert documented == existing


def test_every_option_of_every_command_is_documented() -> None:
    documented = read_doc("commands.md")
    root = get_command(app)
    for path in commands(root):
        command = root
        for word in path.split()[1:]:
            command = command.commands[word]  # type: ignore[attr-defined]  # all words but the last are groups
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}" in documented, f"{path} {option}"


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.*?) \|", read_doc("settings.md"), re.MULTILINE))

    assert set(rows) == set(SettingsSchema.model_fields)
    for name, field in SettingsSchema.model_fields.items():
        shown = {"": "(empty)", (): "(none)", False: "no"}.get(field.default, field.default)
        assert rows[name] == str(shown), name


def test_every_kind_every_key_and_every_cause_of_failure_is_documented() -> None:
    sources = read_doc("sources.md")

    for kind in KINDS:
        assert f"| `{kind}` |" in sources, kind
    for key in {*SourceSchema.model_fields, *Defaults.model_fields}:
        assert f"| `{key}` |" in sources, key
    for cause in Cause:
        assert f"| {cause} |" in read_doc("operating.md"), cause


def test_every_output_format_is_documented() -> None:
    for name in FORMATS:
        assert f"| `{name}` |" in read_doc("outputs.md"), name


def test_links_between_documents_are_not_broken() -> None:
    for page in (*PROJECT.glob("*.md"), *DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"
