"""Both judged sets, query by query: `pytest -q -s tests/discovery/measure_judged.py`. For people who change a rule."""

import json
from pathlib import Path

from marketplace.discovery.evaluation.judged import by_query, evaluate
from marketplace.discovery.evaluation.running import answer_set
from marketplace.discovery.models import ThesaurusEntry

DATA = Path(__file__).parent / "data"


def test_measure(db):
    ThesaurusEntry.objects.all().delete()  # the words we ship, as they are in the files now
    for name in ("search_dev", "search_blind"):
        judged = json.loads((DATA / f"{name}.json").read_text())
        answers = answer_set(judged, engine="postgres")
        figures = evaluate(judged, answers)
        kinds = {kind: row["ndcg"] for kind, row in figures["by_kind"].items()}
        print(f"\n{name}: {figures['overall']} junk {figures['junk']} quality {figures['quality']}\n  {kinds}")
        Path(f"/tmp/{name}.answers.json").write_text(json.dumps(answers, ensure_ascii=False))
        values = by_query(judged, answers)
        for query in sorted(judged["queries"], key=lambda one: values[one["id"]])[:40]:
            print(f"  {values[query['id']]:.3f} {query['kind']:12} {query['query']}")
        for text in judged["negatives"]:
            print("  negative", text, len(answers[text]))
