from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.discovery.engines.clusters import ClusterUnavailable
from marketplace.discovery.replica import state
from marketplace.discovery.replica.rebuild import NotTheSame, build_index, go_back
from marketplace.discovery.services import rebuild_index
from marketplace.discovery.suggestion_table import rebuild_suggestions


class Command(BaseCommand):
    """Index every published gig anew while people search: after a change of the dictionary, or when an engine starts empty."""

    help = "Indexes every published service anew, in PostgreSQL and, where there is one, in the search cluster."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--back", action="store_true", help="have searches ask the cluster's former index again")
        which.add_argument("--cluster-only", action="store_true", help="leave PostgreSQL's documents as they are")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["back"] or options["cluster_only"]) and not state.is_configured():
            raise CommandError("There is no search cluster: ELASTICSEARCH_URL is not set.")
        try:
            if options["back"]:
                go_back(say=self.stdout.write)
                return
            if not options["cluster_only"]:
                self.stdout.write(f"{rebuild_index()} services indexed.")
                self.stdout.write(f"{rebuild_suggestions()} suggestions.")
            if state.is_configured():
                self.stdout.write(f"{build_index(say=self.stdout.write)} services in the cluster's new index.")
        except (ClusterUnavailable, NotTheSame) as error:
            raise CommandError(f"The cluster's index was left as it was: {error}") from error
