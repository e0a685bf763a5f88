"""Holds a YAML file against a form and says, line by line, what is wrong and what would be right."""

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
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model.kinds import MAILBOXES
from aggregator.values.field_types import check_address

Wrong = Iterator[tuple[yamldoc.Path, str]]
"""Where in a file something does not fit the rest, and what to do about it."""


class ConfigIssues:
    """Gathers mistakes over several files, so that the operator sees all of them at once."""

    def __init__(self) -> None:
        self._found: list[ConfigIssue] = []

    def add(self, *mistakes: ConfigIssue) -> None:
        """Note mistakes and go on reading."""
        self._found.extend(mistakes)

    def check(self, document: yamldoc.YamlDocument, *wrong: Wrong) -> None:
        """Note what does not fit together in a document that was read."""
        for path, what in chain.from_iterable(wrong):
            self.add(document.mistake(path, what))

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Raise one ConfigError for everything that was added inside, ordered by file and line."""
        yield
        if self._found:
            raise ConfigError(tuple(sorted(set(self._found), key=lambda m: (m.file, m.line, m.what))))


class Schema(BaseModel):
    """A form that people fill in: an unknown key is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


FormT = TypeVar("FormT", bound=Schema)


def read(path: Path, form: type[FormT], mistakes: ConfigIssues) -> tuple[FormT | None, yamldoc.YamlDocument]:
    """Read `path` as `form`; what is wrong goes into `mistakes` and the form is None."""
    document = _open(path, mistakes)
    if document.value is None:
        return None, document
    try:
        return form.model_validate(document.value), document
    except ValidationError as error:
        mistakes.check(document, ((problem["loc"], explain(problem, form)) for problem in error.errors()))
        return None, document


def _open(path: Path, mistakes: ConfigIssues) -> yamldoc.YamlDocument:
    try:
        document = yamldoc.load(path.read_text(encoding="utf-8"), file=shown(path))
        if document.value is not None:
            return document
        mistakes.add(ConfigIssue(shown(path), 1, "this file is empty; the project ships one, bring it back"))
    except FileNotFoundError:
        mistakes.add(
            ConfigIssue(shown(path), 0, "this file is missing; the project ships one, bring it back")
        )
    except (OSError, UnicodeDecodeError) as error:
        mistakes.add(ConfigIssue(shown(path), 0, f"cannot be read as UTF-8 text: {error}"))
    except ConfigError as error:
        mistakes.add(*error.mistakes)
    return yamldoc.YamlDocument(shown(path), None, {})


def shown(path: Path) -> str:
    """A path as the operator knows it: relative to where the program was started, if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


UNKNOWN_KEY: Final = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
"""What pydantic calls it in a form, and in a value of the model."""


def explain(problem: Any, form: type[Schema]) -> str:
    """What one of pydantic's findings means to somebody who does not program."""
    key = ".".join(str(part) for part in problem["loc"] if isinstance(part, str)) or "the file"
    if problem["type"] in UNKNOWN_KEY:
        return f"'{key}' is not a key that is known here{_near(str(problem['loc'][-1]), form)}"
    if problem["type"] == "missing":
        return f"'{key}' is missing; add it"
    message = problem["msg"].removeprefix("Value error, ")
    return f"'{key}' is {problem['input']!r}: {message[:1].lower()}{message[1:]}"


def _near(key: str, form: type[Schema]) -> str:
    near = get_close_matches(key, list(_keys(form)), n=1)
    return f"; did you mean '{near[0]}'?" if near else "; take it out"


def _keys(form: type) -> Iterator[str]:
    """Every key that a form or value knows, and those of what it holds."""
    for name, hint in get_type_hints(form).items():
        if name != "model_config":
            yield name
            yield from _keys_inside(hint)


def _keys_inside(hint: Any) -> Iterator[str]:
    if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, Schema)):
        yield from _keys(hint)
    for part in get_args(hint):
        yield from _keys_inside(part)


def twice(part: str, ids: Sequence[str], *, each: str = "each") -> Wrong:
    """The ids under the key `part` that stood before."""
    seen: set[str] = set()
    for number, id in enumerate(ids):
        if id in seen:
            yield (part, number, "id"), f"the id '{id}' stands twice; give {each} its own"
        seen.add(id)


def unknown(
    here: yamldoc.Path, what: str, id: str, known: Collection[str], remedy: str = "add it or correct this"
) -> Wrong:
    """An id that is not among those that are known, with the one that looks like it or another remedy."""
    if id not in known:
        near = get_close_matches(id, list(known), n=1)
        remedy = f"did you mean '{near[0]}'?" if near else remedy
        yield here, f"no {what} has the id '{id}'; {remedy}"


UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
SPAN: Final = re.compile(r"^(\d{1,4}) (second|minute|hour|day)s?$")


def _span(value: object) -> object:
    if isinstance(value, str) and (match := SPAN.match(value.strip())):
        return timedelta(seconds=int(match[1]) * UNITS[match[2]])
    raise ValueError("write a number and a unit, such as '30 minutes', '1 hour' or '5 seconds'")


def _source_address(value: str) -> str:
    if not value.startswith(MAILBOXES):
        return check_address(value)
    if re.fullmatch(r"(maildir|mbox):\S.*|imaps?://[^\s/@:]+@[^\s/@:]+(:\d{1,5})?/\S+", value, re.ASCII):
        return value
    raise ValueError(
        "write maildir:FOLDER, mbox:FILE or imaps://USER@HOST/MAILBOX, with %40 for an @ in USER, no password"
    )


Span = Annotated[timedelta, BeforeValidator(_span)]
SourceAddress = Annotated[str, AfterValidator(_source_address)]
"""Also a mailbox, which nobody can follow as a link."""
