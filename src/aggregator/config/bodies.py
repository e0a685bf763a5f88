"""Reads register/bodies.yaml: who publishes, named as they name themselves, and their roles."""

from __future__ import annotations

from pathlib import Path

from aggregator import yamldoc
from aggregator.config.forms import Form, Mistakes, read
from aggregator.model import Body, Role


class BodiesForm(Form):
    """The file."""

    bodies: tuple[Body, ...]
    roles: tuple[Role, ...] = ()


def load_bodies(path: Path, mistakes: Mistakes) -> tuple[dict[str, Body], tuple[Role, ...]]:
    """Every body by its id, and every role, in the order of the file."""
    form, document = read(path, BodiesForm, mistakes)
    if form is None:
        return {}, ()
    _check_ids(form, document, mistakes)
    _check_roles(form, document, mistakes)
    return {body.id: body for body in form.bodies}, form.roles


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
