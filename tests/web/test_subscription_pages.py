"""The pages of letters: what each answers, what it changes, and what it never tells."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from aggregator.deliver.mail.email_addresses import fingerprint
from aggregator.deliver.mail.tokens import CHOICES
from aggregator.model import Choices, SubscriberStatus
from aggregator.web.rate_limit import REMEMBERED, Limit
from tests.deliver.mail.subscribers import TOKENS, reader
from tests.support.builders import instant
from tests.web.site_with_subscribers import Bench, bench

ROOT = "https://updates.example.org/letters/"
ME = "reader@example.org"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def ask(desk: Bench, method: str, url: str, *applications: object, **form: str) -> httpx.Response:
    """One request to a fresh application, or to the one given."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=applications[0] if applications else desk.application())  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport) as client:
            head = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
            return await client.request(method, url, content=urlencode(form), headers=head)

    return asyncio.run(send())


def sign_up(desk: Bench, address: str = ME) -> str:
    """From nothing to a link that opens the choices."""
    ask(desk, "POST", ROOT, address=address)
    answer = ask(desk, "POST", desk.link())
    assert answer.status_code == 303
    return "https://updates.example.org" + answer.headers["location"].partition("?")[0]


def test_signing_up_takes_a_letter_and_a_button(desk: Bench) -> None:
    assert ask(desk, "POST", ROOT, address=" Reader@Example.org ").status_code == 200
    link = desk.link()
    assert desk.reader().standing is SubscriberStatus.UNCONFIRMED

    for _ in range(2):  # a mail program that looks at the link confirms nothing
        assert "Yes, send me letters" in ask(desk, "GET", link).text
    assert desk.reader().standing is SubscriberStatus.UNCONFIRMED

    opened = ask(desk, "POST", link)
    assert opened.status_code == 303
    assert desk.reader().standing is SubscriberStatus.READING
    assert "Your address is confirmed" in ask(desk, "GET", ROOT[:-9] + opened.headers["location"]).text
    assert [ask(desk, method, link).status_code for method in ("GET", "POST")] == [404, 404]  # once


def test_a_link_to_confirm_holds_seven_days_and_then_the_address_goes(desk: Bench) -> None:
    ask(desk, "POST", ROOT, address=ME)
    link = desk.link()
    desk.later(days=7, seconds=1)

    assert ask(desk, "POST", link).status_code == 404
    assert desk.reader().standing is SubscriberStatus.UNCONFIRMED


def test_the_answer_never_tells_whether_an_address_is_known(desk: Bench) -> None:
    known = [reader(id=s.value, address=f"{s.value}@example.org", standing=s) for s in SubscriberStatus]
    desk.store.readers.add(known)
    desk.store.readers.shun(fingerprint("shunned@example.org", TOKENS.key), "it bounced", desk.now)
    addresses = [
        *(f"{s.value}@example.org" for s in SubscriberStatus),
        "shunned@example.org",
        "new@example.org",
    ]

    answers = [ask(desk, "POST", ROOT, address=address) for address in addresses]

    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    assert {tuple(sorted(one.headers.items())) for one in answers} == {
        tuple(sorted(answers[0].headers.items()))
    }
    told = {to.partition("@")[0]: "confirm/" in text for to, text in desk.mails()}
    assert told == {"unconfirmed": True, "left": True, "new": True, "reading": False, "paused": False}


@pytest.mark.parametrize("wrong", ["", "nobody", "a@b@c", "x" * 30_000])
def test_what_is_no_address_is_said_at_once_and_kept_nowhere(desk: Bench, wrong: str) -> None:
    answer = ask(desk, "POST", ROOT, address=wrong)

    assert answer.status_code == 400
    assert "That is no mail address" in answer.text
    assert desk.store.readers.all() == ()


def test_nobody_can_have_a_stranger_written_to_again_and_again(desk: Bench) -> None:
    mails = 0
    for _ in range(27):
        for _ in range(3):
            ask(desk, "POST", ROOT, address="stranger@example.org")
            mails += len(desk.mails())
            desk.later(hours=8)

    assert mails == 3


def test_a_reader_gets_no_more_than_three_links_a_day_ten_minutes_apart(desk: Bench) -> None:
    desk.store.readers.add([reader()])
    times = list[int]()
    for minute in range(0, 120, 5):
        ask(desk, "POST", ROOT, address=ME)
        times += [minute] * len(desk.mails())
        desk.later(minutes=5)

    assert times == [0, 10, 20]


def test_one_client_is_asked_to_come_later_and_others_go_on(desk: Bench) -> None:
    site = desk.application()
    answers = [ask(desk, "POST", ROOT, site, address=f"a{n}@example.org").status_code for n in range(32)]
    assert answers == [200] * 30 + [429] * 2
    desk.later(hours=1)
    assert ask(desk, "POST", ROOT, site, address=ME).status_code == 200


def test_looking_at_any_page_changes_nothing(desk: Bench) -> None:
    ask(desk, "POST", ROOT, address="new@example.org")
    desk.store.readers.add([reader()])
    choices = TOKENS.timed(CHOICES, reader().id, desk.now)
    pages = [
        ROOT,
        desk.link(),
        f"{ROOT}choices/{choices}",
        f"{ROOT}choices/{choices}?action=leave&told=save",
        f"{ROOT}data/{choices}",
        f"{ROOT}leave/{TOKENS.leave(reader().id)}?List-Unsubscribe=One-Click",
    ]
    before = desk.store.dump()

    assert {ask(desk, method, page).status_code for method in ("GET", "HEAD") for page in pages} == {200}
    assert {ask(desk, "PUT", page).status_code for page in pages} == {405}
    assert desk.store.dump() == before


def test_choices_are_kept_and_shown_and_only_what_is_known(desk: Bench) -> None:
    page = sign_up(desk)

    kept = ask(
        desk, "POST", page, action="save", bodies="wales", types="report", topics="tea", when_empty="yes"
    )

    assert kept.status_code == 303
    assert desk.reader().choices == Choices(bodies=("wales",), types=("report",), when_empty=True)
    ask(desk, "POST", page, action="save", rhythm="hourly", titles="fr")
    assert desk.reader().choices == Choices()
    ask(desk, "POST", page, action="save", bodies="wales", rhythm="daily", titles="cy")
    shown = ask(desk, "GET", page + "?told=save").text
    assert 'value="wales" checked' in shown
    assert 'value="scotland">' in shown
    assert all(f'value="{chosen}" checked' in shown for chosen in ("daily", "cy"))
    assert 'value="weekly">' in shown
    assert "Your choices are kept." in shown


def test_pausing_and_going_on(desk: Bench) -> None:
    page = sign_up(desk)

    ask(desk, "POST", page, action="pause")
    assert desk.reader().standing is SubscriberStatus.PAUSED
    assert "Send letters again" in ask(desk, "GET", page).text
    ask(desk, "POST", page, action="resume")
    assert desk.reader().standing is SubscriberStatus.READING


def test_a_new_address_has_to_confirm_before_it_takes_the_old_ones_place(desk: Bench) -> None:
    page = sign_up(desk)
    old = desk.reader()
    desk.later(minutes=1)

    ask(desk, "POST", page, action="move", address="new@example.org")
    assert desk.reader().id == old.id
    link = desk.link()
    assert ask(desk, "POST", link).status_code == 303

    assert desk.store.readers.at(ME) is None
    assert desk.reader("new@example.org").id == old.id
    assert len(desk.store.readers.all()) == 1
    assert ask(desk, "POST", link).status_code == 404


def test_an_address_that_somebody_has_cannot_be_taken_and_is_told_nothing(desk: Bench) -> None:
    desk.store.readers.add([reader(id="other", address="other@example.org")])
    page = sign_up(desk)

    answer = ask(desk, "POST", page, action="move", address="other@example.org")

    assert answer.headers["location"].endswith("?told=move")
    assert desk.mails() == []
    assert ask(desk, "POST", page, action="move", address="nobody").status_code == 400


def test_a_reader_can_take_their_data_with_them(desk: Bench) -> None:
    page = sign_up(desk)

    data = ask(desk, "GET", page.replace("/choices/", "/data/"))

    assert data.headers["content-disposition"] == 'attachment; filename="letters.json"'
    told = data.json()
    assert (told["address"], told["standing"], told["bodies"]) == (ME, "reading", [])
    assert [one["state"] for one in told["letters"]] == ["accepted"]


@pytest.mark.parametrize("form", [{"List-Unsubscribe": "One-Click"}, {}])
def test_one_post_to_a_letters_own_link_is_enough_to_leave(desk: Bench, form: dict[str, str]) -> None:
    desk.store.readers.add([reader()])
    link = f"{ROOT}leave/{TOKENS.leave(reader().id)}"

    assert "Leave?" in ask(desk, "GET", link).text
    assert desk.reader().standing is SubscriberStatus.READING
    answers = [ask(desk, "POST", link, **form) for _ in range(2)]

    assert desk.reader().standing is SubscriberStatus.LEFT
    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    assert not any("set-cookie" in one.headers for one in answers)
    assert ask(desk, "POST", f"{ROOT}leave/{TOKENS.leave('nobody')}").text == answers[0].text
    assert ask(desk, "POST", f"{ROOT}leave/forged.word").status_code == 404


def test_leaving_on_the_page_closes_it_and_the_reader_gets_nothing_more(desk: Bench) -> None:
    page = sign_up(desk)

    assert "You have left" in ask(desk, "POST", page, action="leave").text
    assert ask(desk, "GET", page).status_code == 404
    assert desk.reader().standing is SubscriberStatus.LEFT


def test_a_link_to_choices_holds_a_day_and_only_for_its_purpose(desk: Bench) -> None:
    page = sign_up(desk)
    token = page.rpartition("/")[2]

    assert ask(desk, "POST", f"{ROOT}confirm/{token}").status_code == 404
    assert ask(desk, "POST", f"{ROOT}leave/{token}").status_code == 404
    assert ask(desk, "POST", page, action="other").status_code == 400
    desk.later(hours=24, seconds=1)
    assert ask(desk, "GET", page).status_code == 404


def test_no_page_may_be_kept_framed_or_told_of(desk: Bench) -> None:
    for answer in (
        ask(desk, "GET", ROOT),
        ask(desk, "GET", f"{ROOT}choices/x"),
        ask(desk, "GET", ROOT + "letters.css"),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text


def test_each_button_counts_and_so_does_everybody_together(desk: Bench) -> None:
    desk.store.readers.add([reader()])
    page = f"{ROOT}choices/{TOKENS.timed(CHOICES, reader().id, desk.now)}"
    site = desk.application()
    for method, url in (("POST", f"{ROOT}confirm/x.y.z"), ("POST", page)) * 15:
        assert ask(desk, method, url, site, action="save").status_code in (303, 404)
    for url in (f"{ROOT}confirm/x.y.z", page, ROOT):
        assert ask(desk, "POST", url, site, address=ME).status_code == 429
    assert ask(desk, "POST", f"{ROOT}leave/{TOKENS.leave(reader().id)}", site).status_code == 200


def test_clients_are_counted_apart_all_together_and_not_without_end() -> None:
    limit, now = Limit(each=2, all=5), instant("2024-01-24 10:00")

    assert [limit.allows("a", now) for _ in range(3)] == [True, True, False]
    assert [limit.allows(f"b{n}", now) for n in range(4)] == [True, True, True, False]
    assert limit.allows("a", now + timedelta(hours=1))
    for n in range(REMEMBERED + 5):
        limit.allows(f"c{n}", now + timedelta(hours=2))
    assert len(limit._acts) == REMEMBERED


def test_a_network_that_gives_its_clients_a_sea_of_addresses_is_one_client() -> None:
    """An IPv6 customer is given a /64 at least (RFC 6177): 18 trillion million addresses."""
    limit, now = Limit(each=2), instant("2024-01-24 10:00")

    assert [limit.allows(f"2001:db8:0:1::{n}", now) for n in range(3)] == [True, True, False]
    assert limit.allows("2001:db8:0:2::1", now)
    assert [limit.allows(f"192.0.2.{n}", now) for n in range(4)] == [True] * 4
    assert limit.allows("no address", now)


@pytest.mark.parametrize("body", [b"&" * 1000, b"action=save&" * 600, b"\xff\x00", b"x" * 30_000, b""])
def test_a_body_that_is_no_form_of_ours_changes_nothing(desk: Bench, body: bytes) -> None:
    desk.store.readers.add([reader()])
    token = TOKENS.timed(CHOICES, reader().id, desk.now)
    before = desk.store.dump()
    for url in (ROOT, f"{ROOT}choices/{token}", f"{ROOT}alerts/{token}"):
        assert send(desk, url, body).status_code == 400, url
    padded = urlencode({"address": "new@example.org", "pad": "x" * 30_000}).encode()
    assert send(desk, ROOT, padded).status_code == 400
    assert send(desk, ROOT, b'{"address": "new@example.org"}', "application/json").status_code == 400
    assert desk.store.dump() == before


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
        ),
    ],
)
def test_one_click_is_taken_in_both_forms_of_rfc_8058(desk: Bench, kind: str, body: bytes) -> None:
    desk.store.readers.add([reader()])

    answer = send(desk, f"{ROOT}leave/{TOKENS.leave(reader().id)}", body, kind)

    assert (answer.status_code, answer.is_redirect) == (200, False)
    assert desk.reader().standing is SubscriberStatus.LEFT


def test_of_two_who_confirm_at_once_one_is_told_that_it_is_done(desk: Bench) -> None:
    ask(desk, "POST", ROOT, address=ME)
    link = desk.link()

    async def both() -> list[int]:
        transport = httpx.ASGITransport(app=desk.application())
        async with httpx.AsyncClient(transport=transport) as client:
            return [one.status_code for one in await asyncio.gather(client.post(link), client.post(link))]

    assert sorted(asyncio.run(both())) == [303, 404]
    assert desk.reader().standing is SubscriberStatus.READING


def send(
    desk: Bench, url: str, body: bytes, kind: str = "application/x-www-form-urlencoded"
) -> httpx.Response:
    """A POST of these bytes."""

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=desk.application())) as client:
            return await client.post(url, content=body, headers={"Content-Type": kind})

    return asyncio.run(post())
