"""The source as text and as syntax, for tests that hold it to the rules of the house."""

import ast
import re
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


# What a rule finds in a syntax tree: the lines. Each has a planted violation in test_security_rules.py.

HTTP_CALLS = re.compile(
    r"^(requests\.(get|post|put|patch|delete|head|request|Session)|urllib\.request\.urlopen|urlopen|httpx\.\w+|boto3\.\w+"
    r"|smtplib\.\w+|send_mail|gateway)$"
)
RAW_SQL = frozenset({"raw", "extra", "RawSQL"})
SAFE = frozenset({"mark_safe", "SafeString", "SafeText"})


def raw_queries(root: ast.AST) -> list[int]:
    """Uses of a manager."""
    return [
        node.lineno
        for node in ast.walk(root)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}
    ]


def http_in_transactions(root: ast.AST) -> list[int]:
    """Calls to another machine that stand inside a transaction: by the decorator or by the block around them."""
    found = set()
    for node in ast.walk(root):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            is_atomic = any("atomic" in ast.unparse(decorator) for decorator in node.decorator_list)
        else:
            is_atomic = isinstance(node, ast.With) and any("atomic(" in ast.unparse(item) for item in node.items)
        if is_atomic:
            found.update(call.lineno for call in _calls_at_once(node) if HTTP_CALLS.match(ast.unparse(call.func)))
    return sorted(found)


def _calls_at_once(root: ast.AST) -> Iterator[ast.Call]:
    """Calls that run with `root`. What a lambda or an inner function does, such as one for after the commit, runs later."""
    for node in ast.iter_child_nodes(root):
        if isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Call):
            yield node
        yield from _calls_at_once(node)


def marked_safe(root: ast.AST) -> list[int]:
    """Text that is declared to be HTML by hand."""
    return [node.lineno for node in ast.walk(root) if isinstance(node, ast.Call) and _last_name(node.func) in SAFE]


def raw_sql(root: ast.AST) -> list[int]:
    """SQL put into a query of the ORM. `extra()` of anything else takes no arguments of that kind."""
    return [
        node.lineno
        for node in ast.walk(root)
        if isinstance(node, ast.Call)
        and (name := _last_name(node.func)) in RAW_SQL
        and (name != "extra" or {keyword.arg for keyword in node.keywords} & {"select", "where", "tables", "order_by"})
    ]


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
