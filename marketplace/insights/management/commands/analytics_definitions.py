from django.core.management.base import BaseCommand

from marketplace.insights.metrics.documenting import definitions_table


class Command(BaseCommand):
    help = "Prints the definitions of all figures as the table of docs/analytics.md."

    def handle(self, **_options: object) -> None:
        self.stdout.write(definitions_table())
