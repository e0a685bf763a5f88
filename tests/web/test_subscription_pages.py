"""The subscription pages: what each answers, what it changes, and what it never gives away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from aggregator.deliver.mail.email_addresses import address_fingerprint
from aggregator.deliver.mail.tokens import CHOICES
from aggregator.model import Choices, SubscriberStatus
from aggregator.web.rate_limit import MAX_CLIENTS, RateLimit
from tests.deliver.mail.subscribers import TOKENS, make_subscriber
from tests.support.builders import instant
from tests.web.site_with_subscribers import SubscriberSite, open_subscriber_site

ROOT = "https://updates.example.org/letters/"
ME = "reader@example.org"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SubscriberSite]:
    with open_subscriber_site(tmp_path) as opened:
        yield opened


def send_request(
    site: SubscriberSite, method: str, url: str, *applications: object, **form: str
) -> httpx.Response:
    """Send one request to a new application, or to the given one."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=applications[0] if applications else site.application())  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport) as client:
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
            return await client.request(method, url, content=urlencode(form), headers=headers)

    return asyncio.run(send())


def sign_up(site: SubscriberSite, address: str = ME) -> str:
    """Sign up and confirm; returns the address of the choices."""
    send_request(site, "POST", ROOT, address=address)
    answer = send_request(site, "POST", site.mailed_link())
    assert answer.status_code == 303
    return "https://updates.example.org" + answer.headers["location"].partition("?")[0]


def test_signing_up_takes_a_mailed_link_and_a_button(site: SubscriberSite) -> None:
    assert send_request(site, "POST", ROOT, address=" Reader@Example.org ").status_code == 200
    link = site.mailed_link()
    assert site.subscriber().status is SubscriberStatus.UNCONFIRMED

    for _ in range(2):  # a mail program that looks at the link confirms nothing
        assert "Yes, send me letters" in send_request(site, "GET", link).text
    assert site.subscriber().status is SubscriberStatus.UNCONFIRMED

    confirmed = send_request(site, "POST", link)
    assert confirmed.status_code == 303
    assert site.subscriber().status is SubscriberStatus.ACTIVE
    assert (
        "Your address is confirmed"
        in send_request(site, "GET", ROOT[:-9] + confirmed.headers["location"]).text
    )
    assert [send_request(site, method, link).status_code for method in ("GET", "POST")] == [404, 404]  # once


def test_a_confirmation_link_is_valid_for_seven_days(site: SubscriberSite) -> None:
    send_request(site, "POST", ROOT, address=ME)
    link = site.mailed_link()
    site.advance(days=7, seconds=1)

    assert send_request(site, "POST", link).status_code == 404
    assert site.subscriber().status is SubscriberStatus.UNCONFIRMED


def test_the_response_never_shows_whether_an_address_is_known(site: SubscriberSite) -> None:
    known = [
        make_subscriber(id=s.value, address=f"{s.value}@example.org", status=s) for s in SubscriberStatus
    ]
    site.store.subscribers.add(known)
    site.store.subscribers.suppress(
        address_fingerprint("bounced@example.org", TOKENS.key), "it bounced", site.now
    )
    addresses = [
        *(f"{s.value}@example.org" for s in SubscriberStatus),
        "bounced@example.org",
        "new@example.org",
    ]

    answers = [send_request(site, "POST", ROOT, address=address) for address in addresses]

    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    assert {tuple(sorted(one.headers.items())) for one in answers} == {
        tuple(sorted(answers[0].headers.items()))
    }
    is_confirmation = {to.partition("@")[0]: "confirm/" in text for to, text in site.send_mails()}
    assert is_confirmation == {
        "unconfirmed": True,
        "unsubscribed": True,
        "new": True,
        "active": False,
        "paused": False,
    }


@pytest.mark.parametrize("wrong", ["", "nobody", "a@b@c", "x" * 30_000])
def test_an_invalid_address_is_refused_and_not_stored(site: SubscriberSite, wrong: str) -> None:
    answer = send_request(site, "POST", ROOT, address=wrong)

    assert answer.status_code == 400
    assert "That is no mail address" in answer.text
    assert site.store.subscribers.all() == ()


def test_a_stranger_gets_no_more_than_three_mails(site: SubscriberSite) -> None:
    mails = 0
    for _ in range(27):
        for _ in range(3):
            send_request(site, "POST", ROOT, address="stranger@example.org")
            mails += len(site.send_mails())
            site.advance(hours=8)

    assert mails == 3


def test_a_subscriber_gets_at_most_three_links_a_day_ten_minutes_apart(site: SubscriberSite) -> None:
    site.store.subscribers.add([make_subscriber()])
    times = list[int]()
    for minute in range(0, 120, 5):
        send_request(site, "POST", ROOT, address=ME)
        times += [minute] * len(site.send_mails())
        site.advance(minutes=5)

    assert times == [0, 10, 20]


def test_a_client_with_too_many_requests_may_continue_after_an_hour(site: SubscriberSite) -> None:
    application = site.application()
    answers = [
        send_request(site, "POST", ROOT, application, address=f"a{n}@example.org").status_code
        for n in range(32)
    ]
    assert answers == [200] * 30 + [429] * 2
    site.advance(hours=1)
    assert send_request(site, "POST", ROOT, application, address=ME).status_code == 200


def test_a_get_changes_nothing_on_any_page(site: SubscriberSite) -> None:
    send_request(site, "POST", ROOT, address="new@example.org")
    site.store.subscribers.add([make_subscriber()])
    choices = TOKENS.timed_token(CHOICES, make_subscriber().id, site.now)
    pages = [
        ROOT,
        site.mailed_link(),
        f"{ROOT}choices/{choices}",
        f"{ROOT}choices/{choices}?action=leave&told=save",
        f"{ROOT}data/{choices}",
        f"{ROOT}leave/{TOKENS.unsubscribe_token(make_subscriber().id)}?List-Unsubscribe=One-Click",
    ]
    before = site.store.dump()

    assert {send_request(site, method, page).status_code for method in ("GET", "HEAD") for page in pages} == {
        200
    }
    assert {send_request(site, "PUT", page).status_code for page in pages} == {405}
    assert site.store.dump() == before


def test_choices_are_saved_and_shown_and_unknown_ones_ignored(site: SubscriberSite) -> None:
    page = sign_up(site)

    saved = send_request(
        site, "POST", page, action="save", bodies="wales", types="report", topics="tea", when_empty="yes"
    )

    assert saved.status_code == 303
    assert site.subscriber().choices == Choices(bodies=("wales",), types=("report",), when_empty=True)
    send_request(site, "POST", page, action="save", **{"rhythm": "hourly"}, titles="fr")
    assert site.subscriber().choices == Choices()
    send_request(site, "POST", page, action="save", bodies="wales", **{"rhythm": "daily"}, titles="cy")
    page_text = send_request(site, "GET", page + "?told=save").text
    assert 'value="wales" checked' in page_text
    assert 'value="scotland">' in page_text
    assert all(f'value="{chosen}" checked' in page_text for chosen in ("daily", "cy"))
    assert 'value="weekly">' in page_text
    assert "Your choices are kept." in page_text


def test_a_subscriber_can_pause_and_resume(site: SubscriberSite) -> None:
    page = sign_up(site)

    send_request(site, "POST", page, action="pause")
    assert site.subscriber().status is SubscriberStatus.PAUSED
    assert "Send letters again" in send_request(site, "GET", page).text
    send_request(site, "POST", page, action="resume")
    assert site.subscriber().status is SubscriberStatus.ACTIVE


def test_a_new_address_replaces_the_old_one_only_when_confirmed(site: SubscriberSite) -> None:
    page = sign_up(site)
    old = site.subscriber()
    site.advance(minutes=1)

    send_request(site, "POST", page, action="move", address="new@example.org")
    assert site.subscriber().id == old.id
    link = site.mailed_link()
    assert send_request(site, "POST", link).status_code == 303

    assert site.store.subscribers.with_address(ME) is None
    assert site.subscriber("new@example.org").id == old.id
    assert len(site.store.subscribers.all()) == 1
    assert send_request(site, "POST", link).status_code == 404


def test_another_subscribers_address_cannot_be_taken_and_gets_no_mail(site: SubscriberSite) -> None:
    site.store.subscribers.add([make_subscriber(id="other", address="other@example.org")])
    page = sign_up(site)

    answer = send_request(site, "POST", page, action="move", address="other@example.org")

    assert answer.headers["location"].endswith("?told=move")
    assert site.send_mails() == []
    assert send_request(site, "POST", page, action="move", address="nobody").status_code == 400


def test_a_subscriber_can_download_their_data(site: SubscriberSite) -> None:
    page = sign_up(site)

    response = send_request(site, "GET", page.replace("/choices/", "/data/"))

    assert response.headers["content-disposition"] == 'attachment; filename="letters.json"'
    data = response.json()
    assert (data["address"], data["standing"], data["bodies"]) == (ME, "active", [])
    assert [one["state"] for one in data["letters"]] == ["accepted"]


@pytest.mark.parametrize("form", [{"List-Unsubscribe": "One-Click"}, {}])
def test_one_post_to_the_link_of_a_mail_is_enough_to_unsubscribe(
    site: SubscriberSite, form: dict[str, str]
) -> None:
    site.store.subscribers.add([make_subscriber()])
    link = f"{ROOT}leave/{TOKENS.unsubscribe_token(make_subscriber().id)}"

    assert "Leave?" in send_request(site, "GET", link).text
    assert site.subscriber().status is SubscriberStatus.ACTIVE
    answers = [send_request(site, "POST", link, **form) for _ in range(2)]

    assert site.subscriber().status is SubscriberStatus.UNSUBSCRIBED
    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    assert not any("set-cookie" in one.headers for one in answers)
    assert (
        send_request(site, "POST", f"{ROOT}leave/{TOKENS.unsubscribe_token('nobody')}").text
        == answers[0].text
    )
    assert send_request(site, "POST", f"{ROOT}leave/forged.token").status_code == 404


def test_unsubscribing_on_the_page_closes_it_and_no_more_mail_is_sent(site: SubscriberSite) -> None:
    page = sign_up(site)

    assert "You have left" in send_request(site, "POST", page, action="leave").text
    assert send_request(site, "GET", page).status_code == 404
    assert site.subscriber().status is SubscriberStatus.UNSUBSCRIBED


def test_a_link_to_choices_is_valid_for_a_day_and_for_its_purpose_only(site: SubscriberSite) -> None:
    page = sign_up(site)
    token = page.rpartition("/")[2]

    assert send_request(site, "POST", f"{ROOT}confirm/{token}").status_code == 404
    assert send_request(site, "POST", f"{ROOT}leave/{token}").status_code == 404
    assert send_request(site, "POST", page, action="other").status_code == 400
    site.advance(hours=24, seconds=1)
    assert send_request(site, "GET", page).status_code == 404


def test_no_page_may_be_cached_framed_or_sent_as_referrer(site: SubscriberSite) -> None:
    for answer in (
        send_request(site, "GET", ROOT),
        send_request(site, "GET", f"{ROOT}choices/x"),
        send_request(site, "GET", ROOT + "letters.css"),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text


def test_every_form_counts_towards_the_limit_except_unsubscribing(site: SubscriberSite) -> None:
    site.store.subscribers.add([make_subscriber()])
    page = f"{ROOT}choices/{TOKENS.timed_token(CHOICES, make_subscriber().id, site.now)}"
    application = site.application()
    for method, url in (("POST", f"{ROOT}confirm/x.y.z"), ("POST", page)) * 15:
        assert send_request(site, method, url, application, action="save").status_code in (303, 404)
    for url in (f"{ROOT}confirm/x.y.z", page, ROOT):
        assert send_request(site, "POST", url, application, address=ME).status_code == 429
    assert (
        send_request(
            site, "POST", f"{ROOT}leave/{TOKENS.unsubscribe_token(make_subscriber().id)}", application
        ).status_code
        == 200
    )


def test_requests_are_limited_by_client_and_in_total_and_few_clients_remembered() -> None:
    limit, now = RateLimit(each=2, all=5), instant("2024-01-24 10:00")

    assert [limit.allow("a", now) for _ in range(3)] == [True, True, False]
    assert [limit.allow(f"b{n}", now) for n in range(4)] == [True, True, True, False]
    assert limit.allow("a", now + timedelta(hours=1))
    for n in range(MAX_CLIENTS + 5):
        limit.allow(f"c{n}", now + timedelta(hours=2))
    assert len(limit._requests) == MAX_CLIENTS


def test_an_ipv6_network_counts_as_one_client() -> None:
    """An IPv6 customer is given a /64 at least (RFC 6177): 18 trillion million addresses."""
    limit, now = RateLimit(each=2), instant("2024-01-24 10:00")

    assert [limit.allow(f"2001:db8:0:1::{n}", now) for n in range(3)] == [True, True, False]
    assert limit.allow("2001:db8:0:2::1", now)
    assert [limit.allow(f"192.0.2.{n}", now) for n in range(4)] == [True] * 4
    assert limit.allow("no address", now)


@pytest.mark.parametrize("body", [b"&" * 1000, b"action=save&" * 600, b"\xff\x00", b"x" * 30_000, b""])
def test_a_body_that_is_not_one_of_our_forms_changes_nothing(site: SubscriberSite, body: bytes) -> None:
    site.store.subscribers.add([make_subscriber()])
    token = TOKENS.timed_token(CHOICES, make_subscriber().id, site.now)
    before = site.store.dump()
    for url in (ROOT, f"{ROOT}choices/{token}", f"{ROOT}alerts/{token}"):
        assert send(site, url, body).status_code == 400, url
    padded = urlencode({"address": "new@example.org", "pad": "x" * 30_000}).encode()
    assert send(site, ROOT, padded).status_code == 400
    assert send(site, ROOT, b'{"address": "new@example.org"}', "application/json").status_code == 400
    assert site.store.dump() == before


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
def test_one_click_unsubscribe_works_in_both_forms_of_rfc_8058(
    site: SubscriberSite, kind: str, body: bytes
) -> None:
    site.store.subscribers.add([make_subscriber()])

    answer = send(site, f"{ROOT}leave/{TOKENS.unsubscribe_token(make_subscriber().id)}", body, kind)

    assert (answer.status_code, answer.is_redirect) == (200, False)
    assert site.subscriber().status is SubscriberStatus.UNSUBSCRIBED


def test_of_two_confirmations_at_once_only_one_succeeds(site: SubscriberSite) -> None:
    send_request(site, "POST", ROOT, address=ME)
    link = site.mailed_link()

    async def both() -> list[int]:
        transport = httpx.ASGITransport(app=site.application())
        async with httpx.AsyncClient(transport=transport) as client:
            return [one.status_code for one in await asyncio.gather(client.post(link), client.post(link))]

    assert sorted(asyncio.run(both())) == [303, 404]
    assert site.subscriber().status is SubscriberStatus.ACTIVE


def send(
    site: SubscriberSite, url: str, body: bytes, kind: str = "application/x-www-form-urlencoded"
) -> httpx.Response:
    """Send a POST with these bytes."""

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site.application())) as client:
            return await client.post(url, content=body, headers={"Content-Type": kind})

    return asyncio.run(post())
