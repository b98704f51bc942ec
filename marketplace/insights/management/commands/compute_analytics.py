from datetime import date, timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from marketplace.core import clock
from marketplace.insights.services import compute_range


class Command(BaseCommand):
    help = "Counts the figures of days anew: --from 2026-01-01 --to 2026-01-31. Without dates, yesterday and today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat)
        parser.add_argument("--to", dest="last", type=date.fromisoformat)

    def handle(self, *, first: date | None, last: date | None, **_options: object) -> None:
        today = timezone.localdate(clock.now())
        last = min(last or today, today)
        first = first or last - timedelta(days=1)
        if first > last:
            raise CommandError(f"{first} is after {last}")
        rows = 0
        begin = first
        while begin <= last:  # four weeks in one transaction, so that no run holds a year's days
            end = min(begin + timedelta(days=27), last)
            rows += compute_range(first=begin, last=end)
            begin = end + timedelta(days=1)
        self.stdout.write(f"{first} – {last}: {rows}")
