"""Every figure is defined in words, once, and its document says the same."""

from pathlib import Path

import pytest

from marketplace.insights.boards.catalogue import boards
from marketplace.insights.metrics import registry
from marketplace.insights.metrics.documenting import definitions_table

DOCUMENT = Path(__file__).parents[2] / "docs" / "analytics.md"


def test_the_document_says_what_the_code_counts():
    assert definitions_table() in DOCUMENT.read_text(), "manage.py analytics_definitions prints the table"


def test_no_key_is_counted_twice():
    keys = [metric.key for source in registry.sources() for metric in source.metrics]
    assert len(keys) == len(set(keys))
    assert all(len(key) <= 60 for key in keys)


@pytest.mark.parametrize("board", boards().values(), ids=lambda board: board.key)
def test_boards_show_what_is_counted(board):
    assert board.keys <= registry.metrics().keys()
    for chart in board.charts:
        assert len({figure.shown_unit for figure in chart.figures}) == 1 or chart.kind in ("parts", "steps"), chart.key
