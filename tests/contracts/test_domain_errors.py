"""Every refusal a person may see has its sentence, and is really given somewhere (style.md, habit 18)."""

import ast
import importlib
from collections import defaultdict
from functools import cache

import pytest
from django.utils.functional import Promise
from django.utils.translation import override

from marketplace.core.errors import DomainError
from tests.contracts.source import ROOT, modules, name_of, text, tree

for _path in modules("marketplace", names=frozenset({"errors.py"})):
    importlib.import_module(name_of(_path).removesuffix(".py").replace("/", "."))
ERRORS = sorted(DomainError.__subclasses__(), key=lambda error: error.__name__)


def code_enum(error):
    return type(next(iter(error.messages)))


def test_the_refusals_stand_in_one_file_an_app():
    assert len(ERRORS) >= 5
    for error in ERRORS:
        assert error.__module__.endswith(".errors"), error


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_code_has_a_translatable_sentence(error):
    assert set(error.messages) == set(code_enum(error))
    with override("en"):
        for code, message in error.messages.items():
            assert isinstance(message, Promise), f"{code} is not translated"
            assert str(message).rstrip("”").endswith((".", "?", ")s")), f"{code} is no full sentence: {message}"


@cache
def attributes_used() -> dict[str, set[str]]:
    """Name → which attributes of it our modules ask for. All modules are gone through once, not once an error."""
    found = defaultdict(set)
    for path in (*modules("marketplace"), *modules("cms_pages"), *modules("portal")):
        if path.name == "errors.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found[node.value.id].add(node.attr)
    return found


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_code_is_given_somewhere(error):
    used = attributes_used()[code_enum(error).__name__]
    assert {code.name for code in code_enum(error)} - used == set()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_code_is_expected_by_some_test(error):
    words = "\n".join(text(path) for path in (ROOT / "tests").rglob("test_*.py"))
    enum = code_enum(error)
    missing = {
        code.name for code in enum if f"{enum.__name__}.{code.name}" not in words and f'"{code.value}"' not in words
    }
    assert missing == set()
