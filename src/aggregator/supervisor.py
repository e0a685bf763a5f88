"""The long-running form: poll, publish, send, serve, and begin anew when the operator's files change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aggregator import log
from aggregator.app import App
from aggregator.deliver.mail.tokens import Tokens, read_key
from aggregator.due_work import DueWork, send_due
from aggregator.errors import AggregatorError, ConfigError
from aggregator.schedule import Call, scheduler
from aggregator.services.mailing.mailer import leaves
from aggregator.services.subscriptions.service import SubscriptionService, choosable
from aggregator.web import AppSwapper, LetterPages, application, bind

SETTLES: Final = 1.0
"""Seconds for which files have to stand as they are: whoever writes them may be in the middle of it."""

NOT_TAKEN_UP: Final = "files have changed and are not good: going on with what they said before"


@dataclass(frozen=True, slots=True)
class Opened:
    """A program that is fit to run, and what closes it."""

    program: App
    pages: LetterPages | None
    close: ExitStack


class ConfigWatcher:
    """The operator's files: `look` notices that they have changed, and opens the next program from them.

    `standing` gives a fingerprint of the files, `reopen` a program that is built from them.
    """

    def __init__(
        self, standing: Callable[[], str], reopen: Callable[[], AbstractContextManager[App]]
    ) -> None:
        self._standing = standing
        self._reopen = reopen
        self._seen = ""
        self.next: Opened | None = None

    def open(self) -> Opened:
        """The program as the files stand now. Raises ConfigError, StoreError and DeliveryError."""
        self._seen = self._standing()  # before they are read: what is edited meanwhile is noticed
        with ExitStack() as close:
            program = close.enter_context(self._reopen())
            leaves(program.config.settings, program.replay)
            return Opened(program, letter_pages(program), close.pop_all())

    async def look(self) -> bool:
        """Whether there is a `next` program.

        Mistakes are told once: the files are not read again until they change again.
        """
        stands = self._standing()
        if self._is_new(stands):
            await asyncio.sleep(SETTLES)
            if self._is_new(stands) and self._standing() == stands:
                self._take_up()
        return self.next is not None

    def _is_new(self, stands: str) -> bool:
        return self.next is None and stands != self._seen

    def _take_up(self) -> None:
        try:
            self.next = self.open()
            log.happened("files have changed: going on with what they say now")
        except AggregatorError as error:
            for mistake in error.mistakes if isinstance(error, ConfigError) else (error,):
                log.happened(NOT_TAKEN_UP, mistake=str(mistake))


class Calls:
    """The scheduler's calls. Once there is a next program none begins; when the last has ended, `leave`."""

    def __init__(self, edits: ConfigWatcher) -> None:
        self._edits = edits
        self._under_way = 0
        self.leave = asyncio.Event()

    def watched(self, call: Call) -> Callable[[], Coroutine[Any, Any, None]]:
        """`call`, made while the files stand as they were read."""

        async def made() -> None:
            if not await self._edits.look():
                self._under_way += 1
                try:
                    await call()
                finally:
                    self._under_way -= 1
            if self._edits.next and not self._under_way:
                self.leave.set()

        return made


def run_on(standing: Callable[[], str], reopen: Callable[[], AbstractContextManager[App]], port: int) -> None:
    """Poll what is due, publish, issue letters, serve output/ on localhost, until SIGINT or SIGTERM.

    Raises ConfigError when the port is taken, and as `Edits.open` while nothing runs yet.
    """
    edits = ConfigWatcher(standing, reopen)
    first = edits.open()
    with first.close, closing(bind(port)) as listener:
        log.happened("serving", address=f"http://127.0.0.1:{listener.getsockname()[1]}/")
        asyncio.run(_run_all(first, AppSwapper(listener), edits))


async def _run_all(opened: Opened, front: AppSwapper, edits: ConfigWatcher) -> None:
    """One program after the other."""
    while True:
        with opened.close:
            await _run(opened, front, Calls(edits))
        if edits.next is None:
            return
        opened, edits.next = edits.next, None


async def _run(opened: Opened, front: AppSwapper, calls: Calls) -> None:
    """Run one program until there is a next one, or we are told to end."""
    program = opened.program
    async with program.fetch() as fetch:
        due = DueWork(program, fetch)
        look = calls.watched(due.work)
        send = calls.watched(partial(send_due, program.postman, program.hooks, fetch))
        reminders = scheduler(look, send, calls.watched(due.index), program.config.settings.zone)
        site = application(program.config.settings.output_folder, due.health, opened.pages)
        serving = front.show(site)
        reminders.start()
        first, left = asyncio.create_task(look()), asyncio.create_task(calls.leave.wait())
        await asyncio.wait([serving, left], return_when=asyncio.FIRST_COMPLETED)
        reminders.shutdown(wait=False)
        first.cancel()
        left.cancel()
        if serving.done():
            serving.result()


def letter_pages(program: App) -> LetterPages | None:
    """The pages on which people sign up, where the operator says at what address they are reached.

    Raises DeliveryError when the key of links cannot be read.
    """
    settings = program.config.settings
    if not settings.letters_url:
        return None
    tokens = Tokens(read_key(settings.path(settings.secret_file)))
    service = SubscriptionService(program.store, tokens)
    return LetterPages(service, program.own_rules, settings.site, program.clock, choosable(program.config))
