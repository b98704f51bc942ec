"""Tell Prometheus how the portal is."""

from argparse import ArgumentParser
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from portal.watching.serving import figures_application

LOCAL = {"127.0.0.1", "::1", "localhost"}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Each fetch is a thread of its own: its connections go with it."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


class _Handler(WSGIRequestHandler):
    timeout = 10  # seconds: who connects and says nothing goes

    def log_message(self, format: str, *args: Any) -> None:
        """Each fetch the same line: not logged."""


class Command(BaseCommand):
    help = "Answer /metrics for Prometheus, on a port of its own: pages and jobs, queues, backlogs, books, backups."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1", help="where to listen; elsewhere METRICS_TOKEN is needed")
        parser.add_argument("--port", type=int, default=9100)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["address"] not in LOCAL and not settings.METRICS_TOKEN:
            raise CommandError("Other machines are answered only with a METRICS_TOKEN.")
        application = figures_application(token=settings.METRICS_TOKEN)
        with make_server(options["address"], options["port"], application, _Server, _Handler) as server:
            self.stdout.write(f"http://{options['address']}:{server.server_port}/metrics")
            self.stdout.flush()
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("Stopped.")
