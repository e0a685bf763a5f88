"""The subscription pages: sign up, confirm, choose, pause, change address, unsubscribe.

GET changes nothing, because mail programs and scanners open links by themselves; only POST acts. The names in
addresses and forms may not change: links in mails already sent use them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from aggregator.deliver.mail.tokens import CHOICES
from aggregator.model import Choices, Frequency, Site, Subscriber, SubscriberStatus, TitleLanguage
from aggregator.services.alerts.private_feeds import render_private_feed
from aggregator.services.alerts.rules import SubscriberRules
from aggregator.services.subscriptions.data_export import export_own_data
from aggregator.services.subscriptions.service import SubscriptionService
from aggregator.web.alert_pages import AlertPage
from aggregator.web.feed_pages import feed_address, feed_response
from aggregator.web.form_data import FormData, first_value, is_ticked, read_form
from aggregator.web.rate_limit import RateLimit

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
CHECK_YOUR_MAIL: Final = (
    "If this address can get letters, a mail with a link is on its way to it.",
    "It may take a few minutes. If nothing comes, look among the unwanted mail before you ask again.",
)
OLD_LINK: Final = (
    "This link is not valid any more, or was used before.",
    "Enter your address again on the first page, and you get a new one.",
)
BEFORE_CONFIRMING: Final = (
    "One letter each Monday, or each day if you choose so on the next page.",
    "You can leave at any time.",
)
INVALID_ADDRESS: Final = "That is no mail address that can be written to. Please look at it again."
UNSUBSCRIBED: Final = ("Nothing more is sent to you, and your address is erased in four weeks.",)
LEGENDS: Final = {"bodies": "Who publishes", "topics": "What it is about", "types": "What it is"}
RADIO_GROUPS: Final = (
    # `name` is the form field's name, which pages already open send; `field` is the field of Choices.
    {
        "name": "rhythm",
        "field": "frequency",
        "legend": "How often",
        "choices": (
            (Frequency.WEEKLY, "Each week, on Monday morning"),
            (Frequency.DAILY, "Each day, in the morning, when there is something for you"),
        ),
    },
    {
        "name": "titles",
        "field": "title_language",
        "legend": "Which title first, where both are known",
        "choices": ((TitleLanguage.ENGLISH, "English"), (TitleLanguage.WELSH, "Cymraeg (Welsh)")),
    },
)
# What a page says after a form was sent and the browser redirected (`?told=save`).
FLASH_TEXTS: Final = {
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


# Answers a request with its form, which is empty unless it is a POST. Called in a thread: it uses the store.
Handle = Callable[[Request, FormData], Response]
HandlePage = Callable[[Request, Subscriber, FormData], Response]


@dataclass(frozen=True)
class SubscriptionPages:
    """The subscription pages of one store."""

    service: SubscriptionService
    subscriber_rules: SubscriberRules
    site: Site
    clock: Callable[[], datetime]
    # For `bodies`, `topics` and `types` each id with its name.
    options: Mapping[str, Mapping[str, str]]
    limit: RateLimit = field(default_factory=RateLimit)
    # Higher than for forms: feed readers poll by themselves, and often several from one address.
    feed_limit: RateLimit = field(default_factory=lambda: RateLimit(each=600, all=20_000))

    def routes(self) -> list[Route]:
        """Every route, below the path of the setting `subscriptions_url`."""
        root, both = self._root, ["GET", "POST"]
        return [
            Route(f"{root}letters.css", self.stylesheet),
            Route(root, _beside(self.sign_up), methods=both),
            Route(f"{root}confirm/{{token}}", _beside(self.confirm), methods=both),
            Route(f"{root}choices/{{token}}", self._with_subscriber(self.choices), methods=both),
            Route(f"{root}alerts/{{token}}", self._with_subscriber(self.alerts), methods=both),
            Route(f"{root}feed/{{name}}", _beside(self.feed)),
            Route(f"{root}data/{{token}}", self._with_subscriber(self.data)),
            Route(f"{root}leave/{{token}}", _beside(self.unsubscribe), methods=both),
        ]

    @property
    def _root(self) -> str:
        return urlsplit(self.site.subscriptions_url).path

    def _with_subscriber(self, handle: HandlePage) -> Callable[[Request], Awaitable[Response]]:
        """Opens a page for the subscriber whose token is in the address."""

        def answer(request: Request, form: FormData) -> Response:
            token = request.path_params["token"]
            subscriber = self.service.find_by_choices_token(token, self.clock())
            if subscriber is None:
                return self._old_link()
            return self._too_many_requests(request) or handle(request, subscriber, form)

        return _beside(answer)

    def stylesheet(self, _: Request) -> Response:
        """The style sheet of these pages."""
        text = _TEMPLATES.get_template("letters.css").render()
        return Response(text, media_type="text/css", headers=HEADERS)

    def sign_up(self, request: Request, form: FormData) -> Response:
        """The first page, which takes an address."""
        if request.method != "POST":
            return self._render("ask.html", "Letters by mail")
        if refusal := self._too_many_requests(request):
            return refusal
        try:
            self.service.request_subscription(first_value(form, "address"), self.clock())
        except ValueError:
            return self._render("ask.html", "Letters by mail", problem=INVALID_ADDRESS, status=400)
        # The same answer whether the address is known or not: nobody can find out who subscribes.
        return self._render("plain.html", "Look into your mail", lines=CHECK_YOUR_MAIL)

    def confirm(self, request: Request, _: FormData) -> Response:
        """Confirm an address, by a button: mail programs open links by themselves."""
        token, now = request.path_params["token"], self.clock()
        if request.method != "POST":
            if self.service.find_unconfirmed(token, now) is None:
                return self._old_link()
            button = "Yes, send me letters"
            return self._render("plain.html", "Confirm your address", lines=BEFORE_CONFIRMING, button=button)
        if refusal := self._too_many_requests(request):
            return refusal
        subscriber = self.service.confirm(token, now)
        if subscriber is None:
            return self._old_link()
        choices_token = self.service.tokens.timed_token(CHOICES, subscriber.id, now)
        return self._redirect(f"choices/{choices_token}", "confirmed")

    def choices(self, request: Request, subscriber: Subscriber, form: FormData) -> Response:
        """Show and save a subscriber's choices; pause, change the address, unsubscribe."""
        if request.method != "POST":
            return self._render_choices(request, subscriber, flash=_flash_text(request))
        action = first_value(form, "action")
        try:
            done = self._apply(action, subscriber, form)
        except ValueError:
            return self._render_choices(request, subscriber, problem=INVALID_ADDRESS, status=400)
        if not done:
            problem = "This form was not filled in here."
            return self._render_choices(request, subscriber, problem=problem, status=400)
        if action == "leave":
            return self._render("plain.html", "You have left", lines=UNSUBSCRIBED)
        return self._redirect(f"choices/{request.path_params['token']}", action)

    def alerts(self, request: Request, subscriber: Subscriber, form: FormData) -> Response:
        """Show a subscriber's own alert rules; try, save or remove one."""
        token = request.path_params["token"]
        render_page = partial(self._render, back=f"{self._root}choices/{token}")
        page = AlertPage(self.subscriber_rules, self.service.tokens, self.options, self.site, render_page)
        if request.method != "POST":
            return page.render(subscriber, flash=_flash_text(request))
        result = page.handle_form(subscriber, form, self.clock())
        return result if isinstance(result, Response) else self._redirect(f"alerts/{token}", result)

    def feed(self, request: Request, _: FormData) -> Response:
        """The feed of a subscriber's own rule."""
        if refusal := self._too_many_requests(request, self.feed_limit):
            return refusal
        name, config = request.path_params["name"], self.subscriber_rules.matcher.config
        address, token = feed_address(self.site, name), name.rpartition(".")[0]
        store, tokens = self.service.store, self.service.tokens
        return feed_response(request, render_private_feed(config, store, tokens, token, address))

    def data(self, _: Request, subscriber: Subscriber, _form: FormData) -> Response:
        """Everything that is stored about a subscriber, as a file."""
        disposition = {"Content-Disposition": 'attachment; filename="letters.json"'}
        data = export_own_data(self.service.store, subscriber)
        return JSONResponse(data, headers={**HEADERS, **disposition})

    def unsubscribe(self, request: Request, _: FormData) -> Response:
        """Unsubscribe by the token in a mail: one POST is enough, without cookie or login (RFC 8058, 3.1)."""
        if request.method != "POST":
            lines = ("You get no more letters, and your address is erased in four weeks.",)
            return self._render("plain.html", "Leave?", lines=lines, button="Leave: send me nothing more")
        subscriber_id = self.service.tokens.read_unsubscribe_token(request.path_params["token"])
        if subscriber_id is None:
            return self._old_link()
        self.service.unsubscribe(subscriber_id, self.clock())
        return self._render("plain.html", "You have left", lines=UNSUBSCRIBED)

    def _apply(self, action: str, subscriber: Subscriber, form: FormData) -> bool:
        """Do what a form on the page of choices asks for; False for an unknown action.

        Raises ValueError for an invalid address.
        """
        now = self.clock()
        if action == "save":
            self.service.store.subscribers.save_choices(subscriber.id, self._read_choices(form))
        elif action in ("pause", "resume"):
            self.service.set_paused(subscriber, now, paused=action == "pause")
        elif action == "move":
            self.service.request_address_change(subscriber, first_value(form, "address"), now)
        elif action == "leave":
            self.service.unsubscribe(subscriber.id, now)
        else:
            return False
        return True

    def _read_choices(self, form: FormData) -> Choices:
        """The choices in a form; ids that are not among the options are ignored."""
        ticked = {
            name: tuple(id for id in names if id in form.get(name, ()))
            for name, names in self.options.items()
        }
        daily = first_value(form, "rhythm") == Frequency.DAILY
        welsh = first_value(form, "titles") == TitleLanguage.WELSH
        return Choices(
            bodies=ticked["bodies"],
            topics=ticked["topics"],
            types=ticked["types"],
            when_empty=is_ticked(form, "when_empty"),
            frequency=Frequency.DAILY if daily else Frequency.WEEKLY,
            title_language=TitleLanguage.WELSH if welsh else TitleLanguage.ENGLISH,
            only_alerts=is_ticked(form, "only_alerts"),
        )

    def _render_choices(self, request: Request, subscriber: Subscriber, **values: Any) -> Response:
        token, choices = request.path_params["token"], subscriber.choices
        checkbox_groups = [
            {
                "name": group,
                "legend": LEGENDS[group],
                "choices": [
                    {
                        "id": id,
                        "name": name[:1].upper() + name[1:],
                        "ticked": id in getattr(choices, group),
                    }
                    for id, name in names.items()
                ],
            }
            for group, names in self.options.items()
        ]
        radio_groups = [
            {**group, "chosen": str(getattr(choices, str(group["field"])))} for group in RADIO_GROUPS
        ]
        return self._render(
            "choices.html",
            "Your letters",
            checkbox_groups=checkbox_groups,
            radio_groups=radio_groups,
            paused=subscriber.status is SubscriberStatus.PAUSED,
            when_empty=choices.when_empty,
            data=f"{self._root}data/{token}",
            alerts=f"{self._root}alerts/{token}",
            only_alerts=choices.only_alerts,
            **values,
        )

    def _too_many_requests(self, request: Request, limit: RateLimit | None = None) -> Response | None:
        """A refusal for a client that sends too many requests. Without a `limit` only POST counts."""
        client = request.client.host if request.client else ""
        is_free = limit is None and request.method != "POST"
        if is_free or (limit or self.limit).allow(client, self.clock()):
            return None
        lines = ("Too many have asked from here in the last hour. Please come again later.",)
        return self._render("plain.html", "Later, please", lines=lines, status=429)

    def _redirect(self, page: str, done: str) -> Response:
        """Redirect after a POST, so that reloading the page does not send the form again."""
        return RedirectResponse(f"{self._root}{page}?told={done}", 303, headers=HEADERS)

    def _old_link(self) -> Response:
        return self._render("plain.html", "This link does not work", lines=OLD_LINK, status=404)

    def _render(self, name: str, title: str, *, status: int = 200, **values: Any) -> Response:
        variables = {"flash": "", "problem": "", "lines": (), "button": "", **values}
        template = _TEMPLATES.get_template(name)
        text = template.render(title=title, site=self.site, root=self._root, **variables)
        return HTMLResponse(text, status_code=status, headers=HEADERS)


def _beside(handle: Handle) -> Callable[[Request], Awaitable[Response]]:
    """Read the form in the event loop, and answer in a thread, which may wait for the store."""

    async def answer(request: Request) -> Response:
        form = await read_form(request) if request.method == "POST" else {}
        return await run_in_threadpool(handle, request, form)

    return answer


def _flash_text(request: Request) -> str:
    """What the page says about the form that led to it."""
    return FLASH_TEXTS.get(request.query_params.get("told", ""), "")
