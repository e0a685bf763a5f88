"""The page of a reader's own alerts: their rules, and a form that tries one before it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aggregator.model import Reader
from aggregator.model.alerts import OwnRule, Pace
from aggregator.web.desk import TOLD
from aggregator.web.forms import HEADERS, one, read_form

if TYPE_CHECKING:
    from aggregator.web.letters import LetterPages


@dataclass(frozen=True)
class AlertPage:
    """One page among the pages of letters; it is opened by the same word as a reader's choices."""

    pages: LetterPages

    async def answer(self, request: Request) -> Response:
        """Show the rules (GET), try one, keep one, or take one out (POST)."""
        token, now = request.path_params["token"], self.pages.clock()
        reader = self.pages.desk.reader(token, now)
        if reader is None:
            return self.pages.old_link()
        if request.method == "GET":
            return self._shown(reader, told=TOLD.get(request.query_params.get("told", ""), ""))
        if busy := self.pages.refused(request):
            return busy
        form = await read_form(request)
        action, rule = one(form, "action"), _rule(form)
        try:
            if action == "try":
                # It looks at everything that is held: beside the loop, which has others to serve.
                tried = await asyncio.to_thread(self.pages.desk.try_rule, reader, rule, now)
                return self._shown(reader, rule=rule, tried=tried)
            self._do(action, reader, rule, form)
        except ValueError as error:
            return self._shown(reader, rule=rule, problem=str(error), status=400)
        return RedirectResponse(f"{self.pages.root}alerts/{token}?told={action}", 303, headers=HEADERS)

    def _do(self, action: str, reader: Reader, rule: OwnRule, form: Mapping[str, list[str]]) -> None:
        if action == "watch":
            self.pages.desk.watch(reader, rule, self.pages.clock())
        elif action == "unwatch":
            self.pages.desk.unwatch(reader, one(form, "id"))
        else:
            raise ValueError("This form was not filled in here.")

    def _shown(
        self,
        reader: Reader,
        *,
        rule: OwnRule | None = None,
        tried: tuple[int, tuple[str, ...]] | None = None,
        told: str = "",
        problem: str = "",
        status: int = 200,
    ) -> Response:
        return self.pages.page(
            "alerts.html",
            "Your alerts",
            told=told,
            problem=problem,
            status=status,
            rules=self.pages.desk.rules(reader),
            rule=rule or OwnRule(id="", when=""),
            tried=tried,
            daily=Pace.DAILY,
            known=self.pages.known,
        )


def _rule(form: Mapping[str, list[str]]) -> OwnRule:
    pace = Pace.DAILY if one(form, "rhythm") == Pace.DAILY else Pace.AT_ONCE
    when = " ".join(one(form, "when").split())
    return OwnRule(id="tried", when=when, changes=one(form, "changes") == "yes", rhythm=pace)
