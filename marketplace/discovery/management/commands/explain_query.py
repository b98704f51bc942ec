import json
from argparse import ArgumentParser
from dataclasses import fields
from typing import Any

from django.core.management.base import BaseCommand

from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.explaining import plan_lines, plan_parts, score_line, score_parts
from marketplace.discovery.scorer import Weights
from marketplace.discovery.services import search, search_engine
from marketplace.discovery.weights import weights_in_force
from marketplace.gigs.models import Gig


class Command(BaseCommand):
    """Show what the search understands of a query, and why its results stand where they do."""

    help = "Shows the plan of a query: words, synonyms with weights, conditions, guesses; and the parts of each score."
    requires_system_checks: list[str] = []  # its output is read by programs

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("query")
        parser.add_argument("--results", type=int, default=10, help="how many results to explain")
        parser.add_argument("--as-typed", action="store_true", help="mend no slip of the finger")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        result = search(
            SearchRequest(query=options["query"], as_typed=options["as_typed"], page_size=options["results"])
        )
        weights = weights_in_force()
        engine = type(search_engine()).__name__
        titles = dict(Gig.objects.filter(pk__in=result.ids).values_list("pk", "title"))
        scores = {gig_id: score_parts(result.scores[gig_id]) for gig_id in result.ids if gig_id in result.scores}
        if options["json"]:
            results = [{"gig": gig_id, "title": titles.get(gig_id), **parts} for gig_id, parts in scores.items()]
            found = {
                "plan": plan_parts(result.plan),
                "engine": engine,
                "total": result.total,
                "is_capped": result.is_capped,
                "results": results,
                "same_category": list(result.same_category),
            }
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for line in plan_lines(result.plan):
            self.stdout.write(line)
        self.stdout.write(f"engine      {engine}")
        changed = [
            f"{field.name} {getattr(weights, field.name):g} ({field.default:g})"
            for field in fields(Weights)
            if getattr(weights, field.name) != field.default
        ]
        if changed:
            self.stdout.write(f"weights     {'  '.join(changed)}, as staff set them (as shipped)")
        for place, (gig_id, parts) in enumerate(scores.items(), start=1):
            self.stdout.write(f"{place:>3} #{gig_id} {score_line(titles.get(gig_id, ''), parts)}")
        if result.same_category:
            self.stdout.write(
                f"then others of the category: {' '.join(f'#{gig_id}' for gig_id in result.same_category)}"
            )
        self.stdout.write(f"{result.total}{'+' if result.is_capped else ''} results")
