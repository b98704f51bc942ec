"""Judged sets and the figures over them. Pure: no database, no engine.

A set is {gigs, queries: [{id, kind, query, judgments: {gig: 1..3}}], negatives: [text]}; an answer is {query id: [gig ids, best
first]}, and the text of a negative may be a key too. The figures, in facts/search.md section 8:

    nDCG@10    gain 2^grade - 1, discount 1 / log2(place + 1), against the ideal order of all judged gigs
    MRR        1 / place of the first gig of grade 2 or more among the first 24
    recall@24  those of grade 2 or more among the first 24, of as many as could stand there
    zero, miss share of queries without any result, and without any of grade 2 or more
    junk       mean number of results on the negatives
    quality    of pairs of the same grade whose quality clearly differs, the share with the better one first
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

DEEP, FIRST, RELEVANT = 10, 24, 2
MEASURES = ("ndcg", "mrr", "recall", "zero", "miss")
CLEAR_DIFFERENCE = 0.1

Answers = Mapping[str, Sequence[str]]


def evaluate(judged: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """The figures of `answers`: overall, by kind of query, junk and order by quality. ValueError for an unknown gig."""
    gigs = {gig["id"]: gig for gig in judged["gigs"]}
    rows = [
        {**_measure(query, answers.get(query["id"], ()), gigs), "kind": query["kind"]} for query in judged["queries"]
    ]
    junk = [len(answers[text][:FIRST]) for text in judged.get("negatives", ()) if text in answers]
    pairs = sum(row["pairs"] for row in rows)
    return {
        "overall": _means(rows),
        "by_kind": {
            kind: _means([row for row in rows if row["kind"] == kind])
            for kind in dict.fromkeys(row["kind"] for row in rows)
        },
        "junk": round(sum(junk) / len(junk), 2) if junk else None,
        "quality": round(sum(row["better"] for row in rows) / pairs, 4) if pairs else None,
    }


def by_query(judged: Mapping[str, Any], answers: Answers) -> dict[str, float]:
    """nDCG@10 of each query by its id."""
    gigs = {gig["id"]: gig for gig in judged["gigs"]}
    return {query["id"]: _measure(query, answers.get(query["id"], ()), gigs)["ndcg"] for query in judged["queries"]}


def _measure(query: Mapping[str, Any], got: Sequence[str], gigs: Mapping[str, Any]) -> dict[str, Any]:
    ids = list(dict.fromkeys(got))
    unknown = [gig_id for gig_id in ids if gig_id not in gigs]
    if unknown:
        raise ValueError(f"unknown gig {unknown[0]!r} in the answer to {query['id']}")
    grades = query["judgments"]
    relevant = {gig_id for gig_id, grade in grades.items() if grade >= RELEVANT}
    first = [gig_id for gig_id in ids[:FIRST] if gig_id in relevant]
    ideal = _gain(sorted(grades.values(), reverse=True))
    better, pairs = _order_by_quality(first, grades, gigs)
    return {
        "ndcg": _gain([grades.get(gig_id, 0) for gig_id in ids]) / ideal if ideal else 0.0,
        "mrr": 1 / (ids.index(first[0]) + 1) if first else 0.0,
        "recall": len(first) / min(FIRST, len(relevant)) if relevant else 0.0,
        "zero": 0.0 if ids else 1.0,
        "miss": 0.0 if first else 1.0,
        "better": better,
        "pairs": pairs,
    }


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:DEEP]))


def _order_by_quality(first: Sequence[str], grades: Mapping[str, int], gigs: Mapping[str, Any]) -> tuple[int, int]:
    better = pairs = 0
    for place, one in enumerate(first):
        for other in first[place + 1 :]:
            difference = _quality(gigs[one]) - _quality(gigs[other])
            if grades[one] == grades[other] and abs(difference) >= CLEAR_DIFFERENCE:
                pairs += 1
                better += difference > 0
    return better, pairs


def _quality(gig: Mapping[str, Any]) -> float:
    orders = gig.get("orders_count") or 0
    return (10 * 4.6 + orders * (gig.get("rating") or 4.6)) / (10 + orders) + 0.15 * math.log10(1 + orders)


def _means(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {name: round(sum(row[name] for row in rows) / len(rows), 4) for name in MEASURES}
