"""The page of a reader's own alerts: their rules, where word of each goes, and a form to try another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from aggregator.model import Footing, Reader, Site
from aggregator.model.alerts import HookState, OwnRule, Pace, Places
from aggregator.web.desk import Desk
from aggregator.web.feeds import feed_address
from aggregator.web.forms import Form, one

POSTS: Final = {
    HookState.TAKEN: "taken",
    HookState.PLANNED: "waiting",
    HookState.GIVEN_UP: "given up",
    HookState.GONE: "not posted any more",
}
"""What became of posts, in the order in which it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What came of saying where word of a rule is to go."""

    id: str = ""
    typed: Places | None = None
    """What was asked for and could not be kept."""
    secret: str = ""
    """That of a webhook that is new; shown this once."""


@dataclass(frozen=True)
class AlertPage:
    """One page among the pages of letters, opened by the same word as a reader's choices."""

    desk: Desk
    known: Mapping[str, Mapping[str, str]]
    site: Site
    page: Callable[..., Response]
    """Makes a page from its template, title, status and values."""

    async def act(self, reader: Reader, form: Form, now: datetime) -> Response | str:
        """Do what a form asks for: the page that answers it, or the name of what was done."""
        action, rule, id = one(form, "action"), _rule(form), one(form, "id")
        secret = ""
        try:
            if action == "try":
                # It looks at everything that is held: beside the loop, which has others to serve.
                tried = await asyncio.to_thread(self.desk.try_rule, reader, rule, now)
                return self.shown(reader, rule=rule, tried=tried)
            if action == "watch":
                self.desk.watch(reader, rule, now)
            elif action == "unwatch":
                self.desk.unwatch(reader, id)
            elif action == "place":
                secret = self.desk.place(reader, id, _places(form))
            elif action == "renew":
                secret = self.desk.renew_secret(reader, id)
            else:
                raise ValueError("This form was not filled in here.")
        except ValueError as error:
            placed = Placed(id=id, typed=_places(form) if action == "place" else None)
            return self.shown(reader, rule=rule, placed=placed, problem=str(error), status=400)
        return self.shown(reader, placed=Placed(id=id, secret=secret)) if secret else action

    def shown(
        self,
        reader: Reader,
        *,
        rule: OwnRule | None = None,
        tried: tuple[int, tuple[str, ...]] | None = None,
        placed: Placed | None = None,
        told: str = "",
        problem: str = "",
        status: int = 200,
    ) -> Response:
        """The page, with a rule in its form and what a trial of it came to."""
        return self.page(
            "alerts.html",
            "Your alerts",
            told=told,
            problem=problem,
            status=status,
            rules=tuple(self._told(reader, one, placed or Placed()) for one in self.desk.rules(reader)),
            rule=rule or OwnRule(id="", when=""),
            tried=tried,
            daily=Pace.DAILY,
            paused=reader.standing is Footing.PAUSED,
            known=self.known,
        )

    def _told(self, reader: Reader, rule: OwnRule, placed: Placed) -> dict[str, Any]:
        """A rule, where word of it goes, and what became of that."""
        kept = Places(mail=rule.mail, feed=bool(rule.feed), webhook=rule.webhook)
        typed, secret = (placed.typed, placed.secret) if placed.id == rule.id else (None, "")
        posts = self.desk.posts(reader, rule) if rule.webhook else {}
        counted = (f"{posts[state]} {words}" for state, words in POSTS.items() if posts.get(state))
        return {
            "own": rule,
            "goes": ", ".join(_ways(kept)),
            "places": typed or kept,
            "open": bool(typed or secret),
            "secret": secret,
            "feed": feed_address(self.site, f"{self.desk.feed_token(rule)}.atom") if rule.feed else "",
            "posts": ", ".join(counted),
            "ended": bool(posts.get(HookState.GONE)),
        }


def _ways(places: Places) -> Iterator[str]:
    if places.mail:
        yield "by mail"
    if places.feed:
        yield "into a feed"
    if places.webhook:
        yield "to a webhook"


def _places(form: Form) -> Places:
    return Places(
        mail=one(form, "mail") == "yes",
        feed=one(form, "feed") == "yes",
        webhook=one(form, "webhook").strip(),
    )


def _rule(form: Form) -> OwnRule:
    pace = Pace.DAILY if one(form, "rhythm") == Pace.DAILY else Pace.AT_ONCE
    when = " ".join(one(form, "when").split())
    return OwnRule(id="tried", when=when, changes=one(form, "changes") == "yes", rhythm=pace)
