"""Names: one meaning each, folders that can be scanned, packages that import one way, no retired words."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from tools.count_names import retired_names

PROJECT = Path(__file__).parents[2]
SOURCE = PROJECT / "src/aggregator"
MODULES = sorted(SOURCE.rglob("*.py"))
PYTHON = sorted(path for top in ("src", "tests", "tools") for path in (PROJECT / top).rglob("*.py"))

LARGEST_FOLDER = 15
# Words of the alphabet and a verb, which mean what they say.
PLAIN_USES = {
    "LETTER_OR_DIGIT",
    "test_a_path_without_a_letter_has_no_title",
    "test_a_second_sender_is_refused_while_one_is_posting",
}


def test_no_public_class_name_is_used_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(SOURCE)))

    assert len(places) > 200
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_no_module_name_is_used_more_than_twice() -> None:
    names = Counter(path.stem for path in MODULES if path.stem != "__init__")

    assert {name: count for name, count in names.items() if count > 2} == {}


def test_no_folder_holds_more_modules_than_can_be_scanned() -> None:
    sizes = Counter(str(path.parent.relative_to(PROJECT)) for path in PYTHON)

    assert {folder: size for folder, size in sizes.items() if size > LARGEST_FOLDER} == {}


def test_no_two_packages_import_each_other() -> None:
    imports = set(_package_imports())

    assert len(imports) > 100
    assert {(one, other) for one, other in imports if one < other and (other, one) in imports} == set()


def test_no_retired_word_is_part_of_an_identifier() -> None:
    found = {
        f"{path.relative_to(PROJECT)}: {name}"
        for path in PYTHON
        for name in retired_names(path)
        if name not in PLAIN_USES
    }

    assert found == set()


def _package_imports() -> Iterator[tuple[str, str]]:
    """Each pair of packages of which the first imports the second.

    A package and the package around it count once they are two folders of one subject; the root does not: its
    `__main__` and `errors` are the two ends of the layers.
    """
    packages = {_dotted(path): _package(path) for path in MODULES}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("aggregator"):
                continue
            for alias in node.names:
                target = packages.get(f"{node.module}.{alias.name}") or packages.get(node.module or "")
                if target and "aggregator" not in (target, _package(path)) and target != _package(path):
                    yield _package(path), target


def _dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _package(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE.parent).parts[:-1])
