"""Keeps the program running: polls, publishes, sends, serves; restarts when the operator's files change."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aggregator import log
from aggregator.app import App
from aggregator.clock import ClockSteps
from aggregator.deliver.mail.tokens import Tokens, read_key
from aggregator.due_work import MAIL, WEBHOOKS, WORK, DueWork, send_due, tell_operator
from aggregator.errors import AggregatorError, ConfigError
from aggregator.schedule import Job, build_scheduler
from aggregator.services.inbox.operator_mail import OperatorMail
from aggregator.services.mailing.mailer import sends_mail
from aggregator.services.polling.parser import end_shared_parser
from aggregator.services.subscriptions.service import SubscriptionService, choice_options
from aggregator.tasks import StoppedBySignal, in_thread, run, run_together
from aggregator.web import AppSwapper, SubscriptionPages, bind_port, build_application

# How long changed files must stay the same before we read them: an editor may still be writing.
SETTLE_SECONDS: Final = 1.0

# A threshold of the garbage collector that is not reached.
NEVER: Final = 1_000_000

# Time between two looks at the files and the clock.
WATCH_SECONDS: Final = 60.0

FILES_TAKEN_UP: Final = "files have changed or the clock was set: continuing with the new version"
FILES_INVALID: Final = "files have changed and are not valid: continuing with the version before"


@dataclass(frozen=True, slots=True)
class OpenedApp:
    """An App that is ready to run, and what closes it."""

    app: App
    pages: SubscriptionPages | None
    close: ExitStack


class ConfigWatcher:
    """Notices that the operator's files have changed, and opens the next App from them.

    `fingerprint` gives a hash of the files, `open_app` an App built from them.
    """

    def __init__(
        self, fingerprint: Callable[[], str], open_app: Callable[[], AbstractContextManager[App]]
    ) -> None:
        self._fingerprint = fingerprint
        self._open_app = open_app
        self._last_fingerprint = ""
        self._checking = asyncio.Lock()
        self.next_app: OpenedApp | None = None
        # What is wrong in changed files, which are therefore not in force.
        self.issues: tuple[str, ...] = ()

    def open(self) -> OpenedApp:
        """Open an App from the files. Raises ConfigError, StoreError and DeliveryError."""
        # Before the files are read: an edit made while we read must look like a change afterwards.
        self._last_fingerprint = self._fingerprint()
        with ExitStack() as close:
            app = close.enter_context(self._open_app())
            sends_mail(app.config.settings, app.replay)  # raises ConfigError if mail is not set up properly
            return OpenedApp(app, build_subscription_pages(app), close.pop_all())

    async def check(self) -> bool:
        """Look for changed files; whether a `next_app` is open now.

        Issues in changed files are logged once: the files are not read again until they change again.
        """
        # One at a time: two would open two Apps.
        async with self._checking:
            fingerprint = await in_thread(self._fingerprint)
            if self._is_new(fingerprint):
                await asyncio.sleep(SETTLE_SECONDS)
                if await in_thread(self._fingerprint) == fingerprint:
                    await in_thread(self._open_next)
        return self.next_app is not None

    def _is_new(self, fingerprint: str) -> bool:
        return self.next_app is None and fingerprint != self._last_fingerprint

    def _open_next(self) -> None:
        try:
            self.next_app = self.open()
            self.issues = ()
            log.info(FILES_TAKEN_UP)
        except AggregatorError as error:
            found = error.issues if isinstance(error, ConfigError) else (error,)
            self.issues = tuple(map(str, found))
            for issue in self.issues:
                log.info(FILES_INVALID, issue=issue)


class JobGate:
    """Lets scheduled jobs start until a next App is open, and sets `drained` when the last one has ended."""

    def __init__(self, watcher: ConfigWatcher) -> None:
        self._watcher = watcher
        self._running = set[asyncio.Task[None]]()
        self._is_stopped = False
        self.drained = asyncio.Event()

    def guard(self, job: Job) -> Callable[[], Coroutine[Any, Any, None]]:
        """`job`, skipped once the operator's files have changed."""

        async def guarded() -> None:
            if not await self._watcher.check() and not self._is_stopped:
                await self._run(job)
            if self._watcher.next_app and not self._running:
                self.drained.set()

        return guarded

    async def _run(self, job: Job) -> None:
        running = asyncio.ensure_future(_as_coroutine(job))
        self._running.add(running)
        # Waited for and not awaited: when it is cancelled, the scheduler need not hear of it.
        await asyncio.wait({running})
        self._running.discard(running)
        if not self._running:
            # Now that its documents are gone there is little to look through.
            gc.collect()
        if not running.cancelled():
            running.result()

    async def watch(self) -> None:
        """Look for changes each minute, also while a clock that was set lets the scheduler sleep for long."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if await self._watcher.check() and not self._running:
                self.drained.set()

    async def stop(self) -> None:
        """Start no job any more, cancel those that are running, and wait until each has ended in order."""
        self._is_stopped = True
        for job in self._running:
            job.cancel()
        if self._running:
            await asyncio.wait(self._running)


async def _as_coroutine(job: Job) -> None:
    await job()


def run_forever(
    fingerprint: Callable[[], str], open_app: Callable[[], AbstractContextManager[App]], port: int
) -> None:
    """Poll, publish, issue digests, send mail and serve output/ on localhost until SIGINT or SIGTERM.

    Raises ConfigError when the port is taken, and what `ConfigWatcher.open` raises at the first start.
    """
    with suppress(StoppedBySignal):
        run(keep_running(ConfigWatcher(partial(_fingerprint, fingerprint, ClockSteps()), open_app), port))


def _fingerprint(of_files: Callable[[], str], steps: ClockSteps) -> str:
    # A clock that is set is like an edited file: what waits for an instant starts anew.
    return f"{of_files()} {steps.count()}"


async def keep_running(watcher: ConfigWatcher, port: int) -> None:
    """Do what `run_forever` does until cancelled; then end what is in progress, and close everything."""
    opened = await in_thread(watcher.open)
    with closing(bind_port(port)) as listener, short_collections(), ExitStack() as at_end:
        log.info("serving", address=f"http://127.0.0.1:{listener.getsockname()[1]}/")
        at_end.callback(end_shared_parser)
        await _run_all(opened, AppSwapper(listener), watcher)


@contextmanager
def short_collections() -> Iterator[None]:
    """Collect the oldest objects only where we ask for it, so that no collection takes long.

    One holds up every thread as long as it looks through all objects, and publishing makes very many.
    """
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, NEVER)
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(young, middle, old)


async def _run_all(opened: OpenedApp, swapper: AppSwapper, watcher: ConfigWatcher) -> None:
    """Run one App after the other."""
    try:
        while True:
            # What was loaded to this point stays, and need not be looked through again and again.
            gc.freeze()
            with opened.close:
                await _run(opened, swapper, watcher)
            if watcher.next_app is None:
                return
            opened, watcher.next_app = watcher.next_app, None
    finally:
        if watcher.next_app:
            watcher.next_app.close.close()


async def _run(opened: OpenedApp, swapper: AppSwapper, watcher: ConfigWatcher) -> None:
    """Run one App until the next one is open, or until cancelled: then the server ends, too."""
    app, gate = opened.app, JobGate(watcher)
    settings = app.config.settings
    async with app.open_fetcher() as fetch:
        due = DueWork(app, fetch, lambda: watcher.issues)
        due.jobs.expect(WORK, MAIL, WEBHOOKS)
        work = gate.guard(due.guarded(WORK, due.run))
        send = gate.guard(
            due.guarded(MAIL, partial(send_due, app.mailer, app.webhook_sender, fetch, due.jobs))
        )
        index = gate.guard(due.guarded("the search index", due.update_search_index))
        operator = OperatorMail(app.config, app.store, app.replay)
        tell = gate.guard(due.guarded("the operator's mail", partial(tell_operator, due, operator)))
        scheduler = build_scheduler(work, send, index, tell, settings.timezone)
        serving = swapper.serve(build_application(settings.output_folder, due.health, opened.pages))
        scheduler.start()
        # The first run does not wait for the scheduler's first interval.
        first_run, drained = asyncio.create_task(work()), asyncio.create_task(gate.drained.wait())
        watching = asyncio.create_task(gate.watch())
        try:
            await asyncio.wait([serving, drained], return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
        except asyncio.CancelledError:
            log.info("stopping")
            scheduler.pause()
            await run_together([gate.stop(), swapper.stop()])
            raise
        finally:
            scheduler.shutdown(wait=False)
            for task in (first_run, drained, watching):
                task.cancel()


def build_subscription_pages(app: App) -> SubscriptionPages | None:
    """The pages for subscribers; None unless `subscriptions_url` is set.

    Raises DeliveryError when the key that signs links cannot be read.
    """
    settings = app.config.settings
    if not settings.subscriptions_url:
        return None
    tokens = Tokens(read_key(settings.path(settings.secret_file)))
    service = SubscriptionService(app.store, tokens)
    return SubscriptionPages(
        service, app.subscriber_rules, settings.site, app.clock, choice_options(app.config)
    )
