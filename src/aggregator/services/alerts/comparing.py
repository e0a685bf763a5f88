"""Compares every document with every alert rule, and finds who is to blame where that raises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from aggregator.classify.alert_matching import MatchableDocument
from aggregator.errors import AggregatorError
from aggregator.model.alert_rules import Alert
from aggregator.tasks import stop_if_cancelled

# A rule's key and a document's id.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The alerts of the rules and documents that work, and the exceptions of those that do not."""

    alerts: tuple[Alert, ...] = ()
    # By rule key.
    broken_rules: Mapping[str, Exception] = field(default_factory=dict)
    # By document id.
    broken_documents: Mapping[str, Exception] = field(default_factory=dict)


def compare(
    rule_keys: Collection[str],
    documents: Iterable[MatchableDocument],
    alerts_of: Callable[[str, MatchableDocument], Iterable[Alert]],
) -> Comparison:
    """Return the alerts of every pair of rule and document; a pair that raises never stops the others."""
    found: dict[Pair, tuple[Alert, ...]] = {}
    raised: dict[Pair, Exception] = {}
    ids: list[str] = []
    # One document after the other, so that the words of one only are in memory.
    for matchable in documents:
        stop_if_cancelled()
        id = matchable.document.entry.id
        ids.append(id)
        for key in rule_keys:
            try:
                if alerts := tuple(alerts_of(key, matchable)):
                    found[key, id] = alerts
            except AggregatorError:
                raise
            except Exception as error:  # a bug that this rule or this document brings out
                raised[key, id] = error
    rules, broken_ids = _blame(raised, rule_keys, ids)
    working = (pair for pair in found if pair[0] not in rules and pair[1] not in broken_ids)
    return Comparison(
        alerts=tuple(alert for pair in working for alert in found[pair]),
        broken_rules=rules,
        broken_documents=broken_ids,
    )


def _blame(
    raised: Mapping[Pair, Exception], rule_keys: Collection[str], ids: Collection[str]
) -> tuple[dict[str, Exception], dict[str, Exception]]:
    """Return the rules and the documents without which nothing raises, each with one of its exceptions."""
    rules, documents, left = dict[str, Exception](), dict[str, Exception](), dict(raised)
    while left:
        of_rule, of_document = Counter(key for key, _ in left), Counter(id for _, id in left)
        (rule, rule_count), (document, count) = of_rule.most_common(1)[0], of_document.most_common(1)[0]
        # A single pair blames the rule: its alerts wait, and those of all other rules go out. But a document
        # that breaks every rule, while they work with others, is to blame itself.
        breaks_all = count == len(rule_keys) and (count > 1 or len(ids) > 1)
        is_document = count > rule_count or (breaks_all and rule_count < len(ids))
        blamed, place = (documents, 1) if is_document else (rules, 0)
        name = document if is_document else rule
        pairs = [pair for pair in left if pair[place] == name]
        blamed[name] = left[pairs[0]]
        for pair in pairs:
            del left[pair]
    return rules, documents
