"""The page of a reader's own alerts: their rules, and a form that tries one before it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from aggregator.model import Reader
from aggregator.model.alerts import OwnRule, Pace
from aggregator.web.desk import Desk
from aggregator.web.forms import Form, one


@dataclass(frozen=True)
class AlertPage:
    """One page among the pages of letters, opened by the same word as a reader's choices."""

    desk: Desk
    known: Mapping[str, Mapping[str, str]]
    page: Callable[..., Response]
    """Makes a page from its template, title, status and values."""

    async def act(self, reader: Reader, form: Form, now: datetime) -> Response | str:
        """Do what a form asks for: the page that answers it, or the name of what was done."""
        action, rule = one(form, "action"), _rule(form)
        try:
            if action == "try":
                # It looks at everything that is held: beside the loop, which has others to serve.
                tried = await asyncio.to_thread(self.desk.try_rule, reader, rule, now)
                return self.shown(reader, rule=rule, tried=tried)
            if action == "watch":
                self.desk.watch(reader, rule, now)
            elif action == "unwatch":
                self.desk.unwatch(reader, one(form, "id"))
            else:
                raise ValueError("This form was not filled in here.")
        except ValueError as error:
            return self.shown(reader, rule=rule, problem=str(error), status=400)
        return action

    def shown(
        self,
        reader: Reader,
        *,
        rule: OwnRule | None = None,
        tried: tuple[int, tuple[str, ...]] | None = None,
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
            rules=self.desk.rules(reader),
            rule=rule or OwnRule(id="", when=""),
            tried=tried,
            daily=Pace.DAILY,
            known=self.known,
        )


def _rule(form: Form) -> OwnRule:
    pace = Pace.DAILY if one(form, "rhythm") == Pace.DAILY else Pace.AT_ONCE
    when = " ".join(one(form, "when").split())
    return OwnRule(id="tried", when=when, changes=one(form, "changes") == "yes", rhythm=pace)
