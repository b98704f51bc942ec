"""Each room of an app holds only its own kind of code (style.md, habits 1, 2, 3, 8, 10, 15, 17)."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.source import ROOT, attribute_calls, modules, name_of, raw_queries, tree

VIEWS = frozenset({"views.py", "desk_list_views.py", "wizard_views.py", "exchange_views.py", "consumers.py"})
THIN = VIEWS | {"tasks.py", "forms.py", "wagtail_hooks.py"}
ORM_WRITES = {"create", "bulk_create", "bulk_update", "update", "update_or_create", "get_or_create", "delete", "save"}
MONEY_APPS = tuple(f"marketplace/{room}" for room in ("core", "ledger", "orders", "offers", "payments"))


def is_queryset(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr == "objects" for part in ast.walk(node))


def test_imports_go_one_way():
    program = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    assert "1 kept, 0 broken" in result.stdout


def test_row_locks_are_taken_in_locks_modules_only():
    takers = {
        name_of(path) for path in modules() for _on, name, _line in attribute_calls(path) if name == "select_for_update"
    }
    assert takers
    assert {name for name in takers if not name.endswith("/locks.py")} == set()


def test_locks_say_which_rows_they_mean_and_leave_foreign_keys_alone():
    for path in modules(names=frozenset({"locks.py"})):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "select_for_update":
                assert {keyword.arg for keyword in node.keywords} >= {"of"}, f"{name_of(path)}:{node.lineno}"


@pytest.mark.parametrize("path", list(modules("marketplace", names=THIN)), ids=name_of)
def test_views_forms_tasks_and_consumers_write_nothing_themselves(path):
    writes = [
        f"{name_of(path)}:{line} .{name}()"
        for on, name, line in attribute_calls(path)
        if (name in ORM_WRITES and is_queryset(on)) or (name in {"save", "delete"} and not is_form(on))
    ]
    assert writes == []


def is_form(node: ast.expr) -> bool:
    """`form.save(commit=False)` and `super().save()` of a form class are the form's own affair."""
    name = node.id if isinstance(node, ast.Name) else ""
    return "form" in name or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "super")


def is_of_views(path: Path) -> bool:
    """Every module that answers requests, whatever stands before `views` in its name."""
    return path.name in VIEWS or path.name.endswith("_views.py") or "views" in path.parts


def test_views_and_consumers_ask_selectors():
    asking = [path for path in modules("marketplace", "cms_pages") if is_of_views(path)]
    assert len(asking) > 60
    assert {f"{name_of(path)}:{line}" for path in asking for line in raw_queries(tree(path))} == set()


def test_no_signal_of_the_orm_carries_a_business_effect():
    # Not a field's own pre_save(), which says what is written into its column.
    words = re.compile(r"(?<!\bfield\.)\b(pre|post)_(save|delete|init)\b|\bm2m_changed\b")
    # forgetting.py is the one place for them, and may only say which kept pages end.
    apart = [path for path in modules() if path.name != "forgetting.py"]
    assert [name_of(path) for path in apart if words.search(path.read_text())] == []


def test_what_forgets_kept_pages_writes_nothing_else():
    writes = re.compile(
        r"\.(save|create|update|delete|bulk_\w+|get_or_create|update_or_create|execute|delay|apply_async)\("
    )
    forgetting = [path for path in modules() if path.name == "forgetting.py"]
    assert forgetting
    assert [name_of(path) for path in forgetting if writes.search(path.read_text())] == []
    imported = {
        name
        for path in forgetting
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        for name in [node.module or "", *(alias.name for alias in node.names)]
    }
    assert not {name for name in imported if name.rpartition(".")[2] in {"services", "tasks", "locks"}}


def money_modules():
    # The stars of a rating are drawn in tenths (core/templatetags) and averaged (core/ratings.py); the sandbox, the cache and
    # what is kept in it count seconds.
    apart = {"sandbox", "templatetags", "ratings.py", "cache.py", "page_cache.py", "prefetching.py", "remembered.py"}
    return [path for folder in MONEY_APPS for path in modules(folder) if not apart & set(path.parts)]


def test_no_float_touches_money():
    broken = []
    for path in money_modules():
        for node in ast.walk(tree(path)):
            is_float = isinstance(node, ast.Name) and node.id == "float"
            is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            is_division = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
            # A form may take yuan as a Decimal, exact as it is; parse_yuan makes fen of it.
            is_field = isinstance(node, ast.Attribute) and node.attr == "FloatField"
            if is_float or is_literal or is_field or (is_division and divides_money(node)):
                broken.append(f"{name_of(path)}:{node.lineno}")
    assert broken == []


def divides_money(node: ast.BinOp) -> bool:
    return any("_fen" in ast.unparse(side) or ast.unparse(side) == "100" for side in (node.left, node.right))


def test_amounts_are_big_integers_of_fen():
    from django.apps import apps

    for model in apps.get_models():
        if model.__module__.startswith("marketplace."):
            for field in model._meta.get_fields():
                if field.name.endswith("_fen"):
                    assert field.get_internal_type() == "BigIntegerField", f"{model.__name__}.{field.name}"


def test_gateways_are_called_from_payments_services_only():
    importers = {
        name_of(path) for path in modules() if re.search(r"gateways import [^\n]*\bgateway\b", path.read_text())
    }
    assert importers
    assert {name for name in importers if not name.startswith("marketplace/payments/services/")} == set()


def test_services_are_keyword_only_and_typed():
    loose = []
    for path in modules("marketplace"):
        if path.name != "services.py" and path.parent.name != "services":
            continue
        if path.parent.name == "discovery":
            continue  # reads only, one query after the other: nothing there to be mixed up
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not path.name.startswith("_") and not node.name.startswith("_"):
                positional = [*node.args.posonlyargs, *node.args.args]
                typed = all(argument.annotation for argument in [*positional, *node.args.kwonlyargs])
                if not typed or node.returns is None or len(positional) > 1:
                    loose.append(f"{name_of(path)}:{node.name}")
    assert loose == []


def test_the_portal_does_not_know_the_sandbox():
    importers = [
        name_of(path)
        for path in modules()
        if "sandbox" not in path.parts
        and re.search(r"^\s*(from|import) [\w.]*payments\.sandbox", path.read_text(), re.MULTILINE)
        and not name_of(path).startswith(("portal/embedded/", "portal/demo/", "portal/bench/"))
    ]
    assert importers == []


def test_no_file_of_ours_grew_past_what_one_can_read():
    long = {name_of(path): count for path in modules() if (count := len(path.read_text().splitlines())) > 420}
    assert long == {}
