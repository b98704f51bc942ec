import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.discovery.evaluation.judged import by_query, evaluate
from marketplace.discovery.evaluation.running import ENGINES, answer_set


class Command(BaseCommand):
    """Answer a judged set from an index apart, with the public search function, and print how well."""

    requires_system_checks: list[str] = []  # its output is read by programs
    help = "Answers a judged set of queries from an isolated index and prints the figures as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the judged set: gigs, queries with grades, negatives")
        parser.add_argument("--engine", choices=sorted(ENGINES), default="postgres")
        parser.add_argument("--results", type=Path, help="write query id → gig ids, best first, to this file")
        parser.add_argument("--worst", type=int, default=0, help="show the worst queries too, after the JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            judged = json.loads(options["file"].read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}") from error
        answers = answer_set(judged, engine=options["engine"])
        if options["results"]:
            options["results"].write_text(json.dumps(answers, ensure_ascii=False, indent=1), encoding="utf-8")
        self.stdout.write(json.dumps(evaluate(judged, answers), ensure_ascii=False))
        figures = by_query(judged, answers)
        for query in sorted(judged["queries"], key=lambda query: figures[query["id"]])[: options["worst"]]:
            self.stdout.write(f"{figures[query['id']]:.2f}  {query['id']}  {query['kind']}  {query['query']}")
