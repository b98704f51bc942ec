from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.discovery.evaluation import synthetic_loading


class Command(BaseCommand):
    """Synthetic gigs to measure a search with: never on a site in use."""

    help = "Puts N synthetic services on sale (10000, 100000, 1000000), or takes all of them away again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int, nargs="?", default=0, help="how many services")
        parser.add_argument("--clear", action="store_true", help="first take away those that are there")
        parser.add_argument("--seed", type=int, default=8, help="another seed makes another catalogue")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] <= 0 and not options["clear"]:
            raise CommandError("How many services? Or --clear to take them away.")
        if options["clear"]:
            self.stdout.write(f"{synthetic_loading.clear()} synthetic services taken away.")
        if options["count"] > 0:
            started = monotonic()
            synthetic_loading.load(options["count"], seed=options["seed"])
            self.stdout.write(f"{options['count']} synthetic services in {monotonic() - started:.0f} s.")
