"""The commands about what updates are about: classify …, reclassify, entries mark."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from aggregator.classify.labels.evaluation import Evaluation, Figure, Judged, evaluate, mistakes
from aggregator.cli import rows
from aggregator.cli.documents import Id, no_such_document
from aggregator.cli.options import AsJson, At, Replay, StoreUrl, app, opened
from aggregator.cli.screen import counting_bar, say, show_json
from aggregator.cli.showing import entries
from aggregator.config.labels_file import read_labels, write_labels
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import LabelOverride, Relevance, Vocabulary
from aggregator.services.polling.evaluation import HIDEABLE, as_label, judge, told

classify = typer.Typer(help="What updates are about, by the vocabulary.", no_args_is_help=True)
app.add_typer(classify, name="classify")

SHOWN: Final = 40
"""How many mistakes `--errors` shows to a person; `--json` has all."""


@classify.command()
def explain(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="A title, in quotes.")],
    summary: Annotated[str, typer.Option(help="Its summary.")] = "",
    body: Annotated[str, typer.Option(metavar="ID", help="The body that published it.")] = "",
    url: Annotated[str, typer.Option(help="Its address.")] = "",
    publisher_type: Annotated[str, typer.Option(help="What its publisher calls it.")] = "",
    as_json: AsJson = False,
) -> None:
    """What the vocabulary makes of a title, and why; asks nobody and keeps nothing."""
    if not title.strip():
        raise typer.BadParameter("the title is empty; write it in quotes")
    with opened(context) as program:
        entry = told(title, summary=summary, body=body, url=url, said=publisher_type)
        shown = rows.labels(program.labeller.label(entry, ()))
        if as_json:
            show_json({"title": title, **shown})
            return
        say(f"relevance {shown['relevance']} (score {shown['score']}), type {shown['type']}")
        for key in ("topics", "plans", "commitments", "subjects"):
            if named := [one for one in shown[key] if one]:
                say(f"{key}: {', '.join(named)}")
        for sentence in shown["why"]:
            say(f"  {sentence}")


@classify.command("evaluate")
def evaluate_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.tsv", help="Titles that people judged.")],
    hide: Annotated[
        str, typer.Option(metavar="FIELDS", help=f"Keep from the vocabulary: {', '.join(HIDEABLE)}.")
    ] = "",
    errors: Annotated[
        bool, typer.Option("--errors", help="Show the worst mistakes with their reasons.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """How well the vocabulary does on titles that were judged by hand, with 95 % intervals."""
    hidden = tuple(field.strip() for field in hide.split(",") if field.strip())
    if unknown := [field for field in hidden if field not in HIDEABLE]:
        raise typer.BadParameter(f"{unknown[0]!r} cannot be hidden; write some of {', '.join(HIDEABLE)}")
    with opened(context) as program:
        judged = judge(read_labels(file), program.labeller, program.config.bodies, hidden)
    if not judged:
        raise ConfigError((ConfigIssue(str(file), 0, "no row with a title; there is nothing to measure"),))
    found, wrong = evaluate(judged), mistakes(judged)
    if as_json:
        show_json(
            rows.figures(found) | {"errors": [rows.judged(row) for row in wrong]}
            if errors
            else rows.figures(found)
        )
        return
    _say_figures(found, len(judged))
    for row in wrong[:SHOWN] if errors else ():
        _say_mistake(row)


@classify.command()
def labels(
    context: typer.Context,
    corrected: Annotated[
        bool, typer.Option("--corrected", help="Only documents that you corrected with `entries mark`.")
    ] = False,
    replay: Replay = None,
    store: StoreUrl = None,
) -> None:
    """The documents with their labels as a table, in the form that `classify evaluate` reads."""
    with opened(context, replay=replay, store=store) as program:
        held = program.store.documents.all()
        chosen = [one for one in held if one.labels.marked or not corrected]
        print(write_labels(as_label(one, program.config.bodies) for one in chosen), end="")  # noqa: T201  # whole


@app.command()
def reclassify(
    context: typer.Context, replay: Replay = None, store: StoreUrl = None, as_json: AsJson = False
) -> None:
    """Label what is stored by the vocabulary of now; nothing looks new or changed by it."""
    with (
        opened(context, replay=replay, store=store) as program,
        counting_bar("labelling") as progress,
        program.alone(),
    ):
        changed = program.labelling.relabel(progress)
    if as_json:
        show_json({"changed": changed})
        return
    say(f"{changed} documents have other labels than before.")


@entries.command()
def mark(  # noqa: PLR0913, PLR0917  # each argument is a part of the correction
    context: typer.Context,
    id: Id,
    why: Annotated[str, typer.Option(help="Your reason; it is shown with the document.")] = "",
    relevance: Annotated[Relevance | None, typer.Option(help="What it is.")] = None,
    type: Annotated[str | None, typer.Option(metavar="ID", help="Its update type.")] = None,
    topics: Annotated[
        str | None, typer.Option(metavar="IDS", help="Its topics, commas between them; '' for none.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take your correction back.")] = False,
    at: At = None,
    replay: Replay = None,
    store: StoreUrl = None,
) -> None:
    """Correct what a document is about; your word wins, also when the vocabulary changes."""
    with opened(context, at=at, replay=replay, store=store) as program:
        chosen = None
        if not clear:
            listed = None if topics is None else tuple(t.strip() for t in topics.split(",") if t.strip())
            chosen = LabelOverride(
                why=why.strip(), at=program.clock(), relevance=relevance, type=type, topics=listed
            )
            _check(chosen, program.config.vocabulary)
        with program.alone():
            held = program.labelling.correct(id, chosen)
        if held is None:
            raise no_such_document(program, id)
        now = held.labels
        say(f"{held.entry.title}: {now.relevance.value}, {now.type}, {', '.join(now.topics) or 'no topic'}")


def _check(mark: LabelOverride, vocabulary: Vocabulary) -> None:
    types, topics = vocabulary.names, vocabulary.topic_names
    nothing = mark.relevance is None and mark.type is None and mark.topics is None
    unknown = next((topic for topic in mark.topics or () if topic not in topics), None)
    for wrong, what in (
        (not mark.why, "say why: --why 'about a company, not about government'"),
        (nothing, "say what is to be corrected: --relevance, --type or --topics (or --clear)"),
        (
            mark.type is not None and mark.type not in types,
            f"{mark.type!r} is no type; write one of {', '.join(types)}",
        ),
        (unknown is not None, f"{unknown!r} is no topic; write some of {', '.join(topics)}"),
    ):
        if wrong:
            raise typer.BadParameter(what)


def _say_figures(found: Evaluation, count: int) -> None:
    doubtful = ", ".join(f"{number} {one.value}" for one, number in found.borderline.items())
    say(f"{count} rows; relevance on {found.counted} of them that are yes or no")
    for name, figure in (
        ("relevance precision", found.precision),
        ("relevance recall", found.recall),
        ("relevance F1", found.f1),
        ("type accuracy", found.type_accuracy),
        ("topics F1", found.topics_f1),
    ):
        say(f"  {name:<20} {_share(figure)}")
    if found.stated_type_accuracy:
        say(f"  {'type where stated':<20} {_share(found.stated_type_accuracy)} ({found.stated} rows)")
    say(f"  borderline rows became: {doubtful}")


def _share(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _say_mistake(row: Judged) -> None:
    got = row.got
    say(f"\n{row.id}: {row.title}")
    say(f"  a person: {row.relevance.value}, {row.type}")
    say(f"  here: {got.relevance.value} ({got.score}), {got.type}")
    for reason in got.why:
        say(f"    {rows.sentence(reason)}")
