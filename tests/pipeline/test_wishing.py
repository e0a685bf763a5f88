"""A reader who comes, chooses, pauses and leaves by mail alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.deliver.tokens import CHOICES, Tokens
from aggregator.model import Choices, Footing, Rhythm
from aggregator.pipeline.desk import choosable
from aggregator.pipeline.replying import Replies
from aggregator.pipeline.wishing import Wishes
from tests.deliver.readers import TOKENS
from tests.deliver.test_wishes import mail, sent
from tests.web.desk import Bench, bench, config

ANN = "ann@example.org"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Bench]:
    """A desk without a web page."""
    with bench(tmp_path) as made:
        made.url = ""
        yield made


def receive(post: Bench, *mails: bytes) -> Counter[str]:
    """The mails reach us, one minute after the last ones."""
    post.later(minutes=1)
    return Replies(post.store, TOKENS, Wishes(post.desk, choosable(config()))).act(mails, post.now)


def links(text: str) -> dict[str, str]:
    """The mails that a letter offers, by the first word of their subjects."""
    found = re.findall(r"mailto:\S+", text)
    return {re.findall(r"subject=(\w+)", link)[0]: link for link in found}


def test_by_mail_alone_one_joins_confirms_chooses_pauses_resumes_and_leaves(post: Bench) -> None:
    assert receive(post, mail("join")) == {"join": 1}
    ((to, asked),) = post.mails()
    assert (to, post.reader(ANN).standing) == (ANN, Footing.UNCONFIRMED)

    assert receive(post, sent(links(asked)["confirm"])) == {"confirm": 1}
    assert post.reader(ANN).standing is Footing.READING
    ((to, told),) = post.mails()
    assert to == ANN
    assert (
        "rhythm: weekly\nbodies:\ntopics:\ntypes:\ntitles: english first\nwhen empty: no\n"
        in told.replace("\r", "")
    )

    offered = links(told)
    word = re.findall(r"choose%20(\S+?)&", offered["choose"])[0]
    receive(post, mail(f"choose {word}", "rhythm: daily\nbodies: glasgow"))
    assert post.reader(ANN).choices == Choices(bodies=("glasgow",), rhythm=Rhythm.DAILY)

    receive(post, sent(offered["pause"]))
    assert post.reader(ANN).standing is Footing.PAUSED
    receive(post, sent(offered["resume"]))
    assert post.reader(ANN).standing is Footing.READING
    receive(post, sent(offered["leave"]))
    assert post.reader(ANN).standing is Footing.LEFT
    receive(post, mail(f"resume {word}", "again"))
    assert post.reader(ANN).standing is Footing.LEFT


def test_a_word_confirms_once_and_for_seven_days(post: Bench) -> None:
    receive(post, mail("join"))
    ((_, asked),) = post.mails()
    post.later(days=7, minutes=1)

    receive(post, sent(links(asked)["confirm"]))
    assert post.reader(ANN).standing is Footing.UNCONFIRMED
    assert post.mails() == []


def test_words_of_others_do_nothing(post: Bench) -> None:
    receive(post, mail("join"))
    ((_, asked),) = post.mails()
    receive(post, sent(links(asked)["confirm"]))
    forged = Tokens(b"k" * 32).timed(CHOICES, post.reader(ANN).id, post.now)

    receive(post, mail(f"pause {forged}"), mail("pause a.b.c"))
    assert post.reader(ANN).standing is Footing.READING


def test_a_stranger_is_asked_three_times_however_many_mails_bear_their_name(post: Bench) -> None:
    for number in range(6):
        receive(post, mail("join", f"{number}"))
        post.later(hours=1)

    assert len(post.mails()) == 3
    receive(post, mail("join", sender="no address"))
    assert post.mails() == []
    assert len(post.store.readers.all()) == 1
