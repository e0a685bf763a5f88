"""The commands of labels and the vocabulary: explain, evaluate, export, apply."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from aggregator.classify.labels.evaluation import (
    Estimate,
    Evaluation,
    EvaluationRow,
    evaluate,
    misclassified,
)
from aggregator.cli import rows
from aggregator.cli.console import counting_progress, print_json, print_text
from aggregator.cli.options import AsJson, Replay, StoreUrl, app, open_program
from aggregator.config.labels_file import read_labels, write_labels
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.services.polling.evaluation import (
    HIDEABLE_FIELDS,
    evaluate_labels,
    label_of,
    unpublished_entry,
)

classify = typer.Typer(help="The labels of documents, by the vocabulary.", no_args_is_help=True)
app.add_typer(classify, name="classify")

# How many errors `--errors` prints; `--json` has all.
ERRORS_SHOWN: Final = 40


@classify.command("explain")
def classify_explain(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="A title, in quotes.")],
    summary: Annotated[str, typer.Option(help="Its summary.")] = "",
    body: Annotated[str, typer.Option(metavar="ID", help="The body that published it.")] = "",
    url: Annotated[str, typer.Option(help="Its address.")] = "",
    publisher_type: Annotated[str, typer.Option(help="What its publisher calls it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the labels that the vocabulary gives a title, and why; no network, nothing is stored."""
    if not title.strip():
        raise typer.BadParameter("the title is empty; write it in quotes")
    with open_program(context) as program:
        entry = unpublished_entry(title, summary=summary, body=body, url=url, publisher_type=publisher_type)
        shown = rows.labels(program.labeller.label(entry, ()))
        if as_json:
            print_json({"title": title, **shown})
            return
        print_text(f"relevance {shown['relevance']} (score {shown['score']}), type {shown['type']}")
        for key in ("topics", "plans", "commitments", "subjects"):
            if named := [one for one in shown[key] if one]:
                print_text(f"{key}: {', '.join(named)}")
        for reason in shown["why"]:
            print_text(f"  {reason}")


@classify.command("evaluate")
def classify_evaluate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.tsv", help="Titles that people labelled.")],
    hide: Annotated[
        str, typer.Option(metavar="FIELDS", help=f"Hide from the vocabulary: {', '.join(HIDEABLE_FIELDS)}.")
    ] = "",
    errors: Annotated[
        bool, typer.Option("--errors", help="Print the worst errors with the reasons.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure the vocabulary on titles that people labelled, with 95 % intervals."""
    hidden = tuple(field.strip() for field in hide.split(",") if field.strip())
    if unknown := [field for field in hidden if field not in HIDEABLE_FIELDS]:
        raise typer.BadParameter(
            f"{unknown[0]!r} cannot be hidden; write some of {', '.join(HIDEABLE_FIELDS)}"
        )
    with open_program(context) as program:
        labelled = evaluate_labels(read_labels(file), program.labeller, program.config.bodies, hidden)
    if not labelled:
        raise ConfigError((ConfigIssue(str(file), 0, "no row has a title; there is nothing to measure"),))
    evaluation, wrong = evaluate(labelled), misclassified(labelled)
    if as_json:
        shown = rows.evaluation(evaluation)
        print_json(shown | {"errors": [rows.evaluation_row(row) for row in wrong]} if errors else shown)
        return
    _print_evaluation(evaluation, len(labelled))
    for row in wrong[:ERRORS_SHOWN] if errors else ():
        _print_error_row(row)


@classify.command("export")
def classify_export(
    context: typer.Context,
    corrected: Annotated[
        bool, typer.Option("--corrected", help="Only documents whose labels you overrode.")
    ] = False,
    replay: Replay = None,
    store: StoreUrl = None,
) -> None:
    """Print the stored documents with their labels as a table that `classify evaluate` reads."""
    with open_program(context, replay=replay, store=store) as program:
        documents = program.store.documents.all()
        chosen = [one for one in documents if one.labels.overridden or not corrected]
        # Rich would break long lines and tabs.
        print(write_labels(label_of(one, program.config.bodies) for one in chosen), end="")  # noqa: T201


@classify.command("apply")
def classify_apply(
    context: typer.Context, replay: Replay = None, store: StoreUrl = None, as_json: AsJson = False
) -> None:
    """Label the stored documents by the present vocabulary; no document is new or changed because of it."""
    with (
        open_program(context, replay=replay, store=store) as program,
        counting_progress("labelling") as progress,
        program.locked(),
    ):
        changed = program.labelling.relabel(program.clock(), progress)
    if as_json:
        print_json({"changed": changed})
        return
    print_text(f"The labels of {changed} documents changed.")


def _print_evaluation(evaluation: Evaluation, count: int) -> None:
    borderline = ", ".join(f"{number} {one.value}" for one, number in evaluation.borderline.items())
    print_text(f"{count} rows; relevance is measured on the {evaluation.decided} that are yes or no")
    for name, estimate in (
        ("relevance precision", evaluation.precision),
        ("relevance recall", evaluation.recall),
        ("relevance F1", evaluation.f1),
        ("type accuracy", evaluation.type_accuracy),
        ("topics F1", evaluation.topics_f1),
    ):
        print_text(f"  {name:<20} {_estimate_text(estimate)}")
    if evaluation.stated_type_accuracy:
        share = _estimate_text(evaluation.stated_type_accuracy)
        print_text(f"  {'type where stated':<20} {share} ({evaluation.stated} rows)")
    print_text(f"  borderline rows became: {borderline}")


def _estimate_text(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _print_error_row(row: EvaluationRow) -> None:
    predicted = row.predicted
    print_text(f"\n{row.id}: {row.title}")
    print_text(f"  a person: {row.relevance.value}, {row.type}")
    print_text(f"  the vocabulary: {predicted.relevance.value} ({predicted.score}), {predicted.type}")
    for reason in predicted.reasons:
        print_text(f"    {rows.reason_text(reason)}")
