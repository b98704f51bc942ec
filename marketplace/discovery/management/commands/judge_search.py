from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from marketplace.discovery.analytics import judging


class Command(BaseCommand):
    """Answer the judged sets that are kept, as every night; with a file, keep that one first."""

    help = "Answers the judged sets that are kept and remembers how well; FILE is kept under its NAME first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", help="a judged set to keep: gigs, queries with grades, negatives"
        )
        parser.add_argument("--name", help="its name; without one, that of the file")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"]:
            try:
                judging.keep_set(name=options["name"] or options["file"].stem, file=options["file"])
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            except (OSError, ValueError) as error:
                raise CommandError(f"{options['file']} cannot be read: {error}") from error
        judging.judge_all()
        for score in judging.latest_scores():
            self.stdout.write(
                f"{score.judged_set}: nDCG@10 {score.ndcg:.3f}, worst kind {score.worst:.3f} ({score.day})"
            )
