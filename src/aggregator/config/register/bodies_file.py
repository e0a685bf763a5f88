"""Reads register/bodies.yaml: who publishes, named as they name themselves, and their roles."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aggregator.config.yaml_files.schema import ConfigIssues, Schema, Wrong, read, twice
from aggregator.model import Body, Role

NOBODY: Final = "no body has the id '{}'; add it or correct this"


class BodiesSchema(Schema):
    """The file."""

    bodies: tuple[Body, ...]
    roles: tuple[Role, ...] = ()


def load_bodies(path: Path, mistakes: ConfigIssues) -> tuple[dict[str, Body], tuple[Role, ...]]:
    """Every body by its id, and every role, in the order of the file."""
    form, document = read(path, BodiesSchema, mistakes)
    if form is None:
        return {}, ()
    mistakes.check(
        document, twice("bodies", [body.id for body in form.bodies]), _wrong_bodies(form), _wrong_roles(form)
    )
    return {body.id: body for body in form.bodies}, form.roles


def _wrong_bodies(form: BodiesSchema) -> Wrong:
    known = {body.id for body in form.bodies}
    for number, body in enumerate(form.bodies):
        if body.parent and body.parent not in known:
            yield ("bodies", number, "parent"), NOBODY.format(body.parent)
        for which, old in enumerate(body.former):
            if old.since and old.since >= old.until:
                at = ("bodies", number, "former", which)
                yield at, f"'{old.name}' ends before it begins; exchange the two"


def _wrong_roles(form: BodiesSchema) -> Wrong:
    known = {body.id for body in form.bodies}
    for number, role in enumerate(form.roles):
        for which, holder in enumerate(role.holders):
            at = ("roles", number, "holders", which)
            if holder.body not in known:
                yield at, NOBODY.format(holder.body)
            if holder.until and holder.until <= holder.since:
                yield at, "it ends before it begins; exchange the two days"
