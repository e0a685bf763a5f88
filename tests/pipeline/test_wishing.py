"""A reader who comes, chooses, pauses and leaves by mail alone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from aggregator.deliver.tokens import CHOICES, Tokens
from aggregator.deliver.wishes import read_wish
from aggregator.model import Choices, Footing, LetterState, Remark, Rhythm
from aggregator.model.alerts import Pace
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


def joined(post: Bench) -> dict[str, str]:
    """Ann reads, and has words for every step."""
    receive(post, mail("join"))
    ((_, asked),) = post.mails()
    receive(post, sent(links(asked)["confirm"]))
    ((_, told),) = post.mails()
    return links(told)


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
    receive(post, sent(links(post.mails()[-1][1])["resume"]))
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
    joined(post)
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


def test_what_a_mail_did_is_answered_with_new_words(post: Bench) -> None:
    offered = joined(post)

    receive(post, sent(offered["pause"]))
    ((to, told),) = post.mails()
    assert to == ANN
    assert told.startswith("Your letters are paused.")
    assert set(links(told)) == {"choose", "resume", "try", "move", "data", "leave"}
    post.later(hours=20)
    receive(post, sent(links(told)["resume"]))
    ((_, again),) = post.mails()
    assert again.startswith("Letters are sent again")
    assert "pause" in links(again)
    assert post.store.postings.of_reader(post.reader(ANN).id)[-1].state is LetterState.ACCEPTED


def test_a_mail_that_is_acted_on_twice_has_one_answer(post: Bench) -> None:
    offered = joined(post)
    reader, wishes = post.reader(ANN), Wishes(post.desk, choosable(config()))
    wish = read_wish(sent(offered["pause"]))
    assert wish

    wishes.grant(wish, post.now, "0123456789ab")
    post.later(minutes=1)
    wishes.grant(wish, post.now, "0123456789ab")
    assert len(post.mails()) == 1
    answered = [one.run for one in post.store.postings.of_reader(reader.id)]
    assert "ask-choices.0123456789ab" in answered


def test_a_reader_moves_to_an_address_that_confirms(post: Bench) -> None:
    offered = joined(post)
    id = post.reader(ANN).id
    assert parse_qs(urlsplit(offered["move"]).query)["body"] == ["address: "]
    word = parse_qs(urlsplit(offered["move"]).query)["subject"][0]

    receive(post, mail(word, "Address: Ann@Example.COM\n"))
    told = dict(post.mails())
    assert set(told) == {ANN, "ann@example.com"}
    assert "example.com" not in told[ANN]
    assert post.reader(ANN).id == id
    receive(post, sent(links(told["ann@example.com"])["confirm"]))
    assert post.reader("ann@example.com").id == id
    assert post.store.readers.at(ANN) is None
    ((to, told_there),) = post.mails()
    assert to == "ann@example.com"
    assert "Your address is confirmed." in told_there


def test_a_reader_cannot_have_many_strangers_asked(post: Bench) -> None:
    word = parse_qs(urlsplit(joined(post)["move"]).query)["subject"][0]

    receive(post, *(mail(word, f"address: stranger{n}@example.com") for n in range(10)))
    receive(post, mail(word, "address: nowhere"))
    asked = {to for to, _ in post.mails() if to != ANN}
    assert asked == {f"stranger{n}@example.com" for n in range(3)}


def test_a_bad_new_address_is_said_to_be_so(post: Bench) -> None:
    word = parse_qs(urlsplit(joined(post)["move"]).query)["subject"][0]

    receive(post, mail(word, "address: nowhere"))
    ((_, told),) = post.mails()
    assert told.startswith("This could not be done: this is no mail address")


def test_a_reader_takes_their_data_along(post: Bench) -> None:
    receive(post, sent(joined(post)["data"]))

    (message,) = post.messages()
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("letters.json", "application/json")
    told = json.loads(file.get_content())
    assert told["address"] == ANN
    assert told["standing"] == "reading"
    assert [one["state"] for one in told["letters"]] == ["accepted", "accepted", "handed over"]
    body = message.get_body(("plain",))
    assert body is not None
    assert "everything that we keep of you" in body.get_content()


def test_a_reader_tries_keeps_and_takes_out_a_rule(post: Bench) -> None:
    offered = joined(post)
    word = parse_qs(urlsplit(offered["try"]).query)["subject"][0]

    receive(post, mail(word, "when: plan AND\nnation:scotland\n\nrhythm: daily"))
    ((_, tried),) = post.mails()
    assert "would have sent 0 letters:\n  plan AND nation:scotland" in tried.replace("\r", "")
    assert post.desk.rules(post.reader(ANN)) == ()
    receive(post, sent(links(tried)["watch"]))
    (kept,) = post.desk.rules(post.reader(ANN))
    assert (kept.when, kept.rhythm) == ("plan nation:scotland", Pace.DAILY)
    ((_, told),) = post.mails()
    assert "You watch for: plan nation:scotland, daily" in told
    receive(post, sent(links(told)["unwatch"]))
    assert post.desk.rules(post.reader(ANN)) == ()


def test_a_rule_that_cannot_be_read_is_answered_with_what_is_wrong(post: Bench) -> None:
    word = parse_qs(urlsplit(joined(post)["try"]).query)["subject"][0]

    receive(post, mail(word, "when: plan ("))
    ((_, told),) = post.mails()
    assert told.startswith("This could not be done: column 7")


def test_what_an_answer_says_is_gone_when_it_was_sent_or_its_reader_erased(post: Bench) -> None:
    offered = joined(post)
    reader = post.reader(ANN)
    receive(post, sent(offered["pause"]))
    (run,) = [one.run for one in post.store.postings.of_reader(reader.id) if one.state == "planned"]
    assert post.store.postings.remark(run, reader.id) == Remark(words="Your letters are paused.")

    post.mails()
    assert post.store.postings.remark(run, reader.id) is None
    receive(post, sent(offered["choose"]))
    (run,) = [one.run for one in post.store.postings.of_reader(reader.id) if one.state == "planned"]
    post.store.readers.erase([reader.id])
    assert post.store.postings.remark(run, reader.id) is None
