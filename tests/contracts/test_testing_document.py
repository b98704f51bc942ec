"""docs/testing.md names tests that exist, for every rule and case that it is about."""

import ast
import re
from functools import cache

import pytest

from tests.contracts.source import ROOT, tree

DOCUMENT = (ROOT / "docs" / "testing.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", DOCUMENT)))


@cache
def functions_of(file: str) -> frozenset[str]:
    """The test functions of a file below tests/."""
    path = ROOT / "tests" / file
    if not path.exists():
        return frozenset()
    return frozenset(node.name for node in tree(path).body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_exists(file, name):
    assert name in functions_of(file)


def test_no_invariant_and_no_case_is_left_out():
    rows = [line.split("|")[1].strip() for line in DOCUMENT.splitlines() if line.startswith("| ") and "::" in line]
    assert {row.split()[0] for row in rows if re.match(r"I\d", row)} == {f"I{number}" for number in range(1, 15)}
    assert [row for row in rows if row.isdecimal()] == [str(number) for number in range(1, 26)]


def test_the_files_and_folders_it_names_exist():
    named = re.findall(r"`(tests/[\w/.]+)`", DOCUMENT)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_its_variables_are_those_that_the_tests_read():
    read = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"(?:budget|rounds|environ\.get)\(\"(RACES_\w+)\"", path.read_text())
    }
    assert read == set(re.findall(r"RACES_[A-Z_]+", DOCUMENT))
