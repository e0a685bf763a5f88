"""Counts modules, folders, names and comments in the tree that this file is in, and prints a table.

Run `python tools/count_names.py`. To measure another commit, copy this file into a checkout of it.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[1]
SOURCE: Final = PROJECT / "src/aggregator"


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


RETIRED: Final = word_set(
    "desk dossier drawer drawers edition footing habit habits held holding holdings knowing letter letters"
    " mailroom mistake mistakes occasion occasions posting postings postman rhythm shelf shelves standing"
    " stationery teller telling tellings told untold vanishing whereabouts wish wishes"
)
"""Words that had several meanings here, or one that only their author knew."""

Tokens = dict[Path, list[tokenize.TokenInfo]]


def modules(*folders: str) -> list[Path]:
    """The Python files of the folders."""
    return sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))


def tokens_of(paths: list[Path]) -> Tokens:
    """The tokens of each file."""
    return {
        path: list(tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline))
        for path in paths
    }


def largest_folder(folder: str) -> str:
    """The number of modules in the largest folder below `folder`, and its path."""
    sizes = Counter(path.parent.relative_to(PROJECT) for path in modules(folder))
    path, size = max(sizes.items(), key=lambda item: (item[1], str(item[0])))
    return f"{size} (`{path}`)"


def repeated_classes() -> int:
    """How many public class names are defined in more than one place of the program."""
    places: dict[str, int] = defaultdict(int)
    for path in modules("src/aggregator"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name] += 1
    return sum(count > 1 for count in places.values())


def comment_share(tokens: Tokens) -> str:
    """The share of lines that are a comment and nothing else."""
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in tokens)
    comments = sum(
        token.type == tokenize.COMMENT and token.line.strip() == token.string
        for one in tokens.values()
        for token in one
    )
    return f"{100 * comments / lines:.1f} %"


def retired_names(path: Path) -> list[str]:
    """Every occurrence in a file of an identifier with a retired word in it."""
    names = (token.string for token in tokens_of([path])[path] if token.type == tokenize.NAME)
    return [name for name in names if not RETIRED.isdisjoint(_words(name))]


def _words(identifier: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)]


def rows() -> Iterator[tuple[str, object]]:
    """Each line of the table: what is counted, and the figure."""
    names = Counter(path.stem for path in modules("src/aggregator") if not path.stem.startswith("__"))
    source, everything = modules("src/aggregator"), modules("src", "tests", "tools")
    yield "modules in `src/aggregator/`", len(modules("src/aggregator"))
    yield "modules in its largest folder", largest_folder("src/aggregator")
    yield "modules in the largest folder of `tests/`", largest_folder("tests")
    yield "public class names with more than one meaning", repeated_classes()
    yield "module names used more than twice", sum(count > 2 for count in names.values())
    yield "lines of `src/aggregator/` that are comments", comment_share(tokens_of(source))
    yield (
        "identifiers with a retired word, in `src/aggregator/`",
        sum(len(retired_names(path)) for path in source),
    )
    yield "the same in `src/`, `tests/` and `tools/`", sum(len(retired_names(path)) for path in everything)


if __name__ == "__main__":
    sys.stdout.write("".join(f"| {what} | {figure} |\n" for what, figure in rows()))
