"""Every code that is written into the staff log has words, in both languages of the page."""

import ast

import pytest

from marketplace.moderation.log_labels import LABELS
from tests.contracts.source import modules, name_of, tree

WRITERS = {"note", "note_reading", "record_staff_action", "Reading", "_noted", "_note", "_close"}


def codes() -> list[tuple[str, str, bool]]:
    """Where, the code or the beginning of one, and whether it is whole."""
    found: list[tuple[str, str, bool]] = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name not in WRITERS:
                continue
            given = [keyword.value for keyword in node.keywords if keyword.arg == "action"]
            if name == "Reading":
                given = node.args[:1]
            elif name in ("_noted", "_close"):
                given = node.args[2:3]
            elif name == "_note":
                given = node.args[1:2]
            for value in given:
                if isinstance(value, ast.Constant):
                    found.append((name_of(path), str(value.value), True))
                elif isinstance(value, ast.JoinedStr) and isinstance(value.values[0], ast.Constant):
                    found.append((name_of(path), str(value.values[0].value), False))
                elif isinstance(value, ast.IfExp):
                    found += [(name_of(path), side.value, True) for side in (value.body, value.orelse)]
    return found


def test_the_codes_are_found():
    whole = {code for _where, code, is_whole in codes() if is_whole}
    assert {"person.suspend", "order.read", "dispute.decided", "person.read", "notice.again", "block.add"} <= whole
    assert "report." in {code for _where, code, is_whole in codes() if not is_whole}


@pytest.mark.parametrize(("where", "code", "is_whole"), sorted(set(codes())), ids=lambda value: str(value))
def test_every_code_has_words(where, code, is_whole):
    if is_whole:
        assert code in LABELS, f"{where}: give {code} a name in moderation/log_labels.py"
    else:
        assert any(known.startswith(code) for known in LABELS), f"{where}: no code of {code}… has a name"
