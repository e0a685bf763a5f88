"""A message is the list's only if our mail server says that a domain of the list passed."""

from __future__ import annotations

import pytest

from aggregator.model import MailTrust
from tests.parse.mail.messages import PASSED, entry_of, message, quarantine_reason

NONE = "mx.example.net found no DKIM, SPF or DMARC pass for a domain of the list"


@pytest.mark.parametrize(
    "results",
    [
        "mx.example.net; dkim=pass header.d=lists.example.org",
        "MX.example.net 1; DKIM=PASS (good (2048 bit) key) header.d=Lists.Example.org.",
        "mx.example.net;dkim=pass header.i=@lists.example.org header.s=a",
        "mx.example.net; dkim=pass header.d=example.org",
        "mx.example.net; dkim=pass header.d=msf.lists.example.org",
        "mx.example.net; dkim/1 = pass header.d = lists.example.org",
        'mx.example.net; dkim=pass reason="good; signature" header.d=lists.example.org',
        "mx.example.net; spf=pass smtp.mailfrom=msf-bounces@lists.example.org",
        "mx.example.net; spf=pass smtp.mailfrom=lists.example.org",
        "mx.example.net; dmarc=pass header.from=lists.example.org",
        "mx.example.net; dkim=fail header.d=lists.example.org; spf=pass smtp.mailfrom=a@lists.example.org",
        "mx.example.net; dkim=pass header.d=other.example; dkim=pass header.d=lists.example.org",
    ],
)
def test_a_pass_for_a_domain_of_the_list_is_accepted(results: str) -> None:
    assert entry_of(message(Authentication_Results=results)).title == "Example: A plan"


@pytest.mark.parametrize(
    ("results", "passed"),
    [
        ("mx.example.net; none", "nothing"),
        ("mx.example.net", "nothing"),
        ("mx.example.net; dkim=pass", "nothing"),
        ("mx.example.net; dkim=fail header.d=lists.example.org", "nothing"),
        ("mx.example.net; dkim=passed header.d=lists.example.org", "nothing"),
        ("mx.example.net; arc=pass header.d=lists.example.org", "nothing"),
        ("mx.example.net; spf=pass smtp.helo=lists.example.org", "nothing"),
        ("mx.example.net; dkim=pass header.d=attacker.example", "dkim=attacker.example"),
        ("mx.example.net; dkim=pass header.d=org", "dkim=org"),
        ("mx.example.net; dkim=pass header.d=notlists.example.org", "dkim=notlists.example.org"),
        ("mx.example.net; dkim=pass header.d=a.msf.lists.example.org", "dkim=a.msf.lists.example.org"),
        ("mx.example.net; dkim=pass header.d=a.example header.d=lists.example.org", "dkim=a.example"),
        ("mx.example.net; dkim=fail (; dkim=pass header.d=lists.example.org)", "nothing"),
        ("mx.example.net; dkim=fail (a \\) ; dkim=pass header.d=lists.example.org)", "nothing"),
        (
            'mx.example.net; spf=pass smtp.mailfrom="a; dkim=pass header.d=example.org "@b.example',
            "spf=b.example",
        ),
        ('mx.example.net; dkim=fail reason="\\"; dkim=pass header.d=lists.example.org"', "nothing"),
    ],
)
def test_any_other_result_is_not(results: str, passed: str) -> None:
    assert quarantine_reason(message(Authentication_Results=results)) == f"{NONE} (passed: {passed})"


@pytest.mark.parametrize(
    "results",
    [
        "mx.example.com; dkim=pass header.d=lists.example.org",
        "mx.example.net.evil.example; dkim=pass header.d=lists.example.org",
        "(mx.example.net; dkim=pass header.d=lists.example.org",
        'mx.example.net; "dkim=pass header.d=lists.example.org',
        "; dkim=pass header.d=lists.example.org",
        "",
        None,
    ],
)
def test_results_of_an_unknown_server_are_ignored(results: str | None) -> None:
    reason = quarantine_reason(message(Authentication_Results=results))
    assert reason == "no Authentication-Results of a server named under mail: servers"


def test_of_several_results_the_topmost_of_a_named_server_counts() -> None:
    """The sender of a message can write the lower ones himself."""
    below = b"Authentication-Results: " + PASSED.encode() + b"\n"
    nothing = b"Authentication-Results: mx.example.net; dkim=none\n"
    strange = b"Authentication-Results: mx.example.com; dkim=fail\n"
    rest = message(Authentication_Results=None)
    assert quarantine_reason(nothing + below + rest).startswith(NONE)
    assert entry_of(strange + below + nothing + rest).title == "Example: A plan"


def test_a_line_that_only_looks_like_a_field_is_ignored() -> None:
    forged = message(Authentication_Results=None, X_Note=f"a\u2028Authentication-Results: {PASSED}")
    assert quarantine_reason(forged).startswith("no Authentication-Results")
    assert quarantine_reason(forged.replace("\u2028".encode(), b"\r")).startswith("no Authentication-Results")
    assert quarantine_reason(forged.replace("\u2028".encode(), b"\n ")).startswith(
        "no Authentication-Results"
    )


@pytest.mark.parametrize(
    ("list_id", "why"),
    [
        (None, "it has no List-Id"),
        ("msf.lists.example.org", "its List-Id cannot be read"),
        ("<msf.lists.example.org> and more", "its List-Id cannot be read"),
        ("<other.lists.example.org>", "it is of another list (other.lists.example.org)"),
        ("<a;b\u202e>", "it is of another list (a_b_)"),
        ("<msf.lists.example.org>\nList-Id: <msf.lists.example.org>", "its List-Id cannot be read"),
    ],
)
def test_a_message_without_a_list_or_of_another_list_is_quarantined(list_id: str | None, why: str) -> None:
    assert quarantine_reason(message(List_Id=list_id)) == why


@pytest.mark.parametrize(
    "list_id",
    ["<msf.lists.example.org>", '"The <old> forum" <MSF.lists.example.org>', "F < msf.lists.example.org > "],
)
def test_the_list_id_is_the_last_text_in_angle_brackets(list_id: str) -> None:
    assert entry_of(message(List_Id=list_id)).title == "Example: A plan"


def test_domains_that_the_operator_names_take_the_place_of_the_lists_own() -> None:
    trust = MailTrust(
        list_id="abc.list-id.sender.example", servers=("other", "mx.example.net"), signers=("Example.org",)
    )
    sent = {"List_Id": "<abc.list-id.sender.example>"}
    for domain in ("example.org", "mail.example.org"):
        results = f"mx.example.net; dkim=pass header.d={domain}"
        found = entry_of(message(Authentication_Results=results, **sent), trust=trust)
        assert found.title == "Example: A plan"
    for domain in ("sender.example", "badexample.org", "org"):
        results = f"mx.example.net; dkim=pass header.d={domain}"
        assert quarantine_reason(message(Authentication_Results=results, **sent), trust=trust).startswith(
            NONE
        )
