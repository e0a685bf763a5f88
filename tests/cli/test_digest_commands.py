"""The commands of digests and subscribers."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from aggregator.model import DEMONSTRATION
from aggregator.store import open_store
from tests.deliver.digest.digests import make_digest, make_item, make_section
from tests.support.builders import instant
from tests.support.projects import PROJECT, SMALL_REGISTER, SmallProject, make_atom_feed, small_project

MONDAY = "2024-01-29T08:00:00Z"
ON = "mail_send: yes\nmail_server: smtps://b.org\nmail_from: {}@b.org"


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A project whose digest of 2024-W04 was issued."""
    made = small_project(tmp_path / "project", register=SMALL_REGISTER)
    made.sources({})
    (made.folder / "data").mkdir()
    with open_store(f"sqlite:///{made.folder}/data/aggregator.db") as store:
        store.digests.issue([make_digest(make_section("Documents", make_item()))])
    return made


def test_a_subscriber_is_added_gets_a_digest_in_the_outbox_and_is_removed(project: SmallProject) -> None:
    added = project.run("subscribers", "add", " Reader@Example.org ", "--at", MONDAY)
    assert added.code == 0, added.err
    id = added.out.split()[0]
    sent = project.run("digest", "send", "--at", MONDAY)
    assert sent.out == "1 accepted. Mail goes into data/outbox; none leaves this machine.\n"
    (message,) = (project.folder / "data/outbox").rglob("*.eml")
    assert message.name == f"{id}.eml"
    assert message_from_bytes(message.read_bytes(), policy=policy.default)["To"] == "reader@example.org"
    assert project.run("digest", "send", "--at", MONDAY).out.startswith("No delivery was due.")

    again = project.run("subscribers", "add", "reader@example.org", "--daily", "--welsh-first")
    assert again.out.split()[0] == id
    (listed,) = json.loads(project.run("subscribers", "list", "--json").out)
    shown = [listed[name] for name in ("id", "status", "frequency", "title_language")]
    assert shown == [id, "active", "daily", "cy"]
    assert "reader@example.org" in project.run("subscribers", "export").out
    assert project.run("subscribers", "remove", "reader@example.org").code == 0
    assert json.loads(project.run("subscribers", "list", "--json").out)[0]["status"] == "unsubscribed"
    assert project.run("subscribers", "erase", id).out == "1 erased.\n"
    assert json.loads(project.run("subscribers", "list", "--json").out) == []


def test_what_one_project_exports_another_imports(full_project: SmallProject) -> None:
    file = full_project.folder / "subscribers.csv"
    file.write_text(
        "address,bodies,is_list,leave_instructions,frequency,title_language\n"
        "a@example.org,scot-gov,no,\nl@lists.org,,yes,https://x.org/,daily,cy\n"
    )
    assert full_project.run("subscribers", "import", "subscribers.csv", "--at", MONDAY).out == (
        "2 added, 0 left unchanged.\n"
    )
    exported = full_project.run("subscribers", "export").out
    file.write_text(exported)

    assert full_project.run("subscribers", "import", "subscribers.csv").out == "0 added, 2 left unchanged.\n"
    assert sorted(exported.splitlines()) == [
        "a@example.org,active,2024-01-29T08:00:00+00:00,scot-gov,,,no,weekly,en,no,,no",
        "address,status,since,bodies,topics,types,when_empty,"
        "frequency,title_language,is_list,leave_instructions,only_alerts",
        "l@lists.org,active,2024-01-29T08:00:00+00:00,,,,no,daily,cy,yes,https://x.org/,no",
    ]


def test_a_daily_digest_is_previewed_by_its_day(project: SmallProject) -> None:
    shown = project.run("digest", "preview", "--day", "2024-01-24", "--at", MONDAY)
    assert "Letter of Wednesday 24 January 2024" in shown.out


def test_a_csv_file_with_an_error_adds_nobody_and_names_the_line(project: SmallProject) -> None:
    (project.folder / "subscribers.csv").write_text(
        "address,frequency\na@example.org,\n\nnobody,\nb@example.org,hourly\n"
    )

    ended = project.run("subscribers", "import", "subscribers.csv")

    assert ended.code == 2
    assert "subscribers.csv:4: this is no mail address that can be written to" in ended.err
    assert "subscribers.csv:5: 'hourly' is none of weekly, daily" in ended.err
    assert json.loads(project.run("subscribers", "list", "--json").out) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("subscribers", "add", "nobody"), "this is no mail address"),
        (
            ("subscribers", "add", "a@example.org", "--body", "atlantis"),
            "body atlantis: this id does not exist",
        ),
        (("subscribers", "add", "a@example.org", "--type", "rumour"), "type rumour: this id does not exist"),
        (("subscribers", "add", "a@example.org", "--topic", "tea"), "topic tea: this id does not exist"),
        (("digest", "preview", "--day", "2024-01-24", "--week", "2024-W04"), "a week or a day, not both"),
        (("subscribers", "remove", "a@example.org"), "nobody is known by this id or address"),
        (("subscribers", "erase", "a@example.org"), "nobody is known by this id or address"),
        (("subscribers", "import", "missing.csv"), "missing.csv: cannot be read"),
    ],
)
def test_wrong_use_is_refused_in_plain_words(
    project: SmallProject, arguments: tuple[str, ...], message: str
) -> None:
    ended = project.run(*arguments)

    assert ended.code == 2
    assert message in ended.err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("mail_send: yes", "setting mail_from: mail_send is on, and this is not set"),
        ("mail_server: mail.example.org", "write smtps://USER@HOST:PORT"),
        ("mail_server: smtps://u:p@mail.example.org", "remove the password from the address"),
        ("mail_from: Somebody <a@b.org>", "write a plain mail address"),
        ("subscriptions_url: http://updates.example.org/letters/", "write an https:// address"),
        ("mail_batch: 0", "mail_batch"),
        (ON.format("letters-uk-x"), "letters-uk-x@b.org: at most 11 characters may stand before the @"),
        (
            ON.format("letters-uk") + "\nreplies_address: bounces-here@b.org",
            "another mailbox in replies_address",
        ),
    ],
)
def test_wrong_mail_settings_are_refused_with_a_remedy(
    project: SmallProject, line: str, message: str
) -> None:
    with (project.folder / "settings.yaml").open("a") as settings:
        settings.write(line + "\n")

    ended = project.run("digest", "send", "--at", MONDAY)

    assert ended.code == 2
    assert message in ended.err


def test_a_former_subscriber_is_erased_four_weeks_later_or_at_once_by_erase(project: SmallProject) -> None:
    for name in ("a", "b"):
        project.run("subscribers", "add", f"{name}@example.org", "--at", MONDAY)
    project.run("digest", "send", "--at", MONDAY)
    outbox = project.folder / "data/outbox/2024-W04"
    assert len(list(outbox.glob("*.eml"))) == 2

    project.run("subscribers", "remove", "a@example.org", "--at", MONDAY)
    project.run("digest", "send", "--at", "2024-02-26T07:59:00Z")
    assert len(list(outbox.glob("*.eml"))) == 2
    project.run("digest", "send", "--at", "2024-02-26T08:01:00Z")
    assert len(list(outbox.glob("*.eml"))) == 1
    assert "a@example.org" not in project.run("subscribers", "export").out
    assert project.run("subscribers", "erase", "B@example.org").code == 0
    assert list(outbox.glob("*.eml")) == []


def test_a_former_subscriber_who_is_added_again_is_active_again(project: SmallProject) -> None:
    for command in ("add", "remove", "add"):
        project.run("subscribers", command, "a@example.org", "--at", MONDAY)

    (found,) = json.loads(project.run("subscribers", "list", "--json").out)
    assert found["status"] == "active"


def test_a_send_issues_the_day_that_closed_and_sends_alerts(tmp_path: Path) -> None:
    project = small_project(tmp_path / "small", records=(), register=PROJECT / "tests/crash/register")
    feed, title = "https://www.example.org/feed", "Open government: the national action plan"
    polls = {(1, feed): make_atom_feed({"/a": "Tea"}), (2, feed): make_atom_feed({"/a": "Tea", "/b": title})}
    replay = ("--replay", project.recording(polls).name)
    project.sources({"one": feed}, records=False)
    rule = "alerts:\n  - id: plans\n    name: Plans\n    when: 'action'\n    mail: [d@example.org]\n"
    (project.folder / "alerts.yaml").write_text(rule)
    for name, options in (("d", ("--daily",)), ("w", ())):
        added = project.run("subscribers", "add", f"{name}@example.org", *options, *replay, "--at", MONDAY)
        assert added.code == 0, added.err
    assert project.run("run", *replay, "--at", "2024-01-31T12:00:00Z").code == 0

    sent = project.run("digest", "send", *replay, "--at", "2024-02-01T08:00:00Z")

    assert sent.out.startswith("2 accepted."), sent.out + sent.err
    mails = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in sorted((project.folder / "data/outbox/replay-recording").rglob("*.eml"))
    ]
    assert {one["To"] for one in mails} == {"d@example.org"}
    assert [one["Subject"] for one in mails] == [
        f"{DEMONSTRATION}. A small project: 1 update, 31 January 2024",
        f"Plans: New: {title}",
    ]
    assert project.run("digest", "send", *replay, "--at", "2024-02-01T08:01:00Z").out.startswith(
        "No delivery"
    )


def test_a_digest_of_the_future_is_neither_issued_nor_sent(project: SmallProject) -> None:
    project.run("subscribers", "add", "a@example.org", "--at", MONDAY)
    before = project.output()

    for command in (
        ["digest", "send"],
        ["digest", "issue"],
        ["digest", "send", "--again", "2024-W04"],
        ["run"],
    ):
        refused = project.run(*command, "--at", "2999-01-07T09:00:00Z")
        assert (refused.code, refused.out) == (2, "")
        assert "option --at: Monday 7 January 2999, 09:00 GMT lies in the future" in refused.err
        assert "wait until then, and leave --at out" in refused.err

    assert project.output() == before
    with open_store(f"sqlite:///{project.folder}/data/aggregator.db") as store:
        assert store.digests.issued_periods() == {"2024-W04"}
        assert store.deliveries.counts_by_run() == {}


def test_a_digest_whose_publishing_failed_goes_out_once_when_its_page_is_there(project: SmallProject) -> None:
    project.run("subscribers", "add", "a@example.org", "--at", MONDAY)
    in_the_way = project.folder / "output/digests/2024-W04.html"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("not ours")
    outbox = project.folder / "data/outbox"

    failed = project.run("digest", "send", "--at", MONDAY)
    assert (failed.code, "2024-W04.html was not published by this program" in failed.err) == (1, True)
    assert list(outbox.rglob("*.eml")) == []
    in_the_way.unlink()
    sent = project.run("digest", "send", "--at", "2024-01-29T08:05:00Z")

    assert sent.out.startswith("1 accepted.")
    assert "Draft" not in in_the_way.read_text()
    assert len(list(outbox.rglob("*.eml"))) == 1
    assert project.run("digest", "send", "--at", "2024-01-29T08:06:00Z").out.startswith("No delivery was due")


def test_a_delivery_whose_outcome_stays_unknown_is_listed_and_settled(project: SmallProject) -> None:
    id = project.run("subscribers", "add", "reader@example.org", "--at", MONDAY).out.split()[0]
    with open_store(f"sqlite:///{project.folder}/data/aggregator.db") as store:
        store.deliveries.plan("2024-W04", [id], instant(MONDAY))
        for _ in range(3):
            store.deliveries.next_batch((), instant(MONDAY), 1)
            store.deliveries.replan_handed_over(instant(MONDAY))

    listed = project.run("digest", "status").out
    assert f"2024-W04 {id}: given up, handed over 3 times without a known outcome" in listed
    settled = project.run("digest", "settle", "2024-W04", id, "--again", "--at", MONDAY)
    assert settled.out == f"2024-W04 {id}: sent again with the next mail.\n"
    assert project.run("digest", "send", "--at", MONDAY).out.startswith("1 accepted.")
    assert project.run("digest", "settle", "2024-W04", id, "--arrived").code == 2
