"""The page of a subscriber's own alert rules: a rule is tried, saved and removed; only its token opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.model import ChangeKind
from aggregator.model.alert_rules import SubscriberRule
from aggregator.model.subscriptions import Frequency
from tests.store.values import make_change, save_changes
from tests.support.builders import instant, make_entry
from tests.web.site_with_subscribers import SubscriberSite, open_subscriber_site
from tests.web.test_subscription_pages import send_request, sign_up


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SubscriberSite]:
    """A site with one document of the month before."""
    with open_subscriber_site(tmp_path) as opened:
        entry = make_entry("https://www.gov.uk/1", title="Open <data> for buses")
        save_changes(opened.store, make_change(entry, ChangeKind.NEW, instant("2023-12-24 10:00")))
        yield opened


def test_a_rule_can_be_tried_saved_and_removed(site: SubscriberSite) -> None:
    page = sign_up(site).replace("/choices/", "/alerts/")
    assert "You watch for nothing yet" in send_request(site, "GET", page).text

    trial = send_request(
        site, "POST", page, action="try", when=' "open data" ', **{"rhythm": "daily"}, changes="yes"
    )
    assert "In the past year it would have sent 1 letter." in trial.text
    assert "Open &lt;data&gt; for buses" in trial.text
    assert 'value="&#34;open data&#34;"' in trial.text
    assert site.store.alerts.subscriber_rules() == ()

    saved = send_request(
        site, "POST", page, action="watch", when='"open data"', **{"rhythm": "daily"}, changes="yes"
    )
    assert saved.status_code == 303
    again = send_request(
        site, "POST", page, action="watch", when='"open data"', **{"rhythm": "at once"}, changes="yes"
    )
    assert again.status_code == 303
    ((_, rule),) = site.store.alerts.subscriber_rules(site.subscriber().id)
    assert rule == SubscriberRule(id="rule-1", when='"open data"', changes=True, frequency=Frequency.AT_ONCE)
    assert site.store.alerts.rule_states()[f"{site.subscriber().id}/rule-1"].watched_since == site.now
    page_text = send_request(site, "GET", f"{page}?told=watch").text
    assert "Your rule is kept." in page_text
    assert "<code>&#34;open data&#34;</code>, at once, changes too" in page_text
    data = send_request(site, "GET", page.replace("/alerts/", "/data/")).json()
    destinations = {"mail": True, "feed": False}
    assert data["alerts"] == [
        {"when": '"open data"', "changes": True, "rhythm": "at once", **destinations, "found": []}
    ]

    assert send_request(site, "POST", page, action="unwatch", id="rule-1").status_code == 303
    assert site.store.alerts.subscriber_rules() == ()


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (
            {"action": "try", "when": "body:nowhere"},
            "column 1: &#39;body:nowhere&#39; does not exist",
        ),
        ({"action": "watch", "when": "("}, "column 2: the rule ends here"),
        ({"action": "dance", "when": "a"}, "This form was not filled in here."),
    ],
)
def test_an_invalid_rule_is_explained_beside_the_form(
    site: SubscriberSite, form: dict[str, str], message: str
) -> None:
    page = sign_up(site).replace("/choices/", "/alerts/")
    answer = send_request(site, "POST", page, **form)

    assert answer.status_code == 400
    assert message in answer.text
    assert site.store.alerts.subscriber_rules() == ()


def test_a_subscriber_may_have_twenty_rules(site: SubscriberSite) -> None:
    page = sign_up(site).replace("/choices/", "/alerts/")
    for number in range(20):
        site.subscriber_rules.watch_for(
            site.subscriber(), SubscriberRule(id="", when=f"word{number}"), site.now
        )
    answer = send_request(site, "POST", page, action="watch", when="more")

    assert answer.status_code == 400
    assert "20 rules are the most; remove one first" in answer.text


def test_a_get_changes_nothing_and_a_forged_token_opens_nothing(site: SubscriberSite) -> None:
    page = sign_up(site).replace("/choices/", "/alerts/")
    send_request(site, "GET", f"{page}?action=watch&when=open")
    assert site.store.alerts.subscriber_rules() == ()
    assert send_request(site, "GET", f"{page}x").status_code == 404
    assert send_request(site, "POST", f"{page}x", action="watch", when="open").status_code == 404


def test_a_subscriber_can_choose_alerts_only(site: SubscriberSite) -> None:
    choices = sign_up(site)
    assert "/alerts/" in send_request(site, "GET", choices).text
    send_request(site, "POST", choices, action="save", only_alerts="yes")

    assert site.subscriber().choices.only_alerts
    assert 'name="only_alerts" value="yes" checked' in send_request(site, "GET", choices).text


def test_a_rule_needs_a_destination_and_has_to_exist(site: SubscriberSite) -> None:
    page = sign_up(site).replace("/choices/", "/alerts/")
    send_request(site, "POST", page, action="watch", when='"open data"')

    assert "would tell nobody" in send_request(site, "POST", page, action="place", id="rule-1").text
    assert (
        "not there any more" in send_request(site, "POST", page, action="place", id="rule-9", mail="yes").text
    )
    ((_, rule),) = site.store.alerts.subscriber_rules()
    assert rule == SubscriberRule(id="rule-1", when='"open data"')


def test_the_same_condition_saved_again_keeps_its_destinations(site: SubscriberSite) -> None:
    page = sign_up(site).replace("/choices/", "/alerts/")
    send_request(site, "POST", page, action="watch", when='"open data" AND plan')
    send_request(site, "POST", page, action="place", id="rule-1", feed="yes")
    ((_, before),) = site.store.alerts.subscriber_rules()
    send_request(site, "POST", page, action="watch", when='"open data" plan', **{"rhythm": "daily"})

    ((_, after),) = site.store.alerts.subscriber_rules()
    assert (after.feed_secret, after.mail, after.frequency) == (before.feed_secret, False, Frequency.DAILY)
