"""Of each sort of thing one in ten raises: nine go out, the inbox names the tenth, and it follows later.

Everything goes through the program as it is started from a project's folder; only network and clock are the
test's. Each step opens the store anew, as after a restart. A failing run is repeated by its seed.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import shlex
from collections import Counter
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from aggregator import app as app_module
from aggregator import cli, due_work, log
from aggregator.app import App, open_app
from aggregator.config.settings import load_settings
from aggregator.deliver.alert_mail import alert_run
from aggregator.deliver.mail.outbox import Outbox
from aggregator.deliver.mail.prepared import PreparedMessage
from aggregator.due_work import DueWork
from aggregator.model import Choices, Entry, Message, Subscriber, SubscriberStatus
from aggregator.model.faults import FaultKind
from aggregator.publish.presentation.paths import document_page_path
from aggregator.publish.site import render
from aggregator.services.alerts import new_events, webhooks
from aggregator.services.inbox.queues import FAULT_TEXTS
from aggregator.services.polling import poller
from aggregator.services.publishing import snapshot
from aggregator.services.subscriptions.service import SubscriptionService
from tests.deliver.mail.inbound import personal_mail
from tests.deliver.mail.subscribers import TOKENS, make_subscriber
from tests.services.stage import FakeNetwork
from tests.support.builders import instant
from tests.support.parsing import in_process_parser
from tests.support.projects import SMALL_REGISTER, make_atom_feed, small_project

BEGIN, MONDAY = instant("2026-05-14 09:00"), instant("2026-06-08 09:00")
PAUSE_OVER = MONDAY + timedelta(minutes=11)
RUN = "2026-W23"
PERIODS = ("2026-W20", "2026-W21", "2026-W22", *(f"2026-06-0{day}" for day in range(1, 8)))
TEN: Final = tuple(range(10))
SETTINGS = """\
replies_mailbox: maildir:replies
mail_from: letters@updates.example.org
"""
RULE = """\
  - id: {id}
    name: {id}
    when: title:"part {n}" relevance:any
    {destination}
"""


def make_alerts() -> str:
    rules = [RULE.format(id=f"mailed-{n}", n=n, destination="mail: [watcher@example.org]") for n in TEN]
    for n in TEN:
        hook = f'webhook: {{url: "https://hook.example.org/{n}", secret_env: HOOK_SECRET}}'
        rules.append(RULE.format(id=f"posted-{n}", n=n, destination=hook))
    return "alerts:\n" + "".join(rules)


@dataclass
class Project:
    """Eleven feeds, ten documents in one of them, twenty rules, ten readers and ten who leave by mail."""

    folder: Path
    network: FakeNetwork = field(default_factory=FakeNetwork)
    # How often each mail was put into the outbox.
    mails: Counter[tuple[str, str]] = field(default_factory=Counter)
    # Ten that are missing since the first run.
    pages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        made = small_project(self.folder, register=SMALL_REGISTER, records=())
        addresses = {f"feed-{n}": f"https://www.example.org/{n}.atom" for n in TEN}
        made.sources({**addresses, "parts": "https://www.example.org/parts.atom"}, records=False)
        settings = self.folder / "settings.yaml"
        settings.write_text(settings.read_text() + SETTINGS)
        (self.folder / "alerts.yaml").write_text(make_alerts())
        (self.folder / "data").mkdir()
        (self.folder / "data/secret").write_bytes(TOKENS.key)
        for name in ("cur", "new", "tmp"):
            (self.folder / "replies" / name).mkdir(parents=True)

    @asynccontextmanager
    async def fetcher(self, *_: Any) -> Any:
        yield self.network

    def open(self, at: datetime) -> Any:
        return open_app(load_settings(self.folder / "settings.yaml"), at=at)

    def begin(self) -> None:
        """Poll empty feeds, so that what comes later is new, and let everybody subscribe."""
        self.answer({}, {n: {} for n in TEN})
        self.run(BEGIN)
        # Without pages of digests, which are another sort.
        html = (one for one in (self.folder / "output").rglob("*.html") if one.parent.name != "digests")
        paths = sorted(path.relative_to(self.folder / "output").as_posix() for path in html)
        self.pages = tuple(random.Random(0).sample(paths, 10))  # noqa: S311  # the same ones each time
        for path in self.pages:
            (self.folder / "output" / path).unlink()
        with self.open(BEGIN) as app:
            app.store.subscribers.add(
                [
                    *(reader(f"reader-{n}") for n in TEN),
                    *(reader(f"leaver-{n}", status=SubscriberStatus.PAUSED) for n in TEN),
                    reader("watcher", choices=Choices(only_alerts=True)),
                ]
            )
        for n in TEN:
            (self.folder / f"replies/new/{n}.mail").write_bytes(leaving_mail(n))
        self.answer({f"/part-{n}": f"Part {n}" for n in TEN}, {n: {f"/{n}": f"Of feed {n}"} for n in TEN})

    def answer(self, parts: dict[str, str], feeds: dict[int, dict[str, str]]) -> None:
        at = "2026-06-08T07:00:00Z"
        self.network.responses = {
            "https://www.example.org/parts.atom": make_atom_feed(parts, at),
            **{f"https://www.example.org/{n}.atom": make_atom_feed(one, at) for n, one in feeds.items()},
            **{f"https://hook.example.org/{n}": b"" for n in TEN},
        }

    def run(self, at: datetime) -> None:
        """Do all that is due, in a program that was just started."""
        with self.open(at) as app:
            asyncio.run(app.run_once(lambda _: None))
            asyncio.run(app.send_due())

    def command(self, *arguments: str) -> str:
        result = CliRunner().invoke(cli.app, arguments)
        assert result.exit_code == 0, result.output
        return result.output

    def inbox(self, at: datetime) -> dict[str, str]:
        """What is set aside, and the command that settles it."""
        items = json.loads(self.command("inbox", "--json", "--at", at.isoformat()))
        return {item["what"]: item["command"] for item in items if item["kind"] == "set aside"}

    def health(self, at: datetime) -> dict[str, Any]:
        with self.open(at) as app:
            return DueWork(app, self.network).health()


def reader(name: str, **changes: Any) -> Subscriber:
    choices = {"choices": Choices(when_empty=True)} | changes
    return make_subscriber(id=name, address=f"{name}@example.org", **choices)


def leaving_mail(n: int) -> bytes:
    return personal_mail(subject=f"leave {TOKENS.unsubscribe_token(f'leaver-{n}')}")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(tmp_path / "project")
    monkeypatch.setattr(app_module, "live_fetcher", made.fetcher)
    monkeypatch.setattr(due_work, "shared_parser", in_process_parser)
    monkeypatch.setenv("HOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    monkeypatch.chdir(made.folder)
    log.configure(verbose=False)
    put = Outbox._put

    def counted(self: Outbox, message: Message) -> None:
        put(self, message)
        made.mails[message.run, message.subscriber_id] += 1

    monkeypatch.setattr(Outbox, "_put", counted)
    made.begin()
    return made


# ---------------------------------------------------------------- the sorts of things
@dataclass(frozen=True)
class Sort:
    """One sort of thing: what raises, for which call, its key in the store, and which of the ten went out."""

    where: tuple[Any, str]
    # Whether a call with these arguments is about the n-th of ten.
    is_about: Callable[[Project, int, tuple[Any, ...], dict[str, Any]], bool]
    key: Callable[[Project, App, int], str]
    # How often each went out.
    count: Callable[[Project, App, int], int]

    def break_it(self, project: Project, n: int, patch: pytest.MonkeyPatch) -> None:
        call = getattr(*self.where)

        def raising(*arguments: Any, **named: Any) -> Any:
            if self.is_about(project, n, arguments, named):
                raise ZeroDivisionError("a bug")
            return call(*arguments, **named)

        patch.setattr(*self.where, raising)


def part(app: App, n: int) -> Entry:
    """The n-th of the ten documents."""
    return next(one.entry for one in app.store.documents.all() if one.entry.title == f"Part {n}")


def document_page_is_whole(project: Project, app: App, n: int) -> int:
    page = (project.folder / "output" / document_page_path(part(app, n))).read_text()
    return int(f"Part {n}" in page and "could not be shown" not in page)


def alert_runs(n: int) -> str:
    """How the runs of a rule's mails begin, whenever they are sent."""
    return alert_run(f"mailed-{n}", MONDAY).partition(".")[0]


def alert_key(app: App, n: int) -> str:
    entry = part(app, n)
    (alert,) = app.store.alerts.by_rule_and_document([entry.id])[f"posted-{n}", entry.id]
    return f"posted-{n}/{entry.id}/{alert.event.key}"


SORTS: Final = {
    FaultKind.SOURCE: Sort(
        (poller, "read_source"),
        lambda _, n, arguments, __: arguments[0].id == f"feed-{n}",
        lambda _, __, n: f"feed-{n}",
        lambda _, app, n: [one.entry.title for one in app.store.documents.all()].count(f"Of feed {n}"),
    ),
    FaultKind.DOCUMENT: Sort(
        (render, "document_page_values"),
        lambda _, n, arguments, __: arguments[0].entry.title == f"Part {n}",
        lambda _, app, n: part(app, n).id,
        document_page_is_whole,
    ),
    FaultKind.PAGE: Sort(
        (render, "_render"),
        lambda project, n, _, named: named["path"] == project.pages[n],
        lambda project, _, n: project.pages[n],
        lambda project, _, n: int((project.folder / "output" / project.pages[n]).exists()),
    ),
    FaultKind.DIGEST: Sort(
        (snapshot, "compose"),
        lambda _, n, arguments, __: arguments[0] == PERIODS[n],
        lambda _, __, n: PERIODS[n],
        lambda _, app, n: int(app.store.digests.get(PERIODS[n]) is not None),
    ),
    FaultKind.ALERT_RULE: Sort(
        (new_events, "alert_events"),
        lambda _, n, arguments, __: arguments[0].rule.key == f"mailed-{n}",
        lambda _, __, n: f"mailed-{n}",
        lambda project, _, n: sum(
            count for (run, _), count in project.mails.items() if run.startswith(alert_runs(n))
        ),
    ),
    FaultKind.DELIVERY: Sort(
        (PreparedMessage, "personalise"),
        lambda _, n, arguments, __: arguments[1].id == f"reader-{n}",
        lambda _, __, n: f"{RUN}/reader-{n}",
        lambda project, _, n: project.mails[RUN, f"reader-{n}"],
    ),
    FaultKind.WEBHOOK: Sort(
        (webhooks, "build_webhook_request"),
        lambda _, n, arguments, __: arguments[1].key == f"posted-{n}",
        lambda _, app, n: alert_key(app, n),
        lambda project, _, n: project.network.requested_urls.count(f"https://hook.example.org/{n}"),
    ),
    FaultKind.MAIL: Sort(
        (SubscriptionService, "unsubscribe"),
        lambda _, n, arguments, __: arguments[1] == f"leaver-{n}",
        lambda _, __, n: hashlib.sha256(leaving_mail(n)).hexdigest(),
        lambda _, app, n: int(has_left(app, n)),
    ),
}


def has_left(app: App, n: int) -> bool:
    found = app.store.subscribers.get(f"leaver-{n}")
    return found is not None and found.status is SubscriberStatus.UNSUBSCRIBED


def counts(project: Project, at: datetime) -> dict[FaultKind, list[int]]:
    with project.open(at) as app:
        return {kind: [sort.count(project, app, n) for n in TEN] for kind, sort in SORTS.items()}


@pytest.mark.parametrize(
    ("kinds", "seed"),
    [
        pytest.param(tuple(SORTS), 0, id="all at once, seed 0"),
        *(
            pytest.param((kind,), seed, id=f"{kind}, seed {seed}", marks=pytest.mark.long)
            for kind in SORTS
            for seed in (1, 2)
        ),
    ],
)
def test_nine_go_out_the_inbox_names_the_tenth_and_it_follows_once_mended(
    project: Project, monkeypatch: pytest.MonkeyPatch, kinds: tuple[FaultKind, ...], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # a choice that a failing run can repeat
    bad = {kind: chance.choice(TEN) for kind in kinds}
    expected = {kind: [int(bad.get(kind) != n) for n in TEN] for kind in SORTS}

    with monkeypatch.context() as bugs:
        for kind in kinds:
            SORTS[kind].break_it(project, bad[kind], bugs)
        project.run(MONDAY)
        assert counts(project, MONDAY) == expected
        # The pause is not over.
        project.run(MONDAY + timedelta(minutes=1))
    assert counts(project, MONDAY) == expected

    waiting = project.inbox(MONDAY)
    with project.open(MONDAY) as app:
        keys = {kind: SORTS[kind].key(project, app, bad[kind]) for kind in kinds}
    status = project.command("status")
    assert len(waiting) == len(kinds)
    for kind, key in keys.items():
        said = FAULT_TEXTS[kind].format(key=key)
        (command,) = [command for what, command in waiting.items() if f"{said}: ZeroDivisionError" in what]
        assert command == f"aggregator inbox --retry {shlex.quote(key)}"
        assert said in status
    assert project.health(MONDAY)["inbox"]["set aside"] == len(kinds)

    project.run(PAUSE_OVER)
    assert counts(project, PAUSE_OVER) == {kind: [1] * 10 for kind in SORTS}
    assert project.inbox(PAUSE_OVER) == {}


@pytest.mark.parametrize(
    ("kind", "command", "code"),
    [
        (None, "run", 3),
        (FaultKind.DOCUMENT, "run", 1),
        (FaultKind.DOCUMENT, "publish", 1),
        (FaultKind.DELIVERY, "digest send", 1),
        (FaultKind.DOCUMENT, "digest send", 1),
    ],
)
@pytest.mark.long
def test_what_is_set_aside_because_of_a_bug_is_exit_code_1_before_3_for_sources(
    project: Project, monkeypatch: pytest.MonkeyPatch, kind: FaultKind | None, command: str, code: int
) -> None:
    del project.network.responses["https://www.example.org/3.atom"]
    if command != "run":
        with project.open(MONDAY) as app:
            asyncio.run(app.poll_only(app.poller.enabled_sources(), lambda _: None))
    with monkeypatch.context() as bugs:
        if kind:
            SORTS[kind].break_it(project, 7, bugs)
        result = CliRunner().invoke(cli.app, [*command.split(), "--at", PAUSE_OVER.isoformat()])

    assert result.exit_code == code, result.output


@pytest.mark.long
def test_what_the_inbox_says_settles_it_at_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as bugs:
        for sort in SORTS.values():
            sort.break_it(project, 7, bugs)
        project.run(MONDAY)

    for command in project.inbox(MONDAY).values():
        project.command(*shlex.split(command)[1:], "--at", MONDAY.isoformat())
    project.run(MONDAY + timedelta(minutes=1))

    assert counts(project, MONDAY) == {kind: [1] * 10 for kind in SORTS}
    assert project.inbox(MONDAY) == {}
