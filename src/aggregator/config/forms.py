"""Holds a YAML file against a form and says, line by line, what is wrong and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from aggregator import yamldoc
from aggregator.errors import ConfigError, Mistake
from aggregator.model.kinds import MAILBOXES


class Mistakes:
    """Gathers mistakes over several files, so that the operator sees all of them at once."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []

    def add(self, *mistakes: Mistake) -> None:
        """Note mistakes and go on reading."""
        self._found.extend(mistakes)

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Raise one ConfigError for everything that was added inside, ordered by file and line."""
        yield
        if self._found:
            raise ConfigError(tuple(sorted(set(self._found), key=lambda m: (m.file, m.line, m.what))))


class Form(BaseModel):
    """A form that people fill in: an unknown key is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


FormT = TypeVar("FormT", bound=Form)


def read(path: Path, form: type[FormT], mistakes: Mistakes) -> tuple[FormT | None, yamldoc.Document]:
    """Read `path` as `form`; what is wrong goes into `mistakes` and the form is None."""
    document = _open(path, mistakes)
    if document.value is None:
        return None, document
    try:
        return form.model_validate(document.value), document
    except ValidationError as error:
        mistakes.add(*(_mistake(document, form, problem) for problem in error.errors()))
        return None, document


def _open(path: Path, mistakes: Mistakes) -> yamldoc.Document:
    try:
        document = yamldoc.load(path.read_text(encoding="utf-8"), file=shown(path))
        if document.value is not None:
            return document
        mistakes.add(Mistake(shown(path), 1, "this file is empty; the project ships one, bring it back"))
    except FileNotFoundError:
        mistakes.add(Mistake(shown(path), 0, "this file is missing; the project ships one, bring it back"))
    except (OSError, UnicodeDecodeError) as error:
        mistakes.add(Mistake(shown(path), 0, f"cannot be read as UTF-8 text: {error}"))
    except ConfigError as error:
        mistakes.add(*error.mistakes)
    return yamldoc.Document(shown(path), None, {})


def shown(path: Path) -> str:
    """A path as the operator knows it: relative to where the program was started, if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _mistake(document: yamldoc.Document, form: type[Form], problem: Any) -> Mistake:
    path = tuple(problem["loc"])
    return document.mistake(path, explain(problem, form))


def explain(problem: Any, form: type[Form]) -> str:
    """What one of pydantic's findings means to somebody who does not program."""
    key = ".".join(str(part) for part in problem["loc"] if isinstance(part, str)) or "the file"
    if problem["type"] == "extra_forbidden":
        return f"'{key}' is not a key that is known here{_near(str(problem['loc'][-1]), form)}"
    if problem["type"] == "missing":
        return f"'{key}' is missing; add it"
    message = problem["msg"].removeprefix("Value error, ")
    return f"'{key}' is {problem['input']!r}: {message[:1].lower()}{message[1:]}"


def _near(key: str, form: type[Form]) -> str:
    near = get_close_matches(key, _keys(form), n=1)
    return f"; did you mean '{near[0]}'?" if near else "; take it out"


def _keys(form: type[Form]) -> set[str]:
    """Every key that a form and the forms inside it know."""
    inner = [
        model for model in Form.__subclasses__() if model.__module__ == form.__module__ and model is not form
    ]
    return {name for model in (form, *inner) for name in model.model_fields}


UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
SPAN: Final = re.compile(r"^(\d{1,4}) (second|minute|hour|day)s?$")


def _span(value: object) -> object:
    if isinstance(value, str) and (match := SPAN.match(value.strip())):
        return timedelta(seconds=int(match[1]) * UNITS[match[2]])
    raise ValueError("write a number and a unit, such as '30 minutes', '1 hour' or '5 seconds'")


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("it may not be empty")
    return value.strip()


SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _name(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise ValueError("write small letters a to z, digits and single hyphens, such as 'cabinet-office'")
    return value


def _address(value: str) -> str:
    if re.fullmatch(r"https?://(localhost(:\d+)?|[^\s/]+\.[^\s/]+)(/\S*)?", value) or re.fullmatch(
        r"[a-z0-9-]+/", value
    ):
        return value
    raise ValueError("write a whole address that begins with https://, or a folder here such as 'records/'")


def _source_address(value: str) -> str:
    if not value.startswith(MAILBOXES):
        return _address(value)
    if re.fullmatch(r"(maildir|mbox):\S.*|imaps?://[^\s/@:]+@[^\s/@:]+(:\d{1,5})?/\S+", value, re.ASCII):
        return value
    raise ValueError(
        "write maildir:FOLDER, mbox:FILE or imaps://USER@HOST/MAILBOX, with %40 for an @ in USER, no password"
    )


Span = Annotated[timedelta, BeforeValidator(_span)]
Text = Annotated[str, AfterValidator(_text)]
Name = Annotated[str, AfterValidator(_name)]
Address = Annotated[str, AfterValidator(_address)]
SourceAddress = Annotated[str, AfterValidator(_source_address)]
"""Also a mailbox, which nobody can follow as a link."""
