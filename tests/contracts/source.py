"""The source as text and as syntax, for tests that hold it to the rules of the house."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("marketplace", "cms_pages", "portal")


def modules(*packages: str, names: frozenset[str] | None = None) -> Iterator[Path]:
    """Python files of our packages, without migrations; only those called one of `names` when given."""
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and (names is None or path.name in names):
                yield path


def name_of(path: Path) -> str:
    """The path as a person would say it."""
    return path.relative_to(ROOT).as_posix()


@cache
def text(path: Path) -> str:
    """What stands in the file, read once: nobody changes it while the tests run."""
    return path.read_text()


def tree(path: Path) -> ast.Module:
    """The module's syntax."""
    return ast.parse(text(path), filename=str(path))


def attribute_calls(path: Path) -> Iterator[tuple[ast.expr, str, int]]:
    """Calls of a method: what it is called on, the method's name, the line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.value, node.func.attr, node.lineno
