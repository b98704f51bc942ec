"""Rules of money that can be read off the source (facts/reliability.md, 2.1)."""

import ast
import re

import pytest

from tests.contracts.source import modules, name_of, tree

BOOKS = {"Account", "Entry", "Transaction", "Clearing", "Wallet", "DaySeal", "EscrowProof"}
WRITES = {"create", "bulk_create", "bulk_update", "update", "update_or_create", "get_or_create", "delete"}
MONEY = ("marketplace/ledger", "marketplace/orders", "marketplace/payments")


def money_modules():
    return [path for folder in MONEY for path in modules(folder) if "sandbox" not in path.parts]


def test_only_the_ledger_writes_the_books():
    writers = {
        name_of(path)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and any(re.search(rf"\b{model}\.objects", ast.unparse(node.func.value)) for model in BOOKS)
    }
    assert writers
    assert {name for name in writers if not name.startswith("marketplace/ledger/")} == set()


def test_postings_go_through_one_function():
    callers = {name_of(path) for path in modules() if re.search(r"\bledger_post\(", path.read_text())}
    assert callers == {"marketplace/ledger/locks.py"}
    users = {name_of(path) for path in modules() if "post_under_lock" in path.read_text()}
    assert users == {"marketplace/ledger/locks.py", "marketplace/ledger/services.py"}


@pytest.mark.parametrize("path", money_modules(), ids=name_of)
def test_money_hands_nothing_to_a_queue(path):
    """What is to be done stands in a row of the same transaction and is swept: a queue forgets what a crash interrupts."""
    calls = [
        f"{name_of(path)}:{node.lineno}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"on_commit", "delay", "apply_async", "send_task"}
    ]
    assert calls == []


def takes_locks(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr.startswith("lock_")
        and ast.unparse(call.func.value).endswith("locks")
        for call in ast.walk(node)
    )


def test_a_service_that_takes_a_lock_is_a_transaction():
    """A lock outside a transaction is given back before it was any good."""
    loose = []
    for path in money_modules():
        if path.name == "locks.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and takes_locks(node):
                atomic = "transaction.atomic" in " ".join(map(ast.unparse, node.decorator_list))
                inside = any(
                    isinstance(part, ast.With) and "transaction.atomic" in ast.unparse(part) for part in ast.walk(node)
                )
                if not (atomic or inside):
                    loose.append(f"{name_of(path)}:{node.name}")
    assert loose == []
