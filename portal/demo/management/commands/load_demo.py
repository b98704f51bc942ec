import logging
import time
from argparse import ArgumentParser

from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from marketplace.gigs.models import Gig, GigCategory
from portal.demo.loading import STAGES, Stopwatch, load_demo
from portal.demo.wipe import empty_marketplace


class Command(BaseCommand):
    help = "Fill the marketplace with the demo catalogue, a year of orders and the pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--fresh", action="store_true", help="first delete all people, gigs, orders, messages, books and pages"
        )
        parser.add_argument("--quiet", action="store_true", help="no progress bar and no summary")

    def handle(self, *args: object, fresh: bool, quiet: bool, verbosity: int, **options: object) -> None:
        started = time.monotonic()
        # A line for each of a hundred pages would tear the progress bar.
        logging.getLogger("wagtail").setLevel(logging.WARNING)
        if fresh:
            empty_marketplace()
        elif GigCategory.objects.exists() or Gig.objects.exists():
            raise CommandError("The catalogue is already there; `load_demo --fresh` deletes everything and loads it anew.")
        with tqdm(total=len(STAGES), disable=quiet, unit="stage", leave=False, bar_format="{l_bar}{bar}| {elapsed}") as bar:
            watch = Stopwatch(
                begun=lambda name: bar.set_description(f"{name:<16}"),
                done=lambda _name: bar.update(),
            )
            load_demo(watch, now=timezone.now(), detail=lambda text: bar.set_description(f"{text:<16.16}"))
        # Navigation and facets may have been cached while the shelves were empty.
        cache.clear()
        if verbosity >= 2:
            for name, seconds in watch.seconds.items():
                self.stdout.write(f"  {name:<18} {seconds:>6.1f} s")
        if not quiet:
            self.stdout.write(f"  {Gig.objects.count()} gigs loaded in {time.monotonic() - started:.0f} s")
