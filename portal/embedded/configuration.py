"""docs/configuration-reference.md, made of the code: `python -m portal.embedded.configuration [--check]`.

Which variables there are, of what type, with which default and whether production starts without them is read from calls of
`env` in the settings (as syntax: nothing is run). What they mean is written once, by hand, in docs/configuration.md.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.paths import PROJECT

MEANINGS = PROJECT / "docs" / "configuration.md"
REFERENCE = PROJECT / "docs" / "configuration-reference.md"
# Where variables are read; tests/contracts/test_operation.py looks whether it is anywhere else. What tests, benches and the
# sandboxes are told is for no operator.
SOURCES = (
    "portal/env.py",
    "portal/settings/*.py",
    "portal/embedded/paths.py",
    "portal/embedded/run.py",
    "deploy/gunicorn.conf.py",
)
TYPES = {
    "str": "text", "int": "whole number", "float": "number", "bool": "yes or no", "list": "list", "dict": "pairs", "json": "JSON",
    "path": "folder", "db": "address", "email_url": "address",
}  # fmt: skip
# Set by us for a process of ours, or by a library's own convention.
INTERNAL = frozenset(
    {
        "DJANGO_SETTINGS_MODULE",
        "LC_ALL",
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_SEMCONV_STABILITY_OPT_IN",
        "PROMETHEUS_MULTIPROC_DIR",
        "PYTHONPATH",
        "PATH",
        "PEAK_TOLD",
        "RUN_STARTED_AT",
        "PYTEST_XDIST_WORKER",
        "VICTIM",
    }
)
SECRET = re.compile(r"(SECRET|PRIVATE_KEY|API_V3_KEY|ENCRYPTION_KEYS|DIGEST_KEY|TOKEN|APP_KEY|ACCESS_KEY$)")
# A password stands in them.
SECRET_ADDRESSES = frozenset({"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "ELASTICSEARCH_URL", "SENTRY_DSN"})
_ROW = re.compile(r"^\| (?P<names>[^|]*`[A-Z].*?) \| (?P<meaning>.*?) \| (?P<default>.*?) \|$", re.MULTILINE)
_NAME = re.compile(r"`(…?_?[A-Z][A-Z0-9_]+)`")
_NO_DEFAULT = ast.Constant("there is none")


@dataclass(frozen=True)
class Variable:
    """One variable as the code reads it. `needed` is empty, `always`, or the condition under which production needs it."""

    name: str
    kind: str
    default: str  # in production, as an expression of Python
    development: str  # elsewhere
    needed: str
    source: str

    @property
    def is_secret(self) -> bool:
        return bool(SECRET.search(self.name)) or self.name in SECRET_ADDRESSES


def variables() -> dict[str, Variable]:
    """Every variable by its name. Read in several places, it is what production needs most that counts."""
    found: dict[str, Variable] = {}
    for pattern in SOURCES:
        for path in sorted(PROJECT.glob(pattern)):
            for variable in _read(path):
                known = found.get(variable.name)
                if known is None or (variable.needed and not known.needed):
                    found[variable.name] = variable
    return {name: found[name] for name in sorted(found) if name not in INTERNAL and not name.startswith("_")}


def meanings() -> dict[str, str]:
    """What the tables of docs/configuration.md say of each variable that stands first in a row."""
    said: dict[str, str] = {}
    for row in _ROW.finditer(MEANINGS.read_text()):
        names: list[str] = []
        for name in _NAME.findall(row["names"]):
            # "`A_CERT`, `B_CERT` or `…_FILE`": the same with another ending.
            names += [f"{each}{name[1:]}" for each in names] if name.startswith("…") else [name]
        said |= dict.fromkeys(names, row["meaning"])
    return said


def _read(path: Path) -> Iterator[Variable]:
    source = path.relative_to(PROJECT).as_posix()
    tree = ast.parse(path.read_text())
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        name, called = node.args[0].value, ast.unparse(node.func)
        if not isinstance(name, str) or not re.fullmatch(r"[A-Z][A-Z0-9_]+", name):
            continue
        if called == "_key":  # portal/settings/money.py: a PEM text, or where its file is
            yield Variable(name, "PEM", "''", "the sandbox's", "", source)
            yield Variable(f"{name}_FILE", "file", "''", "the sandbox's", "", source)
        elif called.startswith("env."):
            yield _of_env(node, name, called.removeprefix("env."), _conditions(node, parents), source)
        elif called == "os.environ.get" or called.endswith("._port"):
            default = ast.unparse(node.args[1]) if len(node.args) > 1 else "''"
            yield Variable(name, "text", default, default, "", source)


def _of_env(node: ast.Call, name: str, kind: str, conditions: list[ast.expr], source: str) -> Variable:
    given = next((keyword.value for keyword in node.keywords if keyword.arg == "default"), _NO_DEFAULT)
    # `**_folder(…)`: a default in development alone.
    elsewhere = any(keyword.arg is None for keyword in node.keywords)
    default, development = _folded(given, production=True), _folded(given, production=False)
    asked = [_folded(condition, production=True) for condition in conditions]
    is_read = not any(isinstance(each, ast.Constant) and not each.value for each in asked)
    needed = ""
    if is_read and given is _NO_DEFAULT:
        open_conditions = [ast.unparse(each) for each in asked if not isinstance(each, ast.Constant)]
        needed = " and ".join(_condition(each, name) for each in open_conditions) or "always"
    shown = "" if default is _NO_DEFAULT else ast.unparse(default)
    other = "below `.jiangji/`" if elsewhere else "" if development is _NO_DEFAULT else ast.unparse(development)
    return Variable(name, TYPES.get(kind, kind), shown, other, needed, source)


def _condition(expression: str, name: str) -> str:
    """For people: `S3_BUCKET`, without what asks for the variable itself."""
    plain = expression.replace(f"env.str('{name}', default='') or ", "")
    negated = plain.startswith("not ")
    return f"{'without' if negated else 'with'} `{plain.removeprefix('not ').lstrip('_')}`"


def _conditions(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> list[ast.expr]:
    """What must hold for the call to be reached: of every `if` around it, turned round where it stands in the `else`."""
    found: list[ast.expr] = []
    while (parent := parents.get(node)) is not None:
        if isinstance(parent, ast.IfExp) and node is not parent.test:
            found.append(parent.test if node is parent.body else _not(parent.test))
        elif isinstance(parent, ast.If) and node is not parent.test:
            found.append(parent.test if node in parent.body else _not(parent.test))
        node = parent
    return found


def _not(test: ast.expr) -> ast.expr:
    return (
        test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else ast.UnaryOp(ast.Not(), test)
    )


def _folded(node: ast.expr, *, production: bool) -> ast.expr:
    """The expression as it is in production, or elsewhere: what depends on PRODUCTION alone is decided."""
    if isinstance(node, ast.Name) and node.id == "PRODUCTION":
        return ast.Constant(production)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _folded(node.operand, production=production)
        return ast.Constant(not inner.value) if isinstance(inner, ast.Constant) else ast.UnaryOp(ast.Not(), inner)
    if isinstance(node, ast.IfExp):
        test = _folded(node.test, production=production)
        if isinstance(test, ast.Constant):
            return _folded(node.body if test.value else node.orelse, production=production)
    if isinstance(node, ast.BoolOp):
        parts = [_folded(value, production=production) for value in node.values]
        decides = isinstance(node.op, ast.Or)
        if any(isinstance(part, ast.Constant) and bool(part.value) is decides for part in parts):
            return ast.Constant(decides)
        rest = [part for part in parts if not isinstance(part, ast.Constant)]
        return ast.Constant(not decides) if not rest else rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    return node


def reference() -> str:
    """The page."""
    said = meanings()
    lines = [
        "# Every variable",
        "",
        "Made by `python -m portal.embedded.configuration` from the code and from [configuration.md](configuration.md), where",
        "what they mean is written, by subject; a test compares. Defaults are those of production, as the code says them; where",
        "there is none and it is not needed, production does without. Secrets belong into what keeps secrets, never into a file",
        "that is checked in.",
        "",
        "| variable | type | default | needed in production | secret | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for variable in variables().values():
        default = _cell(variable.default)
        if variable.development != variable.default and variable.development:
            default = f"{default or 'none'}; in development {_cell(variable.development) or 'none'}"
        lines.append(
            f"| `{variable.name}` | {variable.kind} | {default or 'none'} | {variable.needed} |"
            f" {'yes' if variable.is_secret else ''} | {said.get(variable.name, '')} |"
        )
    return "\n".join([*lines, ""])


def _cell(expression: str) -> str:
    """An expression for people: empty values are none, and what is long is left to the code."""
    if expression in ("''", "[]", "{}", ""):
        return ""
    if " " in expression and not expression.startswith(("'", "[", "f'")):
        return expression
    return f"`{expression.replace('|', '/')}`" if len(expression) < 90 else "a list in the settings"


def parser() -> argparse.ArgumentParser:
    """What this program may be told."""
    known = argparse.ArgumentParser(prog="python -m portal.embedded.configuration")
    known.add_argument("--check", action="store_true", help="write nothing; exit 1 if the reference is old")
    return known


def main() -> int:
    arguments = parser().parse_args()
    text = reference()
    if arguments.check:
        is_fresh = REFERENCE.exists() and REFERENCE.read_text() == text
        if not is_fresh:
            sys.stderr.write("docs/configuration-reference.md is not what the code says: make it anew.\n")
        return 0 if is_fresh else 1
    REFERENCE.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
