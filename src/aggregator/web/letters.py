"""The pages of letters: sign up, confirm, choose, pause, move, leave. GET changes nothing; POST acts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from aggregator.model import Choices, Footing, Reader, Rhythm, Site, Titles
from aggregator.web.alerts import AlertPage
from aggregator.web.desk import ALTERNATIVES, GOODBYE, LEGENDS, LOOK, NO_ADDRESS, OLD_LINK, TOLD, Desk
from aggregator.web.feeds import feed_address, feed_answer, feed_limit
from aggregator.web.forms import Form, one, read_form
from aggregator.web.limits import Limit

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


_TEMPLATES: Final = Environment(
    loader=PackageLoader("aggregator.web"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class LetterPages:
    """The pages over one desk. `known` gives, for `bodies`, `topics` and `types`, each id with its name."""

    desk: Desk
    site: Site
    clock: Callable[[], datetime]
    known: Mapping[str, Mapping[str, str]]
    limit: Limit = field(default_factory=Limit)
    feed_limit: Limit = field(default_factory=feed_limit)

    def routes(self) -> list[Route]:
        """Every address, below the path of the setting `letters_url`."""
        root = self._root
        return [
            Route(f"{root}letters.css", self.style, methods=["GET"]),
            Route(root, self.first, methods=["GET", "POST"]),
            Route(f"{root}confirm/{{token}}", self.confirm, methods=["GET", "POST"]),
            Route(f"{root}choices/{{token}}", self.choices, methods=["GET", "POST"]),
            Route(f"{root}alerts/{{token}}", self.alerts, methods=["GET", "POST"]),
            Route(f"{root}feed/{{name}}", self.feed, methods=["GET"]),
            Route(f"{root}data/{{token}}", self.data, methods=["GET"]),
            Route(f"{root}leave/{{token}}", self.leave, methods=["GET", "POST"]),
        ]

    @property
    def _root(self) -> str:
        return urlsplit(self.site.letters_url).path

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
            self.desk.ask(one(await read_form(request), "address"), self.clock())
        except ValueError:
            return self._page("ask.html", "Letters by mail", problem=NO_ADDRESS, status=400)
        return self._page("plain.html", "Look into your mail", lines=LOOK)

    async def confirm(self, request: Request) -> Response:
        """Confirm an address: a page with a button, since mail programs open links by themselves."""
        token = request.path_params["token"]
        if request.method != "POST":
            if self.desk.asker(token, self.clock()) is None:
                return self._old_link()
            return self._page(
                "plain.html",
                "Confirm your address",
                lines=(
                    "One letter each Monday, or each day if you choose so on the next page.",
                    "You can leave at any time.",
                ),
                button="Yes, send me letters",
            )
        if refused := self._refused(request):
            return refused
        opens = self.desk.confirm(token, self.clock())
        if opens is None:
            return self._old_link()
        return RedirectResponse(f"{self._root}choices/{opens}?told=confirmed", 303, headers=HEADERS)

    async def choices(self, request: Request) -> Response:
        """Show and take what a reader chooses."""
        token, now = request.path_params["token"], self.clock()
        reader = self.desk.reader(token, now)
        if reader is None:
            return self._old_link()
        if request.method != "POST":
            return self._choices(reader, token, TOLD.get(request.query_params.get("told", ""), ""))
        if refused := self._refused(request):
            return refused
        return self._act(reader, token, await read_form(request), now)

    async def alerts(self, request: Request) -> Response:
        """Show a reader's own rules of alerts; try one, keep one, or take one out."""
        token, now = request.path_params["token"], self.clock()
        reader = self.desk.reader(token, now)
        if reader is None:
            return self._old_link()
        back = partial(self._page, back=f"{self._root}choices/{token}")
        page = AlertPage(self.desk, self.known, self.site, back)
        if request.method != "POST":
            return page.shown(reader, told=TOLD.get(request.query_params.get("told", ""), ""))
        if refused := self._refused(request):
            return refused
        done = await page.act(reader, await read_form(request), now)
        if isinstance(done, Response):
            return done
        return RedirectResponse(f"{self._root}alerts/{token}?told={done}", 303, headers=HEADERS)

    async def feed(self, request: Request) -> Response:
        """The feed of a reader's own rule, for whoever knows its address."""
        if refused := self._refused(request, self.feed_limit):
            return refused
        name = request.path_params["name"]
        address, token = feed_address(self.site, name), name.rpartition(".")[0]
        # It may read much that was found: beside the loop, which has others to serve.
        return await asyncio.to_thread(lambda: feed_answer(request, self.desk.feed(token, address)))

    async def data(self, request: Request) -> Response:
        """Everything that is kept of a reader, as a file."""
        reader = self.desk.reader(request.path_params["token"], self.clock())
        if reader is None:
            return self._old_link()
        named = {"Content-Disposition": 'attachment; filename="letters.json"'}
        return JSONResponse(self.desk.data(reader), headers={**HEADERS, **named})

    async def leave(self, request: Request) -> Response:
        """Leave by a letter's own word: one POST is enough, without cookie, form or login (RFC 8058, 3.1)."""
        if request.method != "POST":
            lines = ("You get no more letters, and your address is erased in four weeks.",)
            return self._page("plain.html", "Leave?", lines=lines, button="Leave: send me nothing more")
        if not self.desk.leave_by_word(request.path_params["token"], self.clock()):
            return self._old_link()
        return self._page("plain.html", "You have left", lines=GOODBYE)

    def _act(self, reader: Reader, token: str, form: Form, now: datetime) -> Response:
        action = one(form, "action")
        try:
            told = self._done(action, reader, form, now)
        except ValueError:
            return self._choices(reader, token, problem=NO_ADDRESS, status=400)
        if action == "leave":
            return self._page("plain.html", "You have left", lines=GOODBYE)
        if not told:
            return self._choices(reader, token, problem="This form was not filled in here.", status=400)
        return RedirectResponse(f"{self._root}choices/{token}?told={told}", 303, headers=HEADERS)

    def _done(self, action: str, reader: Reader, form: Form, now: datetime) -> str:
        """Do what a reader asks for; gives the name of what to say then. ValueError for a bad address."""
        if action == "save":
            self.desk.choose(reader, self._chosen(form))
        elif action == "pause":
            self.desk.pause(reader, now)
        elif action == "resume":
            self.desk.resume(reader, now)
        elif action == "move":
            self.desk.move(reader, one(form, "address"), now)
        elif action == "leave":
            self.desk.leave(reader, now)
        return action if action in TOLD else ""

    def _chosen(self, form: Form) -> Choices:
        ticked = {
            name: tuple(id for id in names if id in form.get(name, ())) for name, names in self.known.items()
        }
        return Choices(
            bodies=ticked["bodies"],
            topics=ticked["topics"],
            types=ticked["types"],
            when_empty=one(form, "when_empty") == "yes",
            rhythm=Rhythm.DAILY if one(form, "rhythm") == Rhythm.DAILY else Rhythm.WEEKLY,
            titles=Titles.WELSH if one(form, "titles") == Titles.WELSH else Titles.ENGLISH,
            only_alerts=one(form, "only_alerts") == "yes",
        )

    def _choices(
        self, reader: Reader, token: str, told: str = "", problem: str = "", status: int = 200
    ) -> Response:
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
            told=told,
            problem=problem,
            status=status,
            groups=groups,
            paused=reader.standing is Footing.PAUSED,
            when_empty=reader.choices.when_empty,
            alternatives=[
                {**told, "chosen": str(getattr(reader.choices, str(told["name"])))} for told in ALTERNATIVES
            ],
            data=f"{self._root}data/{token}",
            alerts=f"{self._root}alerts/{token}",
            only_alerts=reader.choices.only_alerts,
        )

    def _refused(self, request: Request, limit: Limit | None = None) -> Response | None:
        client = request.client.host if request.client else ""
        if (limit or self.limit).allows(client, self.clock()):
            return None
        lines = ("Too many have asked from here in the last hour. Please come again later.",)
        return self._page("plain.html", "Later, please", lines=lines, status=429)

    def _old_link(self) -> Response:
        return self._page("plain.html", "This link does not work", lines=OLD_LINK, status=404)

    def _page(self, name: str, title: str, *, status: int = 200, **values: Any) -> Response:
        given = {"told": "", "problem": "", "lines": (), "button": "", **values}
        text = _TEMPLATES.get_template(name).render(title=title, site=self.site, root=self._root, **given)
        return HTMLResponse(text, status_code=status, headers=HEADERS)
