"""Reads register/bodies.yaml: who publishes, named as they name themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from aggregator import yamldoc
from aggregator.config.forms import Address, Form, Mistakes, Name, Text, read
from aggregator.model import Body


class BodyForm(Form):
    """One body as it stands in the file."""

    id: Name
    name: Text
    short: str = ""
    nation: Literal["uk", "scotland", "wales", "northern-ireland", "england", "international"]
    url: Address
    parent: Name | None = None
    aliases: tuple[Text, ...] = ()


class BodiesForm(Form):
    """The file."""

    bodies: tuple[BodyForm, ...]


def load_bodies(path: Path, mistakes: Mistakes) -> dict[str, Body]:
    """Every body by its id, in the order of the file."""
    form, document = read(path, BodiesForm, mistakes)
    if form is None:
        return {}
    _check_ids(form, document, mistakes)
    return {body.id: Body(**body.model_dump()) for body in form.bodies}


def _check_ids(form: BodiesForm, document: yamldoc.Document, mistakes: Mistakes) -> None:
    known = [body.id for body in form.bodies]
    for number, body in enumerate(form.bodies):
        if body.id in known[:number]:
            at = ("bodies", number, "id")
            mistakes.add(document.mistake(at, f"the id '{body.id}' stands twice; give each body its own"))
        if body.parent and body.parent not in known:
            at = ("bodies", number, "parent")
            mistakes.add(document.mistake(at, f"no body has the id '{body.parent}'; add it or correct this"))
