import logging
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from marketplace.gigs.models import Gig, GigCategory
from marketplace.orders.models import Order
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
        if fresh:
            with _silent("wagtail", "django_tasks"):
                empty_marketplace()
        elif GigCategory.objects.exists() or Gig.objects.exists():
            raise CommandError(
                "The catalogue is already there; `load_demo --fresh` deletes everything and loads it anew."
            )
        with tqdm(
            total=len(STAGES), disable=quiet, unit="stage", leave=False, bar_format="{l_bar}{bar}| {elapsed}"
        ) as bar:
            watch = Stopwatch(
                begun=lambda name: bar.set_description(f"{name:<16}"),
                done=lambda _name: bar.update(),
            )
            with _silent("wagtail", "django_tasks"):
                load_demo(watch, now=timezone.now(), detail=lambda text: bar.set_description(f"{text:<16.16}"))
        # Navigation and facets may have been cached while the shelves were empty.
        cache.clear()
        if verbosity >= 2:
            for name, seconds in watch.seconds.items():
                self.stdout.write(f"  {name:<18} {seconds:>6.1f} s")
        if not quiet:
            gigs, orders = Gig.objects.count(), Order.objects.count()
            self.stdout.write(f"  {gigs} gigs and {orders:,} orders in {time.monotonic() - started:.0f} s")


@contextmanager
def _silent(*loggers: str) -> Iterator[None]:
    """A line for each of two hundred pages would tear the progress bar."""
    before = {name: logging.getLogger(name).level for name in loggers}
    for name in loggers:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
