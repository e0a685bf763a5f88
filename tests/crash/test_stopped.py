"""A signal ends the program within ten seconds; what is in progress is finished or given back."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.model import DeliveryStatus
from tests.crash import killed_child
from tests.crash.mail_server import run_mail_server
from tests.crash.test_mail_killed import MONDAY, prepare
from tests.project.test_start import HEADERS, start_program
from tests.support.projects import SMALL_REGISTER, make_atom_feed, small_project
from tests.support.server import ScriptedResponse, ScriptedServer

PROMISED_SECONDS = 10


@pytest.mark.parametrize(
    "signals", [[signal.SIGTERM], [signal.SIGINT, signal.SIGTERM]], ids=["once", "twice"]
)
def test_a_batch_that_is_stopped_is_given_back_and_nobody_gets_two(
    tmp_path: Path, signals: list[signal.Signals]
) -> None:
    with run_mail_server(tmp_path / "mails.jsonl") as mail_server:
        project = prepare(tmp_path / "project", mail_server, [f"slow-{n}" for n in range(60)])
        child, pipe = killed_child.start(project.folder, project.command_line(MONDAY))
        mail_server.wait_for(12, seconds=60)
        started = time.monotonic()
        for number in signals:
            os.kill(child, number)
        code = killed_child.wait(child)
        seconds = time.monotonic() - started
        os.close(pipe)
        stopped, sent = project.status_counts(), mail_server.count()
        # Due at once, and not after a pause.
        again = killed_child.run_to_end(project.folder, project.command_line(MONDAY + timedelta(seconds=1)))
        copies = Counter(mail["to"] for mail in mail_server.accepted_mails())

    # Two signals at once come in any order.
    assert code - 128 in signals
    assert seconds < PROMISED_SECONDS
    assert 12 <= sent < 60
    assert stopped == {DeliveryStatus.ACCEPTED: sent, DeliveryStatus.PLANNED: 60 - sent}
    assert again[0] == 0
    assert (len(copies), set(copies.values())) == (60, {1})


@pytest.mark.long
def test_the_program_ends_while_an_answer_is_being_read(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    endless = make_atom_feed({f"/{n}": f"Plan {n}" for n in range(20_000)})
    with ScriptedServer({"/one.atom": ScriptedResponse(headers=HEADERS, payload=endless)}) as server:
        project.sources({"one": server.url("/one.atom")})
        # The records are read first, so that the reading process is there.
        with start_program(project, until="polled") as (process, _):
            while not server.paths().count("/one.atom"):
                time.sleep(0.05)
            time.sleep(1)
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            code, seconds = process.wait(timeout=30), time.monotonic() - started

    assert (code, seconds < PROMISED_SECONDS) == (0, True)


@pytest.mark.long
def test_the_program_ends_in_the_middle_of_publishing_and_the_next_run_does_the_rest(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    items = make_atom_feed({f"/{n}": f"Plan {n} on open data" for n in range(1_000)})
    with ScriptedServer({"/one.atom": ScriptedResponse(headers=HEADERS, payload=items)}) as server:
        project.sources({"one": server.url("/one.atom")})
        with start_program(project, until="serving") as (process, _):
            while not (project.folder / "output/entries").is_dir():
                time.sleep(0.05)
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            code, seconds = process.wait(timeout=30), time.monotonic() - started
        files = len(project.output())
        with start_program(project):
            pass
        checked = project.run("publish", "--check")

    assert (code, seconds < PROMISED_SECONDS) == (0, True)
    assert 1 < files < 1_000
    assert len(project.output()) > 1_000
    assert checked.code == 0, checked.err
