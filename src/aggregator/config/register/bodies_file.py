"""Reads register/bodies.yaml: the bodies that publish, and the roles that move between them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aggregator.config.yaml_files.schema import ConfigIssues, Problems, Schema, duplicate_ids, read_yaml
from aggregator.model import Body, Role

UNKNOWN_BODY: Final = "no body has the id '{}'; add it or correct this"


class BodiesSchema(Schema):
    """The file."""

    bodies: tuple[Body, ...]
    roles: tuple[Role, ...] = ()


def load_bodies(path: Path, issues: ConfigIssues) -> tuple[dict[str, Body], tuple[Role, ...]]:
    """Every body by its id, and every role, in the order of the file."""
    file, document = read_yaml(path, BodiesSchema, issues)
    if file is None:
        return {}, ()
    ids = [body.id for body in file.bodies]
    issues.add_problems(document, duplicate_ids("bodies", ids), _body_problems(file), _role_problems(file))
    return {body.id: body for body in file.bodies}, file.roles


def _body_problems(file: BodiesSchema) -> Problems:
    ids = {body.id for body in file.bodies}
    for number, body in enumerate(file.bodies):
        if body.parent and body.parent not in ids:
            yield ("bodies", number, "parent"), UNKNOWN_BODY.format(body.parent)
        for index, former in enumerate(body.former):
            if former.since and former.since >= former.until:
                here = ("bodies", number, "former", index)
                yield here, f"'{former.name}' ends before it begins; exchange the two"


def _role_problems(file: BodiesSchema) -> Problems:
    ids = {body.id for body in file.bodies}
    for number, role in enumerate(file.roles):
        for index, holder in enumerate(role.holders):
            here = ("roles", number, "holders", index)
            if holder.body not in ids:
                yield here, UNKNOWN_BODY.format(holder.body)
            if holder.until and holder.until <= holder.since:
                yield here, "it ends before it begins; exchange the two days"
