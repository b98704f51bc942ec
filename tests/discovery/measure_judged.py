"""Both judged sets query by query, for people who change a rule: `pytest -q -s tests/discovery/measure_judged.py`."""

import json
from pathlib import Path

import pytest

from marketplace.discovery.evaluation.judged import by_query, evaluate
from marketplace.discovery.evaluation.running import answer_set
from marketplace.discovery.models import ThesaurusEntry

DATA = Path(__file__).parent / "data"
WORST = 20


def measure(name, engine):
    """Print the figures, the worst queries and the negatives that bring something."""
    ThesaurusEntry.objects.all().delete()  # the words we ship, as they stand in the files now
    judged = json.loads((DATA / f"{name}.json").read_text())
    answers = answer_set(judged, engine=engine)
    figures = evaluate(judged, answers)
    print(f"\n{name}, {engine}: {figures['overall']} junk {figures['junk']} quality {figures['quality']}")
    print({kind: row["ndcg"] for kind, row in figures["by_kind"].items()})
    values = by_query(judged, answers)
    for query in sorted(judged["queries"], key=lambda one: values[one["id"]])[:WORST]:
        print(f"  {values[query['id']]:.3f} {query['kind']:12} {query['query']}")
    print("  negatives that bring something:", [text for text in judged["negatives"] if answers[text]])


@pytest.mark.parametrize("name", ["search_dev", "search_blind"])
def test_postgres(db, name):
    measure(name, "postgres")


@pytest.mark.parametrize("name", ["search_dev", "search_blind"])
def test_elasticsearch(elasticsearch, db, name):
    measure(name, "elasticsearch")
