from typing import Any

from django.core.management.base import BaseCommand

from marketplace.discovery.services import rebuild_index


class Command(BaseCommand):
    """Index every published gig anew: after a change of the dictionary, or when an engine starts empty."""

    help = "Index every published gig anew."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild_index()} services indexed.")
