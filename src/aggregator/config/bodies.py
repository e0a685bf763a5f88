"""Reads register/bodies.yaml: who publishes, named as they name themselves, and their roles."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator

from aggregator import yamldoc
from aggregator.config.forms import Address, Form, Mistakes, Name, Text, read
from aggregator.model import Body, FormerName, Holder, Role

DAY: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def _first_day(value: object) -> object:
    """`2018`, `2018-07` and `2018-07-03` are the first day of what they name."""
    if match := DAY.fullmatch(str(value)):
        try:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            pass
    raise ValueError("write a year, a month or a day, such as 2018, 2018-07 or 2018-07-03")


Day = Annotated[date, BeforeValidator(_first_day)]


class FormerForm(Form):
    """A name that a body no longer bears."""

    name: Text
    since: Day | None = None
    until: Day


class BodyForm(Form):
    """One body as it stands in the file."""

    id: Name
    name: Text
    short: str = ""
    nation: Literal["uk", "scotland", "wales", "northern-ireland", "england", "international"]
    url: Address
    parent: Name | None = None
    aliases: tuple[Text, ...] = ()
    former: tuple[FormerForm, ...] = ()


class HolderForm(Form):
    """Who held a role, and when."""

    body: Name
    since: Day
    until: Day | None = None
    source: str = ""


class RoleForm(Form):
    """A role as it stands in the file."""

    id: Name
    name: Text
    holders: tuple[HolderForm, ...]


class BodiesForm(Form):
    """The file."""

    bodies: tuple[BodyForm, ...]
    roles: tuple[RoleForm, ...] = ()


def load_bodies(path: Path, mistakes: Mistakes) -> tuple[dict[str, Body], tuple[Role, ...]]:
    """Every body by its id, and every role, in the order of the file."""
    form, document = read(path, BodiesForm, mistakes)
    if form is None:
        return {}, ()
    _check_ids(form, document, mistakes)
    _check_roles(form, document, mistakes)
    return {body.id: _body(body) for body in form.bodies}, tuple(map(_role, form.roles))


def _body(form: BodyForm) -> Body:
    former = tuple(FormerName(**old.model_dump()) for old in form.former)
    return Body(**form.model_dump(exclude={"former"}), former=former)


def _role(form: RoleForm) -> Role:
    holders = tuple(Holder(**holder.model_dump()) for holder in form.holders)
    return Role(id=form.id, name=form.name, holders=holders)


def _check_ids(form: BodiesForm, document: yamldoc.Document, mistakes: Mistakes) -> None:
    known = [body.id for body in form.bodies]
    for number, body in enumerate(form.bodies):
        if body.id in known[:number]:
            at = ("bodies", number, "id")
            mistakes.add(document.mistake(at, f"the id '{body.id}' stands twice; give each body its own"))
        if body.parent and body.parent not in known:
            at = ("bodies", number, "parent")
            mistakes.add(document.mistake(at, f"no body has the id '{body.parent}'; add it or correct this"))
        for which, old in enumerate(body.former):
            if old.since and old.since >= old.until:
                where = ("bodies", number, "former", which)
                mistakes.add(document.mistake(where, f"'{old.name}' ends before it begins; exchange the two"))


def _check_roles(form: BodiesForm, document: yamldoc.Document, mistakes: Mistakes) -> None:
    known = {body.id for body in form.bodies}
    for number, role in enumerate(form.roles):
        for which, holder in enumerate(role.holders):
            at = ("roles", number, "holders", which)
            if holder.body not in known:
                mistakes.add(
                    document.mistake(at, f"no body has the id '{holder.body}'; add it or correct this")
                )
            if holder.until and holder.until <= holder.since:
                mistakes.add(document.mistake(at, "it ends before it begins; exchange the two days"))
