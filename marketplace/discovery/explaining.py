"""A plan and a result in words and figures, for people who ask why: staff, engineers, the command `explain_query`."""

from collections.abc import Iterator, Mapping
from typing import Any

from marketplace.discovery.engines.base import QueryPlan
from marketplace.discovery.scorer import Score


def plan_parts(plan: QueryPlan) -> dict[str, Any]:
    """What was understood of a query, as plain values."""
    return {
        "text": plan.text,
        "asked": plan.asked,
        "constraints": [{"text": one.text, "field": one.field, "value": one.value} for one in plan.constraints],
        "seller": {"name": plan.seller, "share": round(plan.seller_share, 2)} if plan.seller else None,
        "guesses": [{"typed": typed, "searched": searched, "by": kind} for typed, searched, kind in plan.guesses],
        "corrected": plan.corrected,
        "concepts": [
            {
                "word": concept.text,
                "idf": round(concept.idf, 2),
                "generic": concept.is_generic,
                "alternatives": {one.term: round(one.weight, 2) for one in concept.alternatives},
            }
            for concept in plan.concepts
        ],
        "phrases": list(plan.phrases),
        "categories": sorted(plan.category_slugs),
        "nothing_known": plan.nothing_known,
        "dictionary": plan.dictionary,
    }


def score_parts(score: Score) -> dict[str, Any]:
    """What a result's place was made of, as plain values."""
    return {
        "total": round(score.total, 3),
        "text": round(score.text.score, 3),
        "coverage": round(score.text.coverage, 2),
        "hits": {word: round(hit, 2) for word, hit in score.text.hits},
        "phrase": score.text.phrase,
        "names_category": score.text.names_category,
        "names_seller": score.text.names_seller,
        "category_share": round(score.category_share, 2),
        "quality": round(score.quality, 2),
        "wish": round(score.wish, 2),
        "personal": round(score.personal, 3),
    }


def plan_lines(plan: QueryPlan) -> Iterator[str]:
    """The plan for a terminal."""
    yield f"text        {plan.text}"
    if plan.asked and plan.asked != plan.text:
        yield f"looked for  {plan.asked}"
    for constraint in plan.constraints:
        yield f"condition   {constraint.text} → {constraint.field} = {constraint.value}"
    if plan.seller:
        yield f"seller      {plan.seller} ({plan.seller_share:.0%} of the text)"
    for typed, searched, kind in plan.guesses:
        yield f"guess       {typed} → {searched} (by {kind})"
    for concept in plan.concepts:
        others = "  ".join(f"{one.term} {one.weight:.2f}" for one in concept.alternatives)
        generic = ", says little alone" if concept.is_generic else ""
        yield f"concept     {concept.text} (idf {concept.idf:.2f}{generic}): {others or 'stands nowhere'}"
    if plan.is_category:
        yield "            all of it is a category's name: its services come first, however they say it"
    if plan.phrases:
        yield f"phrases     {'  '.join(plan.phrases)}"
    if plan.category_slugs:
        yield f"categories  {'  '.join(sorted(plan.category_slugs))}"
    if plan.corrected:
        yield f"corrected   {plan.corrected}"
    if plan.nothing_known:
        yield "            what is known of it says nothing of what is wanted: no results"
    yield f"dictionary  {plan.dictionary}"


def score_line(title: str, parts: Mapping[str, Any]) -> str:
    """A result for a terminal."""
    hits = " ".join(f"{word} {hit}" for word, hit in parts["hits"].items())
    rest = " ".join(
        f"{name}={parts[name]}"
        for name in ("text", "coverage", "category_share", "quality", "wish", "personal")
        if name in parts
    )
    return f"{parts['total']:>7.3f}  {title}  [{hits}] {rest}{' phrase' if parts['phrase'] else ''}"
