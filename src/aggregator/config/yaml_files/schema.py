"""Checks a YAML file against a schema, and says line by line what is wrong and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import is_dataclass
from datetime import timedelta
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, get_args, get_type_hints

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from aggregator import yamldoc
from aggregator.config.yaml_files.renamed_keys import renamed_key_text
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model.kinds import MAILBOXES
from aggregator.values.field_types import check_address

# Where in a file something is wrong, and what to do about it.
Problems = Iterator[tuple[yamldoc.KeyPath, str]]


class ConfigIssues:
    """Collects what is wrong in several files, so that the operator sees everything at once."""

    def __init__(self) -> None:
        self._issues: list[ConfigIssue] = []

    def add(self, *issues: ConfigIssue) -> None:
        """Add issues; reading goes on."""
        self._issues.extend(issues)

    def add_problems(self, document: yamldoc.YamlDocument, *problems: Problems) -> None:
        """Add problems in a document, each with its line."""
        for path, what in chain.from_iterable(problems):
            self.add(document.issue(path, what))

    @contextmanager
    def raised_at_end(self) -> Iterator[None]:
        """Raise one ConfigError at the end of the block if there are issues, ordered by file and line."""
        yield
        if self._issues:
            # A set: two checks may find the same mistake.
            raise ConfigError(
                tuple(sorted(set(self._issues), key=lambda one: (one.file, one.line, one.what)))
            )


class Schema(BaseModel):
    """The keys of a part of a file. An unknown key is a mistake and never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


SchemaT = TypeVar("SchemaT", bound=Schema)


def read_yaml(
    path: Path, schema: type[SchemaT], issues: ConfigIssues
) -> tuple[SchemaT | None, yamldoc.YamlDocument]:
    """Read `path` by `schema`; None, with the reasons added to `issues`, if something is wrong."""
    document = _open(path, issues)
    if document.value is None:
        return None, document
    try:
        return schema.model_validate(document.value), document
    except ValidationError as error:
        found = ((one["loc"], explain_error(one, schema)) for one in error.errors())
        issues.add_problems(document, found)
        return None, document


def _open(path: Path, issues: ConfigIssues) -> yamldoc.YamlDocument:
    name = display_path(path)
    try:
        document = yamldoc.load(path.read_text(encoding="utf-8"), file=name)
        if document.value is not None:
            return document
        issues.add(ConfigIssue(name, 1, "this file is empty; restore the one that the project ships"))
    except FileNotFoundError:
        issues.add(ConfigIssue(name, 0, "this file is missing; restore the one that the project ships"))
    except (OSError, UnicodeDecodeError) as error:
        issues.add(ConfigIssue(name, 0, f"cannot be read as UTF-8 text: {error}"))
    except ConfigError as error:
        issues.add(*error.issues)
    return yamldoc.YamlDocument(name, None, {})


def display_path(path: Path) -> str:
    """A path for messages: relative to the working folder if it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


# Pydantic's codes for an unknown key, in a schema and in a dataclass of the model.
UNKNOWN_KEY_ERRORS: Final = frozenset({"extra_forbidden", "unexpected_keyword_argument"})


def explain_error(error: Any, schema: type[Schema]) -> str:
    """One of pydantic's errors in words for somebody who does not program."""
    key = ".".join(str(part) for part in error["loc"] if isinstance(part, str)) or "the file"
    if error["type"] in UNKNOWN_KEY_ERRORS:
        return _unknown_key_text(key, str(error["loc"][-1]), schema)
    if error["type"] == "missing":
        return f"'{key}' is missing; add it"
    message = error["msg"].removeprefix("Value error, ")
    return f"'{key}' is {error['input']!r}: {message[:1].lower()}{message[1:]}"


def _unknown_key_text(key: str, last: str, schema: type[Schema]) -> str:
    known = list(known_keys(schema))
    # First: the most similar key may be another one than the key that replaced it.
    if new := renamed_key_text(last, known):
        return f"'{key}' has another name now; write {new}"
    near = get_close_matches(last, known, n=1)
    remedy = f"did you mean '{near[0]}'?" if near else "remove it"
    return f"'{key}' is not a known key; {remedy}"


def known_keys(schema: type) -> Iterator[str]:
    """Every key that a schema or dataclass has, those of its parts included."""
    for name, hint in get_type_hints(schema).items():
        if name != "model_config":
            yield name
            yield from _keys_inside(hint)


def _keys_inside(hint: Any) -> Iterator[str]:
    if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, Schema)):
        yield from known_keys(hint)
    for part in get_args(hint):
        yield from _keys_inside(part)


def duplicate_ids(part: str, ids: Sequence[str], *, each: str = "each") -> Problems:
    """The ids in the list under the key `part` that are already used further up."""
    earlier: set[str] = set()
    for number, id in enumerate(ids):
        if id in earlier:
            yield (part, number, "id"), f"the id '{id}' is used twice; give {each} its own"
        earlier.add(id)


def unknown_id(
    here: yamldoc.KeyPath, what: str, id: str, known: Collection[str], remedy: str = "add it or correct this"
) -> Problems:
    """An id that is not in `known`, with the most similar one or else a remedy."""
    if id not in known:
        near = get_close_matches(id, list(known), n=1)
        remedy = f"did you mean '{near[0]}'?" if near else remedy
        yield here, f"no {what} has the id '{id}'; {remedy}"


UNIT_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
DURATION: Final = re.compile(r"^(\d{1,4}) (second|minute|hour|day)s?$")


def _parse_duration(value: object) -> object:
    if isinstance(value, str) and (match := DURATION.match(value.strip())):
        return timedelta(seconds=int(match[1]) * UNIT_SECONDS[match[2]])
    raise ValueError("write a number and a unit, such as '30 minutes', '1 hour' or '5 seconds'")


def _check_source_address(value: str) -> str:
    if not value.startswith(MAILBOXES):
        return check_address(value)
    if re.fullmatch(r"(maildir|mbox):\S.*|imaps?://[^\s/@:]+@[^\s/@:]+(:\d{1,5})?/\S+", value, re.ASCII):
        return value
    raise ValueError(
        "write maildir:FOLDER, mbox:FILE or imaps://USER@HOST/MAILBOX, with %40 for an @ in USER, no password"
    )


Duration = Annotated[timedelta, BeforeValidator(_parse_duration)]
# An address or a mailbox; a mailbox is never shown as a link.
SourceAddress = Annotated[str, AfterValidator(_check_source_address)]
