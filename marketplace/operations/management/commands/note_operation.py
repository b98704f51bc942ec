"""Write down a backup, a test of restoring one, or a release, and how it ended: called by the scripts that do it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from marketplace.operations.models import EventKind, OperationEvent


class Command(BaseCommand):
    help = "Note a backup, a restore test or a release for the page of operations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=[kind for kind in EventKind.values if kind != EventKind.RETENTION])
        outcome = parser.add_mutually_exclusive_group(required=True)
        outcome.add_argument("--ok", action="store_true", help="it worked")
        outcome.add_argument("--failed", action="store_true", help="it did not")
        parser.add_argument("--details", default="", help="a sentence for people: where to, how large")

    def handle(self, *args: Any, **options: Any) -> None:
        details = {"words": options["details"]} if options["details"] else {}
        OperationEvent.objects.create(kind=options["kind"], is_ok=options["ok"], details=details, at=timezone.now())
        self.stdout.write(f"noted: {options['kind']}")
