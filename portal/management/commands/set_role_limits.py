from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from psycopg import sql

STATEMENT_TIMEOUT_SECONDS = 15


class Command(BaseCommand):
    """Run as the role that pages connect as, past the pool; safe to run again. Every role may do this to itself."""

    requires_system_checks = ()  # it runs before the rest of an installation is in order
    help = "Give the role of DATABASE_URL, in this database, the limits that a pool would not pass on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--statement-timeout-seconds",
            type=int,
            default=STATEMENT_TIMEOUT_SECONDS,
            help="longest statement of a page or a job (default: %(default)s); commands have none all the same",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DATABASE_POOLED:
            raise CommandError("This goes to the database itself: unset DATABASE_POOLED, and name it in DATABASE_URL.")
        limits = {
            "statement_timeout": f"{options['statement_timeout_seconds']}s",
            **settings.DATABASE_LIMITS,
            # Else Django would say so on every connection that it gets.
            "timezone": "UTC",
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_database()")
            role, database = cursor.fetchone()
            for name, value in limits.items():
                cursor.execute(
                    sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}").format(
                        sql.Identifier(role), sql.Identifier(database), sql.SQL(name), sql.Literal(value)
                    )
                )
        self.stdout.write(f"{role} in {database}: " + ", ".join(f"{name} {value}" for name, value in limits.items()))
