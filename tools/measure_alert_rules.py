"""Measures the time that matching alert rules takes, by their number.

Usage: python tools/measure_alert_rules.py
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from aggregator.config import Config
from aggregator.config.rule_language import parse_rule, valid_ids
from aggregator.config.settings import load_settings
from aggregator.model import Vocabulary
from aggregator.model.alert_rules import AlertRule
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.store import Store, open_store
from tests.store.values import make_change, save_changes
from tests.support.builders import make_body, make_entry

DOCUMENTS: Final = 300
WORDS_IN_TEXT: Final = 200
WORDS_IN_RULE: Final = 6
RULES: Final = (100, 400)
START: Final = datetime(2026, 6, 5, 12, tzinfo=UTC)
VOCABULARY: Final = [f"word{number}" for number in range(100_000)]


def measure(rule_count: int) -> float:
    """Return the processor time, in seconds, of one check of so many rules against all documents."""
    chance = random.Random(20261129)  # noqa: S311  # sample data
    with open_store("sqlite://") as store:
        rules = tuple(_rule(number, chance) for number in range(rule_count))
        bodies = {"cabinet-office": make_body()}
        config = Config(
            settings=load_settings(), bodies=bodies, sources=(), vocabulary=Vocabulary(), alerts=rules
        )
        AlertMatcher(config, store).find_alerts(START)
        _fill(store, chance)
        began = time.process_time()
        AlertMatcher(config, store).find_alerts(START + timedelta(hours=1))
        return time.process_time() - began


def _rule(number: int, chance: random.Random) -> AlertRule:
    words = chance.sample(VOCABULARY, WORDS_IN_RULE)
    when = parse_rule(" OR ".join(words) + " relevance:any", valid_ids({}, Vocabulary()))
    return AlertRule(id=f"rule-{number}", name="A rule", when=when, feed=True)


def _fill(store: Store, chance: random.Random) -> None:
    for number in range(DOCUMENTS):
        text = " ".join(chance.choices(VOCABULARY, k=WORDS_IN_TEXT))
        entry = make_entry(f"https://www.gov.uk/{number}", text=text)
        save_changes(store, make_change(entry, seen_at=START + timedelta(minutes=30)))


if __name__ == "__main__":
    for rule_count in RULES:
        sys.stdout.write(f"{rule_count} rules, {DOCUMENTS} documents: {measure(rule_count):.2f} s\n")
