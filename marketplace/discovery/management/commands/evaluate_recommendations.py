"""`manage.py evaluate_recommendations [--json]`: would they have found what people of this database bought next?"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.discovery.recommending.evaluating import FIRST, evaluate


class Command(BaseCommand):
    help = "Try the recommendations on the past of this database, against what is popular. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = evaluate()
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found), indent=2))
            return
        self.stdout.write(f"{found.cases} purchases of {found.people} people, each to be found among {FIRST}")
        self.stdout.write(f"{'':16}{'hit rate':>10}{'MRR':>8}{'coverage':>10}")
        for one in found.results:
            self.stdout.write(
                f"{one.method:16}{one.hit_rate:>10.3f}{one.mean_reciprocal_rank:>8.3f}{one.coverage:>10.2f}"
            )
        mean, low, high = found.better_by
        self.stdout.write(f"for_you above the better popularity: {mean:+.3f} (95 % {low:+.3f} … {high:+.3f})")
