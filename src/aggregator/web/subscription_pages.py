"""The pages of letters: sign up, confirm, choose, pause, move, leave. GET changes nothing; POST acts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from aggregator.deliver.mail.tokens import CHOICES
from aggregator.model import Choices, Frequency, Site, Subscriber, SubscriberStatus, Titles
from aggregator.services.alerts.private_feeds import subscriber_feed
from aggregator.services.alerts.rules import OwnRules
from aggregator.services.subscriptions.data_export import own_data
from aggregator.services.subscriptions.service import SubscriptionService
from aggregator.web.alert_pages import AlertPage
from aggregator.web.feed_pages import feed_address, feed_answer
from aggregator.web.form_data import FormData, is_ticked, one, read_form
from aggregator.web.rate_limit import Limit

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
LOOK: Final = (
    "If this address can get letters, a mail with a link is on its way to it.",
    "It may take a few minutes. If nothing comes, look among the unwanted mail before you ask again.",
)
OLD_LINK: Final = (
    "This link is not valid any more, or was used before.",
    "Enter your address again on the first page, and you get a new one.",
)
BEFORE: Final = (
    "One letter each Monday, or each day if you choose so on the next page.",
    "You can leave at any time.",
)
NO_ADDRESS: Final = "That is no mail address that can be written to. Please look at it again."
GOODBYE: Final = ("Nothing more is sent to you, and your address is erased in four weeks.",)
LEGENDS: Final = {"bodies": "Who publishes", "topics": "What it is about", "types": "What it is"}
ALTERNATIVES: Final = (
    {
        "name": "rhythm",
        "legend": "How often",
        "choices": (
            (Frequency.WEEKLY, "Each week, on Monday morning"),
            (Frequency.DAILY, "Each day, in the morning, when there is something for you"),
        ),
    },
    {
        "name": "titles",
        "legend": "Which title first, where both are known",
        "choices": ((Titles.ENGLISH, "English"), (Titles.WELSH, "Cymraeg (Welsh)")),
    },
)
TOLD: Final = {
    "confirmed": "Your address is confirmed. The next letter comes on Monday; here you can choose.",
    "save": "Your choices are kept.",
    "pause": "Your letters are paused.",
    "resume": "Letters are sent again, from the next one on.",
    "watch": "Your rule is kept. It is watched for from now on.",
    "unwatch": "That rule is gone.",
    "place": "Kept. From now on word of that rule goes there.",
    "move": "If the new address can get letters, a mail with a link is on its way to it.",
}

_TEMPLATES: Final = Environment(
    loader=PackageLoader("aggregator.web"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


Page = Callable[[Request, Subscriber], Awaitable[Response]]


@dataclass(frozen=True)
class LetterPages:
    """The pages of one store. `known` gives, for `bodies`, `topics` and `types`, each id with its name."""

    service: SubscriptionService
    own_rules: OwnRules
    site: Site
    clock: Callable[[], datetime]
    known: Mapping[str, Mapping[str, str]]
    limit: Limit = field(default_factory=Limit)
    feed_limit: Limit = field(default_factory=lambda: Limit(each=600, all=20_000))
    """Feed readers come by themselves, and often several from one address."""

    def routes(self) -> list[Route]:
        """Every address, below the path of the setting `letters_url`."""
        root, both = self._root, ["GET", "POST"]
        return [
            Route(f"{root}letters.css", self.style),
            Route(root, self.first, methods=both),
            Route(f"{root}confirm/{{token}}", self.confirm, methods=both),
            Route(f"{root}choices/{{token}}", self._opened(self.choices), methods=both),
            Route(f"{root}alerts/{{token}}", self._opened(self.alerts), methods=both),
            Route(f"{root}feed/{{name}}", self.feed),
            Route(f"{root}data/{{token}}", self._opened(self.data)),
            Route(f"{root}leave/{{token}}", self.leave, methods=both),
        ]

    @property
    def _root(self) -> str:
        return urlsplit(self.site.letters_url).path

    def _opened(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """A page for the subscriber whose token the address holds."""

        async def answer(request: Request) -> Response:
            reader = self.service.subscriber(request.path_params["token"], self.clock())
            if reader is None:
                return self._old_link()
            return self._refused(request) or await page(request, reader)

        return answer

    async def style(self, _: Request) -> Response:
        """The one style sheet."""
        text = _TEMPLATES.get_template("letters.css").render()
        return Response(text, media_type="text/css", headers=HEADERS)

    async def first(self, request: Request) -> Response:
        """Ask for an address. What comes back is the same whether it is known or not."""
        if request.method != "POST":
            return self._page("ask.html", "Letters by mail")
        if refused := self._refused(request):
            return refused
        try:
            self.service.ask(one(await read_form(request), "address"), self.clock())
        except ValueError:
            return self._page("ask.html", "Letters by mail", problem=NO_ADDRESS, status=400)
        return self._page("plain.html", "Look into your mail", lines=LOOK)

    async def confirm(self, request: Request) -> Response:
        """Confirm an address: a page with a button, since mail programs open links by themselves."""
        token, now = request.path_params["token"], self.clock()
        if request.method != "POST":
            if self.service.asker(token, now) is None:
                return self._old_link()
            button = "Yes, send me letters"
            return self._page("plain.html", "Confirm your address", lines=BEFORE, button=button)
        if refused := self._refused(request):
            return refused
        reader = self.service.confirm(token, now)
        if reader is None:
            return self._old_link()
        return self._back_to(f"choices/{self.service.tokens.timed(CHOICES, reader.id, now)}", "confirmed")

    async def choices(self, request: Request, reader: Subscriber) -> Response:
        """Show and take what a subscriber chooses."""
        if request.method != "POST":
            return self._choices(request, reader, told=_told(request))
        form = await read_form(request)
        action = one(form, "action")
        try:
            done = self._do(action, reader, form)
        except ValueError:
            return self._choices(request, reader, problem=NO_ADDRESS, status=400)
        if not done:
            return self._choices(request, reader, problem="This form was not filled in here.", status=400)
        if action == "leave":
            return self._page("plain.html", "You have left", lines=GOODBYE)
        return self._back_to(f"choices/{request.path_params['token']}", action)

    async def alerts(self, request: Request, reader: Subscriber) -> Response:
        """Show a subscriber's own alert rules; try one, keep one, or take one out."""
        token = request.path_params["token"]
        back = partial(self._page, back=f"{self._root}choices/{token}")
        page = AlertPage(self.own_rules, self.service.tokens, self.known, self.site, back)
        if request.method != "POST":
            return page.shown(reader, told=_told(request))
        done = await page.act(reader, await read_form(request), self.clock())
        return done if isinstance(done, Response) else self._back_to(f"alerts/{token}", done)

    async def feed(self, request: Request) -> Response:
        """The feed of a subscriber's own rule, for whoever knows its address."""
        if refused := self._refused(request, self.feed_limit):
            return refused
        name, config = request.path_params["name"], self.own_rules.alerting.config
        address, token = feed_address(self.site, name), name.rpartition(".")[0]
        store, tokens = self.service.store, self.service.tokens
        # It may read much that was found: beside the loop, which has others to serve.
        found = await asyncio.to_thread(subscriber_feed, config, store, tokens, token, address)
        return feed_answer(request, found)

    async def data(self, _: Request, reader: Subscriber) -> Response:
        """Everything that is kept of a subscriber, as a file."""
        named = {"Content-Disposition": 'attachment; filename="letters.json"'}
        return JSONResponse(own_data(self.service.store, reader), headers={**HEADERS, **named})

    async def leave(self, request: Request) -> Response:
        """Leave by a letter's own token: one POST is enough, without cookie or login (RFC 8058, 3.1)."""
        if request.method != "POST":
            lines = ("You get no more letters, and your address is erased in four weeks.",)
            return self._page("plain.html", "Leave?", lines=lines, button="Leave: send me nothing more")
        reader = self.service.tokens.leaver(request.path_params["token"])
        if reader is None:
            return self._old_link()
        self.service.leave(reader, self.clock())
        return self._page("plain.html", "You have left", lines=GOODBYE)

    def _do(self, action: str, reader: Subscriber, form: FormData) -> bool:
        """Do what a subscriber asks for, if it is something. ValueError for a bad address."""
        now = self.clock()
        if action == "save":
            self.service.store.readers.choose(reader.id, self._chosen(form))
        elif action in ("pause", "resume"):
            self.service.set_paused(reader, now, paused=action == "pause")
        elif action == "move":
            self.service.move(reader, one(form, "address"), now)
        elif action == "leave":
            self.service.leave(reader.id, now)
        else:
            return False
        return True

    def _chosen(self, form: FormData) -> Choices:
        ticked = {
            name: tuple(id for id in names if id in form.get(name, ())) for name, names in self.known.items()
        }
        return Choices(
            bodies=ticked["bodies"],
            topics=ticked["topics"],
            types=ticked["types"],
            when_empty=is_ticked(form, "when_empty"),
            rhythm=Frequency.DAILY if one(form, "rhythm") == Frequency.DAILY else Frequency.WEEKLY,
            titles=Titles.WELSH if one(form, "titles") == Titles.WELSH else Titles.ENGLISH,
            only_alerts=is_ticked(form, "only_alerts"),
        )

    def _choices(self, request: Request, reader: Subscriber, **values: Any) -> Response:
        token = request.path_params["token"]
        groups = [
            {
                "name": name,
                "legend": LEGENDS[name],
                "choices": [
                    {
                        "id": id,
                        "name": words[:1].upper() + words[1:],
                        "ticked": id in getattr(reader.choices, name),
                    }
                    for id, words in names.items()
                ],
            }
            for name, names in self.known.items()
        ]
        return self._page(
            "choices.html",
            "Your letters",
            groups=groups,
            paused=reader.standing is SubscriberStatus.PAUSED,
            when_empty=reader.choices.when_empty,
            alternatives=[
                {**group, "chosen": str(getattr(reader.choices, str(group["name"])))}
                for group in ALTERNATIVES
            ],
            data=f"{self._root}data/{token}",
            alerts=f"{self._root}alerts/{token}",
            only_alerts=reader.choices.only_alerts,
            **values,
        )

    def _refused(self, request: Request, limit: Limit | None = None) -> Response | None:
        """The answer to a client that acts too often; without a `limit` only a POST is an act."""
        client = request.client.host if request.client else ""
        is_free = limit is None and request.method != "POST"
        if is_free or (limit or self.limit).allows(client, self.clock()):
            return None
        lines = ("Too many have asked from here in the last hour. Please come again later.",)
        return self._page("plain.html", "Later, please", lines=lines, status=429)

    def _back_to(self, page: str, done: str) -> Response:
        return RedirectResponse(f"{self._root}{page}?told={done}", 303, headers=HEADERS)

    def _old_link(self) -> Response:
        return self._page("plain.html", "This link does not work", lines=OLD_LINK, status=404)

    def _page(self, name: str, title: str, *, status: int = 200, **values: Any) -> Response:
        given = {"told": "", "problem": "", "lines": (), "button": "", **values}
        text = _TEMPLATES.get_template(name).render(title=title, site=self.site, root=self._root, **given)
        return HTMLResponse(text, status_code=status, headers=HEADERS)


def _told(request: Request) -> str:
    """What the page says of the act that led to it."""
    return TOLD.get(request.query_params.get("told", ""), "")
